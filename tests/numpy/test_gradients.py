"""The gradient check itself: it must pass what is right and find what is wrong."""

import numpy as np
import pytest

from lstmlib.numpy import LSTM, RNN, Linear, check_gradients


class WrongRNN(RNN):
    """One gradient too large by one in a thousand."""

    def backward(self, cache, dy, dstate=None):
        dx, dstate, grads = super().backward(cache, dy, dstate)
        grads["weight_hh_l0"] = grads["weight_hh_l0"] * 1.001
        return dx, dstate, grads


def test_a_gradient_wrong_by_one_in_a_thousand_is_found(rng):
    differences = check_gradients(WrongRNN(3, 4, rng=rng), rng.standard_normal((5, 2, 3)))
    assert differences.pop("weight_hh_l0") > 5e-4
    assert max(differences.values()) < 1e-6


def test_the_layer_is_left_as_it_was(rng):
    layer, x = LSTM(3, 4, rng=rng), rng.standard_normal((5, 2, 3))
    before = {name: value.copy() for name, value in layer.params.items()}, x.copy()
    check_gradients(layer, x)
    np.testing.assert_array_equal(x, before[1])
    for name, value in layer.params.items():
        np.testing.assert_array_equal(value, before[0][name])


def test_a_layer_without_state(rng):
    differences = check_gradients(Linear(3, 4, rng=rng), rng.standard_normal((5, 2, 3)))
    assert set(differences) == {"x", "weight", "bias"}
    assert max(differences.values()) < 1e-6


def test_float32_is_refused():
    with pytest.raises(TypeError, match=r"x of shape \(5, 2, 3\) has dtype float32, expected float64"):
        check_gradients(RNN(3, 4), np.zeros((5, 2, 3), np.float32))
