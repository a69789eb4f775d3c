"""What an LSTM and transformers of as many parameters learn: ``python -m lstmlib.studies.transformer``.

Copying and parity, at lengths drawn from a range and then at longer ones. The transformers are told where a
step stands not at all, by sinusoids that are added to the input, by ALiBi, or by RoPE. Every side gets the same search
for its rate, the LSTM for its forget gates' bias as well, on validation seeds, and is then judged on ten test seeds
(``protocol`` says how comparisons are made). Most of the transformers are still learning at the end of their updates.
So they learn both tasks again in over three times as many, and three of them parity in ten times as many, at the rates
that they have, and each is held against itself; parity with sinusoids once more at a rate that was searched for the
larger number.
"""

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from lstmlib import tasks
from lstmlib.studies import journal
from lstmlib.studies.gru_searched import losses, stacked
from lstmlib.studies.protocol import Effect, Side, learning, mann_whitney, next_nets
from lstmlib.tasks import Batch

if TYPE_CHECKING:
    from torch import Tensor, nn

    from lstmlib.studies.side_by_side import Nets

RESULTS = Path(__file__).parent / "results" / "transformer.jsonl"
EMBED, HEADS, BLOCKS = 16, 4, 2
POSITIONS: dict[str, Literal["sinusoids", "alibi", "rope"] | None] = {
    "no positions": None,
    "sinusoids": "sinusoids",
    "ALiBi": "alibi",
    "RoPE": "rope",
}
NETS = ("LSTM", *POSITIONS)
# A task with more updates, for the nets of which most were still learning, at the settings they had.
LONGER = {"copy": "copy-10000", "parity": "parity-10000"}
LONGEST = "parity-30000"  # the same with still more
AGAIN = "parity-10000-searched"  # parity once more, the rate searched anew
REFERENCE = "LSTM"
RATES = (0.001, 0.003, 0.01, 0.03, 0.1)  # the first grid; it grows until the best lies inside
BIASES = (1.0, 3.0, 5.0)
VALIDATION, TEST = (100, 101), tuple(range(10))
SEARCHED = 3  # the search's nets get one part in so many of the updates
BATCH, TESTED = 16, 400  # sequences an update, and of each length at the test
MARKS, LOOKS, LOOKED = 10, 50, 100  # losses kept a run; how often it is asked if a net has learnt, on how many
LEARNT = 0.99  # the share right from which a task counts as learnt
FLOOR = 0.001  # nats a step; below it nothing is left to learn


class Task(NamedTuple):
    """One of the problems.

    Attributes:
        draw: takes a length, how many sequences, and a source of draws; returns a batch.
        solved: takes what the net said (T, N, O) and the batch; returns which sequences are right.
        sizes: the widths of input and output.
        train: the shortest and the longest length to learn at; what a length means is the task's own.
        test: the lengths to test at.
        updates: how many to learn in.
        nets: which of the nets learn it.
        search: the task whose search the settings come from; its own if ``None``.
    """

    draw: Callable[[int, int, np.random.Generator], Batch]
    solved: Callable[[Any, Batch], Any]
    sizes: tuple[int, int]
    train: tuple[int, int]
    test: tuple[int, ...]
    updates: int
    nets: tuple[str, ...] = NETS
    search: str | None = None


def _copy(delay: int, N: int, rng: np.random.Generator) -> Batch:
    return tasks.copy(delay, N, rng, num_symbols=8, num_recalled=3)


TASKS = {
    "copy": Task(_copy, tasks.copy_solved, (10, 10), (1, 10), (5, 10, 11, 12, 15, 20, 40), 3000),
    "parity": Task(tasks.parity, tasks.parity_solved, (2, 2), (1, 12), (6, 12, 13, 15, 18, 24, 48), 3000),
}
for _name, _longer in LONGER.items():
    TASKS[_longer] = TASKS[_name]._replace(updates=10_000, nets=tuple(POSITIONS), search=_name)
TASKS[LONGEST] = TASKS[LONGER["parity"]]._replace(updates=30_000, nets=("no positions", "ALiBi", "RoPE"))
TASKS[AGAIN] = TASKS["parity"]._replace(updates=10_000, nets=("sinusoids",))


class Setting(NamedTuple):
    """What is searched for a net: Adam's rate at the first update, which falls in a straight line to 0, and a bias.

    The bias is the one at which the LSTM's forget gates start; ``None`` for a transformer.
    """

    rate: float
    bias: float | None


class Trial(NamedTuple):
    """One net.

    Attributes:
        task, net: which.
        rate, bias: as in ``Setting``.
        seed: of the weights and of the sequences.
        updates: how many.
        curve: at equal parts of the training, ``MARKS`` of them, the loss on new sequences of the longest length that
            is learnt at: nats a step.
        needed: after how many updates the task was learnt at that length; ``None`` if it never was.
        right: length -> the share of sequences that are right, at the end.
    """

    task: str
    net: str
    rate: float
    bias: float | None
    seed: int
    updates: int
    curve: list[float]
    needed: int | None
    right: dict[str, float]

    def wrong(self, lengths: Sequence[int]) -> float:
        """Return the share of sequences that are wrong, of all these lengths together, and half a sequence more.

        The half keeps a net without mistakes above 0, which the ratios of ``protocol`` need.
        """
        missed = TESTED * sum(1.0 - self.right[str(length)] for length in lengths)
        return float((missed + 0.5) / (TESTED * len(lengths) + 1))


def make_net(kind: str, sizes: tuple[int, int], seed: int, bias: float | None = None) -> "nn.Module":
    """Return a net that maps (T, N, D) to (T, N, O); the LSTM has as many units as come nearest in parameters.

    The transformers are causal, so that all see the past alone: a linear map to E, positions, two "pre" blocks, one
    more layer norm, a linear read-out. The LSTM is one layer and the same read-out.

    Args:
        kind: one of ``NETS``.
        sizes: D and O.
        seed: of the initial parameters.
        bias: at which the LSTM's forget gates start.

    Raises:
        ValueError: an unknown kind.
    """
    import torch
    from torch import nn

    from lstmlib.torch import LSTM, LayerNorm, Linear, PositionalEncoding, TransformerBlock

    if kind not in NETS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(NETS)}")
    generator = torch.Generator().manual_seed(seed)
    (inputs, outputs), E = sizes, EMBED
    layers: list[Any]
    if kind == "LSTM":
        H = hidden_size(sizes)
        recurrent = LSTM(inputs, H, forget_bias=bias, generator=generator)
        layers = [recurrent, Linear(H, outputs, generator=generator)]
    else:
        added = [PositionalEncoding(E)] if kind == "sinusoids" else []
        scored = None if added else POSITIONS[kind]
        blocks = [TransformerBlock(E, HEADS, causal=True, positions=scored, generator=generator) for _ in range(BLOCKS)]
        entry, readout = Linear(inputs, E, generator=generator), Linear(E, outputs, generator=generator)
        layers = [entry, *added, *blocks, LayerNorm(E), readout]

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(layers)

        def forward(self, x: Any) -> Any:
            for layer in self.layers:
                x = layer(x)[0]
            return x

        @property
        def num_parameters(self) -> int:
            return sum(layer.num_parameters for layer in self.layers)  # type: ignore[misc]

    return Net()


def hidden_size(sizes: tuple[int, int]) -> int:
    """Return H for which an LSTM with a read-out has nearly as many parameters as a transformer of ``make_net``."""
    (inputs, outputs), E = sizes, EMBED
    wanted = (inputs + 1) * E + BLOCKS * (12 * E**2 + 13 * E) + 2 * E + (E + 1) * outputs
    return min(range(1, 200), key=lambda H: abs(4 * H * (H + inputs + 1) + (H + 1) * outputs - wanted))


def forward(nets: "Nets[Any]", x: "Tensor") -> "Tensor":
    """Return what each net makes of its own sequences (K, N, T, D): (K, N, T, O)."""
    from lstmlib.studies.side_by_side import part_of, run

    params = nets.params()
    for k, layer in enumerate(nets.nets[0].layers):
        x = run(layer, part_of(params, f"layers.{k}."), x)
    return x


def train(name: str, kind: str, asked: Sequence[tuple[Setting, int]], updates: int) -> list[Trial]:
    """Train nets of one kind side by side, one for each setting and seed; judge them.

    At every update all nets read sequences of one length, drawn anew; nets of one seed read the same ones.

    Args:
        name: one of ``TASKS``.
        kind: one of ``NETS``.
        asked: settings and seeds.
        updates: how many.
    """
    import torch

    from lstmlib.studies.side_by_side import Nets

    task = TASKS[name]
    nets = Nets([make_net(kind, task.sizes, seed, setting.bias) for setting, seed in asked])
    rates = torch.tensor([setting.rate for setting, _ in asked])
    shortest, longest = task.train
    lengths = np.random.default_rng(7).integers(shortest, longest + 1, updates)
    sources = {seed: np.random.default_rng([seed, 1]) for _, seed in asked}
    looked = task.draw(longest, LOOKED, np.random.default_rng([longest, 98]))
    curves: list[list[float]] = [[] for _ in asked]
    needed: list[int | None] = [None] * len(asked)
    marks, looks = ({updates * k // parts for k in range(1, parts + 1)} for parts in (MARKS, LOOKS))
    for update, length in enumerate(lengths, 1):
        batches = {seed: task.draw(int(length), BATCH, rng) for seed, rng in sources.items()}
        x, target, mask = stacked([batches[seed] for _, seed in asked])
        nets.descend(losses(forward(nets, x), target, mask), rates * (1.0 - (update - 1) / updates))
        if update in marks | looks:
            found, rights = judged(nets, task, looked)
            for k, (loss, right) in enumerate(zip(found, rights, strict=True)):
                if update in marks:
                    curves[k].append(loss)
                if needed[k] is None and right >= LEARNT:
                    needed[k] = update
    tests = [task.draw(length, TESTED, np.random.default_rng([length, 99])) for length in task.test]
    found_at = {str(length): judged(nets, task, test)[1] for length, test in zip(task.test, tests, strict=True)}
    return [
        Trial(name, kind, *setting, seed, updates, curves[k], needed[k], {T: r[k] for T, r in found_at.items()})
        for k, (setting, seed) in enumerate(asked)
    ]


def judged(nets: "Nets[Any]", task: Task, batch: Batch) -> tuple[list[float], list[float]]:
    """Return the loss of each net on a batch, and the share of its sequences that each gets right."""
    import torch

    x, target, mask = (part.expand(len(nets.nets), *part.shape[1:]) for part in stacked([batch]))
    with torch.no_grad():
        y = forward(nets, x)
        found = [float(f"{loss:.3g}") for loss in losses(y, target, mask)]
    rights = [float(np.mean(task.solved(said, batch))) for said in y.transpose(1, 2).numpy()]
    return found, [round(right, 4) for right in rights]


# What is stored, and what follows from it.


def stored(path: Path = RESULTS) -> list[Trial]:
    """Return the trials that are stored; a last line that was cut off is left out."""
    return journal.read(path, Trial)


def validation(trials: Sequence[Trial], name: str, kind: str) -> dict[Setting, list[float]]:
    """Return setting -> the last loss of its validation nets, by rising bias and rate."""
    mine = [t for t in trials if (t.task, t.net) == (name, kind) and t.seed in VALIDATION]
    settings = sorted({Setting(t.rate, t.bias) for t in mine}, key=lambda s: (s.bias or 0.0, s.rate))
    return {s: [t.curve[-1] for t in mine if (t.rate, t.bias) == s] for s in settings}


def final(trials: Sequence[Trial], name: str, kind: str) -> list[Trial]:
    """Return the nets of the test seeds."""
    return [t for t in trials if (t.task, t.net) == (name, kind) and t.seed in TEST]


def wrong(trials: Sequence[Trial], name: str, kind: str, lengths: Sequence[int]) -> Side:
    """Return a side as ``protocol.against`` takes it: the share of wrong sequences, on the test seeds."""
    return _side(kind, mine := final(trials, name, kind), [t.wrong(lengths) for t in mine])


def updates(trials: Sequence[Trial], name: str, kind: str) -> Side:
    """Return a side by the updates until the task was learnt; infinite if it wasn't."""
    mine = final(trials, name, kind)
    return _side(kind, mine, [math.inf if t.needed is None else float(t.needed) for t in mine])


def _side(kind: str, nets: Sequence[Trial], values: list[float]) -> Side:
    bias = "" if nets[0].bias is None else f", bias {nets[0].bias:g}"
    return Side(kind, f"rate {nets[0].rate:g}{bias}", values)


def against_itself(trials: Sequence[Trial], name: str, kind: str, lengths: Sequence[int]) -> Effect:
    """Hold the share of wrong sequences after more updates against that after fewer, by Mann and Whitney's test.

    Args:
        trials: as stored.
        name: the task with more updates; that with fewer has the part of the name before the dash.
        kind: one of ``NETS``.
        lengths: to count the wrong sequences of.
    """
    longer, shorter = (wrong(trials, task, kind, lengths).values for task in (name, name.partition("-")[0]))
    return mann_whitney(longer, shorter)


def still_learning(trials: Sequence[Trial], name: str, kind: str) -> bool:
    """Return whether the test nets were still getting better in the last half of their updates."""
    half, whole = ([t.curve[k - 1] for t in final(trials, name, kind)] for k in (MARKS // 2, MARKS))
    return learning(half, whole, floor=FLOOR)


def wanted(trials: Sequence[Trial], name: str, kind: str) -> tuple[int, list[tuple[Setting, int]]] | None:
    """Return the next nets to train, as updates and (setting, seed); ``None`` if none are left."""
    first = [Setting(rate, bias) for bias in (BIASES if kind == "LSTM" else (None,)) for rate in RATES]
    search, test = (TASKS[name].updates // SEARCHED, VALIDATION), (TASKS[name].updates, TEST)
    done = bool(final(trials, name, kind))
    found = validation(trials, TASKS[name].search or name, kind)
    return next_nets(first, found, search=search, test=test, done=done)


def main(arguments: list[str] | None = None) -> None:
    """Train what isn't stored yet, and write after every group of nets, so that it can be stopped and gone on with."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.transformer", description=__doc__)
    parser.add_argument("tasks", nargs="*", choices=[*TASKS, []], help="which (default: all)")
    parser.add_argument("--nets", nargs="+", choices=NETS, default=list(NETS), help="which (default: all)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where to write (default %(default)s)")
    given = parser.parse_args(arguments)
    import torch

    torch.set_num_threads(1)
    journal.go_on(
        given.output,
        ((name, kind) for name in given.tasks or TASKS for kind in TASKS[name].nets if kind in given.nets),
        lambda name, kind: wanted(stored(given.output), name, kind),
        lambda name, kind, job: train(name, kind, job[1], job[0]),
    )


if __name__ == "__main__":
    main()
