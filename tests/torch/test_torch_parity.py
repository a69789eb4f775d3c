"""NumPy = lstmlib.torch = torch.nn in float64, to 1e-12: outputs and every gradient, over random shapes."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from parity import close, compare, copy_params

import lstmlib.numpy as ln
import lstmlib.torch as lt

SHAPES = st.tuples(*(st.integers(1, high) for high in (9, 4, 6, 7)))  # T, N, D, H
SEEDS = st.integers(0, 2**32 - 1)


@given(SHAPES, SEEDS, st.sampled_from(["tanh", "relu", "logistic"]), st.booleans())
def test_rnn(shape, seed, nonlinearity, with_state):
    T, N, D, H = shape
    rng = np.random.default_rng(seed)
    layer = ln.RNN(D, H, nonlinearity=nonlinearity, rng=rng)
    x, state = rng.standard_normal((T, N, D)), rng.standard_normal((N, H)) if with_state else None
    twin = lt.RNN(D, H, nonlinearity=nonlinearity, dtype=torch.float64)
    copy_params(layer, twin)
    compare(layer, twin, x, state, rng)
    if nonlinearity != "logistic":  # which torch.nn.RNN has not
        compare(layer, as_torch_nn(torch.nn.RNN(D, H, nonlinearity=nonlinearity), layer), x, state, rng)


@given(SHAPES, SEEDS, st.booleans())
def test_lstm(shape, seed, with_state):
    T, N, D, H = shape
    rng = np.random.default_rng(seed)
    layer = ln.LSTM(D, H, rng=rng)
    x = rng.standard_normal((T, N, D))
    state = (rng.standard_normal((N, H)), rng.standard_normal((N, H))) if with_state else None
    twin = lt.LSTM(D, H, dtype=torch.float64)
    copy_params(layer, twin)
    compare(layer, twin, x, state, rng)
    compare(layer, as_torch_nn(torch.nn.LSTM(D, H), layer), x, state, rng)


class OneLayerState(torch.nn.Module):
    """torch.nn's layers keep a dimension for the layers in their states; take it away."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x, state=None):
        if isinstance(state, tuple):
            state = tuple(part[None] for part in state)
        elif state is not None:
            state = state[None]
        y, last = self.inner(x, state)
        return y, tuple(part[0] for part in last) if isinstance(last, tuple) else last[0]

    def named_parameters(self, *args, **kwargs):
        return self.inner.named_parameters(*args, **kwargs)


def as_torch_nn(layer, numpy_layer):
    layer = layer.double()
    copy_params(numpy_layer, layer)
    return OneLayerState(layer)


@pytest.mark.parametrize(("ours", "theirs"), [(lt.RNN, torch.nn.RNN), (lt.LSTM, torch.nn.LSTM)])
def test_state_dicts_load_either_way(ours, theirs):
    a, b, c = ours(3, 4), theirs(3, 4), ours(3, 4)
    b.load_state_dict(a.state_dict())
    c.load_state_dict(b.state_dict())
    x = torch.randn(5, 2, 3)
    close("y", b(x)[0], a(x)[0], 1e-6)
    close("y", c(x)[0], a(x)[0], 0.0)


def test_forget_bias_is_numpy_s():
    for value in (None, 2.0):
        a, b = ln.LSTM(3, 4, forget_bias=value), lt.LSTM(3, 4, forget_bias=value)
        total = b.bias_ih_l0 + b.bias_hh_l0
        ours = a.params["bias_ih_l0"] + a.params["bias_hh_l0"]
        assert bool((total[4:8] == 2.0).all()) == bool((ours[4:8] == 2.0).all()) == (value is not None)
