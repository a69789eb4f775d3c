"""Which experiment is judged by which rule, and has which sequences."""

from collections.abc import Callable
from typing import Any, NamedTuple

from lstmlib.online.cascade import CascadeNet
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials import cascade, grammar, growth, recall, streams, two_stops, window
from lstmlib.paper.trials.lane import Drawn, Lane, Random, Trial

Run = Callable[[Lane, Row, Reading, list[Random]], Trial]
Draw = Callable[[Row, Reading, int, Random], Any]


class Kind(NamedTuple):
    """How experiments are judged, and what they show: functions of one of the files here."""

    run: Run
    draw: Draw | None = None  # None where a trial has strings of its own, or a stream
    draw_test: Draw | None = None
    size: Callable[[Row], tuple[int, int]] | None = None


GRAMMAR = Kind(grammar.by_grammar, size=grammar.size)
GROWTH = Kind(growth.by_growth, growth.draw, growth.draw_test, growth.size)
RECALL = Kind(recall.by_recall, recall.draw, recall.draw, recall.size)
TWO_STOPS = Kind(two_stops.by_two_stops, two_stops.draw, two_stops.draw_test, two_stops.size)
WINDOW = Kind(window.by_window, window.draw, window.draw, window.size)
KINDS = {"1": GRAMMAR, "2a": GROWTH, "2b": GROWTH, "2c": RECALL, "3a": TWO_STOPS, "3b": TWO_STOPS, "3c": TWO_STOPS}
KINDS |= {"4": WINDOW, "5": WINDOW, "6a": WINDOW, "6b": WINDOW, "streams": Kind(streams.by_streams)}


def kind_of(row: Row) -> Run:
    """Return what a trial of a row does."""
    return cascade.by_cascade if isinstance(row.net, CascadeNet) else KINDS[row.experiment].run


def size_of(row: Row) -> tuple[int, int]:
    """Return how many steps a row's sequences have at most, and how many tests lie behind them on a tray."""
    size = KINDS[row.experiment].size
    assert size is not None
    return size(row)


def draw(row: Row, reading: Reading, count: int, rng: Random) -> Drawn:
    """Draw training sequences of a row's task.

    Raises:
        ValueError: a row whose trials have strings of their own, or a stream.
    """
    return _drawn(KINDS[row.experiment].draw, row, reading, count, rng)


def draw_test(row: Row, reading: Reading, count: int, rng: Random) -> Drawn:
    """Draw test sequences: as for training, but 3c is judged without noise on the targets, 2b at the end alone.

    Raises:
        ValueError: a row whose trials have strings of their own, or a stream.
    """
    return _drawn(KINDS[row.experiment].draw_test, row, reading, count, rng)


def _drawn(function: Draw | None, row: Row, reading: Reading, count: int, rng: Random) -> Drawn:
    if function is None:
        raise ValueError(f"{row.name}: expected a row of experiments 2 to 6, whose sequences are drawn one by one")
    drawn: Drawn = function(row, reading, count, rng)
    return drawn
