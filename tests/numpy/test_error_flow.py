"""The measurement of the error's way back: against differences, against the gradient, and under its bounds."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmlib.numpy import (
    GRU,
    LSTM,
    LSTM1997,
    RNN,
    Bidirectional,
    ConvLSTM,
    Linear,
    SequenceModel,
    cross_entropy,
    error_flow,
    error_scaling,
    gradient_by_lag,
    vanishing_bound,
)
from lstmlib.numpy.error_flow import error_left
from lstmlib.numpy.gradients import state_arrays
from lstmlib.numpy.rnn import NONLINEARITIES

LAYERS = {
    "RNN": lambda rng: RNN(2, 3, rng=rng),
    "logistic": lambda rng: RNN(2, 3, nonlinearity="logistic", rng=rng),
    "two layers": lambda rng: RNN(2, 3, num_layers=2, rng=rng),
    "LSTM": lambda rng: LSTM(2, 3, rng=rng),
    "LSTM, two layers": lambda rng: LSTM(2, 3, num_layers=2, rng=rng),
    "LSTM1997": lambda rng: LSTM1997(2, 2, 1, rng=rng),
    "GRU": lambda rng: GRU(2, 3, rng=rng),
    "model": lambda rng: SequenceModel(LSTM(2, 3, rng=rng), Linear(3, 2, rng=rng)),
}
T, N = 6, 2


@pytest.mark.parametrize("name", LAYERS)
def test_state_flow_is_the_slope_of_the_loss_along_the_state(name, rng):
    layer, x = LAYERS[name](rng), rng.standard_normal((T, N, 2))
    y, _, _ = layer.forward(x)
    dy_last = rng.standard_normal(y.shape[1:])
    flow = error_flow(layer, x, wrt="state", dy_last=dy_last)
    assert flow.shape == (T, N)
    for q in range(1, T):
        _, state, _ = layer.forward(x[: T - q])
        squares = np.zeros(N)
        for array in state_arrays(state):
            for index in np.ndindex(array.shape):
                difference = np.zeros(N)
                for sign in (1.0, -1.0):
                    kept = array[index]
                    array[index] = kept + sign * 1e-5
                    last = layer.forward(x[T - q :], state)[0][-1]
                    difference += sign * (last * dy_last).sum(-1) / 2e-5
                    array[index] = kept
                squares += difference**2  # a sequence's loss sees its own state alone
        np.testing.assert_allclose(flow[q], np.sqrt(squares), rtol=1e-6)


@pytest.mark.parametrize("name", LAYERS)
def test_input_flow_is_the_slope_of_the_loss_along_the_input(name, rng):
    layer, x = LAYERS[name](rng), rng.standard_normal((T, N, 2))
    dy_last = rng.standard_normal(layer.forward(x)[0].shape[1:])
    flow = error_flow(layer, x, dy_last=dy_last)
    squares = np.zeros((T, N))
    for t, d in itertools.product(range(T), range(2)):
        difference = np.zeros(N)
        for sign in (1.0, -1.0):
            moved = x.copy()
            moved[t, :, d] += sign * 1e-5
            difference += sign * (layer.forward(moved)[0][-1] * dy_last).sum(-1) / 2e-5
        squares[T - 1 - t] += difference**2
    np.testing.assert_allclose(flow, np.sqrt(squares), rtol=1e-5, atol=1e-10)


def test_row_0_of_the_state_is_the_error_put_in(rng):
    x = rng.standard_normal((T, N, 2))
    np.testing.assert_allclose(error_flow(LSTM(2, 3, rng=rng), x, wrt="state")[0], 1.0, rtol=1e-12)
    model = SequenceModel(RNN(2, 3, rng=rng), Linear(3, 1, rng=rng))
    expected = np.linalg.norm(model.params["readout.weight"])
    np.testing.assert_allclose(error_flow(model, x, wrt="state")[0], expected, rtol=1e-12)


def test_a_cell_alone_keeps_the_error(rng):
    layer = LSTM(2, 3, forget_bias=40.0, rng=rng)
    layer.params["weight_hh_l0"][:] = 0.0
    layer.params["weight_ih_l0"][3:6] = 0.0
    flow = error_flow(layer, rng.standard_normal((200, N, 2)), wrt="state")
    np.testing.assert_allclose(flow[1:], np.broadcast_to(flow[1], (199, N)), rtol=1e-12)


def test_what_is_left_is_the_flow_of_five_nets_on_one_noise():
    def make(rng):
        return LSTM(1, 4, forget_bias=2.0, rng=rng)

    left = error_left(make, 12, seeds=3)
    noise = np.random.default_rng(0).uniform(-1.0, 1.0, (13, 1, 1))
    flow = error_flow(make(np.random.default_rng(2)), noise, wrt="state")[:, 0]
    assert left.shape == (3, 13)
    np.testing.assert_array_equal(left[2], flow / flow[0])
    np.testing.assert_allclose(error_left(make, 5, seeds=1)[0, 0], 1.0)
    with pytest.raises(ValueError, match="hands none from step to step"):
        error_left(lambda rng: Bidirectional(LSTM(1, 4, rng=rng), LSTM(1, 4, rng=rng)), 5)


def test_convolutions_are_measured_too(rng):
    layer, x = ConvLSTM(1, 2, 3, rng=rng), rng.standard_normal((4, N, 1, 3, 3))
    for wrt in ("input", "state"):
        flow = error_flow(layer, x, wrt=wrt)
        assert flow.shape == (4, N)
        assert (flow > 0.0).all()


def test_single_precision_stays(rng):
    x = rng.standard_normal((T, N, 2)).astype(np.float32)
    for wrt in ("input", "state"):
        assert error_flow(RNN(2, 3, rng=rng, dtype=np.float32), x, wrt=wrt).dtype == np.float32


def test_what_has_no_state_from_step_to_step_is_refused(rng):
    x = rng.standard_normal((T, N, 3))
    layer = Bidirectional(RNN(3, 3, rng=rng), RNN(3, 3, rng=rng))
    assert error_flow(layer, x).shape == (T, N)
    for blind in (layer, Linear(3, 3, rng=rng)):
        with pytest.raises(ValueError, match="hands none from step to step"):
            error_flow(blind, x, wrt="state")
        with pytest.raises(ValueError, match="expected a recurrent layer"):
            gradient_by_lag(blind, x, x, "weight")


def test_wrong_arguments_are_named(rng):
    layer, x = RNN(2, 3, rng=rng), rng.standard_normal((T, N, 2))
    with pytest.raises(ValueError, match="wrt is 'weights'"):
        error_flow(layer, x, wrt="weights")
    with pytest.raises(TypeError, match="layer is a NoneType, expected a layer or a model"):
        error_flow(None, x)
    for wrt in ("input", "state"):
        with pytest.raises(ValueError, match=r"dy_last has shape \(2, 4\), expected \(2, 3\)"):
            error_flow(layer, x, wrt=wrt, dy_last=np.zeros((2, 4)))
    with pytest.raises(TypeError, match="layer is LSTM, expected an RNN of one layer"):
        error_scaling(LSTM(2, 3, rng=rng), x)
    with pytest.raises(TypeError, match="of one layer"):
        error_scaling(RNN(2, 3, num_layers=2, rng=rng), x)


@pytest.mark.parametrize("name", LAYERS)
def test_lags_add_up_to_the_gradient(name, rng):
    layer, x = LAYERS[name](rng), rng.standard_normal((T, N, 2))
    y, _, cache = layer.forward(x)
    dy = rng.standard_normal(y.shape)
    _, _, grads = layer.backward(cache, dy)
    for parameter, gradient in grads.items():
        parts = gradient_by_lag(layer, x, dy, parameter)
        assert parts.shape == (T, *gradient.shape)
        np.testing.assert_allclose(parts.sum(0), gradient, rtol=1e-10, atol=1e-13)


def test_a_lag_s_part_comes_from_its_step(rng):
    layer, x = RNN(2, 3, rng=rng), np.zeros((T, N, 2))
    x[1] = 1.0  # only step 1 sees an input, four steps before the last
    dy = np.zeros((T, N, 3))
    dy[-1] = 1.0
    parts = gradient_by_lag(layer, x, dy, "weight_ih_l0")
    assert [q for q in range(T) if parts[q].any()] == [4]
    with pytest.raises(KeyError, match="'weight' is no parameter"):
        gradient_by_lag(layer, x, dy, "weight")
    with pytest.raises(KeyError, match=r"\[\] is no parameter"):
        gradient_by_lag(layer, x, dy, [])
    with pytest.raises(ValueError, match="expected one gradient for each of 6 steps"):
        gradient_by_lag(layer, x, dy[1:])


def test_a_batch_s_losses_can_be_taken_apart(rng):
    model, x = SequenceModel(RNN(2, 3, rng=rng), Linear(3, 4, rng=rng)), rng.standard_normal((T, N, 2))
    y, _, cache = model.forward(x)
    _, dy = cross_entropy(y, rng.integers(4, size=(T, N)))
    parts = gradient_by_lag(model, x, dy, "recurrent.weight_hh_l0")
    np.testing.assert_allclose(parts.sum(0), model.backward(cache, dy)[2]["recurrent.weight_hh_l0"], rtol=1e-10)


@pytest.mark.parametrize("nonlinearity", NONLINEARITIES)
def test_error_scaling_is_what_backward_sends_back(nonlinearity, rng):
    layer, x = RNN(3, 3, nonlinearity=nonlinearity, rng=rng), rng.standard_normal((T, N, 3))
    layer.params["weight_ih_l0"][:] = np.eye(3)  # the gradient for x is the error at the net input
    y, _, cache = layer.forward(x)
    slope = NONLINEARITIES[nonlinearity][1](y[-1])
    largest = np.zeros((T, N))
    for u in range(3):
        dy = np.zeros_like(y)
        dy[-1, :, u] = np.divide(1.0, slope[:, u], where=slope[:, u] > 0, out=np.zeros(N))
        if not (slope[:, u] > 0).all():  # a rectified unit that is off lets no error in to be followed
            continue
        largest = np.maximum(largest, np.abs(layer.backward(cache, dy)[0][::-1]).max(-1))
    scaling = error_scaling(layer, x)
    np.testing.assert_array_equal(scaling[0], 1.0)
    if nonlinearity == "relu":
        assert (largest <= scaling * (1 + 1e-12)).all()
    else:
        np.testing.assert_allclose(scaling, largest, rtol=1e-10)


@given(st.integers(1, 6), st.floats(0.05, 8.0), st.integers(0, 10**6))
def test_no_net_exceeds_a_bound(n, size, seed):
    rng = np.random.default_rng(seed)
    layer = RNN(2, n, nonlinearity="logistic", rng=rng)
    layer.params["weight_hh_l0"][:] = W = rng.uniform(-size, size, (n, n))
    measured = error_scaling(layer, rng.standard_normal((9, 2, 2)))[1:].max(1)
    lags = np.arange(1, 9)
    bounds = {norm: vanishing_bound(W, lags, norm=norm) for norm in ("largest", "row sum", "spectral")}
    for bound in bounds.values():
        assert (measured <= bound * (1 + 1e-9)).all()
    assert (bounds["row sum"] <= bounds["largest"] * (1 + 1e-12)).all()


def test_the_bound_s_rate_is_reached():
    n = 5
    layer = RNN(1, n, nonlinearity="logistic", rng=np.random.default_rng(0))
    layer.params["weight_hh_l0"][:] = W = np.full((n, n), 3.5 / n)
    layer.params["weight_ih_l0"][:] = layer.params["bias_hh_l0"][:] = 0.0
    layer.params["bias_ih_l0"][:] = -W.sum(1) / 2.0  # rests at 1/2, where the slope is 1/4
    measured = error_scaling(layer, np.zeros((300, 1, 1)))[:, 0]
    lags = np.array([1, 10, 100])
    np.testing.assert_allclose(vanishing_bound(W, lags) / measured[lags], n * n, rtol=1e-6)


def test_bounds_by_hand():
    W = np.array([[0.0, -2.0], [1.0, 0.0]])
    assert vanishing_bound(W, 3) == 2 * 1.0**3
    assert vanishing_bound(W, 3, norm="row sum") == 2 * 0.5**3
    assert vanishing_bound(W, 3, norm="spectral") == 0.5**3
    assert vanishing_bound(W, 3, slope_max=1.0, norm="spectral") == 2.0**3
    np.testing.assert_array_equal(vanishing_bound(W / 2, np.array([0, 1, 2])), [2.0, 1.0, 0.5])
    with pytest.raises(ValueError, match=r"shape \(2, 3\), expected a square one"):
        vanishing_bound(np.ones((2, 3)), 1)
    with pytest.raises(ValueError, match="norm is 'l2'"):
        vanishing_bound(W, 1, norm="l2")
    for lags in (None, -1, np.nan, "3", [1.0, np.inf]):
        with pytest.raises(ValueError, match="expected numbers of steps, 0 or more"):
            vanishing_bound(W, lags)
