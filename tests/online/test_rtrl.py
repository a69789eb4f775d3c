"""RTRL gives the gradient of backpropagation through time, at every step, from a store that doesn't grow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmlib.numpy import RNN
from lstmlib.numpy.rnn import NONLINEARITIES
from lstmlib.online import RTRL
from lstmlib.online.rtrl import kept_bytes, rtrl_gradient


def problem(rng, T=7, N=2, D=3, H=4, nonlinearity="tanh"):
    layer = RNN(D, H, nonlinearity=nonlinearity, rng=rng)
    return layer, rng.standard_normal((T, N, D)), rng.standard_normal((T, N, H)), rng.standard_normal((N, H))


def assert_same(ours, theirs):
    assert set(ours) == set(theirs)
    for name in theirs:
        scale = np.abs(theirs[name]).max()
        np.testing.assert_allclose(ours[name], theirs[name], rtol=0.0, atol=1e-12 * max(scale, 1.0), err_msg=name)


@pytest.mark.parametrize("nonlinearity", NONLINEARITIES)
@given(st.integers(1, 12), st.integers(1, 3), st.integers(1, 4), st.integers(1, 5), st.integers(0, 99), st.booleans())
def test_the_gradient_is_that_of_backpropagation_through_time(nonlinearity, T, N, D, H, seed, from_zero):
    layer, x, dy, state = problem(np.random.default_rng(seed), T, N, D, H, nonlinearity)
    state = None if from_zero else state
    _, last, cache = layer.forward(x, state)
    _, _, expected = layer.backward(cache, dy)
    grads, learner = rtrl_gradient(layer, x, dy, state)
    assert_same(grads, expected)
    np.testing.assert_allclose(learner.state, last, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("nonlinearity", NONLINEARITIES)
def test_an_error_at_the_last_step_alone(nonlinearity, rng):
    layer, x, dy, _ = problem(rng, T=20, nonlinearity=nonlinearity)
    dy[:-1] = 0.0
    _, _, cache = layer.forward(x)
    assert_same(rtrl_gradient(layer, x, dy)[0], layer.backward(cache, dy)[2])


def test_it_is_there_at_every_step(rng):
    layer, x, dy, state = problem(rng)
    learner = RTRL(layer, 2, state)
    for t in range(len(x)):
        h = learner.step(x[t])
        learner.add_error(dy[t])
        y, _, cache = layer.forward(x[: t + 1], state)
        np.testing.assert_allclose(h, y[-1], rtol=1e-13)
        assert_same(learner.grads(), layer.backward(cache, dy[: t + 1])[2])


def test_its_store_does_not_grow_and_the_cache_does(rng):
    layer, x, dy, _ = problem(rng, T=40)
    short, long = (rtrl_gradient(layer, x[:T], dy[:T])[1] for T in (4, 40))
    H, D, N = 4, 3, 2
    assert short.nbytes == long.nbytes == 8 * (N * H + N * H * H * (H + D + 1) + H * (H + D + 1))
    kept = [kept_bytes(layer.forward(x[:T])[2]) for T in (4, 40)]
    assert kept == [8 * N * (T * D + (T + 1) * H) for T in (4, 40)]


def test_its_multiplications_are_counted_each_step(rng):
    layer, x, dy, _ = problem(rng, T=5)
    _, learner = rtrl_gradient(layer, x, dy)
    H, S, N = 4, 4 + 3 + 1, 2
    assert learner.multiplications == 5 * N * (H * H * H * S + H * H * S)


def test_what_it_returns_is_the_caller_s_to_change(rng):
    layer, x, dy, state = problem(rng)
    learner = RTRL(layer, 2, state)
    learner.step(x[0])[:] = 9.0
    learner.add_error(dy[0])
    before = learner.grads()
    learner.grads()["weight_hh_l0"][:] = 0.0
    assert_same(learner.grads(), before)
    assert np.abs(learner.state).max() < 1.0


def test_float32_stays_float32(rng):
    layer = RNN(3, 4, rng=rng, dtype=np.float32)
    x, dy = (rng.standard_normal((5, 2, size)).astype(np.float32) for size in (3, 4))
    grads, learner = rtrl_gradient(layer, x, dy)
    assert {a.dtype for a in (learner.state, learner.sensitivity, *grads.values())} == {np.dtype(np.float32)}


def test_bad_input(rng):
    layer, x, dy, _ = problem(rng)
    with pytest.raises(ValueError, match=r"state has shape \(3, 4\), expected \(2, 4\)"):
        RTRL(layer, 2, np.zeros((3, 4)))
    learner = RTRL(layer, 2)
    with pytest.raises(ValueError, match=r"x has shape \(2, 5\), expected \(2, 3\)"):
        learner.step(np.zeros((2, 5)))
    with pytest.raises(TypeError, match=r"dy of shape \(2, 4\) has dtype int64"):
        learner.add_error(np.zeros((2, 4), int))
    with pytest.raises(ValueError, match=r"dy has shape \(6, 2, 4\), expected \(7, 2, 4\)"):
        rtrl_gradient(layer, x, dy[1:])
