"""Nets without memory cells, compiled: the readable learner's numbers, and lanes that are apart."""

import numpy as np
import pytest

from lstmlib.online import SimpleNet, SimpleRecurrent
from lstmlib.online.compiled.lanes import LANES
from lstmlib.online.compiled.simple import EightSimple, train
from lstmlib.tasks.embedded_reber import as_symbols, embedded_reber_string
from lstmlib.tasks.long_lag import draw_long_lag
from lstmlib.tasks.symbols import one_hot


def reber(rng, N):
    return as_symbols([embedded_reber_string(rng) for _ in range(N)])


# Net, how to draw sequences, how many, learning rate.
CASES = {
    "2a, p = 4": (SimpleNet(5, 1, 5), lambda rng, N: draw_long_lag(4, N, rng), 4000, 4.0),
    "2a, delayed": (SimpleNet(5, 2, 5, delayed=True), lambda rng, N: draw_long_lag(4, N, rng), 2000, 4.0),
    "2b, p = 10": (SimpleNet(11, 1, 11), lambda rng, N: draw_long_lag(10, N, rng, random_between=True), 2000, 1.0),
    "Reber": (SimpleNet(7, 4, 7, direct=False), reber, 1500, 0.5),
    "Reber, recurrent outputs": (SimpleNet(7, 9, 7, direct=False, recurrent_outputs=True), reber, 400, 0.5),
}


def readable(net, params, drawn, learning_rate, each_step, look_back):
    batch = one_hot(drawn, net.input_size)
    learner = SimpleRecurrent(net, params, look_back=look_back)
    for n, length in enumerate(batch.lengths):
        learner.reset()
        for t in range(length):
            learner.step(batch.x[t, n])
            learner.add_error(np.eye(net.output_size)[batch.target[t, n]])
            if each_step:
                learner.update(learning_rate)
        learner.update(learning_rate)
    return learner.params


@pytest.mark.parametrize("look_back", [True, False])
@pytest.mark.parametrize("each_step", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_it_is_the_readable_learner_over_thousands_of_updates(name, each_step, look_back):
    net, draw, count, learning_rate = CASES[name]
    count = count // 4 if each_step or not look_back else count
    rng = np.random.default_rng(3)
    start, drawn = net.draw(rng), draw(rng, count)
    ours, errors = train(net, start, drawn, learning_rate, each_step=each_step, look_back=look_back)
    theirs = readable(net, start, drawn, learning_rate, each_step, look_back)
    assert max(np.abs(theirs[part] - start[part]).max() for part in start) > 0.5
    for part, value in theirs.items():
        np.testing.assert_allclose(ours[part], value, rtol=0, atol=1e-9 * max(np.abs(value).max(), 1.0))
    assert errors[0, 0] > 0.4
    assert errors.shape == (count, 3)


def test_a_net_gives_the_same_digits_in_any_lane_beside_any_others(rng):
    net = SimpleNet(7, 3, 7, direct=False)
    starts, drawn = [net.draw(rng) for _ in range(LANES)], [reber(rng, 20 + lane) for lane in range(LANES)]
    nets = EightSimple(net, 40, 100)
    for lane in range(LANES):
        nets.put(lane, starts[lane])
        nets.load(lane, 0, drawn[lane])
        nets.start(lane, 0, 20 + lane, 0.5)
    while nets.busy.any():
        nets.run()
    for lane in range(LANES):
        alone, errors = train(net, starts[lane], drawn[lane], 0.5)
        np.testing.assert_array_equal(nets.errors(lane, 0, 20 + lane), errors)
        for part, value in nets.params(lane).items():
            np.testing.assert_array_equal(value, alone[part])
