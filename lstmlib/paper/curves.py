"""How the nets of a row get better while they learn, what they have become, and what they hold before."""

from collections.abc import Generator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.online.compiled.lanes import LANES
from lstmlib.online.net import Net
from lstmlib.paper.row import Row
from lstmlib.paper.rows import reading_of
from lstmlib.paper.steps import read
from lstmlib.paper.trials import (
    Lane,
    draw,
    initial_params,
    learning_rate,
    make_room,
    net_of,
    random_sources,
    side_by_side,
)
from lstmlib.paper.watch import check_nets
from lstmlib.tasks.symbols import Symbols, one_hot


class Curves(NamedTuple):
    """What ``learning_curves`` returns.

    Attributes:
        sequences: after how many training sequences each point lies (P,).
        wrong: which part of the sequences since the point before was wrong (nets, P).
        error: their mean absolute error (nets, P).
        net: sizes and connections.
        params: each net's parameters at the end, name -> array.
    """

    sequences: NDArray[np.int64]
    wrong: Array
    error: Array
    net: Net
    params: list[dict[str, Array]]


def learning_curves(
    row: Row,
    sequences: int,
    *,
    chosen: Mapping[str, str] | None = None,
    seed: int = 0,
    nets: int = LANES,
    every: int = 1000,
) -> Curves:
    """Train nets of a row for so many sequences, whether or not they succeed before.

    They are the nets of the trials 0, 1, ... with this seed: the same weights, the same sequences.

    Args:
        row: which; one whose nets are judged at a sequence's end, so none of experiments 1, 2a and 2b.
        sequences: how many each net is shown, a multiple of ``every``.
        chosen: options of readings; defaults for the others.
        seed: of weights and sequences.
        nets: how many, 1 to 8; eight take as long as one.
        every: sequences between two points of the curves.

    Raises:
        ValueError: another row, or numbers that don't fit.
    """
    if not isinstance(row.net, Net) or row.experiment in ("1", "2a", "2b"):
        raise ValueError(f"{row.name}: expected a row of experiments 2c to 6")
    check_nets(nets)
    if sequences < every or sequences % every:
        raise ValueError(f"sequences is {sequences}, expected a multiple of {every}, the sequences between two points")
    reading = reading_of(row, chosen or {})
    eight, room = make_room(row, reading)
    errors = np.empty((nets, sequences, 2))

    def watch(lane: Lane, trial: int) -> Generator[None, None, None]:
        weights, training, _ = random_sources(row, seed, trial)
        lane.put(initial_params(row, reading, weights))
        for done in range(0, sequences, room):
            count = min(room, sequences - done)
            lane.load(0, draw(row, reading, count, training))
            lane.start(0, count, learning_rate(row, reading))
            yield
            errors[trial, done : done + count] = eight.errors(trial, 0, count)[:, :2]

    side_by_side((eight, room), watch, range(nets), lambda *finished: None)
    blocks = errors.reshape(nets, -1, every, 2)
    return Curves(
        every * np.arange(1, sequences // every + 1),
        (~(blocks[..., 0] < row.tolerance)).mean(2),
        blocks[..., 1].mean(2),
        eight.net,
        [eight.params(lane) for lane in range(nets)],
    )


def untrained_contents(
    row: Row, steps: int, *, chosen: Mapping[str, str] | None = None, seed: int = 0, nets: int = LANES
) -> Array:
    """Return what the cells of a row's nets hold, step by step, before they have learnt anything.

    They are the nets of the trials 0, 1, ... with this seed, each over its first training sequence.

    Args:
        row: which; one whose inputs are symbols, of experiment 2c or 6.
        steps: of the sequence, at most as many as it has.
        chosen: options of readings; defaults for the others.
        seed: of weights and sequences.
        nets: how many.

    Returns:
        the states s (steps, nets, C).

    Raises:
        ValueError: another row, or more steps than a sequence has.
    """
    if row.experiment not in ("2c", "6a", "6b"):
        raise ValueError(f"{row.name}: expected a row of experiment 2c or 6")
    reading = reading_of(row, chosen or {})
    net = net_of(row, reading)
    found = np.empty((steps, nets, net.num_cells))
    for trial in range(nets):
        weights, training, _ = random_sources(row, seed, trial)
        params = initial_params(row, reading, weights)
        drawn = draw(row, reading, 1, training)
        assert isinstance(drawn, Symbols)
        if steps > drawn.lengths[0]:
            raise ValueError(f"steps is {steps}, expected at most {drawn.lengths[0]}, the length of the sequence")
        found[:, trial] = read(net, params, one_hot(drawn, net.input_size).x[:steps, 0]).contents
    return found
