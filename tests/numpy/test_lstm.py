"""The LSTM: its equations, its gradient, its forget bias."""

import numpy as np
import pytest

from lstmlib.numpy import LSTM, check_gradients


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


def test_one_step_by_hand():
    layer = LSTM(1, 1)
    w, u, b = [0.5, -1.0, 2.0, 0.3], [0.1, 0.2, -0.3, 0.4], [0.0, 1.0, -0.5, 0.25]  # i, f, g, o
    layer.params["weight_ih_l0"][:, 0], layer.params["weight_hh_l0"][:, 0] = w, u
    layer.params["bias_ih_l0"][:], layer.params["bias_hh_l0"][:] = b, 0.0
    x, h, c = 0.7, -0.2, 1.5
    net = [w[k] * x + u[k] * h + b[k] for k in range(4)]
    i, f, g, o = logistic(net[0]), logistic(net[1]), np.tanh(net[2]), logistic(net[3])
    new_c = f * c + i * g
    y, (last_h, last_c), _ = layer.forward(np.full((1, 1, 1), x), (np.full((1, 1), h), np.full((1, 1), c)))
    assert last_c.item() == pytest.approx(new_c, rel=1e-14)
    assert y.item() == last_h.item() == pytest.approx(o * np.tanh(new_c), rel=1e-14)


def test_gradient(rng):
    layer = LSTM(3, 4, rng=rng)
    state = rng.standard_normal((2, 4)), rng.standard_normal((2, 4))
    differences = check_gradients(layer, rng.standard_normal((5, 2, 3)), state)
    assert set(differences) == {"x", "state[0]", "state[1]", *layer.params}
    assert max(differences.values()) < 1e-6, differences


def test_steps_one_at_a_time_are_the_sequence(rng):
    layer, x = LSTM(3, 4, rng=rng), rng.standard_normal((6, 2, 3))
    y, (h, c), _ = layer.forward(x)
    state, steps = None, []
    for t in range(6):
        part, state, _ = layer.forward(x[t : t + 1], state)
        steps.append(part)
    np.testing.assert_allclose(np.concatenate(steps), y, rtol=1e-13)
    np.testing.assert_allclose(state[0], h, rtol=1e-13)
    np.testing.assert_allclose(state[1], c, rtol=1e-13)


def test_error_carried_between_pieces_is_the_sequence_s(rng):
    layer, x, dy = LSTM(3, 4, rng=rng), rng.standard_normal((6, 2, 3)), rng.standard_normal((6, 2, 4))
    _, _, cache = layer.forward(x)
    dx, (dh, dc), grads = layer.backward(cache, dy)
    _, state, first = layer.forward(x[:2])
    _, _, second = layer.forward(x[2:], state)
    dx2, dstate, grads2 = layer.backward(second, dy[2:])
    dx1, (dh1, dc1), grads1 = layer.backward(first, dy[:2], dstate)
    np.testing.assert_allclose(np.concatenate([dx1, dx2]), dx, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(dh1, dh, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(dc1, dc, rtol=1e-12, atol=1e-15)
    for name in grads:
        np.testing.assert_allclose(grads1[name] + grads2[name], grads[name], rtol=1e-12, atol=1e-14)


def test_open_forget_gate_and_shut_input_gate_keep_the_cell(rng):
    layer = LSTM(2, 3, rng=rng)
    for value in layer.params.values():
        value[:] = 0.0
    layer.params["bias_ih_l0"][:3], layer.params["bias_ih_l0"][3:6] = -1e3, 1e3
    c0 = rng.standard_normal((2, 3))
    _, (_, c), cache = layer.forward(rng.standard_normal((500, 2, 2)), (np.zeros((2, 3)), c0))
    np.testing.assert_array_equal(c, c0)
    _, (_, dc), _ = layer.backward(cache, np.zeros((500, 2, 3)), (np.zeros((2, 3)), np.ones((2, 3))))
    np.testing.assert_array_equal(dc, np.ones((2, 3)))


def test_forget_bias_counts_both_vectors():
    layer = LSTM(3, 4, forget_bias=1.5, rng=np.random.default_rng(0))
    plain = LSTM(3, 4, rng=np.random.default_rng(0))
    total = layer.params["bias_ih_l0"] + layer.params["bias_hh_l0"]
    np.testing.assert_array_equal(total[4:8], 1.5)
    others = np.r_[0:4, 8:16]
    np.testing.assert_array_equal(total[others], (plain.params["bias_ih_l0"] + plain.params["bias_hh_l0"])[others])


def test_what_it_returns_is_the_caller_s_to_change(rng):
    layer, x = LSTM(3, 4, rng=rng), rng.standard_normal((6, 2, 3))
    y, (h, c), cache = layer.forward(x)
    dy = rng.standard_normal(y.shape)
    before = layer.backward(cache, dy)
    for array in (y, h, c):
        array[:] = 0.0
    after = layer.backward(cache, dy)
    for name in before[2]:
        np.testing.assert_array_equal(before[2][name], after[2][name])


def test_float32_stays_float32(rng):
    layer = LSTM(3, 4, rng=rng, dtype=np.float32)
    y, state, cache = layer.forward(rng.standard_normal((5, 2, 3)).astype(np.float32))
    dx, dstate, grads = layer.backward(cache, np.ones_like(y))
    assert {a.dtype for a in (y, *state, dx, *dstate, *grads.values())} == {np.dtype(np.float32)}
