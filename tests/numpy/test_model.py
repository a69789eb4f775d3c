"""A recurrent layer with its read-out keeps the contract of a layer."""

import numpy as np
import pytest

from lstmlib.numpy import LSTM, RNN, Linear, SequenceModel, check_gradients


@pytest.mark.parametrize("cell", [RNN, LSTM])
def test_gradient(cell, rng):
    model = SequenceModel(cell(3, 4, rng=rng), Linear(4, 2, rng=rng))
    differences = check_gradients(model, rng.standard_normal((5, 2, 3)))
    assert "recurrent.weight_hh_l0" in differences
    assert "readout.bias" in differences
    assert max(differences.values()) < 1e-6, differences


def test_params_are_the_parts_own_arrays():
    model = SequenceModel(RNN(3, 4), Linear(4, 2))
    assert model.params["recurrent.weight_ih_l0"] is model.recurrent.params["weight_ih_l0"]
    assert model.params["readout.weight"] is model.readout.params["weight"]


def test_state_is_carried(rng):
    model, x = SequenceModel(LSTM(3, 4, rng=rng), Linear(4, 2, rng=rng)), rng.standard_normal((6, 2, 3))
    y, _, _ = model.forward(x)
    first, state, _ = model.forward(x[:4], model.initial_state(2))
    second, _, _ = model.forward(x[4:], state)
    np.testing.assert_allclose(np.concatenate([first, second]), y, rtol=1e-13)
