"""NumPy = lstmlib.torch = torch.nn in float64, to 1e-12: outputs and every gradient.

Over random shapes, lengths, layers and directions; both paths of ``lstmlib.torch``.
"""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from parity import close, compare, copy_params
from twins import CELLS, KERNELS, TORCH_NN, TorchNN, make, pair

import lstmlib.numpy as ln
import lstmlib.torch as lt

SHAPES = st.tuples(*(st.integers(1, high) for high in (9, 4, 6, 5)))  # T, N, D, H
SEEDS = st.integers(0, 2**32 - 1)
LAYERS = st.sampled_from(
    [{}, {"num_layers": 2}, {"num_layers": 3}, {"both_ways": True}, {"both_ways": True, "num_layers": 2}]
)


def drawn(layer, shape, seed, with_state, with_lengths):
    """Return a source of numbers, an input, a state or ``None``, and the lengths where there are some."""
    T, N, D, _ = shape
    rng = np.random.default_rng(seed)
    state = None
    if with_state:
        zeros = layer.initial_state(N)
        parts = [rng.standard_normal(part.shape) for part in (zeros if isinstance(zeros, tuple) else (zeros,))]
        state = tuple(parts) if isinstance(zeros, tuple) else parts[0]
    lengths = {"lengths": rng.integers(1, T + 1, N)} if with_lengths else {}
    return rng, rng.standard_normal((T, N, D)), state, lengths


@pytest.mark.parametrize("name", CELLS)
@given(shape=SHAPES, seed=SEEDS, layers=LAYERS, with_state=st.booleans(), with_lengths=st.booleans())
def test_readable_loop_is_numpy(name, shape, seed, layers, with_state, with_lengths):
    layer, twin = pair(name, shape[2], shape[3], np.random.default_rng(seed), fast=False, **layers)
    rng, x, state, lengths = drawn(layer, shape, seed, with_state, with_lengths)
    compare(layer, twin, x, state, rng, **lengths)


@pytest.mark.parametrize("name", KERNELS)
@given(shape=SHAPES, seed=SEEDS, layers=LAYERS, with_state=st.booleans(), with_lengths=st.booleans())
def test_fast_path_is_numpy(name, shape, seed, layers, with_state, with_lengths):
    layer, twin = pair(name, shape[2], shape[3], np.random.default_rng(seed), fast=True, **layers)
    rng, x, state, lengths = drawn(layer, shape, seed, with_state, with_lengths)
    compare(layer, twin, x, state, rng, **lengths)


@pytest.mark.parametrize("name", TORCH_NN)
@given(shape=SHAPES, seed=SEEDS, layers=LAYERS, with_state=st.booleans(), with_lengths=st.booleans())
def test_torch_nn_is_numpy(name, shape, seed, layers, with_state, with_lengths):
    layer = make(ln, name, shape[2], shape[3], rng=np.random.default_rng(seed), **layers)
    theirs = TorchNN(name, shape[2], shape[3], **layers)
    copy_params(layer, theirs)
    rng, x, state, lengths = drawn(layer, shape, seed, with_state, with_lengths)
    compare(layer, theirs, x, state, rng, **lengths)


@pytest.mark.parametrize(
    "layers",
    [{}, {"num_layers": 2}, {"both_ways": True}, {"both_ways": True, "num_layers": 3}],
    ids=["one", "two", "both ways", "three both ways"],
)
@pytest.mark.parametrize("name", TORCH_NN)
def test_state_dicts_load_either_way(name, layers):
    a, b = (make(lt, name, 3, 4, dtype=torch.float64, **layers) for _ in range(2))
    theirs = TorchNN(name, 3, 4, **layers)
    theirs.load_state_dict(a.state_dict())
    b.load_state_dict(theirs.state_dict())
    x = torch.randn(5, 2, 3, dtype=torch.float64)
    close("y", theirs(x)[0], a(x)[0])
    close("y", b(x)[0], a(x)[0], 0.0)
    assert list(a.state_dict()) == list(theirs.state_dict())


def test_inside_another_module_the_names_keep_their_prefix():
    def model():
        return torch.nn.ModuleDict({"both": make(lt, "LSTM", 3, 4, both_ways=True), "readout": lt.Linear(8, 2)})

    a, b = model(), model()
    assert "both.weight_ih_l0_reverse" in a.state_dict()
    b.load_state_dict(a.state_dict())
    x = torch.randn(5, 2, 3)
    close("y", b["both"](x)[0], a["both"](x)[0], 0.0)


def test_a_state_dict_that_doesn_t_fit_is_refused():
    both = make(lt, "LSTM", 3, 4, both_ways=True)
    with pytest.raises(RuntimeError, match="weight_ih_l0"):
        both.load_state_dict(make(lt, "LSTM", 3, 4).state_dict())
    with pytest.raises(RuntimeError, match="size mismatch"):
        both.load_state_dict(make(lt, "LSTM", 3, 5, both_ways=True).state_dict())


@pytest.mark.parametrize(
    "layers",
    [{}, {"num_layers": 2}, {"both_ways": True}, {"both_ways": True, "num_layers": 3}],
    ids=["one", "two", "both ways", "three both ways"],
)
@pytest.mark.parametrize("name", CELLS)
def test_padding_never_leaks(name, layers):
    layer = make(lt, name, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0), **layers)
    lengths, T = torch.tensor([4, 6, 1]), 6
    past = torch.arange(T)[:, None] >= lengths
    clean = torch.randn(T, 3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    runs = []
    for value in (0.0, torch.nan, torch.inf, 1e300):
        layer.zero_grad()
        x = clean.clone()
        x[past] = value
        x.requires_grad_()
        y, _ = layer(x, lengths=lengths)
        y.square().sum().backward()
        assert not y[past].any()
        assert not x.grad[past].any()
        runs.append([y, x.grad, *(p.grad.clone() for p in layer.parameters())])
    for run in runs[1:]:
        for have, want in zip(run, runs[0], strict=True):
            assert torch.equal(have, want)


@pytest.mark.parametrize("name", CELLS)
def test_counts_and_options_are_numpy_s(name):
    for layers in ({}, {"num_layers": 3}, {"both_ways": True}, {"both_ways": True, "num_layers": 2}):
        a, b = make(ln, name, 3, 4, **layers), make(lt, name, 3, 4, **layers)
        assert a.num_parameters == b.num_parameters
        assert a.num_operations == b.num_operations
        assert {key: value.shape for key, value in a.params.items()} == {
            key: tuple(value.shape) for key, value in b.state_dict().items()
        }


def test_starting_biases_are_numpy_s():
    for lib, values in ((ln, lambda layer: layer.params), (lt, lambda layer: layer.state_dict())):
        for kind, rows in ((lib.LSTM, slice(4, 8)), (lib.PeepholeLSTM, slice(4, 8)), (lib.CoupledLSTM, slice(0, 4))):
            layer = values(kind(3, 4, forget_bias=2.0, num_layers=2))
            for k in range(2):
                assert ((layer[f"bias_ih_l{k}"] + layer[f"bias_hh_l{k}"])[rows] == 2.0).all()
        bias = values(lib.LSTM1997(3, 2, 2, input_gate_bias=[-1.0, -3.0], output_gate_bias=-2.0))["bias_l0"]
        assert bias[[0, 1, 6, 7]].tolist() == [-1.0, -3.0, -2.0, -2.0]
        assert (abs(bias[2:6]) <= 0.1).all()
