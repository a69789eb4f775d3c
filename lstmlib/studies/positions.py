"""How far parity is carried, by how a transformer is told positions: ``python -m lstmlib.studies.positions``.

An LSTM and transformers of as many parameters learn it. The transformers are told where a step stands not at all, by
sinusoids that are added to the input, by ALiBi, or by RoPE. Every side gets the same search for its rate, the LSTM for
its forget gates' bias as well, on validation seeds, and is then judged on six test seeds (``protocol`` says how
comparisons are made).
"""

import argparse
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from lstmlib import tasks
from lstmlib.studies import journal, transformer
from lstmlib.studies.protocol import Side, chosen, next_nets
from lstmlib.studies.transformer import loss_of
from lstmlib.tasks import Batch

if TYPE_CHECKING:
    from torch import Tensor, nn

    from lstmlib.studies.side_by_side import Nets

RESULTS = Path(__file__).parent / "results" / "positions.jsonl"
BATCH = 16
POSITIONS: dict[str, Literal["sinusoids", "alibi", "rope"] | None] = {
    "no positions": None,
    "sinusoids": "sinusoids",
    "ALiBi": "alibi",
    "RoPE": "rope",
}
NETS = ("LSTM", *POSITIONS)
REFERENCE = "LSTM"
RATES, BIASES = (0.003, 0.01, 0.03), (1.0, 3.0)  # the first grid of rates; it grows until the best lies inside
VALIDATION, TEST = (100, 101), tuple(range(6))
SEARCHED = 2  # the search's nets get one part in so many of the updates, and so show whether more would help
TESTED = 400  # sequences of each length


class Task(NamedTuple):
    """One of the problems.

    Attributes:
        draw: takes a length, how many sequences, and a source of draws; returns a batch.
        solved: takes what the net said (T, N, O) and the batch; returns which sequences are right.
        sizes: the widths of input and output.
        train: lengths from 1 to this are learnt at; what a length means is the task's own.
        test: the lengths to test at.
        updates: how many to learn in.
    """

    draw: Callable[[int, int, np.random.Generator], Batch]
    solved: Callable[[Any, Batch], Any]
    sizes: tuple[int, int]
    train: int
    test: tuple[int, ...]
    updates: int


TASKS = {
    "parity": Task(tasks.parity, tasks.parity_solved, (2, 2), 12, (6, 12, 15, 18, 24, 48), 1200),
}


class Trial(NamedTuple):
    """One net.

    Attributes:
        task, net: which.
        rate: Adam's, at the first update; it falls in a straight line to 0.
        bias: at which the LSTM's forget gates start; ``None`` for a transformer.
        seed: of the weights and of the sequences.
        updates: how many.
        loss: cross-entropy of a step, in nats, of sequences of lengths that are learnt at.
        right: length -> the share of sequences that are right.
    """

    task: str
    net: str
    rate: float
    bias: float | None
    seed: int
    updates: int
    loss: float
    right: dict[str, float]

    def wrong(self, lengths: Sequence[int]) -> float:
        """Return the share of sequences that are wrong, of all these lengths together, and half a sequence more.

        The half keeps a net without mistakes above 0, which the ratios of ``protocol`` need.
        """
        missed = TESTED * sum(1.0 - self.right[str(length)] for length in lengths)
        return float((missed + 0.5) / (TESTED * len(lengths) + 1))


def make_net(kind: str, sizes: tuple[int, int], seed: int, bias: float | None = None) -> "nn.Module":
    """Return a net of ``lstmlib.studies.transformer``, the transformer told its positions in one of four ways.

    Args:
        kind: one of ``NETS``.
        sizes: D and O.
        seed: of the initial parameters.
        bias: at which the LSTM's forget gates start.

    Raises:
        ValueError: an unknown kind.
    """
    if kind not in NETS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(NETS)}")
    if kind == "LSTM":
        return transformer.make_net("LSTM", sizes, seed, bias=bias)
    return transformer.make_net("transformer", sizes, seed, positions=POSITIONS[kind])


class Setting(NamedTuple):
    """What is searched for a net."""

    rate: float
    bias: float | None


def train(name: str, kind: str, asked: Sequence[tuple[Setting, int]], updates: int) -> list[Trial]:
    """Train nets of one kind side by side, one for each setting and seed; judge them.

    At every update all nets read sequences of one length, drawn anew; nets of one seed read the same ones.
    """
    import torch

    from lstmlib.studies.side_by_side import Nets

    task = TASKS[name]
    nets = Nets([make_net(kind, task.sizes, seed, setting.bias) for setting, seed in asked])
    rates = torch.tensor([setting.rate for setting, _ in asked])
    lengths = np.random.default_rng(7).integers(1, task.train + 1, updates)
    sources = {seed: np.random.default_rng([seed, 1]) for _, seed in asked}
    for update, length in enumerate(lengths):
        batches = {seed: task.draw(int(length), BATCH, rng) for seed, rng in sources.items()}
        x, target = (
            torch.from_numpy(np.stack([getattr(batches[seed], part).swapaxes(0, 1) for _, seed in asked]))
            for part in ("x", "target")
        )
        y = forward(nets, x.float())
        right = y.log_softmax(-1).gather(-1, target[..., None])
        nets.descend(-right.mean((1, 2, 3)), rates * (1.0 - update / updates))
    return [
        Trial(name, kind, *setting, seed, updates, *judged(net, task))
        for net, (setting, seed) in zip(nets.trained(), asked, strict=True)
    ]


def forward(nets: "Nets[Any]", x: "Tensor") -> "Tensor":
    """Return what each net makes of its own sequences (K, N, T, D): (K, N, T, O)."""
    from lstmlib.studies.side_by_side import part_of, run

    params = nets.params()
    for k, layer in enumerate(nets.nets[0].layers):
        x = run(layer, part_of(params, f"layers.{k}."), x)
    return x


def judged(net: Any, task: Task) -> tuple[float, dict[str, float]]:
    """Return a net's loss at lengths that it learnt at, and for every test length the share that is right."""
    import torch

    with torch.no_grad():
        found = []
        for length in range(task.train // 4, task.train + 1, task.train // 4):
            batch = task.draw(length, TESTED // 4, np.random.default_rng([length, 98]))
            found.append(float(loss_of(net(torch.from_numpy(batch.x).float()), batch)))
    right = {str(length): share_right(net, task, length) for length in task.test}
    return float(f"{np.mean(found):.4g}"), right


def share_right(net: Any, task: Task, length: int, count: int = TESTED) -> float:
    """Return the share of new sequences of that length, the same for every net, that the net gets right."""
    import torch

    batch = task.draw(length, count, np.random.default_rng([length, 99]))
    with torch.no_grad():
        y = net(torch.from_numpy(batch.x).float()).numpy()
    return round(float(np.mean(task.solved(y, batch))), 4)


def stored(path: Path = RESULTS) -> list[Trial]:
    """Return the trials that are stored; a last line that was cut off is left out."""
    return [Trial(**line) for line in journal.lines(path)]


def validation(trials: Sequence[Trial], name: str, kind: str) -> dict[Setting, list[Trial]]:
    """Return setting -> its validation nets, by rising rate."""
    mine = [t for t in trials if (t.task, t.net) == (name, kind) and t.seed in VALIDATION]
    settings = sorted({Setting(t.rate, t.bias) for t in mine}, key=lambda s: (s.bias or 0.0, s.rate))
    return {s: [t for t in mine if (t.rate, t.bias) == s] for s in settings}


def setting_of(trials: Sequence[Trial], name: str, kind: str) -> Setting:
    """Return the setting that the validation nets choose, by their loss."""
    return chosen({setting: [t.loss for t in found] for setting, found in validation(trials, name, kind).items()})


def final(trials: Sequence[Trial], name: str, kind: str) -> list[Trial]:
    """Return the nets of the test seeds."""
    return [t for t in trials if (t.task, t.net) == (name, kind) and t.seed in TEST]


def side_of(trials: Sequence[Trial], name: str, kind: str, lengths: Sequence[int]) -> Side:
    """Return a side as ``protocol.against`` takes it: the share of wrong sequences, on the test seeds."""
    mine = final(trials, name, kind)
    bias = "" if mine[0].bias is None else f", bias {mine[0].bias:g}"
    return Side(kind, f"rate {mine[0].rate:g}{bias}", [t.wrong(lengths) for t in mine])


def wanted(trials: Sequence[Trial], name: str, kind: str) -> tuple[int, list[tuple[Setting, int]]] | None:
    """Return the next nets to train, as updates and (setting, seed); ``None`` if none are left."""
    first = [Setting(rate, bias) for bias in (BIASES if kind == "LSTM" else (None,)) for rate in RATES]
    found = {setting: [t.loss for t in nets] for setting, nets in validation(trials, name, kind).items()}
    search, test = (TASKS[name].updates // SEARCHED, VALIDATION), (TASKS[name].updates, TEST)
    return next_nets(first, found, search=search, test=test, done=bool(final(trials, name, kind)))


def main(arguments: list[str] | None = None) -> None:
    """Train what isn't stored yet, and write after every group of nets, so that it can be stopped and gone on with."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.positions", description=__doc__)
    parser.add_argument("tasks", nargs="*", choices=[*TASKS, []], help="which (default: all)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where to write (default %(default)s)")
    given = parser.parse_args(arguments)
    import torch

    torch.set_num_threads(1)
    journal.go_on(
        given.output,
        product(given.tasks or TASKS, NETS),
        lambda name, kind: wanted(stored(given.output), name, kind),
        lambda name, kind, job: train(name, kind, job[1], job[0]),
    )


if __name__ == "__main__":
    main()
