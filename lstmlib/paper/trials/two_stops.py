"""Experiment 3 (two classes told apart by a noisy sequence's first elements): two stops, both on test sequences."""

from typing import Any

import numpy as np

from lstmlib import tasks
from lstmlib.online.compiled.side_by_side import WHEN_WRONG
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials.lane import Lane, Random, Trial
from lstmlib.paper.trials.start import initial_params, learning_rate
from lstmlib.paper.trials.testing import final_test
from lstmlib.tasks import Batch
from lstmlib.tasks.two_sequence import noise_free_target

DECIDE = 256  # test sequences at each stop


def size(row: Row) -> tuple[int, int]:
    """Return how many steps a sequence has at most, and how many test sequences lie behind the training sequences."""
    return int(row.task["min_length"]) * 11 // 10, DECIDE


def draw(row: Row, reading: Reading, count: int, rng: Random) -> Batch:
    """Draw training sequences."""
    task: dict[str, Any] = dict(row.task)
    return tasks.two_sequence(task.pop("min_length"), count, rng, **task)


def draw_test(row: Row, reading: Reading, count: int, rng: Random) -> Batch:
    """Draw test sequences: as for training, but 3c is judged without noise on the targets."""
    drawn = draw(row, reading, count, rng)
    if row.experiment == "3c":
        drawn.target[drawn.mask, 0] = noise_free_target(drawn)[np.nonzero(drawn.mask)[1]]
    return drawn


def by_two_stops(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Train until 256 test sequences are right (ST1) and their mean error is small, too (ST2); then test."""
    weights, training, testing = rngs
    lane.put(initial_params(row, reading, weights))
    every, first = int(reading["test-every"]), lane.room
    lane.load(first, draw_test(row, reading, DECIDE, testing))
    shown, earlier, place = 0, None, lane.room
    while shown < row.cap:
        if place >= lane.room:
            lane.load(0, draw(row, reading, lane.room, training))
            place = 0
        count = min(every - shown % every, lane.room - place)
        lane.start(place, place + count, learning_rate(row, reading))
        yield
        place += count
        shown += count
        if shown % every:
            continue
        if reading["test-set"] == "redrawn":
            lane.load(first, draw_test(row, reading, DECIDE, testing))
        rule = {"rule": WHEN_WRONG, "tolerance": row.tolerance, "allowed_wrong": row.allowed_wrong}
        lane.start(first, first + DECIDE, 0.0, **rule)
        yield
        if lane.failed >= row.allowed_wrong:
            continue
        earlier = earlier or shown
        if lane.mean_error(first, first + DECIDE) < row.mean_below:
            test = yield from final_test(lane, row, reading, testing, draw_test)
            return {"solved": True, "sequences": shown, "earlier": earlier} | test
    return {"solved": False, "sequences": shown, "earlier": earlier}
