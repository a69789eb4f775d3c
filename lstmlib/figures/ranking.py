"""Which cell is first, as an interactive figure over the stored grid of cells, biases and rates."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t

from lstmlib.page import bundle
from lstmlib.page.figure import Figure
from lstmlib.studies.cells.kinds import TITLES
from lstmlib.studies.cells.settings import BIASES, MARKS, RATES, TEST, VALIDATION
from lstmlib.studies.cells.store import packed

if TYPE_CHECKING:
    from lstmlib.studies.cells.ranking import Place

TASKS = ("adding",)
BEST = "best"


def given(task: str, cells: Sequence[str]) -> dict[str, Any]:
    """Return what the figure needs of a task: a cell's settings, each with what its nets reached, in digits.

    Args:
        task: its name.
        cells: names in ``CELLS``.

    Returns:
        "updates", after which losses were noted; "cells", name -> list of [bias, rate, the median of all nets,
        the test nets' losses at all marks]; losses as three digits, as ``lstmlib.studies.cells.store`` has them.
    """
    from lstmlib.studies.cells import ranking  # only where it is needed: SciPy and statsmodels take a while

    def of(cell: str) -> list[list[Any]]:
        found = []
        for setting, trials in ranking.grid(task)[cell].items():
            if setting[1] not in RATES:
                continue
            middle = np.median(ranking.values(task, cell, setting, seeds=(*VALIDATION, *TEST)))
            digits = "".join(packed(loss) for seed in TEST for loss in trials[seed].loss)
            found.append([*setting, packed(float(middle)), digits])
        return found

    return {
        "updates": ranking.updates(task),
        "cells": {cell: of(cell) for cell in cells},
    }


class Ranking(Figure):
    """Cells by what their nets reached, with the nets, the medians, and who can't be told from the first.

    Args:
        cells: which; all whose grid is whole unless told.
        task: one of ``TASKS``.
        bias: where the gate that keeps starts, "0", "1", "3" or "5" for all cells, or "best" for each its own.
        rate: the learning rate, "0.01", "0.03" or "0.1" for all, or "best".
        mark: which of the five numbers of updates, 0 to 4.
        seeds: how many nets of each cell, 4 to 10.

    Raises:
        traitlets.TraitError: a value outside its range.
        KeyError: an unknown cell.
    """

    _name = "ranking"
    _esm = bundle.module_script("ranking")
    _state = ("data", "task", "bias", "rate", "mark", "seeds")

    data = t.Dict().tag(sync=True)
    task = t.Enum(list(TASKS), default_value="adding").tag(sync=True)
    bias = t.Enum([BEST, *(f"{bias:g}" for bias in BIASES)], default_value=BEST).tag(sync=True)
    rate = t.Enum([BEST, *(f"{rate:g}" for rate in RATES)], default_value=BEST).tag(sync=True)
    mark = t.Int(len(MARKS) - 1, min=0, max=len(MARKS) - 1).tag(sync=True)
    seeds = t.Int(len(TEST), min=4, max=len(TEST)).tag(sync=True)

    def __init__(self, cells: Sequence[str] = (), **state: Any) -> None:
        if "data" not in state:
            from lstmlib.studies.cells import ranking

            cells = cells or ranking.whole(TASKS[0])
            titles = {cell: TITLES[cell] for cell in cells}
            state["data"] = {"titles": titles, "tasks": {task: given(task, cells) for task in TASKS}}
        super().__init__(**state)

    def _shown_still(self) -> bool:
        return set(self._changed()) <= {"data"}

    def __repr__(self) -> str:
        state = {name: value for name, value in self._changed().items() if name != "data"}
        said = "".join(f", {name}={value!r}" for name, value in state.items())
        return f"Ranking({len(self.cells)} cells{said})"

    @property
    def cells(self) -> list[str]:
        """The names of the cells that are shown."""
        return list(self.data["titles"])

    def places(self) -> "list[Place]":
        """Return the cells in order, as the library finds it from what is stored."""
        from lstmlib.studies.cells import ranking

        bias, rate = (None if value == BEST else float(value) for value in (self.bias, self.rate))
        return ranking.ranking(self.task, self.cells, bias=bias, rate=rate, mark=self.mark, seeds=self.seeds)
