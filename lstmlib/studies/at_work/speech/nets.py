"""LSTMs that say who is speaking: how they are trained, searched, and judged. They need PyTorch.

What is chosen is chosen by cross-validation inside the 270 utterances to learn from, with seeds used for nothing else;
the ten test nets then learn from all of them.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lstmlib.data.vowels import COEFFICIENTS, SPEAKERS, Vowels, vowels
from lstmlib.files import save
from lstmlib.numpy import SequenceModel
from lstmlib.numpy.checks import Array
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.speech import reading
from lstmlib.studies.at_work.speech.reading import CELLS, SIDES, Setting, Trial
from lstmlib.studies.at_work.speech.task import CHANGES, FOLDS, LONGEST, Scale, changed, folds, scale

RATES, BIASES, DROPOUTS = (0.003, 0.01, 0.03), (0.0, 2.0), (0.0, 0.3, 0.6)
FIRST = Setting(0.0, 0.0, 0.3)  # with which rates are searched
UPDATES, BATCH, SEARCHED, SEEDS = 300, 27, 100, 10  # the seed of a search is 100 and the fold's number


class Net(torch.nn.Module):
    """An LSTM, or one from each end, and a read-out; dropout before it."""

    def __init__(self, side: str, setting: Setting, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.side = side
        self.recurrent: Any = torch.nn.LSTM(COEFFICIENTS, CELLS)
        self.back: Any = torch.nn.LSTM(COEFFICIENTS, CELLS) if side == "both" else None
        self.dropout = torch.nn.Dropout(setting.dropout)
        self.readout: Any = torch.nn.Linear(CELLS * (2 if side == "both" else 1), SPEAKERS)
        with torch.no_grad():
            for layer in (self.recurrent, self.back):
                if layer is not None:
                    layer.get_parameter("bias_hh_l0")[CELLS : 2 * CELLS] = setting.bias

    def forward(self, x: torch.Tensor, lengths: NDArray[np.int64]) -> torch.Tensor:
        """Return scores: of every frame (T, N, 9), or of a net from both ends (1, N, 9), of the mean of its states."""
        h = self.recurrent(x)[0]
        if self.back is not None:
            t, own = np.arange(len(x))[:, None], np.arange(x.shape[1])
            turn = np.where(t < lengths, lengths - 1 - t, t)
            h = torch.cat([h, self.back(x[turn, own])[0][turn, own]], -1)
            inside = torch.from_numpy(t < lengths)[..., None]
            h = (h * inside).sum(0, keepdim=True) / torch.from_numpy(lengths)[:, None]
        return self.readout(self.dropout(h))


def padded(frames: list[Array]) -> tuple[torch.Tensor, NDArray[np.int64]]:
    """Return scaled utterances as one array (T, N, 12), 0 past their ends, and their lengths."""
    x = np.zeros((max(len(own) for own in frames), len(frames), COEFFICIENTS), np.float32)
    for n, own in enumerate(frames):
        x[: len(own), n] = own
    return torch.from_numpy(x), np.array([len(own) for own in frames])


def loss(side: str, scores: torch.Tensor, target: torch.Tensor, lengths: NDArray[np.int64]) -> torch.Tensor:
    """Return the cross-entropy in nats: after the last frame, or the mean over all frames of all utterances."""
    if side == "every":
        inside = torch.arange(len(scores))[:, None] < torch.from_numpy(lengths)
        return torch.nn.functional.cross_entropy(scores[inside], target.expand(len(scores), -1)[inside])
    return torch.nn.functional.cross_entropy(last(side, scores, lengths), target)


def last(side: str, scores: torch.Tensor, lengths: NDArray[np.int64]) -> torch.Tensor:
    """Return the scores after each utterance's last frame, (N, 9)."""
    return scores[0] if side == "both" else scores[lengths - 1, torch.arange(len(lengths))]


def learn(side: str, setting: Setting, seed: int, source: Vowels, updates: int = UPDATES) -> tuple[Net, Scale, Net]:
    """Train one net by Adam, the gradient's norm clipped to 1; in the second half the rate falls to 0 in a line.

    Args:
        side: one of ``SIDES``.
        setting: rate, bias of the forget gate, dropout.
        seed: of weights, dropout and batches.
        source: what is learnt from.
        updates: how many, of 27 utterances each.

    Returns:
        the net, how its input is scaled, and the net as it was after half of the updates.
    """
    torch.set_num_threads(1)
    scaled, net, rng = scale(source), Net(side, setting, seed), np.random.default_rng(seed + 1000)
    half = Net(side, setting, seed)
    frames, who = [scaled.of(own) for own in source.frames], torch.from_numpy(source.speaker)
    adam = torch.optim.Adam(net.parameters(), setting.rate)
    order = np.zeros(0, np.int64)
    for update in range(updates):
        if len(order) < BATCH:
            order = rng.permutation(len(frames))
        which, order = order[:BATCH], order[BATCH:]
        adam.param_groups[0]["lr"] = setting.rate * min(1.0, 2.0 * (1.0 - update / updates))
        x, lengths = padded([frames[n] for n in which])
        value = loss(side, net(x, lengths), who[which], lengths)
        adam.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        if update + 1 == updates // 2:
            half.load_state_dict(net.state_dict())
    return net.eval(), scaled, half.eval()


def says(net: Net, scaled: Scale, judge: Vowels) -> tuple[Array, Array]:
    """Return log probabilities after the last frame (N, 9), and after every frame (29, N, 9).

    In the second, a shorter utterance's last verdict is repeated. A net from both ends hasn't heard anything before it
    has heard all, so its second array repeats the first.
    """
    x, lengths = padded([scaled.of(own) for own in judge.frames])
    with torch.no_grad():
        scores = net(x, lengths).log_softmax(-1)
    ends = last(net.side, scores, lengths).numpy()
    if net.side == "both":
        return ends, np.broadcast_to(ends, (LONGEST, *ends.shape))
    t = np.minimum(np.arange(LONGEST)[:, None], lengths - 1)
    return ends, scores.numpy()[t, np.arange(len(lengths))]


def validate(side: str, setting: Setting, fold: int) -> float:
    """Return the cross-entropy in nats on one of the five folds, by a net that learnt from the other four."""
    source, (rest, held) = vowels().learn(), folds()[fold]
    net, scaled, _ = learn(side, setting, SEARCHED + fold, source.some(rest))
    judge = source.some(held)
    said, _ = says(net, scaled, judge)
    return round(float(-said[np.arange(len(held)), judge.speaker].mean()), 5)


def trial(side: str, setting: Setting, seed: int, part: str = "test") -> tuple[Net, Trial]:
    """Train a test net, or one with twice the updates, and judge it, on the test as it is and as it is changed."""
    source, judge = vowels().learn(), vowels().test()
    net, scaled, half = learn(side, setting, seed, source, UPDATES * (2 if part == "longer" else 1))
    said, every = says(net, scaled, judge)
    halfway = int((says(half, scaled, judge)[0].argmax(-1) != judge.speaker).sum())
    nats = round(float(-said[np.arange(len(said)), judge.speaker].mean()), 4)
    after = [] if side == "both" else [int(n) for n in (every.argmax(-1) != judge.speaker).sum(1)]
    wrong = {how: int((says(net, scaled, changed(judge, how))[0].argmax(-1) != judge.speaker).sum()) for how in CHANGES}
    text = "".join(str(k) for k in said.argmax(-1))
    return net, Trial(part, side, *setting, seed, nats, halfway, text, after, wrong)


def as_library(net: Net) -> SequenceModel:
    """Return a net of the library with the weights of one that reads from the front."""
    model = reading.empty()
    for name, value in net.state_dict().items():
        model.params[name] = value.numpy()
    return model


def run(folder: Path) -> None:
    """Run what isn't stored yet: each side's search, then its test nets; the first of those from the front are kept.

    The rate is searched first, beyond the grid if the best is at its end; then the bias of the forget gate, then
    dropout, each with what was best before. Nets of the best kind learn once more, for twice as long.
    """
    for side in SIDES:
        found = protocol.search_rate(FIRST, RATES, partial(_search, folder, side))
        found = _search(folder, side, [found._replace(bias=bias) for bias in BIASES])
        _search(folder, side, [found._replace(dropout=dropout) for dropout in DROPOUTS])
        for seed in range(SEEDS):
            _once(folder, "test", side, seed)
    best = reading.best_side(reading.load(folder))
    for seed in range(SEEDS):
        _once(folder, "longer", best, seed)


def _once(folder: Path, part: str, side: str, seed: int) -> None:
    """Train a net with the setting that was chosen, and write what came of it, if it isn't stored."""
    setting = reading.chosen(reading.load(folder), side)
    if any((t.part, t.side, t.setting, t.seed) == (part, side, setting, seed) for t in reading.load(folder)):
        return
    net, found = trial(side, setting, seed, part)
    if (part, seed) == ("test", 0) and side in reading.KEPT:
        save(as_library(net), folder / reading.KEPT[side])
    _write(folder, found)


def _search(folder: Path, side: str, settings: list[Setting]) -> Setting:
    """Validate settings, if that isn't stored, and return the best of them."""
    for setting in settings:
        for k in range(FOLDS):
            there = [(t.part, t.side, t.setting, t.seed) for t in reading.load(folder)]
            if ("search", side, setting, SEARCHED + k) not in there:
                nats = validate(side, setting, k)
                _write(folder, Trial("search", side, *setting, SEARCHED + k, nats, 0, "", [], {}))
    found = reading.search(reading.load(folder), side)
    return protocol.chosen({setting: found[setting] for setting in settings})


def _write(folder: Path, found: Trial) -> None:
    journal.add(folder / reading.NAME, found)
    print(*found[:7], flush=True)
