"""Nets that read strings of digits: how they are trained and searched.

They are trained by PyTorch, whose recurrent kernels are fast where sequences are of one length; so each direction is a
layer of its own, and the second is given every string from its end. What is kept loads into ``lstmlib.numpy``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lstmlib.files import save
from lstmlib.numpy import SequenceModel
from lstmlib.numpy.ctc import best_path, edit_distance, label_error_rate
from lstmlib.studies import journal
from lstmlib.studies.at_work.handwriting.reading import (
    BLANK,
    CELLS,
    CLASSES,
    KINDS,
    Trial,
    chosen,
    empty,
    frames,
    judged,
    kept,
    learnt,
    load,
    wanted,
)
from lstmlib.studies.at_work.handwriting.strings import Strings

RATES, UPDATES, BATCH = (0.01, 0.03, 0.1), 1200, 32
SEEDS = (100, 101)  # of validation; test nets have 0, 1, ...
NETS = {"CTC": 5, "framewise": 1}  # of each kind in the test


class Net(torch.nn.Module):
    """One LSTM from the front, another from the end, and a read-out of both at every step."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.there: Any = torch.nn.LSTM(2, CELLS)
        self.back: Any = torch.nn.LSTM(2, CELLS)
        self.readout: Any = torch.nn.Linear(2 * CELLS, CLASSES)
        with torch.no_grad():
            for layer in (self.there, self.back):
                layer.get_parameter("bias_hh_l0")[CELLS : 2 * CELLS] = 1.0  # the forget gates begin open

    def forward(self, x: NDArray[np.float32], lengths: NDArray[np.int64]) -> torch.Tensor:
        """Return scores (T, N, 11) for strings (T, N, 2); those past an end mean nothing."""
        t, own = np.arange(len(x))[:, None], np.arange(x.shape[1])
        turn = np.where(t < lengths, lengths - 1 - t, t)
        there, back = self.there(torch.from_numpy(x))[0], self.back(torch.from_numpy(x[turn, own]))[0][turn, own]
        return self.readout(torch.cat([there, back], -1))


def loss(kind: str, scores: torch.Tensor, batch: Strings) -> torch.Tensor:
    """Return what a kind of net makes small: CTC's loss in nats a string, or cross-entropy in nats a point."""
    lengths = torch.from_numpy(batch.lengths)
    if kind == "framewise":
        target = torch.from_numpy(frames(batch))
        inside = torch.arange(len(batch.x))[:, None] < lengths
        return torch.nn.functional.cross_entropy(scores[inside], target[inside])
    labels, counts = torch.from_numpy(batch.target + 1), torch.from_numpy(batch.target_lengths)
    return torch.nn.functional.ctc_loss(scores.log_softmax(-1), labels, lengths, counts, BLANK, "sum") / len(labels)


def batches(source: Strings, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield which strings are learnt from together, (32,): eight batches' worth are drawn and sorted by length.

    So little of a batch is padding. The eight come in any order.
    """
    rng = np.random.default_rng(seed + 1000)
    while True:
        drawn = rng.integers(len(source.lengths), size=8 * BATCH)
        groups = drawn[np.argsort(source.lengths[drawn], kind="stable")].reshape(8, BATCH)
        yield from rng.permutation(groups)


def read(net: Net, source: Strings) -> tuple[list[list[int]], float]:
    """Return what a net says of each string, by best path, and at how many points it says a label, on average."""
    with torch.no_grad():
        scores = net(source.x, source.lengths).numpy()
    said = [[k - 1 for k in best_path(scores[:T, n])] for n, T in enumerate(source.lengths)]
    points = sum(int((scores[:T, n].argmax(-1) != BLANK).sum()) for n, T in enumerate(source.lengths))
    return said, points / max(1, sum(len(labels) for labels in said))


def learn(kind: str, rate: float, seed: int, data: tuple[Strings, Strings], updates: int = UPDATES) -> tuple[Net, Any]:
    """Train one net by Adam, the gradient's norm clipped to 1; in the second half the rate falls to 0 in a line.

    Args:
        kind: one of ``KINDS``.
        rate: the learning rate.
        seed: of weights and batches.
        data: what is learnt from, and by which it is judged.
        updates: how many.

    Returns:
        the net, and what a ``Trial`` says of it: its label error rate at half and at the end, its loss, and so on.
    """
    torch.set_num_threads(1)
    source, judge = data
    net, order, losses, half = Net(seed), batches(source, seed), [], np.nan
    adam = torch.optim.Adam(net.parameters(), rate)
    for update in range(updates):
        adam.param_groups[0]["lr"] = rate * min(1.0, 2.0 * (1.0 - update / updates))
        batch = source.some(next(order))
        value = loss(kind, net(batch.x, batch.lengths), batch)
        adam.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        losses.append(value.item())
        if update + 1 == updates // 2:
            half = label_error_rate(read(net, judge)[0], wanted(judge))
    said, width = read(net, judge)
    error = label_error_rate(said, wanted(judge))
    each = "".join(str(min(9, edit_distance(a, b))) for a, b in zip(said, wanted(judge), strict=True))
    return net, (*(round(float(v), 5) for v in (half, error, np.mean(losses[-100:]), width)), each)


def run(folder: Path) -> None:
    """Run what isn't stored yet: the search with CTC, then test nets of both kinds, the first of each kept.

    The framewise net isn't compared, only looked at: there is one, with the rate that was chosen for CTC.
    """
    data = {part: (learnt(part), judged(part)) for part in ("validation", "test")}
    for rate in RATES:
        for seed in SEEDS:
            _once(folder, "validation", "CTC", rate, seed, data)
    for kind in KINDS:
        for seed in range(NETS[kind]):
            _once(folder, "test", kind, chosen(load(folder)), seed, data)


def _once(folder: Path, part: str, kind: str, rate: float, seed: int, data: Any) -> None:
    """Train a net and write what came of it, if it isn't stored."""
    if any(trial[:4] == (part, kind, rate, seed) for trial in load(folder)):
        return
    net, found = learn(kind, rate, seed, data[part])
    if part == "test" and seed == 0:
        save(as_library(net), folder / kept(kind))
    half, error, last, width, each = found
    trial = Trial(part, kind, rate, seed, half, error, last, width, each if part == "test" else "")
    journal.add(folder / "handwriting.jsonl", trial)
    print(*trial[:-1], flush=True)


def as_library(net: Net) -> SequenceModel:
    """Return a net of the library with the weights of one that PyTorch has trained."""
    model = empty()
    for name, value in net.state_dict().items():
        layer, _, rest = name.partition(".")
        key = f"readout.{rest}" if layer == "readout" else f"recurrent.{rest}{'_reverse' if layer == 'back' else ''}"
        model.params[key] = value.numpy()
    return model
