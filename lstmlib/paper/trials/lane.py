"""One of the eight lanes of a compiled learner, as a trial sees it.

A trial is a generator. It puts sequences on its lane's tray, starts the lane, and yields; it goes on when the lane has
stopped; and it returns what came of it. So the criteria of the paper read from top to bottom, one trial at a time.
"""

from collections.abc import Generator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.tasks import Batch
from lstmlib.tasks.symbols import Symbols

Random = np.random.Generator
Drawn = Batch | Symbols
Trial = Generator[None, None, dict[str, Any]]


class Lane(NamedTuple):
    """One lane of the compiled learner, with what a trial in it needs."""

    nets: Any  # Eight, or another learner of eight lanes
    number: int
    room: int  # training sequences that fit on the tray; tests lie behind them

    def put(self, params: dict[str, Array]) -> None:
        """Give the lane a net."""
        self.nets.put(self.number, params)

    def load(self, start: int, drawn: Drawn, allowed: NDArray[np.bool_] | None = None) -> None:
        """Lay sequences on the tray."""
        self.nets.load(self.number, start, drawn, allowed=allowed)

    def start(self, start: int, stop: int, learning_rate: float, **rule: Any) -> None:
        """Begin to go over sequences."""
        self.nets.start(self.number, start, stop, learning_rate, **rule)

    @property
    def shown(self) -> int:
        """The place of the sequence that would be next."""
        return self.nets.shown(self.number)

    @property
    def failed(self) -> int:
        """How many sequences were wrong since the start."""
        return self.nets.failed(self.number)

    @property
    def good(self) -> bool:
        """Whether the most recent sequences were good enough, where that is the rule."""
        return self.nets.good(self.number)

    def mean_error(self, start: int, stop: int) -> float:
        """Return the mean absolute error over sequences."""
        return float(self.nets.tray.errors[self.number, start:stop, 1].mean())
