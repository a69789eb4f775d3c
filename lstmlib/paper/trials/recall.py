"""Experiment 2c (a symbol to be recalled when another one asks for it): many sequences in a row must be right."""

from typing import Any

from lstmlib.online.compiled.side_by_side import AT_GOOD_WINDOW
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials.lane import Lane, Random, Trial
from lstmlib.paper.trials.start import initial_params, learning_rate
from lstmlib.paper.trials.testing import all_right
from lstmlib.tasks.long_lag import draw_triggered_recall
from lstmlib.tasks.symbols import Symbols

IN_A_ROW = 10_000


def size(row: Row) -> tuple[int, int]:
    """Return how many steps a sequence has at most, and how many test sequences lie behind the training sequences."""
    return int(row.task["min_lag"]) + 400, 100


def draw(row: Row, reading: Reading, count: int, rng: Random) -> Symbols:
    """Draw sequences, for training as for tests."""
    task: dict[str, Any] = dict(row.task)
    return draw_triggered_recall(task["min_lag"], task["num_distractors"], count, rng)


def by_recall(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Train until 10,000 sequences in a row are right, apart from training or in it."""
    weights, training, testing = rngs
    lane.put(initial_params(row, reading, weights))
    alpha, shown, place = learning_rate(row, reading), 0, lane.room
    every, apart = int(reading["test-every"]), reading["judged"] == "apart"
    rule = {} if apart else {"rule": AT_GOOD_WINDOW, "tolerance": row.tolerance}
    while shown < row.cap:
        if place >= lane.room:
            lane.load(0, draw(row, reading, lane.room, training))
            place = 0
        count = min(every - shown % every, lane.room - place)
        lane.start(place, place + count, alpha, **rule)
        yield
        shown += lane.shown - place
        place = lane.shown
        if not apart and lane.good:
            return {"solved": True, "sequences": shown}
        if not apart or shown % every:
            continue
        right = yield from all_right(lane, row, reading, testing, draw, IN_A_ROW)
        if right:
            return {"solved": True, "sequences": shown}
    return {"solved": False, "sequences": shown}
