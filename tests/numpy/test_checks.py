"""Bad input: one error each, that names the argument, its shape and the one expected; in both backends alike."""

import re

import numpy as np
import pytest

from lstmlib.numpy import LSTM, RNN, Linear, SequenceModel
from lstmlib.numpy.checks import check_array, check_size

LAYERS = {"RNN": RNN(3, 4), "LSTM": LSTM(3, 4), "Linear": Linear(3, 4)}
BAD_X = {
    "rank": (np.zeros((5, 3)), ValueError, "x has shape (5, 3), expected (T, N, 3)"),
    "width": (np.zeros((5, 2, 4)), ValueError, "x has shape (5, 2, 4), expected (T, N, 3)"),
    "no step": (np.zeros((0, 2, 3)), ValueError, "x has shape (0, 2, 3), which is empty; expected (T, N, 3)"),
    "no sequence": (np.zeros((5, 0, 3)), ValueError, "x has shape (5, 0, 3), which is empty; expected (T, N, 3)"),
    "integers": (np.zeros((5, 2, 3), int), TypeError, "x of shape (5, 2, 3) has dtype int64, expected floats of shape"),
    "NaN": (np.full((5, 2, 3), np.nan), ValueError, "x of shape (5, 2, 3) is NaN at index (0, 0, 0), expected numbers"),
    "list": ([[1.0]], TypeError, "x is a list, expected a float array of shape (T, N, 3)"),
}


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize(("x", "error", "message"), BAD_X.values(), ids=BAD_X)
def test_bad_x(layer, x, error, message):
    with pytest.raises(error, match=re.escape(message)):
        layer.forward(x)


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_bad_dy(layer):
    _, _, cache = layer.forward(np.zeros((5, 2, 3)))
    with pytest.raises(ValueError, match=re.escape("dy has shape (5, 2, 3), expected (5, 2, 4)")):
        layer.backward(cache, np.zeros((5, 2, 3)))


@pytest.mark.parametrize("name", ["state", "dstate"])
def test_bad_state(name):
    x, good = np.zeros((5, 2, 3)), np.zeros((2, 4))

    def call(layer, value):
        if name == "state":
            return layer.forward(x, value)
        y, _, cache = layer.forward(x)
        return layer.backward(cache, y, value)

    with pytest.raises(ValueError, match=re.escape(f"{name} has shape (4, 2), expected (2, 4)")):
        call(LAYERS["RNN"], good.T.copy())
    with pytest.raises(TypeError, match=re.escape(f"{name} is an ndarray, expected a pair (h, c), each (2, 4)")):
        call(LAYERS["LSTM"], good)
    with pytest.raises(ValueError, match=re.escape(f"{name}[1] (c) has shape (2, 3), expected (2, 4)")):
        call(LAYERS["LSTM"], (good, np.zeros((2, 3))))
    bad = good.copy()
    bad[1, 2] = np.nan
    with pytest.raises(ValueError, match=re.escape(f"{name}[0] (h) of shape (2, 4) is NaN at index (1, 2)")):
        call(LAYERS["LSTM"], (bad, good))


@pytest.mark.parametrize("layer", [RNN, LSTM])
@pytest.mark.parametrize(
    ("size", "error"), [(0, ValueError), (-1, ValueError), (2.0, TypeError), ("2", TypeError), (True, TypeError)]
)
def test_bad_sizes(layer, size, error):
    with pytest.raises(error, match=re.escape(f"input_size is {size!r}, expected a positive integer")):
        layer(size, 4)
    with pytest.raises(error, match=re.escape(f"hidden_size is {size!r}, expected a positive integer")):
        layer(3, size)


def test_sizes_may_be_numpy_s():
    assert check_size("input_size", np.int32(3)) == 3


@pytest.mark.parametrize("layer", [RNN, LSTM, Linear])
def test_bad_sources_of_parameters(layer):
    with pytest.raises(TypeError, match=r"dtype is int64, expected floats: numpy\.float32 or numpy\.float64"):
        layer(3, 4, dtype=int)
    with pytest.raises(TypeError, match=r"rng is 0, expected a numpy\.random\.Generator"):
        layer(3, 4, rng=0)


def test_integers_for_a_state_s_part_are_answered_with_code_that_runs():
    with pytest.raises(TypeError, match=re.escape("state[0] (h) of shape (2, 4) has dtype int64")) as caught:
        LAYERS["LSTM"].forward(np.zeros((5, 2, 3)), (np.zeros((2, 4), int),) * 2)
    assert str(caught.value).endswith("pass state[0].astype(float)")


def test_nan_is_let_through_past_the_end_alone():
    lengths = np.array([2, 3])
    for t, n in np.ndindex(3, 2):
        x = np.zeros((3, 2, 1))
        x[t, n] = np.nan
        if t >= lengths[n]:
            assert check_array("x", x, ("T", "N", 1), lengths) is x
        else:
            with pytest.raises(ValueError, match=re.escape(f"is NaN at index ({t}, {n}, 0)")):
                check_array("x", x, ("T", "N", 1), lengths)


def test_infinity_is_let_through_and_the_array_itself_comes_back():
    value = np.array([np.inf, 1.0])
    assert check_array("x", value, ("n",)) is value


def test_one_dimension_is_written_as_a_tuple():
    with pytest.raises(ValueError, match=re.escape("expected (3,)")):
        check_array("x", np.zeros(2), (3,))


def test_readout_of_another_width():
    with pytest.raises(ValueError, match=r"readout\.input_size is 5, expected 4, recurrent's hidden_size"):
        SequenceModel(RNN(3, 4), Linear(5, 1))
