"""The stored grid read: what each cell reached at which setting, what is best for it, and who is ahead of whom."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from lstmlib.studies import protocol
from lstmlib.studies.cells.kinds import TITLES, UNBIASED
from lstmlib.studies.cells.settings import BIASES, RATES, TASKS, TEST, VALIDATION, Trial, marks_of
from lstmlib.studies.cells.store import lines

Setting = tuple[float | None, float]  # a bias, and a rate
MEASURES = ("loss", "needed")


@lru_cache
def grid(task: str) -> dict[str, dict[Setting, dict[int, Trial]]]:
    """Return what is stored of a task: cell -> (bias, rate) -> seed -> trial, biases and rates rising.

    Args:
        task: its name.
    """
    found: dict[str, dict[Setting, dict[int, Trial]]] = {cell: {} for cell in TASKS[task].cells}
    for line in lines(task):
        if line.cell not in found:
            continue
        settings = [(bias, rate) for bias in line.biases for rate in line.rates]
        for setting, trial in zip(settings, line.trials, strict=True):
            found[line.cell].setdefault(setting, {})[line.seed] = trial
    return {cell: dict(sorted(settings.items(), key=_order)) for cell, settings in found.items()}


def _order(item: tuple[Setting, object]) -> tuple[float, float]:
    (bias, rate), _ = item
    return (0.0 if bias is None else bias), rate


@lru_cache
def whole(task: str) -> tuple[str, ...]:
    """Return the cells of which every setting and seed is stored: those that can be compared.

    Args:
        task: its name.
    """
    seeds = {*TEST, *VALIDATION}

    def is_whole(cell: str) -> bool:
        biases: tuple[float | None, ...] = (None,) if cell in UNBIASED else BIASES
        there = grid(task)[cell]
        return all(seeds <= set(there.get((bias, rate), ())) for bias in biases for rate in RATES)

    return tuple(cell for cell in grid(task) if is_whole(cell))


def values(
    task: str,
    cell: str,
    setting: Setting,
    *,
    measure: str = "loss",
    mark: int = -1,
    seeds: Sequence[int] = TEST,
) -> list[float]:
    """Return what the nets of one cell and setting reached, one number a seed.

    Args:
        task: its name.
        cell: a name in ``CELLS``.
        setting: its bias and rate.
        measure: "loss", above the least possible; or "needed", updates until 95 percent are solved, infinite if never.
        mark: at which of the marks, for a loss.
        seeds: which nets.

    Raises:
        ValueError: an unknown measure, or nets that are not stored.
    """
    if measure not in MEASURES:
        raise ValueError(f"measure is {measure!r}, expected 'loss' or 'needed'")
    there = grid(task)[cell].get(setting, {})
    if missing := [seed for seed in seeds if seed not in there]:
        raise ValueError(f"{task}, {cell}, {setting}: seeds {missing} are not stored")
    trials = [there[seed] for seed in seeds]
    if measure == "loss":
        return [trial.loss[mark] for trial in trials]
    return [np.inf if trial.needed is None else float(trial.needed) for trial in trials]


def best(
    task: str,
    cell: str,
    *,
    bias: float | None = None,
    rate: float | None = None,
    measure: str = "loss",
    without: int | None = None,
) -> Setting:
    """Return the setting that is best at the end of the budget, by the median of all nets but one.

    Args:
        task: its name.
        cell: a name in ``CELLS``.
        bias: only settings with this one; a cell without a gate that keeps has none, and all of its count.
        rate: only settings with this one.
        measure: "loss" or "needed".
        without: the seed that has no say, because its net is to be judged at the setting.
    """
    seeds = [seed for seed in (*VALIDATION, *TEST) if seed != without]
    found = {
        setting: values(task, cell, setting, measure=measure, seeds=seeds)
        for setting in grid(task)[cell]
        if setting[1] in (RATES if rate is None else (rate,))
        if bias in (None, setting[0]) or setting[0] is None
    }
    return protocol.chosen(found)


def said(setting: Setting) -> str:
    """Return a setting as it stands beside a result."""
    bias, rate = setting
    return f"rate {rate:g}" if bias is None else f"bias {bias:g}, rate {rate:g}"


def side(task: str, cell: str, setting: Setting | None = None, *, measure: str = "loss") -> protocol.Side:
    """Return one side of a comparison: a cell at its best setting, or at another.

    At its best, every test net is judged at the setting that all other nets chose, so that none has a say in what it
    is judged by. If they don't all choose the same, what is said is what most did.

    Args:
        task: its name.
        cell: a name in ``CELLS``.
        setting: its bias and rate, the same for all nets; the best unless told.
        measure: "loss" or "needed".
    """
    chosen = [setting or best(task, cell, measure=measure, without=seed) for seed in TEST]
    found = [values(task, cell, one, measure=measure, seeds=[seed])[0] for one, seed in zip(chosen, TEST, strict=True)]
    most = max(chosen, key=chosen.count)
    mostly = "" if chosen.count(most) == len(TEST) else "mostly "
    return protocol.Side(TITLES[cell], mostly + said(most), found)


class Place(NamedTuple):
    """One cell in a ranking."""

    cell: str
    setting: Setting
    values: list[float]
    median: float
    effect: protocol.Effect | None  # against the first; None for the first
    level: bool  # whether it can't be told from the first: p above 0.05 after Holm's correction


def ranking(
    task: str,
    cells: Sequence[str],
    *,
    bias: float | None = None,
    rate: float | None = None,
    mark: int = -1,
    seeds: int = len(TEST),
) -> list[Place]:
    """Return cells by the median of their nets' losses, and which of them can't be told from the first.

    Args:
        task: its name.
        cells: names in ``CELLS``.
        bias: the same for all; None gives each cell its best.
        rate: the same for all; None gives each its best.
        mark: after which part of the budget, a place in ``MARKS``.
        seeds: how many of the test nets, at least 4.
    """
    settings = {cell: best(task, cell, bias=bias, rate=rate) for cell in cells}
    found = {cell: values(task, cell, settings[cell], mark=mark, seeds=TEST[:seeds]) for cell in cells}
    first, *others = sorted(cells, key=lambda cell: float(np.median(found[cell])))
    effects = [protocol.mann_whitney(found[cell], found[first]) for cell in others]
    corrected = protocol.holm([effect.p for effect in effects])
    places = [Place(first, settings[first], found[first], float(np.median(found[first])), None, True)]
    for cell, effect, p in zip(others, effects, corrected, strict=True):
        middle = float(np.median(found[cell]))
        places.append(Place(cell, settings[cell], found[cell], middle, effect, p > 0.05))
    return places


def at_an_edge(task: str, cell: str) -> float | None:
    """Return the next rate to try for a cell, if the best one lies at an end of the grid; None if it lies inside."""
    return protocol.beyond(best(task, cell)[1], RATES)


def still_learning(task: str, cell: str) -> bool:
    """Return whether a cell's nets, at its best setting, were still getting better at the end of the budget."""
    setting = best(task, cell)
    return protocol.learning(values(task, cell, setting, mark=-2), values(task, cell, setting))


def updates(task: str) -> list[int]:
    """Return after how many updates a task's losses were noted."""
    return marks_of(TASKS[task].updates)
