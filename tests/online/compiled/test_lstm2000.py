"""LSTM with forget gates, compiled: the readable learner's numbers over whole streams, and when a stream ends."""

import numpy as np
import pytest

from lstmlib.online import LSTM2000, Net2000
from lstmlib.online.compiled.lanes import LANES
from lstmlib.online.compiled.lstm2000 import Streams
from lstmlib.tasks.embedded_reber import SYMBOLS, possible_next, walk

NEGATIVE, POSITIVE = (-0.5, -1.0, -1.5, -2.0), (0.5, 1.0, 1.5, 2.0)
PAPER = Net2000(7, 4, 2, 7)
KINDS = {
    "forget gates": PAPER,
    "states stay": Net2000(7, 4, 2, 7, forget_gates=False),
    "states decay": Net2000(7, 4, 2, 7, forget_gates=False, decay=0.9),
}
DEFAULTS = {"possible": True, "by_order": False, "tolerance": 0.49, "traces_decay": True}
LIMITS = {"most_streams": 1000, "most_steps": 400, "most_tested": 60}


def start_of(net, rng, weight_range=0.2):
    biases = {"input_gate_bias": NEGATIVE, "output_gate_bias": NEGATIVE}
    return net.draw(rng, weight_range, **biases, forget_gate_bias=POSITIVE if net.forget_gates else None)


def right(y, symbols, coming, rule):
    """Whether a prediction is right, said once more from the outputs."""
    allowed = np.isin(list(SYMBOLS), list(symbols))
    if rule["by_order"]:
        return y[allowed].min() > y[~allowed].max()
    target = allowed if rule["possible"] else np.eye(7)[coming]
    return np.abs(target - y).max() < rule["tolerance"]


def follow(net, params, source, rule, decay, resets, most_streams, most_steps, most_tested, num_tests):
    """Training and testing in turns, said once more with the readable learner."""
    learner = LSTM2000(net, params, traces_decay=rule["traces_decay"])
    graph, coins = walk(), iter(source.integers(2, size=1 << 16, dtype=np.uint8))

    def stream(most, learning_rate):
        learner.reset()
        text, node = "B", graph.node[0, 0]
        for step in range(most):
            y = learner.step(np.eye(7)[SYMBOLS.index(text[-1])])
            possible, coin = possible_next(text)[-1], next(coins)
            coming, node = graph.symbol[node, coin], graph.node[node, coin]
            assert SYMBOLS[coming] in possible
            if learning_rate:
                allowed = np.isin(list(SYMBOLS), list(possible)).astype(float)
                learner.add_error(allowed if rule["possible"] else np.eye(7)[coming])
                learner.update(learning_rate)
                learning_rate *= decay
            if not right(y, possible, coming, rule):
                return step, step + 1
            text += SYMBOLS[coming]
            if resets and text[-2:] == "EB":
                learner.reset()
        return most, most

    streams = symbols = 0
    while True:
        symbols += stream(most_steps, 0.5)[1]
        streams += 1
        lengths = []
        for _ in range(num_tests):
            lengths.append(stream(most_tested, 0.0)[0])
            if lengths[-1] < most_tested and streams < most_streams:
                break
        if streams == most_streams or min(lengths) == most_tested:
            return learner.params, streams, symbols, lengths


CASES = {
    "forget gates": (PAPER, {}, 1.0, False),
    "alpha decay": (PAPER, {}, 0.99, False),
    "squared": (PAPER, {"tolerance": 0.7, "possible": False}, 1.0, False),
    "order": (PAPER, {"by_order": True, "possible": False}, 1.0, False),
    "standard": (KINDS["states stay"], {}, 1.0, False),
    "state decay": (KINDS["states decay"], {"tolerance": 0.7}, 1.0, False),
    "state decay, traces stay": (KINDS["states decay"], {"tolerance": 0.7, "traces_decay": False}, 1.0, False),
    "external reset": (KINDS["states stay"], {"tolerance": 0.85, "possible": False}, 1.0, True),
}


@pytest.mark.parametrize(
    ("case", "limits"),
    [(case, LIMITS) for case in CASES.values()]
    + [((PAPER, {"tolerance": 0.8}, 0.9, False), LIMITS | {"most_steps": 3000})],  # the rate comes to nothing
    ids=[*CASES, "alpha decays to nothing"],
)
def test_streams_are_the_readable_learner_s_over_thousands_of_updates(case, limits):
    net, rule, decay, resets = case
    params = start_of(net, np.random.default_rng(1))
    expected = follow(
        *(net, params, np.random.default_rng(2), DEFAULTS | rule),
        *(decay, resets, *limits.values(), 3),
    )
    nets = Streams(net, walk(), **rule, rate_decay=decay, resets=resets, num_tests=3)
    nets.start(5, params, np.random.default_rng(2), 0.5, **limits)
    while nets.busy[5]:
        nets.run()
    assert (nets.streams(5), nets.symbols(5), nets.lengths(5).tolist()) == expected[1:]
    assert nets.symbols(5) > 2000
    for part, value in nets.params(5).items():
        np.testing.assert_allclose(value, expected[0][part], rtol=0, atol=1e-9 * max(np.abs(value).max(), 1.0))
        assert np.abs(value - params[part]).max() > (0.01 if limits == LIMITS else 1e-5)


def test_a_net_gives_the_same_digits_in_any_lane_beside_any_others():
    starts = [start_of(PAPER, np.random.default_rng([lane, 1])) for lane in range(LANES)]

    def begin(nets, lane):
        limits = LIMITS | {"most_streams": 100 + 10 * lane}
        nets.start(lane, starts[lane], np.random.default_rng([lane, 2]), 0.5, **limits)

    together = Streams(PAPER, walk(), num_tests=2)
    for lane in range(LANES):
        begin(together, lane)
    while together.busy.any():
        together.run()
    for lane in (0, 5):
        alone = Streams(PAPER, walk(), num_tests=2, num_coins=64)
        begin(alone, lane)
        while alone.busy.any():
            alone.run()
        assert alone.streams(lane) == together.streams(lane) == 100 + 10 * lane
        assert alone.lengths(lane).tolist() == together.lengths(lane).tolist()
        for part, value in alone.params(lane).items():
            np.testing.assert_array_equal(value, together.params(lane)[part])


def test_bad_input():
    with pytest.raises(ValueError, match="net has 6 inputs and 7 outputs, expected 7 of both"):
        Streams(Net2000(6, 4, 2, 7), walk())
