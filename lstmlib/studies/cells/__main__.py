"""``python -m lstmlib.studies.cells TASK``: train the grid of cells, biases and rates; or go on with it."""

import argparse
from pathlib import Path

from lstmlib.studies.cells.kinds import CELLS, UNBIASED
from lstmlib.studies.cells.settings import BIASES, MARKS, RATES, TASKS, TEST, VALIDATION
from lstmlib.studies.cells.store import FOLDER, Line, add, lines
from lstmlib.studies.cells.trials import draw, trial


def in_turn(test: tuple[int, ...], validation: tuple[int, ...]) -> list[int]:
    """Return the seeds in the order in which they are run: one of each kind, so that a stopped run has both."""
    pairs = [seed for pair in zip(validation, test, strict=False) for seed in pair]
    return pairs + [seed for seed in (*validation, *test) if seed not in pairs]


def grid(
    task: str, cells: tuple[str, ...], seeds: list[int], folder: Path = FOLDER, rates: tuple[float, ...] | None = None
) -> None:
    """Train what the file doesn't hold yet; a line is added after every cell of a seed.

    Args:
        task: its name.
        cells: names in ``CELLS``.
        seeds: of weights and data.
        folder: where the files are.
        rates: Adam's; those of the grid unless told.
    """
    for seed in seeds:
        there = {(line.cell, line.seed, rate) for line in lines(task, folder) for rate in line.rates}
        tried = rates or RATES
        missing = {cell: [rate for rate in tried if (cell, seed, rate) not in there] for cell in cells}
        data = draw(task, seed) if any(missing.values()) else None
        for cell, wanted in missing.items():
            if data is None or not wanted:
                continue
            biases: list[float | None] = [None] if cell in UNBIASED else list(BIASES)
            found = [trial(task, cell, bias, rate, seed, data) for bias in biases for rate in wanted]
            add(task, Line(cell, seed, biases, wanted, found), 1 if seed in VALIDATION else len(MARKS), folder)
            print(f"{task}, seed {seed}, {cell}: {len(found)} nets", flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Run one task's grid."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.cells", description=__doc__)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--cells", nargs="+", choices=CELLS, help="(default: the task's)")
    parser.add_argument("--rates", nargs="+", type=float, help="(default: those of the grid)")
    parser.add_argument("--seeds", nargs="+", type=int, default=in_turn(TEST, VALIDATION), help="(default: all)")
    parser.add_argument("--output", type=Path, default=FOLDER, help="where to write (default: %(default)s)")
    given = parser.parse_args(arguments)
    cells, rates = tuple(given.cells or TASKS[given.task].cells), tuple(given.rates or ()) or None
    grid(given.task, cells, given.seeds, given.output, rates)


if __name__ == "__main__":
    main()
