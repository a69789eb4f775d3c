"""Encoder-decoders that translate messages: how they are trained, searched, and judged. They need PyTorch.

What is chosen is chosen by the cross-entropy on messages kept for that, with seeds used for nothing else; the ten test
nets are then judged on messages that nobody has looked at.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file
from torch.nn import functional as F

from lstmlib.data.messages import joined
from lstmlib.numpy.checks import Array
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.translation import reading
from lstmlib.studies.at_work.translation.reading import EMBED, EPOCHS, HIDDEN, WIDTH, Setting, Trial
from lstmlib.studies.at_work.translation.task import END, START, Pair, split, vocabularies
from lstmlib.torch.attention import AdditiveAttention

RATES, BIASES = (0.003, 0.01, 0.03), (0.0, 1.0)
FIRST = Setting(0.01, 1.0, 0.3)  # with which the search begins
BATCH, SEARCHED = 64, (100, 101)
SEEDS, LONGER = {"attention": 10, "vector": 5}, 10  # test nets of a side; nets with attention that learn for longer

Batch = tuple[torch.Tensor, torch.Tensor]


class Net(torch.nn.Module):
    """A bidirectional LSTM reads the source, an LSTM writes the target, with attention or without.

    With m the last states of both directions, y(0) = START and t(0) = 0::

        s(0) = tanh(W_0 m + b_0)
        s(i) = LSTM([y(i-1), t(i-1)], s(i-1))
        c(i) = sum_j alpha(i, j) h(j)      with attention, alpha by ``AdditiveAttention`` with s(i) as the query
        c(i) = m                           without
        t(i) = tanh(W_c [c(i), s(i)])
        p(i) = softmax(Y t(i) + b)

    Y's rows are also the vectors of the words that are read, y(i). Sources: Bahdanau, Cho and Bengio (2015) for the
    scores; Luong, Pham and Manning (2015), sections 3.1 and 3.3, for t and for feeding it; Press and Wolf (2017) for Y.

    Args:
        side: one of ``SIDES``.
        setting: its dropout and its forget gates' bias.
        seed: of the initial weights.
    """

    def __init__(self, side: str, setting: Setting, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        source, target = (len(words.words) for words in vocabularies())
        self.side = side
        self.source = torch.nn.Embedding(source, EMBED)
        self.target = torch.nn.Embedding(target, EMBED)
        self.encoder: Any = torch.nn.LSTM(EMBED, HIDDEN, bidirectional=True)
        self.first = torch.nn.Linear(2 * HIDDEN, HIDDEN)
        self.decoder: Any = torch.nn.LSTMCell(2 * EMBED, HIDDEN)
        self.attention = AdditiveAttention(HIDDEN, 2 * HIDDEN, WIDTH) if side == "attention" else None
        self.mix = torch.nn.Linear(3 * HIDDEN, EMBED, bias=False)
        self.bias = torch.nn.Parameter(torch.zeros(target))
        self.dropout = torch.nn.Dropout(setting.dropout)
        with torch.no_grad():
            self.source.weight.mul_(0.1)
            self.target.weight.mul_(0.1)
            for name, value in [*self.encoder.named_parameters(), *self.decoder.named_parameters()]:
                if name.startswith("bias"):
                    value.zero_()
                if name.startswith("bias_hh"):
                    value[HIDDEN : 2 * HIDDEN] = setting.bias

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return what the read-out gets (T, N, E) at each word of the target, given the right ones before it.

        Args:
            source: numbers of words (S, N), all messages of one length.
            target: numbers of words and END (T, N).
        """
        h, (last, _) = self.encoder(self.dropout(self.source(source)))
        m = torch.cat([last[0], last[1]], 1)
        s, c = torch.tanh(self.first(m)), m.new_zeros(m.shape[1] // 2).expand(len(m), -1)
        t = m.new_zeros(len(m), EMBED)
        keys = F.linear(h, self.attention.weight_key) if self.attention else h  # (S, N, A)
        read = self.dropout(self.target(torch.cat([torch.full_like(target[:1], START), target[:-1]])))
        found = []
        for y in read:
            s, c = self.decoder(torch.cat([y, t], 1), (s, c))
            context = m
            if self.attention:  # the layer's equations, the keys computed once
                query = F.linear(s, self.attention.weight_query)
                weights = (torch.tanh(query + keys) @ self.attention.weight_score).softmax(0)  # (S, N)
                context = (weights[..., None] * h).sum(0)
            t = torch.tanh(self.mix(torch.cat([context, s], 1)))
            found.append(t)
        return self.dropout(torch.stack(found))

    def scores(self, t: torch.Tensor) -> torch.Tensor:
        """Return the scores of every word (..., V) from what the read-out gets (..., E)."""
        return F.linear(t, self.target.weight, self.bias)


def batches(pairs: Sequence[Pair], rng: np.random.Generator | None, size: int = BATCH) -> list[Batch]:
    """Return the messages as numbers, in batches of sources that are equally long and of targets that are nearly so.

    Args:
        pairs: the messages.
        rng: draws which of equally long ones come together, and the order of the batches; ``None`` draws nothing.
        size: of a batch, at most.

    Returns:
        of each batch the source (S, N), and the target with its END (T, N), -100 past a target's end.
    """
    source_words, target_words = vocabularies()
    order = np.arange(len(pairs)) if rng is None else rng.permutation(len(pairs))
    order = np.array(sorted(order, key=lambda k: (len(pairs[k].source), len(pairs[k].target))))
    cuts = np.flatnonzero(np.diff([len(pairs[k].source) for k in order])) + 1
    parts = [part[k : k + size] for part in np.split(order, cuts) for k in range(0, len(part), size)]
    found = []
    for part in parts if rng is None else [parts[k] for k in rng.permutation(len(parts))]:
        source = np.array([source_words.numbers(pairs[k].source) for k in part]).T
        longest = max(len(pairs[k].target) for k in part) + 1
        target = np.full((longest, len(part)), -100)
        for n, k in enumerate(part):
            target[: len(pairs[k].target) + 1, n] = [*target_words.numbers(pairs[k].target), END]
        found.append((torch.from_numpy(source), torch.from_numpy(target)))
    return found


def loss(net: Net, batch: Batch, reduction: str = "mean") -> torch.Tensor:
    """Return the cross-entropy of the batch's words and ENDs in nats."""
    source, target = batch
    inside = target >= 0
    return F.cross_entropy(net.scores(net(source, target.clamp(0))[inside]), target[inside], reduction=reduction)


def nats(net: Net, pairs: Sequence[Pair]) -> float:
    """Return the mean cross-entropy of a target's word or END, in nats, given the right ones before it."""
    net.eval()
    with torch.no_grad():
        parts = batches(pairs, None, 200)
        total = sum(float(loss(net, part, "sum")) for part in parts)
    net.train()
    return total / sum(int((target >= 0).sum()) for _, target in parts)


def learn(side: str, setting: Setting, seed: int, epochs: int) -> tuple[Net, float]:
    """Train one net by Adam, the gradient's norm clipped to 1; in the second half the rate falls to 0 in a line.

    Args:
        side: one of ``SIDES``.
        setting: rate, bias of the forget gates, dropout.
        seed: of weights, dropout and batches.
        epochs: how often it sees every message.

    Returns:
        the net, and what it had reached on the messages that choose after half of its updates.
    """
    torch.set_num_threads(1)
    net, rng, learnt, halfway = Net(side, setting, seed), np.random.default_rng(seed + 1000), split().learn, 0.0
    adam = torch.optim.Adam(net.parameters(), setting.rate, fused=True)
    for epoch in range(epochs):
        parts = batches(learnt, rng)
        for k, part in enumerate(parts):
            adam.param_groups[0]["lr"] = setting.rate * min(1.0, 2.0 * (1.0 - (epoch + k / len(parts)) / epochs))
            value = loss(net, part)
            adam.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            adam.step()
        if 2 * (epoch + 1) == epochs:
            halfway = nats(net, split().choose)
    return net.eval(), halfway


def as_library(net: Net) -> dict[str, Array]:
    """Return a net's numbers by the names of ``reading.Translator``, rounded to half precision as they are kept."""
    found = {name: value.detach().numpy().astype(np.float16) for name, value in net.state_dict().items()}
    return {f"{name}_l0" if name.startswith("decoder.") else name: value for name, value in found.items()}


def trial(side: str, setting: Setting, seed: int, part: str = "test") -> tuple[dict[str, Array], Trial]:
    """Train a test net, or one that learns for longer, and let it translate; return its numbers, too."""
    net, halfway = learn(side, setting, seed, EPOCHS[part])
    params = as_library(net)
    translator = reading.Translator({name: value.astype(np.float32) for name, value in params.items()})
    said: dict[str, list[str]] = {}
    greedy: dict[str, list[str]] = {}
    for name in ("choose", "test", "another"):
        sources = [pair.source for pair in getattr(split(), name)]
        said[name] = [joined(translator.translate(source)[0].words) for source in sources]
        if name == "test":
            plain = [joined(translator.translate(source, 1)[0].words) for source in sources]
            greedy[name] = ["" if one == other else one for one, other in zip(plain, said[name], strict=True)]
    reached = round(nats(net, split().choose), 5)
    return params, Trial(part, side, *setting, seed, reached, round(halfway, 5), said, greedy)


def run(folder: Path) -> None:
    """Run what isn't stored yet: the search, test nets, then longer ones; the first with attention is kept."""
    settings = {side: searched(folder, side) for side in reading.SIDES}
    for side, seeds in SEEDS.items():
        for seed in range(seeds):
            _once(folder, "test", side, settings[side], seed)
    for seed in range(LONGER):
        _once(folder, "longer", "attention", settings["attention"], seed)


def _once(folder: Path, part: str, side: str, setting: Setting, seed: int) -> None:
    """Train a net and write what came of it, if it isn't stored."""
    if any((t.part, t.side, t.setting, t.seed) == (part, side, setting, seed) for t in reading.load(folder)):
        return
    params, found = trial(side, setting, seed, part)
    if (part, side, seed) == ("test", "attention", 0):
        save_file({name: np.ascontiguousarray(value) for name, value in params.items()}, folder / reading.KEPT)
    _write(folder, found)


def validate(side: str, setting: Setting, seed: int) -> Trial:
    """Return what a net of the search reaches on the messages that choose."""
    net, halfway = learn(side, setting, seed, EPOCHS["search"])
    return Trial("search", side, *setting, seed, round(nats(net, split().choose), 5), round(halfway, 5), {}, {})


def _search(folder: Path, side: str, settings: list[Setting]) -> Setting:
    """Validate settings of a side, if that isn't stored, and return the best of them."""
    for setting in settings:
        for seed in SEARCHED:
            there = [(t.part, t.side, t.setting, t.seed) for t in reading.load(folder)]
            if ("search", side, setting, seed) not in there:
                _write(folder, validate(side, setting, seed))
    found = reading.search(reading.load(folder), side)
    return protocol.chosen({setting: found[setting] for setting in settings})


def searched(folder: Path, side: str) -> Setting:
    """Return a side's setting; search what isn't stored.

    The rate is searched first, beyond the grid if the best is at its end; then the bias of the forget gates
    with the rate that was best.
    """
    found = protocol.search_rate(FIRST, RATES, partial(_search, folder, side))
    return _search(folder, side, [found._replace(bias=bias) for bias in BIASES])


def _write(folder: Path, found: Trial) -> None:
    journal.add(folder / reading.NAME, found)
    print(*found[:8], flush=True)
