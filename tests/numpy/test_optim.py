"""The optimisers: steps by hand, change in place, clipping. Parity with torch.optim: tests/torch."""

import re

import numpy as np
import pytest

from lstmlib.numpy import SGD, Adam, clip_grad_norm


def test_sgd_with_momentum_by_hand():
    w = np.array([1.0])
    optimizer = SGD({"w": w}, 0.1, momentum=0.5)
    optimizer.step({"w": np.array([2.0])})
    assert w == pytest.approx(0.8)
    optimizer.step({"w": np.array([2.0])})
    assert w == pytest.approx(0.8 - 0.1 * 3.0)


def test_adam_s_first_step_is_the_rate_times_the_sign():
    w = np.array([1.0, 1.0, 1.0])
    Adam({"w": w}, 0.01, eps=1e-12).step({"w": np.array([5.0, -0.001, 0.0])})
    np.testing.assert_allclose(w, [0.99, 1.01, 1.0], rtol=1e-8)


@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_parameters_change_in_place_and_a_missing_gradient_is_an_error(optimizer):
    w = np.ones(3)
    params = {"w": w}
    optimizer(params, 0.1).step({"w": np.ones(3)})
    assert params["w"] is w
    assert (w < 1.0).all()
    with pytest.raises(KeyError, match="w"):
        optimizer(params, 0.1).step({})


def test_clipping_keeps_the_direction_and_leaves_small_gradients_alone():
    grads = {"a": np.array([3.0]), "b": np.array([4.0])}
    assert clip_grad_norm(grads, 10.0) == 5.0
    assert (grads["a"], grads["b"]) == (3.0, 4.0)
    assert clip_grad_norm(grads, 1.0) == 5.0
    np.testing.assert_allclose([grads["a"][0], grads["b"][0]], [0.6, 0.8])
    assert clip_grad_norm(grads, np.inf) == pytest.approx(1.0)


@pytest.mark.parametrize(("dtype", "size"), [(np.float64, 1e200), (np.float32, 1e25)])
def test_clipping_where_only_the_squares_overflow(dtype, size):
    grads = {"a": np.array([3.0], dtype) * dtype(size), "b": np.array([4.0, 0.0], dtype) * dtype(size)}
    assert clip_grad_norm(grads, 1.0) == pytest.approx(5.0 * size, rel=1e-6)
    np.testing.assert_allclose(np.concatenate(list(grads.values())), [0.6, 0.8, 0.0], rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SGD({}, 0.0), "lr is 0.0, expected a positive number"),
        (lambda: SGD({}, 0.1, momentum=1.0), "momentum is 1.0, expected a number from 0"),
        (lambda: Adam({}, -1.0), "lr is -1.0, expected a positive number"),
        (lambda: Adam({}, betas=(0.9, 1.0)), "betas are (0.9, 1.0), expected"),
        (lambda: clip_grad_norm({}, 0.0), "max_norm is 0.0, expected a positive number"),
        (lambda: clip_grad_norm({"a": np.array([np.nan]), "b": np.ones(1)}, 1.0), "gradients of a are not finite"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
