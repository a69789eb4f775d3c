"""Whether JANET's lead over the vanilla cell outlasts its limits: ``python -m lstmlib.studies.cells.limits``.

The grid left three questions. JANET's best bias was the highest; at equally many parameters its net has more cells; and
all nets were still getting better. So each side gets a search with a bias of 8 and a rate of 0.003 as well; JANET also
with as many cells as the vanilla net has; and all of them four times the budget, too. Thirteen nets choose the setting,
forty others are judged at it, and Holm's correction goes over the four comparisons. All of this was named before the
first of these nets was trained. JANET's best bias was the highest once more, 8, so biases of 16 and 32 were added for
all sides; what was judged at another setting before is stored, and has no say.
"""

import argparse
import functools
import itertools
from pathlib import Path
from typing import NamedTuple

from lstmlib.studies import protocol
from lstmlib.studies.cells.kinds import TITLES, units
from lstmlib.studies.cells.ranking import Setting, said
from lstmlib.studies.cells.settings import BIASES, FRESH, RATES, TASKS, TEST, VALIDATION
from lstmlib.studies.cells.store import FOLDER, Line, add, lines

TASK = "adding"
CHOOSE = (*VALIDATION, *TEST)  # the nets that choose a setting
FIRST, ADDED, RATE_GRID = (*BIASES, 8.0), (16.0, 32.0), (0.003, *RATES)
BIAS_GRID = (*FIRST, *ADDED)
MARKS = 2  # losses kept of a net: at half its budget, and at its end


class Asked(NamedTuple):
    """One side: a cell, how many of them a net has, and how many updates it gets."""

    cell: str
    units: int
    updates: int


def asked(cell: str, like: str, times: int) -> Asked:
    """Return a side: a cell, with as many units as another has at the grid's parameters, and so many of its budgets."""
    task = TASKS[TASK]
    return Asked(cell, units(like, task.D, task.O, task.parameters), times * task.updates)


SIDES = {
    times: (asked("V", "V", times), asked("JANET", "JANET", times), asked("JANET", "V", times)) for times in (1, 4)
}


def _file(side: Asked) -> str:
    return "-".join(map(str, ("limits", *side)))


@functools.lru_cache
def stored(side: Asked, folder: Path = FOLDER) -> dict[Setting, dict[int, list[float]]]:
    """Return setting -> seed -> a net's losses, at half its budget and at the end."""
    found: dict[Setting, dict[int, list[float]]] = {}
    for line in lines(_file(side), folder):
        settings = [(bias, rate) for bias in line.biases for rate in line.rates]
        for setting, one in zip(settings, line.trials, strict=True):
            found.setdefault(setting, {})[line.seed] = one.loss
    return found


def validation(side: Asked, folder: Path = FOLDER) -> dict[Setting, list[float]]:
    """Return setting -> the losses of the nets that choose."""
    found = stored(side, folder)
    grid = [(bias, rate) for bias in BIAS_GRID for rate in RATE_GRID]
    return {setting: [found[setting][seed][-1] for seed in CHOOSE] for setting in grid}


def best(side: Asked, folder: Path = FOLDER) -> Setting:
    """Return the setting that thirteen nets choose."""
    return protocol.chosen(validation(side, folder))


def judged(side: Asked) -> protocol.Side:
    """Return a side as ``protocol.against`` takes it: the losses of the forty fresh nets."""
    setting = best(side)
    name = f"{TITLES[side.cell]}, {side.units} cells, {side.updates:,} updates"
    return protocol.Side(name, said(setting), [stored(side)[setting][seed][-1] for seed in FRESH])


def against() -> dict[Asked, protocol.Effect]:
    """Hold JANET against the vanilla cell of the same budget, with as many parameters and with as many cells."""
    effects: dict[Asked, protocol.Effect] = {}
    for vanilla, *others in SIDES.values():
        effects |= {side: protocol.mann_whitney(judged(side).values, judged(vanilla).values) for side in others}
    return effects


def still_learning(side: Asked) -> bool:
    """Return whether the median of a side's fresh nets fell by more than a tenth in the second half of its budget."""
    half, whole = zip(*(stored(side)[best(side)][seed] for seed in FRESH), strict=True)
    return protocol.learning(half, whole)


def grid(side: Asked, seed: int, settings: tuple[list[float | None], list[float]], folder: Path = FOLDER) -> Line:
    """Train a side's nets of one seed, at every bias and rate of ``settings``, and store them unless they are there."""
    biases, rates = settings
    for there in lines(_file(side), folder):
        if (there.seed, there.biases, there.rates) == (seed, biases, rates):
            return there
    from lstmlib.studies.cells.trials import draw, trial  # only now: what reads the results needs no compiled code

    data = draw(TASK, seed, side.updates)
    found = [trial(TASK, side.cell, b, rate, seed, data, size=side.units) for b in biases for rate in rates]
    line = Line(side.cell, seed, biases, rates, found)
    add(_file(side), line, MARKS, folder)
    return line


def main(arguments: list[str] | None = None) -> None:
    """Train what isn't stored yet, a line after every seed, so that it can be stopped and gone on with."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.cells.limits", description=__doc__)
    parser.add_argument("--output", type=Path, default=FOLDER, help="where to write (default: %(default)s)")
    folder = parser.parse_args(arguments).output
    for side in (side for sides in SIDES.values() for side in sides):
        for biases, seed in itertools.product((FIRST, ADDED), CHOOSE):
            grid(side, seed, (list(biases), list(RATE_GRID)), folder)
        stored.cache_clear()
        bias, rate = best(side, folder)
        for seed in FRESH:
            grid(side, seed, ([bias], [rate]), folder)
        print(f"{_file(side)}: bias {bias}, rate {rate}", flush=True)


if __name__ == "__main__":
    main()
