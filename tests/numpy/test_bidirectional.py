"""Two directions: each sequence turned within its own length, the backward final state at the first step."""

import re

import numpy as np
import pytest
from cells import assert_close

from lstmlib.numpy import GRU, LSTM, LSTM1997, RNN, Bidirectional, Linear, SequenceModel, check_gradients
from lstmlib.numpy.bidirectional import turn

LENGTHS = np.array([5, 2, 3])


def make(cell=LSTM, D=3, H=4, rng=None):
    return Bidirectional(cell(D, H, rng=rng), cell(D, H, rng=rng))


def test_turning_keeps_the_padding_in_its_place():
    x = np.arange(15).reshape(5, 3, 1)
    turned = turn(x, LENGTHS)
    assert turned[:, 0, 0].tolist() == [12, 9, 6, 3, 0]
    assert turned[:, 1, 0].tolist() == [4, 1, 7, 10, 13]
    np.testing.assert_array_equal(turn(turned, LENGTHS), x)


def test_it_is_the_two_layers_each_from_its_own_end(rng):
    layer, x = make(rng=rng), rng.standard_normal((5, 3, 3))
    y, (h, c), _ = layer.forward(x, lengths=LENGTHS)
    for n, length in enumerate(LENGTHS):
        there, last, _ = layer.forward_layer.forward(x[:length, n : n + 1])
        back, last_back, _ = layer.backward_layer.forward(x[:length, n : n + 1][::-1])
        assert_close([y[:length, n : n + 1]], [np.concatenate([there, back[::-1]], axis=2)])
        assert_close([h[:, n : n + 1], c[:, n : n + 1]], [np.stack(pair) for pair in zip(last, last_back, strict=True)])


def test_the_backward_final_state_is_the_output_at_the_first_step(rng):
    layer = make(rng=rng)
    y, (h, _), _ = layer.forward(rng.standard_normal((5, 3, 3)), lengths=LENGTHS)
    np.testing.assert_array_equal(h[1], y[0, :, 4:])
    np.testing.assert_array_equal(h[0], y[LENGTHS - 1, np.arange(3), :4])


def test_names_are_torch_s_and_arrays_the_layers_own():
    layer = make()
    assert list(layer.params)[4:] == [f"{name}_reverse" for name in list(layer.params)[:4]]
    assert layer.params["weight_hh_l0_reverse"] is layer.backward_layer.params["weight_hh_l0"]


def test_under_a_read_out(rng):
    model = SequenceModel(make(GRU, 2, 3, rng), Linear(6, 2, rng=rng))
    assert max(check_gradients(model, rng.standard_normal((4, 2, 2))).values()) < 1e-6


def test_bad_layers():
    one = LSTM(3, 4)
    cases = [
        ((one, one), ValueError, "are the same layer"),
        ((one, GRU(3, 4)), TypeError, "backward_layer is a GRU, expected an LSTM, as forward_layer"),
        ((one, LSTM(2, 4)), ValueError, "backward_layer.input_size is 2, expected 3"),
        ((one, LSTM(3, 5)), ValueError, "backward_layer.hidden_size is 5, expected 4"),
        ((LSTM(3, 4, num_layers=2), one), ValueError, "forward_layer.num_layers is 2, expected 1"),
        ((Linear(3, 4), one), TypeError, "forward_layer is a Linear, expected a recurrent layer"),
    ]
    for layers, error, message in cases:
        with pytest.raises(error, match=re.escape(message)):
            Bidirectional(*layers)


def test_bad_states():
    x = np.zeros((5, 3, 3))
    with pytest.raises(ValueError, match=re.escape("state has shape (3, 4), expected (2, 3, 4)")):
        make(RNN).forward(x, np.zeros((3, 4)))
    with pytest.raises(TypeError, match="state is an ndarray, expected a tuple of arrays of shapes"):
        make().forward(x, np.zeros((2, 3, 4)))
    with pytest.raises(ValueError, match=re.escape("state[1] has shape (3, 4), expected (2, 3, 4)")):
        make().forward(x, (np.zeros((2, 3, 4)), np.zeros((3, 4))))
    cells = Bidirectional(LSTM1997(3, 2, 2), LSTM1997(3, 2, 2))
    with pytest.raises(TypeError, match=re.escape("of shapes (2, 3, 8) and (2, 3, 4)")):
        cells.forward(x, np.zeros(1))
