"""Nets without memory cells: real-time recurrent learning is backpropagation through time; the compiled twin."""

import numpy as np
import pytest

from lstmlib.numpy import RNN
from lstmlib.numpy.rnn import sigmoid
from lstmlib.online import SimpleNet, SimpleRecurrent
from lstmlib.online.compiled_simple import EightSimple, train
from lstmlib.online.lanes import LANES
from lstmlib.tasks.embedded_reber import as_symbols, embedded_reber_string
from lstmlib.tasks.long_lag import draw_long_lag
from lstmlib.tasks.symbols import one_hot


def reber(rng, N):
    return as_symbols([embedded_reber_string(rng) for _ in range(N)])


# Net, how to draw sequences, how many, learning rate.
CASES = {
    "2a, p = 4": (SimpleNet(5, 1, 5), lambda rng, N: draw_long_lag(4, N, rng), 4000, 4.0),
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


def test_numbers_of_weights():
    for p, weights in ((4, 36), (10, 144), (100, 10_404)):
        assert SimpleNet(p + 1, 1, p + 1).num_weights == weights
    assert SimpleNet(7, 15, 7, direct=False).num_weights == 435
    for hidden, weights in ((3, 170), (12, 494)):
        assert SimpleNet(7, hidden + 7, 7, direct=False, recurrent_outputs=True).num_weights == weights


@pytest.mark.parametrize("name", CASES)
def test_over_a_sequence_it_is_backpropagation_through_time(name, rng):
    """The table's rows for both methods differ in nothing, then, where weights change after each sequence."""
    net, draw, _, _ = CASES[name]
    params, batch = net.draw(rng, 2.0), one_hot(draw(rng, 3), net.input_size)
    layer = RNN(net.input_size, net.hidden_size, nonlinearity="logistic", rng=rng)
    layer.params["weight_ih_l0"][:], layer.params["weight_hh_l0"][:] = params["weight_ih"], params["weight_hh"]
    layer.params["bias_ih_l0"][:] = layer.params["bias_hh_l0"][:] = 0.0
    for n, length in enumerate(batch.lengths):
        x = batch.x[:length, n : n + 1]
        h, _, cache = layer.forward(x)
        direct = params["weight_direct"] if net.direct else np.zeros((net.output_size, net.input_size))
        target = np.eye(net.output_size)[batch.target[:length, n : n + 1]]
        if net.recurrent_outputs:
            e, outward = target - h[..., -net.output_size :], np.eye(net.hidden_size)[-net.output_size :]
        else:
            outward = params["weight_out"]
            y = sigmoid(h @ outward.T + x @ direct.T)
            e = (target - y) * y * (1.0 - y)
        _, _, grads = layer.backward(cache, -e @ outward)
        expected = {
            "weight_ih": -grads["weight_ih_l0"],
            "weight_hh": -grads["weight_hh_l0"],
            "weight_out": np.einsum("tno,tnh->oh", e, h),
            "weight_direct": np.einsum("tno,tnd->od", e, x),
        }
        learner = SimpleRecurrent(net, params)
        for t in range(length):
            learner.step(x[t, 0])
            learner.add_error(np.eye(net.output_size)[batch.target[t, n]])
        learner.update(1.0)
        for part, value in learner.params.items():
            np.testing.assert_allclose(value - params[part], expected[part], rtol=0, atol=1e-12)


def test_elman_s_net_takes_the_step_before_for_an_input(rng):
    """Of a sequence's errors only those of the same step reach a weight: what came before is as if from outside."""
    net = SimpleNet(3, 2, 2, direct=False)
    params, x = net.draw(rng, 2.0), rng.normal(size=(4, 3))
    learner = SimpleRecurrent(net, params, look_back=False)
    for t in range(4):
        before = learner.h
        learner.step(x[t])
    learner.add_error(np.array([1.0, 0.0]))
    e = (np.array([1.0, 0.0]) - learner.y) * learner.y * (1.0 - learner.y)
    to_net = params["weight_out"].T @ e * learner.h * (1.0 - learner.h)
    learner.update(1.0)
    moved = learner.params
    np.testing.assert_allclose(moved["weight_ih"] - params["weight_ih"], np.outer(to_net, x[3]), atol=1e-14)
    np.testing.assert_allclose(moved["weight_hh"] - params["weight_hh"], np.outer(to_net, before), atol=1e-14)


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


def test_bad_input(rng):
    net = SimpleNet(5, 1, 5)
    with pytest.raises(ValueError, match="params has the shapes"):
        SimpleRecurrent(net, SimpleNet(5, 1, 5, direct=False).draw(rng))
    with pytest.raises(ValueError, match="x has shape"):
        SimpleRecurrent(net, net.draw(rng)).step(np.zeros(4))
    with pytest.raises(ValueError, match="among 6 hidden units: expected direct=False, and at least 7"):
        SimpleNet(7, 6, 7, direct=False, recurrent_outputs=True)
