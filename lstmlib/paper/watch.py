"""Nets of a row of the 1997 paper while they learn: tested as they go, and taken out when a trial is solved."""

from collections.abc import Generator, Mapping
from typing import Any, NamedTuple

import numpy as np

from lstmlib.numpy.checks import Array
from lstmlib.online.compiled.lanes import LANES
from lstmlib.online.net import Net
from lstmlib.paper.row import Row
from lstmlib.paper.rows import ROWS, reading_of
from lstmlib.paper.trials import (
    Lane,
    Random,
    draw,
    draw_test,
    grow,
    initial_params,
    kind_of,
    learning_rate,
    make_room,
    net_of,
    random_sources,
    side_by_side,
)
from lstmlib.paper.trials.grammar import judged, pick, strings_of
from lstmlib.paper.trials.lane import Drawn
from lstmlib.tasks.embedded_reber import embedded_reber_string

TESTED = 256  # sequences at each point of a curve, as many as decide in experiment 3


class Plan(NamedTuple):
    """What is made for an experiment.

    Attributes:
        name: of the row.
        chosen: options of readings, under which the row comes out.
        sequences: how many training sequences the curves cover.
        every: how many lie between two points.
        decimals: of the parameters that are kept.
    """

    name: str
    chosen: Mapping[str, str]
    sequences: int
    every: int
    decimals: int = 4

    @property
    def row(self) -> Row:
        """The row."""
        return ROWS[self.name]

    @property
    def reading(self) -> dict[str, str]:
        """The option of every reading."""
        return reading_of(self.row, self.chosen)

    @property
    def net(self) -> Net:
        """Sizes and connections of its nets."""
        return net_of(self.row, self.reading)


Watched = Generator[None, None, list[tuple[float, float]]]


def curves(plan: Plan, *, seed: int = 0, nets: int = LANES) -> tuple[Array, Array]:
    """Train nets of a row, whether or not they succeed before the end, and test them as they go.

    They are the nets of the trials 0, 1, ... with this seed: the same weights, the same training sequences.

    Args:
        plan: which row, how long, how many points.
        seed: of weights and sequences.
        nets: how many, at most 8; eight take as long as one.

    Returns:
        which part of the test sequences is wrong (nets, P), and their mean absolute error (nets, P); NaN where a net of
        experiment 2a or 2b has not been given its memory cell yet.
    """
    check_nets(nets)
    found: dict[int, list[tuple[float, float]]] = {}
    side_by_side(
        make_room(plan.row, plan.reading),
        lambda lane, trial: _watch(plan, lane, random_sources(plan.row, seed, trial)),
        range(nets),
        lambda trial, points, seconds: found.update({trial: points}),
    )
    points = np.array([found[trial] for trial in range(nets)])
    return points[..., 0], points[..., 1]


def solve(plan: Plan, *, seed: int = 0, nets: int = LANES) -> dict[str, Any]:
    """Run the trials of a row side by side until one of them has succeeded; return its number, sequences and net.

    Args:
        plan: which row.
        seed: of weights and sequences.
        nets: how many trials, at most 8.

    Returns:
        "trial", "after" (how many training sequences), and "params", name -> array, rounded.

    Raises:
        RuntimeError: none of them succeeds.
    """
    check_nets(nets)
    row, reading = plan.row, plan.reading
    eight, room = make_room(row, reading)
    solved: dict[int, dict[str, Any]] = {}
    side_by_side(
        (eight, room),
        lambda lane, trial: kind_of(row)(lane, row, reading, random_sources(row, seed, trial)),
        range(nets),
        lambda trial, result, seconds: solved.update({trial: result} if result["solved"] else {}),
        lambda: not solved,
    )
    if not solved:
        raise RuntimeError(f"none of {nets} nets of {plan.name} succeeds")
    trial = min(solved, key=lambda trial: solved[trial]["sequences"])
    params = {name: np.round(value, plan.decimals) + 0.0 for name, value in eight.params(trial).items()}
    return {"trial": trial, "after": solved[trial]["sequences"], "params": params}


def share_wrong(plan: Plan, params: dict[str, Array], count: int, rng: Random) -> float:
    """Return which part of so many fresh sequences a net gets wrong, by the rule of its row.

    Args:
        plan: which row.
        params: of the net, name -> array.
        count: how many sequences.
        rng: their source.
    """
    row, reading = plan.row, plan.reading
    eight, room = make_room(row, reading)
    lane, wrong = Lane(eight, 0, room), 0
    lane.put(params)
    for start in range(0, count, room):
        size = min(room, count - start)
        if row.experiment == "1":
            lane.load(0, *judged([embedded_reber_string(rng) for _ in range(size)]))
        else:
            lane.load(0, draw_test(row, reading, size, rng))
        lane.start(0, size, 0.0, tolerance=row.tolerance)
        eight.run()
        wrong += lane.failed
    return wrong / count


def check_nets(nets: int) -> None:
    """Raise an error unless so many nets fit into the lanes.

    Raises:
        ValueError: they don't.
    """
    if not 1 <= nets <= LANES:
        raise ValueError(f"nets is {nets}, expected 1 to {LANES}")


def _watch(plan: Plan, lane: Lane, rngs: list[Random]) -> Watched:
    """Train one net as its trial does, and test it at every point; return for each what part was wrong, and the error.

    In experiment 1 what it is tested on are the trial's own strings, of both sets.
    """
    row, reading = plan.row, plan.reading
    weights, training, testing = rngs
    params, shown = initial_params(row, reading, weights), 0
    if row.experiment in ("2a", "2b"):
        params, shown = grow(row, reading, params, training)
    lane.put(params)
    train, own = strings_of(reading, testing) if row.experiment == "1" else ([], [])
    alpha, each_step = learning_rate(row, reading), reading.get("update") == "step"
    found: list[tuple[float, float]] = []
    left: Any = None
    for point in range(plan.every, plan.sequences + 1, plan.every):
        if point < shown:
            found.append((np.nan, np.nan))
            continue
        while shown < point:
            if left is None or not len(left.lengths):
                if row.experiment == "1":
                    left = pick(train, lane.room, training)
                else:
                    left = draw(row, reading, lane.room, training)
            count = min(point - shown, len(left.lengths))
            lane.load(0, _part(left, 0, count))
            lane.start(0, count, alpha, each_step=each_step)
            yield
            left, shown = _part(left, count, None), shown + count
        wrong, error, size = 0, 0.0, len(own) or TESTED
        for start in range(0, size, lane.room):
            count = min(lane.room, size - start)
            if own:
                lane.load(0, *judged(own[start : start + count]))
            else:
                lane.load(0, draw_test(row, reading, count, testing))
            lane.start(0, count, 0.0, tolerance=row.tolerance)
            yield
            wrong += lane.failed
            error += count * lane.mean_error(0, count)
        found.append((wrong / size, error / size))
    return found


def _part(drawn: Drawn, start: int, stop: int | None) -> Any:
    """Return some of the sequences of a batch."""
    kind: Any = type(drawn)
    return kind(*(array[:, start:stop] for array in drawn[:3]), drawn.lengths[start:stop])
