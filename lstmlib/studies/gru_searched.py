"""GRU against LSTM, each with the rate and the bias that suit it: ``python -m lstmlib.studies.gru_searched``.

The four tasks of ``gru_and_lstm``, at equally many parameters. Every kind of net gets the same search for its rate and,
if it has one, for the bias of the gate that keeps, on validation seeds; then ten test seeds (``protocol`` says how
comparisons are made). What counts is how many updates a net needs until it has learnt the task. A second round checks
the search: the eight best settings get ten more validation nets.
"""

import argparse
import math
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lstmlib.numpy import LSTM
from lstmlib.studies import journal
from lstmlib.studies.gru_and_lstm import CELLS, TASKS, same_size
from lstmlib.studies.protocol import Row, Side, on_every_task
from lstmlib.studies.second_round import TwoRounds, told
from lstmlib.tasks import Batch

if TYPE_CHECKING:
    from torch import Tensor, nn

RESULTS = Path(__file__).parent / "results" / "gru_searched.jsonl"
KINDS = ("LSTM", "GRU", "tanh net")
REFERENCE = "LSTM"
RATES, BIASES = (0.01, 0.03, 0.1), (0.0, 1.0, 3.0, 5.0)  # the first grid of rates; it grows until the best lies inside
ADDED = (-1.0, 8.0)  # biases searched later, for both cells, as the LSTM's best lay at an end on two tasks
VALIDATION, TEST = (100, 101, 102), tuple(range(10))
FURTHER = tuple(range(103, 113))  # validation seeds of the second round, which checks the search
UNITS = 16  # of the LSTM, to whose parameters the others come nearest
BATCH, EVERY, TESTED, ENOUGH = 32, 25, 200, 0.95  # learnt: so many of 200 fresh sequences, looked at every 25 updates


class Setting(NamedTuple):
    """What is searched for a kind of net: Adam's rate, and where the gate that keeps begins (``None``: it has none)."""

    rate: float
    bias: float | None


class Trial(NamedTuple):
    """One net: what it was, and after how many updates it had learnt the task; ``None`` if it never had."""

    task: str
    net: str
    rate: float
    bias: float | None
    seed: int
    needed: int | None


def units(kind: str, task: str) -> int:
    """Return how many units a net has."""
    D, outputs = TASKS[task].inputs, TASKS[task].outputs
    wanted = LSTM(D, UNITS).num_parameters + (UNITS + 1) * outputs
    return UNITS if kind == "LSTM" else same_size(CELLS[{"tanh net": "RNN"}.get(kind, kind)], D, outputs, wanted)


def make(kind: str, task: str, seed: int, bias: float | None) -> "nn.Module":
    """Return a net as it starts, from ``lstmlib.torch``.

    Args:
        kind: one of ``KINDS``.
        task: one of ``TASKS``.
        seed: of its numbers.
        bias: where the gate that keeps begins, a forget gate or an update gate.

    Raises:
        ValueError: a bias for a tanh net.
    """
    import torch

    from lstmlib import torch as layers

    if kind == "tanh net" and bias is not None:
        raise ValueError(f"bias is {bias}, expected None: a tanh net has no gate")
    D, H, generator = TASKS[task].inputs, units(kind, task), torch.Generator().manual_seed(seed)
    cell = {"LSTM": layers.LSTM, "GRU": layers.GRU, "tanh net": layers.RNN}[kind](D, H, generator=generator)
    if bias is not None:
        rows = slice(H, 2 * H)  # of the forget gates in an LSTM, of the update gates in a GRU
        with torch.no_grad():
            cell.get_parameter("bias_ih_l0")[rows] = bias
            cell.get_parameter("bias_hh_l0")[rows] = 0.0
    readout = layers.Linear(H, TASKS[task].outputs, generator=generator)
    return torch.nn.ModuleDict({"cell": cell, "readout": readout})


def say(nets: Any, x: "Tensor") -> "Tensor":
    """Return what each of K nets says to its sequences (K, N, T, D): (K, N, T, O)."""
    from lstmlib.studies.side_by_side import part_of, run

    p = nets.params()
    for name, layer in nets.nets[0].items():
        x = run(layer, part_of(p, f"{name}."), x)
    return x


def stacked(batches: Sequence[Batch]) -> tuple["Tensor", "Tensor", "Tensor"]:
    """Return inputs, targets and mask of several batches, each with the nets' axis in front, then N and time."""
    import torch

    T = max(len(batch.x) for batch in batches)

    def part(values: Any) -> Any:
        room = np.zeros((T, *values.shape[1:]), values.dtype)
        room[: len(values)] = values
        return room.swapaxes(0, 1)

    x, target, mask = (
        torch.from_numpy(np.stack([part(getattr(batch, name)) for batch in batches]))
        for name in ("x", "target", "mask")
    )
    return x.float(), target if target.dtype == torch.int64 else target.float(), mask


def losses(y: "Tensor", target: "Tensor", mask: "Tensor") -> "Tensor":
    """Return the mean loss of each net over the steps that count: of y (K, N, T, O) and targets (K, N, T[, O])."""
    if target.ndim < y.ndim:
        missed = -y.log_softmax(-1).gather(-1, target.clamp(min=0)[..., None])[..., 0]
    else:
        missed = (y - target).square().mean(-1)
    return (missed * mask).sum((1, 2)) / mask.sum((1, 2))


def train(name: str, kind: str, asked: Sequence[tuple[Setting, int]]) -> list[Trial]:
    """Train nets of one kind side by side, one for each setting and seed, until each has learnt or the limit comes.

    Args:
        name: one of ``TASKS``.
        kind: one of ``KINDS``.
        asked: settings and seeds; nets of one seed read the same sequences.
    """
    import torch

    from lstmlib.studies.side_by_side import Nets

    task = TASKS[name]
    nets = Nets([make(kind, name, seed, setting.bias) for setting, seed in asked])
    rates = torch.tensor([setting.rate for setting, _ in asked])
    sources = {seed: np.random.default_rng([seed, 1]) for _, seed in asked}
    test = task.draw(TESTED, np.random.default_rng(10_000))
    shown = stacked([test])[0].expand(len(asked), -1, -1, -1)
    needed: list[int | None] = [None] * len(asked)
    for update in range(1, task.limit + 1):
        batches = {seed: task.draw(BATCH, rng) for seed, rng in sources.items()}
        x, target, mask = stacked([batches[seed] for _, seed in asked])
        nets.descend(losses(say(nets, x), target, mask), rates)
        if update % EVERY == 0:
            with torch.no_grad():
                said = say(nets, shown).transpose(1, 2).numpy()
            for k, y in enumerate(said):
                if needed[k] is None and np.isfinite(y).all() and task.solved(y, test).mean() >= ENOUGH:
                    needed[k] = update
            if None not in needed:
                break
    return [Trial(name, kind, *setting, seed, found) for (setting, seed), found in zip(asked, needed, strict=True)]


# What is stored, and what follows from it.


def stored(path: Path = RESULTS) -> list[Trial]:
    """Return the trials that are stored."""
    return journal.read(path, Trial)


def updates(trials: Sequence[Trial]) -> list[float]:
    """Return the updates that nets needed, infinite for those that never learnt the task."""
    return [math.inf if trial.needed is None else float(trial.needed) for trial in trials]


def _of(trials: Sequence[Trial], name: str, kind: str) -> list[Trial]:
    return [trial for trial in trials if (trial.task, trial.net) == (name, kind)]


SEARCH = TwoRounds[Trial, Setting](
    setting=lambda trial: Setting(trial.rate, trial.bias),
    reached=lambda trial: updates([trial])[0],
    seeds=VALIDATION,
    further=FURTHER,
    test=TEST,
)


def validation(
    trials: Sequence[Trial], name: str, kind: str, seeds: Sequence[int] = VALIDATION
) -> dict[Setting, list[float]]:
    """Return setting -> the updates that its validation nets needed, by rising bias and rate.

    Args:
        trials: what is stored.
        name: one of ``TASKS``.
        kind: one of ``KINDS``.
        seeds: which; a setting without nets of all of them is left out.
    """
    return SEARCH.validation(_of(trials, name, kind), seeds)


def setting_of(trials: Sequence[Trial], name: str, kind: str, *, checked: bool = False) -> Setting:
    """Return the setting whose validation nets need the fewest updates; the first of the grid if none ever learns.

    Args:
        trials: what is stored.
        name: one of ``TASKS``.
        kind: one of ``KINDS``.
        checked: after the second round, whose nets choose together with the first's.
    """
    return SEARCH.chosen(_of(trials, name, kind), checked=checked)


def final(trials: Sequence[Trial], name: str, kind: str, *, checked: bool = False) -> list[Trial]:
    """Return the nets of the test seeds at the setting that is chosen; arguments as ``setting_of`` has them.

    What was tested at another, before biases were added to the search, is stored and not judged.
    """
    return SEARCH.tested(_of(trials, name, kind), checked=checked)


def side_of(trials: Sequence[Trial], name: str, kind: str, *, checked: bool = False) -> Side:
    """Return a side as ``protocol.against`` takes it: the updates needed, on the test seeds; as ``final``."""
    mine = final(trials, name, kind, checked=checked)
    return Side(kind, told(mine[0]), updates(mine))


def against(trials: Sequence[Trial], *, checked: bool = False) -> dict[tuple[str, str], Row]:
    """Hold GRU and tanh net against the LSTM on every task; Holm's correction goes over all comparisons together.

    Args:
        trials: what is stored.
        checked: at the settings that the second round chose.

    Returns:
        (task, kind of net) -> its row; the reference's row compares it with itself.
    """
    sides = {(name, kind): side_of(trials, name, kind, checked=checked) for name in TASKS for kind in KINDS}
    return on_every_task(sides, REFERENCE)


def wanted(trials: Sequence[Trial], name: str, kind: str) -> list[tuple[Setting, int]]:
    """Return the next nets to train, as settings and seeds; nothing if none are left."""
    biases: tuple[float | None, ...] = (None,) if kind == "tanh net" else (*BIASES, *ADDED)
    first = [Setting(rate, bias) for bias in biases for rate in RATES]
    job = SEARCH.wanted(_of(trials, name, kind), first, (TASKS[name].limit,) * 2)
    return job[1] if job else []


def main(arguments: list[str] | None = None) -> None:
    """Train what isn't stored yet, and write after every group of nets, so that it can be stopped and gone on with."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.gru_searched", description=__doc__)
    parser.add_argument("tasks", nargs="*", choices=[*TASKS, []], help="which (default: all)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where to write (default %(default)s)")
    given = parser.parse_args(arguments)
    import torch

    torch.set_num_threads(1)
    journal.go_on(
        given.output,
        product(given.tasks or TASKS, KINDS),
        lambda name, kind: wanted(stored(given.output), name, kind),
        lambda name, kind, job: train(name, kind, job),
    )


if __name__ == "__main__":
    main()
