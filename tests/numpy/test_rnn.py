"""The Elman network: its equation, its gradient, and what it says to bad input."""

import numpy as np
import pytest

from lstmlib.numpy import RNN, check_gradients
from lstmlib.numpy.rnn import NONLINEARITIES, sigmoid


def test_one_step_by_hand():
    layer = RNN(1, 1)
    for name, value in {"weight_ih_l0": 2.0, "weight_hh_l0": -1.0, "bias_ih_l0": 0.25, "bias_hh_l0": 0.5}.items():
        layer.params[name][:] = value
    y, state, _ = layer.forward(np.full((1, 1, 1), 0.5), np.full((1, 1), 3.0))
    assert y.item() == pytest.approx(np.tanh(2.0 * 0.5 + 0.25 - 3.0 + 0.5), rel=1e-15)
    assert state == y[-1]


@pytest.mark.parametrize("nonlinearity", NONLINEARITIES)
def test_gradient(nonlinearity, rng):
    layer = RNN(3, 4, nonlinearity=nonlinearity, rng=rng)
    differences = check_gradients(layer, rng.standard_normal((5, 2, 3)), rng.standard_normal((2, 4)))
    assert set(differences) == {"x", "state[0]", *layer.params}
    assert max(differences.values()) < 1e-6, differences


@pytest.mark.parametrize(("name", "f"), [("tanh", np.tanh), ("relu", lambda x: max(x, 0.0)), ("logistic", sigmoid)])
def test_slope_is_the_function_s(name, f):
    function, slope = NONLINEARITIES[name]
    for x in (-2.0, -0.3, 0.4, 1.7):
        value = np.array([x])
        assert function(value) == pytest.approx(f(x))
        assert slope(function(value)) == pytest.approx((f(x + 1e-6) - f(x - 1e-6)) / 2e-6, abs=1e-6)


def test_logistic_function_does_not_overflow():
    with np.errstate(all="raise"):
        assert sigmoid(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]


def test_steps_one_at_a_time_are_the_sequence(rng):
    layer, x = RNN(3, 4, rng=rng), rng.standard_normal((6, 2, 3))
    y, last, _ = layer.forward(x)
    state, steps = None, []
    for t in range(6):
        part, state, _ = layer.forward(x[t : t + 1], state)
        steps.append(part)
    np.testing.assert_allclose(np.concatenate(steps), y, rtol=1e-14)
    np.testing.assert_allclose(state, last, rtol=1e-14)


def test_a_batch_is_its_sequences(rng):
    layer, x, dy = RNN(3, 4, rng=rng), rng.standard_normal((6, 3, 3)), rng.standard_normal((6, 3, 4))
    y, _, cache = layer.forward(x)
    dx, _, grads = layer.backward(cache, dy)
    total = {name: np.zeros_like(value) for name, value in grads.items()}
    for n in range(3):
        y_n, _, cache = layer.forward(x[:, n : n + 1])
        dx_n, _, grads_n = layer.backward(cache, dy[:, n : n + 1])
        np.testing.assert_allclose(y_n[:, 0], y[:, n], rtol=1e-13)
        np.testing.assert_allclose(dx_n[:, 0], dx[:, n], rtol=1e-12, atol=1e-15)
        for name, grad in grads_n.items():
            total[name] += grad
    for name in grads:
        np.testing.assert_allclose(total[name], grads[name], rtol=1e-12)


def test_what_it_returns_is_the_caller_s_to_change(rng):
    layer, x = RNN(3, 4, rng=rng), rng.standard_normal((6, 2, 3))
    y, state, cache = layer.forward(x)
    dy = rng.standard_normal(y.shape)
    before = layer.backward(cache, dy)
    y[:] = 0.0
    state[:] = 0.0
    after = layer.backward(cache, dy)
    np.testing.assert_array_equal(before[0], after[0])
    np.testing.assert_array_equal(before[2]["weight_hh_l0"], after[2]["weight_hh_l0"])


def test_float32_stays_float32(rng):
    layer = RNN(3, 4, rng=rng, dtype=np.float32)
    y, state, cache = layer.forward(rng.standard_normal((5, 2, 3)).astype(np.float32))
    dx, dstate, grads = layer.backward(cache, np.ones_like(y))
    assert {a.dtype for a in (y, state, dx, dstate, *grads.values())} == {np.dtype(np.float32)}


def test_the_seed_decides():
    one, same, other = (RNN(3, 4, rng=np.random.default_rng(seed)).params for seed in (1, 1, 2))
    for name in one:
        np.testing.assert_array_equal(one[name], same[name])
        assert not np.array_equal(one[name], other[name])
        assert np.abs(one[name]).max() <= 0.5  # 1 / sqrt(4)


def test_unknown_nonlinearity():
    with pytest.raises(ValueError, match="nonlinearity is 'sine', expected one of tanh, relu, logistic"):
        RNN(3, 4, nonlinearity="sine")
