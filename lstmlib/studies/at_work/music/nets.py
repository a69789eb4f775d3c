"""LSTMs that predict the next chord: how they are trained, searched, and judged. They need PyTorch.

What is chosen is chosen on the validation part, with seeds used for nothing else; there the best epoch is found, too.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lstmlib.data.chorales import KEYS, Score
from lstmlib.numpy.checks import Array
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.halves import halves
from lstmlib.studies.at_work.music import reading, record, simple, task
from lstmlib.studies.at_work.music.reading import Setting, Trial
from lstmlib.studies.at_work.music.task import CONTEXTS, SHIFTS

RATES, DROPOUTS, CELLS, BIASES = (0.003, 0.01, 0.03), (0.0, 0.3, 0.6), (64, 128), (0.0, 2.0)
FIRST = Setting(0.0, 0.0, 0.3, 128)  # with which rates are searched
ON_NETS = (1.0, 2.0, 4.0, 8.0)  # of what counts fall back on a net with: those around the best for regressions
MOST, PATIENCE, BATCH = 150, 8, 8  # epochs at most; epochs without a better one, then it ends; chorales a batch
SEARCHED, SEEDS, LOOKED = 100, 10, 3  # the search's seed, test seeds, how many of these are asked with less context


class Net(torch.nn.Module):
    """An LSTM and a read-out of all keys; dropout before it; in turn, a key also hears the lower ones of its chord."""

    def __init__(self, kind: str, setting: Setting, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.recurrent: Any = torch.nn.LSTM(KEYS, setting.cells)
        self.dropout = torch.nn.Dropout(setting.dropout)
        self.readout: Any = torch.nn.Linear(setting.cells, KEYS)
        self.below: Any = torch.nn.Linear(KEYS, KEYS, bias=False) if kind.startswith("turn") else None
        self.lower: Any = torch.tril(torch.ones(KEYS, KEYS), -1)
        with torch.no_grad():
            self.recurrent.get_parameter("bias_hh_l0")[setting.cells : 2 * setting.cells] = setting.bias
            self.readout.bias[:] = -3.0  # at first each key sounds in one step of twenty
            if self.below is not None:
                self.below.weight[:] = 0.0

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return each key's score (T, N, 88), from the chords before and those themselves."""
        scores = self.readout(self.dropout(self.recurrent(x)[0]))
        if self.below is not None:
            scores = scores + torch.nn.functional.linear(y, self.below.weight * self.lower)
        return scores


def padded(rolls: Sequence[NDArray[np.uint8]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the chords before each step, those at each, both (T, N, 88), and which steps there are, (T, N)."""
    y = np.zeros((max(len(roll) for roll in rolls), len(rolls), KEYS), np.float32)
    inside = np.zeros(y.shape[:2], bool)
    for n, roll in enumerate(rolls):
        y[: len(roll), n], inside[: len(roll), n] = roll, True
    x = np.concatenate([np.zeros_like(y[:1]), y[:-1]])
    return torch.from_numpy(x), torch.from_numpy(y), torch.from_numpy(inside)


def nats(net: Net, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the nats of each step, (T, N)."""
    return torch.nn.functional.binary_cross_entropy_with_logits(net(x, y), y, reduction="none").sum(-1)


def judge(net: Net, pieces: Sequence[Score]) -> list[Array]:
    """Return the nats of each step of each chorale."""
    net.eval()
    order = sorted(range(len(pieces)), key=lambda n: len(pieces[n].roll))  # alike in length, so that little is padded
    values: dict[int, Array] = {}
    for k in range(0, len(order), 2 * BATCH):
        some = order[k : k + 2 * BATCH]
        x, y, inside = padded([pieces[n].roll for n in some])
        with torch.no_grad():
            found = nats(net, x, y).numpy()
        values |= {n: found[inside[:, place].numpy(), place].astype(float) for place, n in enumerate(some)}
    return [values[n] for n in range(len(pieces))]


def learn(kind: str, setting: Setting, seed: int) -> tuple[Net, list[float]]:
    """Train one net by Adam, the gradient's norm clipped to 1, until the validation part hasn't improved for long.

    Args:
        kind: one of ``reading.KINDS``; of "all keys" each chorale is moved by some semitones, drawn anew each epoch.
        setting: rate, bias of the forget gate, dropout, cells.
        seed: of weights, dropout, order and moves.

    Returns:
        the net as it was after its best epoch, and the nats a step on the validation part after each epoch.
    """
    torch.set_num_threads(1)
    net, rng = Net(kind, setting, seed), np.random.default_rng(seed + 1000)
    source, valid = task.pieces().learn, task.pieces().valid
    lengths = np.array([len(piece.roll) for piece in source])
    adam = torch.optim.Adam(net.parameters(), setting.rate)
    curve: list[float] = []
    best: dict[str, torch.Tensor] = {}
    for _ in range(MOST):
        net.train()
        order = np.argsort(lengths + rng.uniform(-8.0, 8.0, len(lengths)))  # alike in length, so that little is padded
        batches = [order[k : k + BATCH] for k in range(0, len(order), BATCH)]
        for b in rng.permutation(len(batches)):
            by = rng.choice(SHIFTS, BATCH) if "all keys" in kind else np.zeros(BATCH, int)
            x, y, inside = padded([task.shifted(source[n].roll, int(s)) for n, s in zip(batches[b], by, strict=False)])
            loss = nats(net, x, y)[inside].mean()
            adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            adam.step()
        curve.append(round(float(np.concatenate(judge(net, valid)).mean()), 4))
        if curve[-1] == min(curve):
            best = {name: value.clone() for name, value in net.state_dict().items()}
        if len(curve) - int(np.argmin(curve)) > PATIENCE:
            break
    net.load_state_dict(best)
    return net.eval(), curve


def short(net: Net, pieces: Sequence[Score], count: int) -> list[Array]:
    """Return the nats of each step if the net sees only so many of the last chords, as if the chorale began there."""
    windows = np.concatenate([task.seen(piece.roll, count) for piece in pieces]).swapaxes(0, 1)  # (count, all, 88)
    y = torch.from_numpy(np.concatenate([piece.roll for piece in pieces]).astype(np.float32))
    t = np.concatenate([np.arange(len(piece.roll)) for piece in pieces])
    x = torch.from_numpy(np.concatenate([np.zeros_like(windows[:1]), windows]))  # silence before all
    with torch.no_grad():
        h = c = torch.zeros(1, len(y), net.recurrent.hidden_size)
        for k in range(count + 1):  # where the chorale itself hasn't begun, nothing has happened yet
            _, (h2, c2) = net.recurrent(x[k : k + 1], (h, c))
            there = torch.from_numpy(t >= count - k)[None, :, None]
            h, c = torch.where(there, h2, h), torch.where(there, c2, c)
        scores = net.readout(h[0])
        if net.below is not None:
            scores = scores + torch.nn.functional.linear(y, net.below.weight * net.lower)
        found = torch.nn.functional.binary_cross_entropy_with_logits(scores, y, reduction="none").sum(-1).numpy()
    return np.split(found.astype(float), np.cumsum([len(piece.roll) for piece in pieces])[:-1])


def as_kept(net: Net) -> dict[str, NDArray[np.float16]]:
    """Return the parameters as they are kept, by name: halves, none from a key to itself or to a lower one."""
    if net.below is not None:
        with torch.no_grad():
            net.below.weight *= net.lower
    return halves(net)


@cache
def counts(shifts: tuple[int, ...]) -> dict[Any, Counter[bytes]]:
    """Return the counts of whole chords, made once."""
    return simple.counts(task.pieces().learn, shifts)


def trial(part: str, kind: str, setting: Setting, seed: int) -> tuple[Net, Trial]:
    """Train a net, rounded to half precision, and judge it: in the search on the validation part alone."""
    net, curve = learn(kind, setting, seed)
    as_kept(net)
    best = int(np.argmin(curve))
    found = Trial(part, kind, *setting, seed, curve[best], best + 1, curve, [], {}, [], {})
    if part == "search":
        return net, found
    valid, test = task.pieces().valid, task.pieces().test
    said, below = judge(net, test), judge(net, valid)
    contexts = [record.mean(short(net, test, count)) for count in CONTEXTS] if seed < LOOKED else []
    counted = {}
    for name, shifts in (("as it is", (0,)), ("in any key", SHIFTS)):
        after = counts(shifts)
        models = [simple.Counted([], 2, weight, after) for weight in ON_NETS]
        top = min(models, key=lambda m: record.mean([m.nats(p, own) for p, own in zip(valid, below, strict=True)]))
        counted[name] = task.per_chorale([top.nats(piece, own) for piece, own in zip(test, said, strict=True)])
    return net, found._replace(
        nats=task.per_chorale(said), groups=task.per_group(said, test), contexts=contexts, counted=counted
    )


def run(folder: Path) -> None:
    """Run what isn't stored yet: each kind's search, then its test nets; the first that learnt in all keys are kept.

    The rate is searched first, beyond the grid if the best is at its end; then dropout, the number of cells, and the
    bias of the forget gate, each with what was best before. Nets that learn in all keys take their kind's setting.

    Raises:
        ValueError: the scores aren't those of the stored results.
    """
    if record.load(folder)["data"]["sha256"] != record.checksum():
        raise ValueError("these scores aren't those of the stored results, expected music21 10.5.1's")
    for kind in reading.SEARCHED:
        found = protocol.search_rate(FIRST, RATES, partial(_search, folder, kind))
        found = _search(folder, kind, [found._replace(dropout=dropout) for dropout in DROPOUTS])
        found = _search(folder, kind, [found._replace(cells=cells) for cells in CELLS])
        _search(folder, kind, [found._replace(bias=bias) for bias in BIASES])
    for seed in range(SEEDS):
        for kind in reading.SEARCHED:
            _test(folder, kind, seed)
    for seed in range(SEEDS):
        _test(folder, "turn, all keys", seed)


def _test(folder: Path, kind: str, seed: int) -> None:
    """Train and judge a test net, if it isn't stored; the first of each kind is kept."""
    setting = reading.chosen(reading.load(folder), kind)
    if not _there(folder, "test", kind, setting, seed):
        net, made = trial("test", kind, setting, seed)
        if seed == 0 and kind in reading.KEPT:
            from safetensors.numpy import save_file

            save_file(as_kept(net), folder / reading.KEPT[kind])
        _write(folder, made)


def _there(folder: Path, *what: Any) -> bool:
    return any((t.part, t.kind, t.setting, t.seed) == what for t in reading.load(folder))


def _search(folder: Path, kind: str, settings: list[Setting]) -> Setting:
    """Validate settings, if that isn't stored, and return the best of them."""
    for setting in settings:
        if not _there(folder, "search", kind, setting, SEARCHED):
            _write(folder, trial("search", kind, setting, SEARCHED)[1])
    found = reading.search(reading.load(folder), kind)
    return protocol.chosen({setting: found[setting] for setting in settings})


def _write(folder: Path, found: Trial) -> None:
    journal.add(folder / reading.NAME, found)
    print(*found[:9], len(found.curve), flush=True)
