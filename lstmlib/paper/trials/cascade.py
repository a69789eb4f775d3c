"""Experiment 1 with a net that grows: all strings of a training set and a test set must be right."""

from lstmlib.paper.row import Reading, Row
from lstmlib.paper.trials.grammar import judged, strings_of
from lstmlib.paper.trials.lane import Lane, Random, Trial
from lstmlib.tasks.embedded_reber import as_symbols


def by_cascade(lane: Lane, row: Row, reading: Reading, rngs: list[Random]) -> Trial:
    """Train phase after phase, until all strings of both sets are right.

    A pass shows all training strings once. Success is tested before each change of the outputs' weights.
    """
    weights, _, of_strings = rngs
    train, both = strings_of(reading, of_strings)
    nets, number, most = lane.nets, lane.number, row.cap // len(train)
    params = nets.net.draw(weights, row.weight_range)
    nets.put(number, params, as_symbols(train), *judged(both))
    one = nets.lanes[number]
    while True:
        nets.train_outputs(number, most - one.passes)
        yield
        if one.right or one.passes >= most:
            break
        candidates = one.net.draw_candidates(weights, weight_range=row.weight_range)
        nets.train_candidates(number, candidates, most - one.passes)
        yield
        if one.passes >= most:
            break
        nets.install(number)
    return {"solved": one.right, "sequences": one.passes * len(train), "units": one.net.hidden_size}
