"""GRU, peepholes and coupled gates: one step by hand each, and what sets each apart."""

import numpy as np
import pytest

from lstmlib.numpy import GRU, LSTM, CoupledLSTM, PeepholeLSTM


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


def one_unit(layer, rng):
    """Return the parameters of a layer of one unit as lists of numbers, after drawing them."""
    for value in layer.params.values():
        value[:] = rng.standard_normal(value.shape)
    return [layer.params[f"{name}_l0"].ravel().tolist() for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]


@pytest.mark.parametrize("reset", ["after", "before"])
def test_gru_by_hand(reset, rng):
    layer = GRU(1, 1, reset=reset)
    w, u, b, v = one_unit(layer, rng)
    x, h = 0.7, -0.4
    r = logistic(w[0] * x + b[0] + u[0] * h + v[0])
    z = logistic(w[1] * x + b[1] + u[1] * h + v[1])
    inner = r * (u[2] * h + v[2]) if reset == "after" else u[2] * (r * h) + v[2]
    n = np.tanh(w[2] * x + b[2] + inner)
    y, state, _ = layer.forward(np.full((1, 1, 1), x), np.full((1, 1), h))
    assert y.item() == state.item() == pytest.approx((1.0 - z) * n + z * h, rel=1e-13)


def test_the_two_resets_are_different_functions(rng):
    after, before = GRU(3, 4, rng=np.random.default_rng(0)), GRU(3, 4, reset="before", rng=np.random.default_rng(0))
    x = rng.standard_normal((5, 2, 3))
    a, b = after.forward(x)[0], before.forward(x)[0]
    assert np.abs(a - b).max() > 1e-3
    for layer in (after, before):  # but not where nothing is reset
        layer.params["bias_ih_l0"][:4] = 1e3
    np.testing.assert_allclose(after.forward(x)[0], before.forward(x)[0], rtol=1e-12)


def test_gru_keeps_its_state_while_the_update_gate_says_so(rng):
    layer = GRU(2, 3, rng=rng)
    layer.params["bias_ih_l0"][3:6] = 1e3
    h = rng.standard_normal((2, 3))
    _, last, _ = layer.forward(rng.standard_normal((500, 2, 2)), h)
    np.testing.assert_array_equal(last, h)


def test_unknown_reset():
    with pytest.raises(ValueError, match="reset is 'never', expected one of after, before"):
        GRU(3, 4, reset="never")


def test_peephole_by_hand(rng):
    layer = PeepholeLSTM(1, 1)
    w, u, b, v = one_unit(layer, rng)
    p_i, p_f, p_o = layer.params["weight_ch_l0"]
    x, h, c = 0.7, -0.2, 1.5
    net = [w[k] * x + b[k] + u[k] * h + v[k] for k in range(4)]
    i, f, g = logistic(net[0] + p_i * c), logistic(net[1] + p_f * c), np.tanh(net[2])
    new_c = f * c + i * g
    o = logistic(net[3] + p_o * new_c)
    y, state, _ = layer.forward(np.full((1, 1, 1), x), (np.full((1, 1), h), np.full((1, 1), c)))
    assert state[1].item() == pytest.approx(new_c, rel=1e-13)
    assert y.item() == pytest.approx(o * np.tanh(new_c), rel=1e-13)


def test_peepholes_of_zero_are_an_lstm(rng):
    peephole, plain = PeepholeLSTM(3, 4, rng=rng), LSTM(3, 4)
    for name, value in plain.params.items():
        value[:] = peephole.params[name]
    peephole.params["weight_ch_l0"][:] = 0.0
    x, dy = rng.standard_normal((5, 2, 3)), rng.standard_normal((5, 2, 4))
    (y, _, cache), (y2, _, cache2) = peephole.forward(x), plain.forward(x)
    np.testing.assert_allclose(y, y2, rtol=1e-13)
    np.testing.assert_allclose(peephole.backward(cache, dy)[0], plain.backward(cache2, dy)[0], rtol=1e-11, atol=1e-15)


def test_coupled_by_hand(rng):
    layer = CoupledLSTM(1, 1)
    w, u, b, v = one_unit(layer, rng)
    x, h, c = 0.7, -0.2, 1.5
    net = [w[k] * x + b[k] + u[k] * h + v[k] for k in range(3)]
    f, g, o = logistic(net[0]), np.tanh(net[1]), logistic(net[2])
    new_c = f * c + (1.0 - f) * g
    y, state, _ = layer.forward(np.full((1, 1, 1), x), (np.full((1, 1), h), np.full((1, 1), c)))
    assert state[1].item() == pytest.approx(new_c, rel=1e-13)
    assert y.item() == pytest.approx(o * np.tanh(new_c), rel=1e-13)


def test_a_coupled_cell_stays_below_one_where_an_lstm_s_does_not():
    x = np.full((50, 1, 1), 10.0)
    coupled, plain = CoupledLSTM(1, 1), LSTM(1, 1)
    for layer in (coupled, plain):
        for value in layer.params.values():
            value[:] = 1.0
    assert coupled.forward(x)[1][1].item() <= 1.0
    assert plain.forward(x)[1][1].item() > 40.0
