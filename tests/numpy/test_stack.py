"""Levels on top of each other, each with its directions."""

import re

import numpy as np
import pytest
from cells import arrays, assert_close, random_state

from lstmlib.numpy import GRU, LSTM, RNN, Bidirectional, Linear, Stack, check_gradients

LENGTHS = np.array([5, 2, 3])


def deep(cell=LSTM, D=3, H=2, rng=None):
    return Stack(
        Bidirectional(cell(D, H, rng=rng), cell(D, H, rng=rng)),
        Bidirectional(cell(2 * H, H, rng=rng), cell(2 * H, H, rng=rng)),
    )


@pytest.mark.parametrize("cell", [LSTM, GRU])
def test_differences_for_every_argument(cell, rng):
    layer = deep(cell, rng=rng)
    differences = check_gradients(layer, rng.standard_normal((5, 3, 3)), random_state(layer, 3, rng))
    assert {"weight_hh_l1_reverse", "state[0]", "x"} <= differences.keys()
    assert max(differences.values()) < 1e-6, differences


def test_it_is_its_levels_one_on_the_other(rng):
    layer, x = deep(rng=rng), rng.standard_normal((5, 3, 3))
    h, c = random_state(layer, 3, rng)
    y, last, _ = layer.forward(x, (h, c), LENGTHS)
    middle, below, _ = layer.layers[0].forward(x, (h[:2], c[:2]), LENGTHS)
    top, above, _ = layer.layers[1].forward(middle, (h[2:], c[2:]), LENGTHS)
    assert_close([y], [top])
    assert_close(last, [np.concatenate(pair) for pair in zip(below, above, strict=True)])


def test_one_direction_is_num_layers(rng):
    whole = LSTM(3, 4, num_layers=2, rng=rng)
    stack = Stack(LSTM(3, 4), LSTM(4, 4))
    for name, value in stack.params.items():
        value[:] = whole.params[name]
    x, state = rng.standard_normal((5, 3, 3)), random_state(whole, 3, rng)
    (y, last, cache), (y2, last2, cache2) = whole.forward(x, state, LENGTHS), stack.forward(x, state, LENGTHS)
    assert_close([y2, *arrays(last2)], [y, *arrays(last)])
    dx, first, grads = whole.backward(cache, y, last)
    dx2, first2, grads2 = stack.backward(cache2, y, last)
    assert_close([dx2, *first2, *(grads2[name] for name in grads)], [dx, *first, *grads.values()])
    assert stack.num_parameters == whole.num_parameters == stack.num_operations


def test_names_count_the_levels():
    assert list(deep().params)[-1] == "bias_hh_l1_reverse"
    layer = deep()
    assert layer.params["weight_hh_l1_reverse"] is layer.layers[1].backward_layer.params["weight_hh_l0"]


def test_bad_layers_and_states():
    cases = [
        ((), ValueError, "layers is empty"),
        ((LSTM(3, 4), LSTM(3, 4)), ValueError, "layers[1].input_size is 3, expected 4, the hidden_size of layers[0]"),
        ((LSTM(3, 4), LSTM(4, 5)), ValueError, "layers[1] has states of widths (5, 5), expected (4, 4)"),
        ((LSTM(3, 4), RNN(4, 4)), ValueError, "layers[1] has states of widths (4,), expected (4, 4)"),
        ((LSTM(3, 4, num_layers=2),), ValueError, "layers[0].num_layers is 2, expected 1"),
        ((LSTM(3, 4), Linear(4, 4)), TypeError, "layers[1] is a Linear, expected a recurrent layer"),
    ]
    for layers, error, message in cases:
        with pytest.raises(error, match=re.escape(message)):
            Stack(*layers)
    x = np.zeros((5, 3, 3))
    with pytest.raises(TypeError, match=re.escape("state is an ndarray, expected 2 of shapes (4, N, 2) and (4, N, 2)")):
        deep().forward(x, np.zeros((4, 3, 2)))
    with pytest.raises(ValueError, match=re.escape("state[1] has shape (2, 3, 2), expected (4, N, 2)")):
        deep().forward(x, (np.zeros((4, 3, 2)), np.zeros((2, 3, 2))))
    with pytest.raises(ValueError, match=re.escape("state has shape (4, 2), expected (4, N, 2)")):
        deep(RNN).forward(x, np.zeros((4, 2)))
