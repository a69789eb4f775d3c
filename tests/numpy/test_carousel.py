"""The carousel alone: its sum, its constant error, its doors, its gradient, and what it says to bad input."""

import numpy as np
import pytest

from lstmlib.numpy import RNN, Carousel, check_gradients, error_flow
from lstmlib.numpy.carousel import SQUASHING


def test_it_adds_up_what_comes_in(rng):
    layer, x, start = Carousel(3, 4, rng=rng), rng.standard_normal((50, 2, 3)), rng.standard_normal((2, 4))
    y, last, _ = layer.forward(x, start)
    W, b = layer.params["weight_ih_l0"], layer.params["bias_l0"]
    np.testing.assert_allclose(y[-1], start + x.sum(0) @ W.T + 50 * b, rtol=1e-12)
    np.testing.assert_array_equal(last, y[-1])


def test_it_is_an_elman_net_of_identities():
    rng = np.random.default_rng(0)
    layer, net = Carousel(3, 4, g="relu", rng=rng), RNN(3, 4, nonlinearity="relu", rng=rng)
    x = np.abs(rng.standard_normal((20, 2, 3)))  # and with nothing negative, the squashing changes nothing
    net.params["weight_ih_l0"][:] = layer.params["weight_ih_l0"][:] = np.abs(layer.params["weight_ih_l0"])
    net.params["weight_hh_l0"][:] = np.eye(4)
    net.params["bias_ih_l0"][:] = layer.params["bias_l0"][:] = 0.1
    net.params["bias_hh_l0"][:] = 0.0
    np.testing.assert_allclose(layer.forward(x)[0], net.forward(x)[0], rtol=1e-12)


@pytest.mark.parametrize("g", SQUASHING)
def test_the_error_is_the_same_at_every_step(g, rng):
    layer = Carousel(3, 4, g=g, rng=rng)
    flow = error_flow(layer, rng.standard_normal((1000, 2, 3)), wrt="state")
    assert (flow == flow[0]).all()  # to the last bit: nothing is multiplied


def test_doors_hold_back_what_they_should():
    layer = Carousel(3, 1, doors=True)
    layer.params["weight_ih_l0"][:] = 2.0
    layer.params["bias_l0"][:] = 0.5
    x = np.array([[3.0, 1.0, 0.0], [7.0, 0.0, 0.25], [-1.0, 0.5, 1.0]])[:, None]  # value, i, o
    y, last, _ = layer.forward(x)
    assert y.ravel() == pytest.approx([0.0, 0.25 * 6.5, 6.5 + 0.5 * -1.5])
    assert last.item() == pytest.approx(5.75)


@pytest.mark.parametrize("options", [{}, {"loop": "free"}, {"doors": True}, {"doors": True, "loop": "free"}])
@pytest.mark.parametrize(("g", "h"), [("identity", "identity"), ("tanh", "logistic"), ("logistic", "tanh")])
def test_gradient(g, h, options, rng):
    layer = Carousel(4, 3, g=g, h=h, rng=rng, **options)
    if layer.loop == "free":
        layer.params["weight_hh_l0"][:] = rng.uniform(0.5, 1.2, 3)
    differences = check_gradients(layer, rng.standard_normal((6, 2, 4)), rng.standard_normal((2, 3)))
    assert set(differences) == {"x", "state[0]", *layer.params}
    assert max(differences.values()) < 1e-6, differences


def test_doors_and_lengths(rng):
    layer, x = Carousel(4, 3, doors=True, rng=rng), rng.standard_normal((6, 2, 4))
    lengths, dy = np.array([6, 4]), rng.standard_normal((6, 2, 3))
    y, last, cache = layer.forward(x, None, lengths)
    dx, _, _ = layer.backward(cache, dy)
    short_y, short_last, short_cache = layer.forward(x[:4, 1:])
    short_dx, _, _ = layer.backward(short_cache, dy[:4, 1:])
    np.testing.assert_allclose(y[:4, 1:], short_y)
    np.testing.assert_allclose(last[1:], short_last)
    np.testing.assert_allclose(dx[:4, 1:], short_dx)
    assert not y[4:, 1].any()
    assert not dx[4:, 1].any()


def test_a_free_loop_starts_at_one(rng):
    free = Carousel(3, 4, loop="free", rng=np.random.default_rng(1))
    fixed, x = Carousel(3, 4, rng=np.random.default_rng(1)), rng.standard_normal((9, 2, 3))
    assert (free.params["weight_hh_l0"] == 1.0).all()
    np.testing.assert_array_equal(free.forward(x)[0], fixed.forward(x)[0])
    assert free.num_parameters == fixed.num_parameters + 4 == 4 * 3 + 4 + 4


def test_what_it_returns_is_the_caller_s_to_change(rng):
    layer, x = Carousel(3, 4, rng=rng), rng.standard_normal((6, 2, 3))
    y, state, cache = layer.forward(x)
    dy, dstate = np.ones_like(y), np.ones_like(state)
    before = layer.backward(cache, dy, dstate)
    y[:] = state[:] = 0.0
    after = layer.backward(cache, dy, dstate)
    np.testing.assert_array_equal(before[0], after[0])
    after[1][:] = 7.0
    assert (dstate == 1.0).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"g": "sine"}, "g is 'sine', expected one of tanh, relu, logistic, identity"),
        ({"h": None}, "h is None, expected one of"),
        ({"loop": "open"}, "loop is 'open', expected one of fixed, free"),
        ({"doors": True, "input_size": 2}, "input_size is 2, expected at least 3 with doors"),
        ({"doors": True, "num_layers": 2}, "num_layers is 2, expected 1 with doors"),
        ({"hidden_size": 0}, "hidden_size is 0, expected a positive integer"),
    ],
)
def test_bad_options(options, said):
    with pytest.raises(ValueError, match=said):
        Carousel(**{"input_size": 3, "hidden_size": 4} | options)


@pytest.mark.parametrize(
    ("x", "state", "said"),
    [
        (np.zeros((5, 2, 4)), None, r"x has shape \(5, 2, 4\), expected \(T, N, 3\)"),
        (np.zeros((5, 2, 3), int), None, "x of shape .* has dtype int64, expected floats"),
        (np.zeros((5, 2, 3)), np.zeros((2, 3)), r"state has shape \(2, 3\), expected \(2, 4\)"),
        (np.full((5, 2, 3), np.nan), None, "is NaN at index"),
    ],
)
def test_bad_input(x, state, said):
    with pytest.raises((TypeError, ValueError), match=said):
        Carousel(3, 4).forward(x, state)
