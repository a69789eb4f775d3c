"""Experiments 2a and 2b (long lags between symbols): outputs alone, then a memory cell; many in a row must be right."""

from dataclasses import replace
from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array
from lstmlib.online.compiled.lstm1997 import Eight
from lstmlib.online.net import Net
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials.lane import Lane, Random, Trial
from lstmlib.paper.trials.start import initial_params, learning_rate, slope_of
from lstmlib.paper.trials.testing import all_right
from lstmlib.tasks.long_lag import draw_long_lag
from lstmlib.tasks.symbols import Symbols


def size(row: Row) -> tuple[int, int]:
    """Return how many steps a sequence has at most, and how many test sequences lie behind the training sequences."""
    return int(row.task["lag"]), 250


def draw(row: Row, reading: Reading, count: int, rng: Random) -> Symbols:
    """Draw training sequences."""
    task: dict[str, Any] = dict(row.task)
    drawn = draw_long_lag(task["lag"], count, rng, random_between=row.experiment == "2b")
    if reading.get("errors") == "end":
        drawn.mask[:-1] = False
    return drawn


def draw_test(row: Row, reading: Reading, count: int, rng: Random) -> Symbols:
    """Draw test sequences: as for training, but 2b is judged at the end alone."""
    drawn = draw(row, reading, count, rng)
    if row.experiment == "2b":
        drawn.mask[:-1] = False
    return drawn


def grow(row: Row, reading: Reading, params: dict[str, Array], training: Random) -> tuple[dict[str, Array], int]:
    """Train outputs on inputs alone until their error has stopped decreasing (2a, 2b).

    Returns:
        the parameters, with the hidden unit's as they were drawn; and how many sequences were shown.
    """
    if reading.get("growth", "start") == "start":
        return params, 0
    assert isinstance(row.net, Net)
    enough = float(reading["growth"].rstrip(" %")) / 100.0
    D = row.net.input_size
    bare = Net(D, 0, 1, D, biased="none", output_bias=False, output_gates=False, recurrent=False, direct=True)
    bare = replace(bare, linear_output=reading["output"] == "linear")
    nets = Eight(bare, 100, D, symbolic=True, by_class=True, **slope_of(reading))
    nets.put(0, {"weight_direct": params["weight_direct"]})
    before, shown = np.inf, 0
    while shown < row.cap:
        nets.load(0, 0, draw(row, reading, 100, training))
        nets.start(0, 0, 100, learning_rate(row, reading), each_step=reading["update"] == "step")
        nets.run()
        shown += 100
        error = float(nets.errors(0, 0, 100)[:, 2].mean())
        if np.isnan(error) or error > (1.0 - enough) * before:
            break
        before = error
    return params | nets.params(0), shown


def by_growth(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Train outputs alone, then with a memory cell added, until 10,000 sequences in a row are right.

    In 2a there are but two sequences, so that these two decide. Nets without memory cells are whole from the start.
    """
    weights, training, testing = rngs
    params, grown = grow(row, reading, initial_params(row, reading, weights), training)
    lane.put(params)
    alpha, shown, place = learning_rate(row, reading), grown, lane.room
    every, each_step = int(reading["test-every"]), reading.get("update") == "step"
    in_a_row = 50 if row.experiment == "2a" else 10_000
    while shown < row.cap:
        if place >= lane.room:
            lane.load(0, draw(row, reading, lane.room, training))
            place = 0
        count = min(every - shown % every, lane.room - place)
        lane.start(place, place + count, alpha, each_step=each_step)
        yield
        shown += count
        place += count
        if shown % every:
            continue
        right = yield from all_right(lane, row, reading, testing, draw_test, in_a_row)
        if right:
            return {"solved": True, "sequences": shown, "grown": grown}
    return {"solved": False, "sequences": shown, "grown": grown}
