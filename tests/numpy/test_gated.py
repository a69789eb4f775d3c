"""GRU, peepholes, coupled gates, projections, clips: one step by hand each, and what sets each apart."""

import numpy as np
import pytest

from lstmlib.numpy import GRU, LSTM, RNN, CoupledLSTM, PeepholeLSTM, ProjectedLSTM
from lstmlib.numpy.squashing import NONLINEARITIES, limited, limited_slope, sigmoid, slopes


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


def test_coupled_with_peepholes_by_hand(rng):
    layer = CoupledLSTM(1, 1, peephole=True)
    w, u, b, v = one_unit(layer, rng)
    p_f, p_o = layer.params["weight_ch_l0"]
    x, h, c = 0.7, -0.2, 1.5
    net = [w[k] * x + b[k] + u[k] * h + v[k] for k in range(3)]
    f, g = logistic(net[0] + p_f * c), np.tanh(net[1])
    new_c = f * c + (1.0 - f) * g
    o = logistic(net[2] + p_o * new_c)
    y, state, _ = layer.forward(np.full((1, 1, 1), x), (np.full((1, 1), h), np.full((1, 1), c)))
    assert state[1].item() == pytest.approx(new_c, rel=1e-13)
    assert y.item() == pytest.approx(o * np.tanh(new_c), rel=1e-13)


def test_a_projection_is_a_matrix_after_the_cells_and_before_the_gates(rng):
    layer, x = ProjectedLSTM(2, 5, 3, rng=rng), rng.standard_normal((1, 4, 2))
    plain = LSTM(2, 5)
    for name in ("weight_ih_l0", "bias_ih_l0", "bias_hh_l0"):
        plain.params[name][:] = layer.params[name]
    W_hr, W_hh = layer.params["weight_hr_l0"], layer.params["weight_hh_l0"]
    plain.params["weight_hh_l0"][:] = W_hh @ W_hr  # what the gates see of the cells
    m, c = rng.standard_normal((2, 4, 5))
    shown, (last, _), _ = plain.forward(x, (m, c))
    y, (h, c2), _ = layer.forward(x, (m @ W_hr.T, c))
    np.testing.assert_allclose(y, shown @ W_hr.T, rtol=1e-12)
    np.testing.assert_allclose(h, last @ W_hr.T, rtol=1e-12)
    assert (layer.hidden_size, c2.shape, W_hh.shape) == (3, (4, 5), (20, 3))


CLIPPED = {
    "RNN": lambda **more: RNN(3, 4, **more),
    "LSTM": lambda **more: LSTM(3, 4, **more),
    "PeepholeLSTM": lambda **more: PeepholeLSTM(3, 4, **more),
    "CoupledLSTM": lambda **more: CoupledLSTM(3, 4, peephole=True, **more),
    "ProjectedLSTM": lambda **more: ProjectedLSTM(3, 4, 4, **more),
    "GRU": lambda **more: GRU(3, 4, **more),
    "GRU before": lambda **more: GRU(3, 4, reset="before", **more),
}


@pytest.mark.parametrize("make", CLIPPED.values(), ids=CLIPPED)
def test_a_clip_limits_what_is_squashed_and_only_that(make, rng):
    x, dy = rng.standard_normal((6, 2, 3)), rng.standard_normal((6, 2, 4))
    plain = make(rng=np.random.default_rng(0))
    y, _, cache = plain.forward(x)
    dx, _, _ = plain.backward(cache, dy)
    for clip, same in ((1e3, True), (0.3, False)):
        layer = make(clip=clip, rng=np.random.default_rng(0))
        y2, _, cache = layer.forward(x)
        dx2, _, _ = layer.backward(cache, dy)
        assert np.array_equal(y, y2) == np.array_equal(dx, dx2) == same


def test_clipped_gates_by_hand():
    layer = LSTM(1, 1, clip=0.5)
    for value in layer.params.values():
        value[:] = 0.0
    layer.params["weight_ih_l0"][:] = 100.0
    y, (_, c), cache = layer.forward(np.ones((1, 1, 1)))
    assert c.item() == pytest.approx(logistic(0.5) * np.tanh(0.5), rel=1e-13)
    assert y.item() == pytest.approx(logistic(0.5) * np.tanh(c.item()), rel=1e-13)
    dx, _, grads = layer.backward(cache, np.ones_like(y))
    assert not dx.any()  # no error passes where all is limited
    assert not grads["bias_ih_l0"].any()


@pytest.mark.parametrize(("f", "slope"), NONLINEARITIES.values(), ids=NONLINEARITIES)
def test_limited_functions_and_their_slopes(f, slope):
    clipped, clipped_slope = limited(f, 1.5), limited_slope(f, slope, 1.5)
    for z in (-3.0, -1.4, 0.4, 1.4, 3.0):
        net = np.array([z])
        assert clipped(net) == pytest.approx(f(np.clip(net, -1.5, 1.5)), rel=1e-15)
        difference = (clipped(net + 1e-6) - clipped(net - 1e-6)) / 2e-6
        assert clipped_slope(clipped(net)) == pytest.approx(difference, abs=1e-6)
    gates = np.stack([limited(sigmoid, 1.5)(np.linspace(-3, 3, 7)), limited(np.tanh, 1.5)(np.linspace(-3, 3, 7))])
    passing = slopes(gates[:, None], 1, 1.5)[:, 0] > 0.0
    assert passing.tolist() == [[False, False, True, True, True, False, False]] * 2


@pytest.mark.parametrize("clip", [0, -1.0, np.nan, np.inf, True, "wide"])
def test_bad_clips(clip):
    for make in CLIPPED.values():
        with pytest.raises((TypeError, ValueError), match=r"clip is .*, expected a positive number or None"):
            make(clip=clip)
