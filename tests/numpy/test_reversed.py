"""One direction, backward: ``Bidirectional``'s second half by itself, in both backends."""

import re

import numpy as np
import pytest
import torch
from cells import assert_close, random_state
from parity import compare, copy_params

import lstmlib.numpy as ln
import lstmlib.torch as lt

LENGTHS = np.array([5, 2, 3])
MAKES = {"LSTM": ln.LSTM, "GRU": ln.GRU, "RNN": ln.RNN, "PeepholeLSTM": ln.PeepholeLSTM}


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["equal lengths", "lengths"])
@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_it_is_the_backward_half_of_bidirectional(make, lengths, rng):
    back = make(3, 4, rng=rng)
    alone, both = ln.Reversed(back), ln.Bidirectional(make(3, 4, rng=rng), back)
    x, dy = rng.standard_normal((5, 3, 3)), rng.standard_normal((5, 3, 4))
    y, last, cache = alone.forward(x, lengths=lengths)
    y2, last2, cache2 = both.forward(x, lengths=lengths)
    np.testing.assert_array_equal(y, y2[:, :, 4:])
    for part, pair in zip(*(state if isinstance(state, tuple) else (state,) for state in (last, last2)), strict=True):
        np.testing.assert_array_equal(part, pair[1])
    _, _, grads = alone.backward(cache, dy)
    _, _, grads2 = both.backward(cache2, np.concatenate([np.zeros_like(dy), dy], axis=2))
    for name, value in grads.items():
        assert_close([value], [grads2[f"{name}_reverse"]])


@pytest.mark.parametrize("num_layers", [1, 2])
def test_differences_and_the_twin(num_layers, rng):
    layer = ln.Reversed(ln.LSTM(2, 3, num_layers=num_layers, rng=rng))
    x, state = rng.standard_normal((5, 3, 2)), random_state(layer, 3, rng)
    assert max(ln.check_gradients(layer, x, state).values()) < 1e-6
    twin = lt.Reversed(lt.LSTM(2, 3, num_layers=num_layers, dtype=torch.float64))
    copy_params(layer, twin)
    for lengths in ({}, {"lengths": LENGTHS}):
        twin.zero_grad()  # which would add up
        compare(layer, twin, x, state, rng, **lengths)


def test_under_and_over_other_layers(rng):
    stack = ln.Stack(ln.LSTM(2, 3, rng=rng), ln.Reversed(ln.LSTM(3, 3, rng=rng)))
    twin = lt.Stack(lt.LSTM(2, 3, dtype=torch.float64), lt.Reversed(lt.LSTM(3, 3, dtype=torch.float64)))
    copy_params(stack, twin)
    compare(stack, twin, rng.standard_normal((5, 3, 2)), None, rng, lengths=LENGTHS)
    model = ln.SequenceModel(ln.Reversed(ln.GRU(2, 3, rng=rng)), ln.Linear(3, 2, rng=rng))
    assert max(ln.check_gradients(model, rng.standard_normal((4, 2, 2))).values()) < 1e-6


def test_padding_never_leaks(rng):
    layer, x = ln.Reversed(ln.LSTM(3, 4, rng=rng)), rng.standard_normal((5, 3, 3))
    want, _, _ = layer.forward(x, lengths=LENGTHS)
    x[np.arange(5)[:, None] >= LENGTHS] = np.nan
    have, _, cache = layer.forward(x, lengths=LENGTHS)
    np.testing.assert_array_equal(have, want)
    dx, _, _ = layer.backward(cache, np.ones_like(have))
    assert np.isfinite(dx).all()


def test_bad_input():
    with pytest.raises(TypeError, match="layer is a Linear, expected a recurrent layer"):
        ln.Reversed(ln.Linear(3, 4))
    with pytest.raises(TypeError, match="layer is a Linear, expected a recurrent layer"):
        lt.Reversed(lt.Linear(3, 4))
    with pytest.raises(ValueError, match=re.escape("x has shape (5, 2), expected (T, N, 3)")):
        ln.Reversed(ln.LSTM(3, 4)).forward(np.zeros((5, 2)))
