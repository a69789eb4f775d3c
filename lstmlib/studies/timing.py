"""Do peepholes help a net to measure and to make intervals? ``python -m lstmlib.studies.timing``.

Cells with and without them learn to tell two gaps apart, and to fire a fixed time after a spike (after Gers,
Schraudolph and Schmidhuber 2002). Both kinds are searched alike, by ``lstmlib.studies.protocol``: forget bias and rate,
and with peepholes whether they start at 0 or as other weights do. A stopped run goes on where it was.
"""

import argparse
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lstmlib import tasks
from lstmlib.numpy.losses import binary_cross_entropy
from lstmlib.studies import journal, protocol
from lstmlib.studies.cells.kinds import BINARY, arrays, shape_of, start

RESULTS = Path(__file__).parent / "results" / "timing.jsonl"
KINDS = {"without": "NP", "with": "V"}  # peepholes
TASKS = (*(("gap", 9, H) for H in (1, 2, 4)), *(("after", 10, H) for H in (1, 2)))  # and how many cells
BIASES, RATES = (1.0, 3.0, 5.0), (0.003, 0.01, 0.03, 0.1)
LEAST, MOST = 0.001, 0.3  # how far a grid of rates is made longer where the best lies at its end
TEST, VALIDATION = tuple(range(20)), tuple(range(100, 105))
UPDATES, EVERY, ROWS = 12_000, 100, 200


class Setting(NamedTuple):
    """How a net starts and learns."""

    bias: float  # of the forget gate
    rate: float  # Adam's
    closed: bool  # whether peepholes start at 0


class Line(NamedTuple):
    """What the nets of one kind and setting came to on one task: a line of the file."""

    spike: str  # "gap" or "after"
    gap: int
    cells: int
    kind: str  # "without" or "with" peepholes
    setting: Setting
    validation: bool  # which seeds
    needed: list[int | None]  # updates until all rows were right; None if they never were
    loss: list[float]  # at the end, or when all rows were right


def learn(spike: str, gap: int, cells: int, kind: str, setting: Setting, seed: int) -> tuple[int | None, float]:
    """Train one net until it has all of 200 fresh rows right, or the budget ends; return the updates, and the loss.

    Args:
        spike: "gap", whether two spikes are ``gap`` steps apart or one more; "after", to fire ``gap`` steps after one.
        gap: in steps.
        cells: how many the net has.
        kind: "without" or "with" peepholes.
        setting: how it starts and learns.
        seed: of weights and rows.
    """
    # Only here: what is stored can be read without Numba.
    from lstmlib.online.compiled.lanes import LANES
    from lstmlib.studies.cells.compiled import train, workspace
    from lstmlib.studies.cells.trials import in_lanes, read

    rng = np.random.default_rng([seed, 1])
    rows, test = (getattr(tasks, f"spike_{spike}")(gap, count, rng) for count in (LANES * UPDATES, ROWS))
    solved = getattr(tasks, f"spike_{spike}_solved")
    T = len(rows.x)
    x, target, mask, seen = (in_lanes(part * 1.0, T) for part in (rows.x, rows.target, rows.mask[..., None], test.x))
    share = mask[:, :, 0] / mask.sum((1, 2, 3))[:, None, None]
    shape = shape_of(KINDS[kind], 1, cells, 1)
    flat, work = start(shape, setting.bias, np.random.default_rng([seed, 0])), workspace(shape, T)
    if setting.closed:
        arrays(flat[0], shape)["ch"][:] = 0.0
    for done in range(0, UPDATES, EVERY):
        piece = slice(done, done + EVERY)
        train(shape, flat, work, x[piece, :, 0], BINARY, target[piece], share[piece], done, setting.rate)
        y = read(shape, flat[0], work, seen[:, :, 0])
        if solved(y, test).all():
            break
    loss = float(f"{binary_cross_entropy(y, test.target, test.mask)[0]:.3g}")
    return (done + EVERY if solved(y, test).all() else None), loss


def settings(kind: str) -> list[Setting]:
    """Return what is tried for a kind of cell."""
    closed = (False, True) if kind == "with" else (False,)
    return [Setting(bias, rate, zero) for zero in closed for bias in BIASES for rate in RATES]


def score(line: Line) -> list[float]:
    """Return a number a net, lower is better: updates needed; where that never came, the budget and the loss."""
    pairs = zip(line.needed, line.loss, strict=True)
    return [UPDATES * (1.0 + loss) if needed is None else float(needed) for needed, loss in pairs]


@lru_cache
def load(path: Path = RESULTS) -> list[Line]:
    """Return what is stored.

    Args:
        path: the file.
    """
    return [Line._make([*given[:4], Setting(*given[4]), *given[5:]]) for given in journal.lines(path)]


def chosen(lines: list[Line], task: tuple[str, int, int], kind: str) -> Setting:
    """Return a kind's best setting for a task on the validation seeds.

    Args:
        lines: what is stored.
        task: spike, gap and number of cells.
        kind: "without" or "with" peepholes.
    """
    found = {line.setting: score(line) for line in lines if line.validation and line[:4] == (*task, kind)}
    return protocol.chosen(found)


def missing(path: Path) -> Iterator[tuple[tuple[str, int, int], str, Setting, bool]]:
    """Yield what the file doesn't hold yet: task, kind, setting, whether on validation seeds."""
    for task in TASKS:
        for kind in KINDS:
            wanted = settings(kind)
            while wanted:
                there = {line.setting for line in load(path) if line.validation and line[:4] == (*task, kind)}
                yield from ((task, kind, one, True) for one in wanted if one not in there)
                load.cache_clear()
                wanted = longer(load(path), task, kind)
            best = chosen(load(path), task, kind)
            if not any(line[:6] == (*task, kind, best, False) for line in load(path)):
                yield task, kind, best, False


def longer(lines: list[Line], task: tuple[str, int, int], kind: str) -> list[Setting]:
    """Return what is to be tried beside, because the best rate lies at the end of the grid; nothing if it lies inside.

    Args:
        lines: what is stored.
        task: spike, gap and number of cells.
        kind: "without" or "with" peepholes.
    """
    rates = sorted({line.setting.rate for line in lines if line.validation and line[:4] == (*task, kind)})
    rate = protocol.beyond(chosen(lines, task, kind).rate, rates)
    if rate is None or not LEAST <= rate <= MOST:
        return []
    return list(dict.fromkeys(one._replace(rate=rate) for one in settings(kind)))


def run(path: Path) -> None:
    """Train what the file doesn't hold yet; a line is added after every setting."""
    load.cache_clear()
    for task, kind, setting, validation in missing(path):
        found = [learn(*task, kind, setting, seed) for seed in (VALIDATION if validation else TEST)]
        line = Line(*task, kind, setting, validation, [n for n, _ in found], [loss for _, loss in found])
        journal.add(path, list(line))
        print(*line[:6], f"{sum(n is not None for n in line.needed)} of {len(found)}", flush=True)
    load.cache_clear()


class Row(NamedTuple):
    """A task in the table: how many nets of each kind got every row right, and Fisher's test of the two."""

    task: tuple[str, int, int]
    settings: dict[str, Setting]
    right: dict[str, int]
    needed: dict[str, float]  # the median of those that got there
    p: float
    holm: float


def table(path: Path = RESULTS) -> list[Row]:
    """Return the table: every task with both kinds at their best settings, on the test seeds.

    Args:
        path: the file.
    """
    lines = load(path)
    found: list[Any] = []
    for task in TASKS:
        best = {kind: chosen(lines, task, kind) for kind in KINDS}
        tested = {kind: next(line for line in lines if line[:6] == (*task, kind, best[kind], False)) for kind in KINDS}
        got = {kind: [n for n in line.needed if n is not None] for kind, line in tested.items()}
        right = {kind: len(part) for kind, part in got.items()}
        needed = {kind: float(np.median(part)) if part else np.inf for kind, part in got.items()}
        p = protocol.fisher((right["with"], len(TEST)), (right["without"], len(TEST)))
        found.append((task, best, right, needed, p))
    corrected = protocol.holm([row[-1] for row in found])
    return [Row._make([*row, holm]) for row, holm in zip(found, corrected, strict=True)]


def main(arguments: list[str] | None = None) -> None:
    """Run the study, or go on with it."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.timing", description=__doc__)
    parser.add_argument("--output", type=Path, default=RESULTS, help="where to write (default: %(default)s)")
    run(parser.parse_args(arguments).output)


if __name__ == "__main__":
    main()
