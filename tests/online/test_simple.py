"""Nets without memory cells: real-time recurrent learning is backpropagation through time."""

import numpy as np
import pytest

from lstmlib.numpy import RNN
from lstmlib.numpy.rnn import sigmoid
from lstmlib.online import SimpleNet, SimpleRecurrent
from lstmlib.tasks.embedded_reber import as_symbols, embedded_reber_string
from lstmlib.tasks.long_lag import draw_long_lag
from lstmlib.tasks.symbols import one_hot


def reber(rng, N):
    return as_symbols([embedded_reber_string(rng) for _ in range(N)])


# Net, how to draw sequences.
CASES = {
    "2a, p = 4": (SimpleNet(5, 1, 5), lambda rng, N: draw_long_lag(4, N, rng)),
    "2a, delayed": (SimpleNet(5, 2, 5, delayed=True), lambda rng, N: draw_long_lag(4, N, rng)),
    "2b, p = 10": (SimpleNet(11, 1, 11), lambda rng, N: draw_long_lag(10, N, rng, random_between=True)),
    "Reber": (SimpleNet(7, 4, 7, direct=False), reber),
    "Reber, recurrent outputs": (SimpleNet(7, 9, 7, direct=False, recurrent_outputs=True), reber),
}


def test_numbers_of_weights():
    for p, weights in ((4, 36), (10, 144), (100, 10_404)):
        assert SimpleNet(p + 1, 1, p + 1).num_weights == weights
    assert SimpleNet(7, 15, 7, direct=False).num_weights == 435
    for hidden, weights in ((3, 170), (12, 494)):
        assert SimpleNet(7, hidden + 7, 7, direct=False, recurrent_outputs=True).num_weights == weights


@pytest.mark.parametrize("name", CASES)
def test_over_a_sequence_it_is_backpropagation_through_time(name, rng):
    """The table's rows for both methods differ in nothing, then, where weights change after each sequence."""
    net, draw = CASES[name]
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
            h = np.concatenate([np.zeros_like(h[:1]), h[:-1]]) if net.delayed else h
            y = sigmoid(h @ outward.T + x @ direct.T)
            e = (target - y) * y * (1.0 - y)
        dh = -e @ outward
        dh = np.concatenate([dh[1:], np.zeros_like(dh[:1])]) if net.delayed else dh
        _, _, grads = layer.backward(cache, dh)
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


def test_where_it_starts(rng):
    """From 0.5 it goes on as from a step that has left it there."""
    net = SimpleNet(3, 1, 2, delayed=True)
    params, x = net.draw(rng, 2.0), rng.normal(size=3)
    learner = SimpleRecurrent(net, params, initial=0.5)
    y = learner.step(x)
    np.testing.assert_allclose(y, sigmoid(params["weight_out"][:, 0] * 0.5 + params["weight_direct"] @ x), atol=1e-15)
    learner.reset()
    np.testing.assert_array_equal(learner.step(x), y)


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


def test_bad_input(rng):
    net = SimpleNet(5, 1, 5)
    with pytest.raises(ValueError, match="params has the shapes"):
        SimpleRecurrent(net, SimpleNet(5, 1, 5, direct=False).draw(rng))
    with pytest.raises(ValueError, match="x has shape"):
        SimpleRecurrent(net, net.draw(rng)).step(np.zeros(4))
    with pytest.raises(ValueError, match="among 6 hidden units: expected direct=False, and at least 7"):
        SimpleNet(7, 6, 7, direct=False, recurrent_outputs=True)
    with pytest.raises(ValueError, match="delayed is True, expected False"):
        SimpleNet(7, 7, 7, direct=False, recurrent_outputs=True, delayed=True)


@pytest.mark.parametrize("steps_back", [0, 1, 3, 9])
def test_the_gradient_goes_so_many_steps_back(steps_back, rng):
    """At the last step it is that of a net whose weights before are others, kept as they are."""
    net = SimpleNet(3, 2, 2)
    params, x, target = net.draw(rng, 1.0), rng.standard_normal((6, 3)), rng.random(2)
    learner = SimpleRecurrent(net, params, steps_back=steps_back)
    for t in range(6):
        learner.step(x[t])
    learner.add_error(target)
    learner.update(1.0)

    def loss(changed):
        before, now = SimpleRecurrent(net, params), SimpleRecurrent(net, changed)
        for t in range(5 - min(steps_back, 5)):
            before.step(x[t])
        now.h = before.h
        for t in range(5 - min(steps_back, 5), 6):
            y = now.step(x[t])
        return 0.5 * ((y - target) ** 2).sum()

    for name, value in params.items():
        for at in np.ndindex(value.shape):
            sides = []
            for step in (1e-5, -1e-5):
                changed = {key: array.copy() for key, array in params.items()}
                changed[name][at] += step
                sides.append(loss(changed))
            found = learner.params[name][at] - value[at]
            assert found == pytest.approx((sides[1] - sides[0]) / 2e-5, abs=1e-9)


def test_steps_back_can_t_be_negative(rng):
    net = SimpleNet(3, 2, 2)
    with pytest.raises(ValueError, match="steps_back is -1"):
        SimpleRecurrent(net, net.draw(rng), steps_back=-1)
