"""Experiments 4, 5 and 6 (adding, multiplication, temporal order): the most recent training sequences decide."""

from typing import Any

from lstmlib import tasks
from lstmlib.online.compiled.side_by_side import AT_GOOD_WINDOW
from lstmlib.online.net import Net
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials.lane import Drawn, Lane, Random, Trial
from lstmlib.paper.trials.start import initial_params, learning_rate
from lstmlib.paper.trials.testing import final_test
from lstmlib.tasks.temporal_order import draw_temporal_order


def size(row: Row) -> tuple[int, int]:
    """Return how many steps a sequence has at most, and how many test sequences lie behind the training sequences."""
    return (int(row.task["min_length"]) * 11 // 10 if row.experiment in ("4", "5") else 110), 0


def draw(row: Row, reading: Reading, count: int, rng: Random) -> Drawn:
    """Draw sequences, for training as for tests."""
    task: dict[str, Any] = dict(row.task)
    if row.experiment in ("6a", "6b"):
        return draw_temporal_order(task["num_signals"], count, rng)
    function = tasks.adding if row.experiment == "4" else tasks.multiplication
    return function(task["min_length"], count, rng, first_pair=reading["first-pair"])


def by_window(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Train until the most recent sequences were good enough, then test."""
    weights, training, testing = rngs
    lane.put(initial_params(row, reading, weights))
    error = reading.get("error", "absolute")
    assert isinstance(row.net, Net)
    mean_below = row.mean_below / (row.net.output_size if error == "summed" else 1)
    rule = {"tolerance": row.tolerance, "allowed_wrong": row.allowed_wrong, "mean_below": mean_below}
    rule |= {"rule": AT_GOOD_WINDOW, "squared": error == "squared"}
    shown, good = 0, False
    while shown < row.cap and not good:
        count = min(lane.room, row.cap - shown)
        lane.load(0, draw(row, reading, count, training))
        lane.start(0, count, learning_rate(row, reading), **rule)
        yield
        shown += lane.shown
        good = lane.good
    if not good:
        return {"solved": False, "sequences": shown}
    test = yield from final_test(lane, row, reading, testing, draw)
    return {"solved": True, "sequences": shown} | test
