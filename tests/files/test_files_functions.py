"""A file loads into what computes the same, and into nothing else: every part, every setting, at any depth."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

import lstmlib.numpy as ln
import lstmlib.torch as lt
from lstmlib.files import load, save

# Layers whose parameters have the same names and shapes within a row, and which are all different functions.
ALIKE = {
    "gates of three": [
        lambda lib: lib.GRU(3, 4),
        lambda lib: lib.GRU(3, 4, reset="before"),
        lambda lib: lib.CoupledLSTM(3, 4),
    ],
    "RNN": [lambda lib, f=f: lib.RNN(3, 4, nonlinearity=f) for f in ("tanh", "relu", "logistic")],
    "Carousel": [
        lambda lib: lib.Carousel(3, 4),
        lambda lib: lib.Carousel(3, 4, g="tanh"),
        lambda lib: lib.Carousel(3, 4, h="logistic"),
        lambda lib: lib.Carousel(5, 4, doors=True),
    ],
    "LSTM1997": [lambda lib: lib.LSTM1997(3, 3, 2), lambda lib: lib.LSTM1997(3, 4, 1)],
    "LayerNorm": [lambda lib: lib.LayerNorm(4), lambda lib: lib.LayerNorm(4, eps=1e-3)],
    "MultiHeadAttention": [
        lambda lib: lib.MultiHeadAttention(6, 2),
        lambda lib: lib.MultiHeadAttention(6, 3),
        lambda lib: lib.MultiHeadAttention(6, 2, causal=True),
    ],
    "TransformerBlock": [
        lambda lib: lib.TransformerBlock(6, 2),
        lambda lib: lib.TransformerBlock(6, 2, norm="post"),
        lambda lib: lib.TransformerBlock(6, 2, activation="gelu"),
        lambda lib: lib.TransformerBlock(6, 2, causal=True),
        lambda lib: lib.TransformerBlock(6, 1),
    ],
}
WITHIN = {
    "Stack": lambda lib, make: lib.Stack(make(lib)),
    "both ways": lambda lib, make: lib.Bidirectional(make(lib), make(lib)),
    "levels both ways": lambda lib, make: lib.Stack(lib.Bidirectional(make(lib), make(lib))),
}
RECURRENT = ["gates of three", "RNN", "Carousel", "LSTM1997"]


def params(layer):
    if isinstance(layer, nn.Module):
        return {name: value.detach().clone() for name, value in layer.state_dict().items()}
    return {name: value.copy() for name, value in layer.params.items()}


def refuses(layer, path, match="is not for this", **arguments):
    """Assert that loading is refused and changes nothing."""
    before = params(layer)
    with pytest.raises(ValueError, match=match):
        load(layer, path, **arguments)
    assert all((value == before[name]).all() for name, value in params(layer).items())


def check_all(makers, path):
    """Assert that of these layers each loads its own file and no other's, whichever backend wrote and reads it."""
    for source, target in itertools.product((ln, lt), repeat=2):
        for a, b in itertools.product(range(len(makers)), repeat=2):
            save(makers[a](source), path)
            if a == b:
                load(makers[b](target), path)
            else:
                refuses(makers[b](target), path)


@pytest.mark.parametrize("row", ALIKE)
def test_layers_that_look_alike(row, tmp_path):
    check_all(ALIKE[row], tmp_path / "file")


@pytest.mark.parametrize("row", RECURRENT)
@pytest.mark.parametrize("within", WITHIN)
def test_layers_that_look_alike_within_others(row, within, tmp_path):
    check_all([lambda lib, make=make: WITHIN[within](lib, make) for make in ALIKE[row]], tmp_path / "file")


def test_one_level_of_many_is_another(tmp_path):
    def net(lib, *resets):
        levels, width = [], 3
        for there, back in zip(resets[::2], resets[1::2], strict=True):
            levels.append(lib.Bidirectional(*(lib.GRU(width, 4, reset=reset) for reset in (there, back))))
            width = 8
        return lib.Stack(*levels)

    kinds = [("after",) * 4, ("after", "after", "after", "before"), ("before", "after", "after", "after")]
    check_all([lambda lib, kind=kind: net(lib, *kind) for kind in kinds], tmp_path / "file")


def test_models(tmp_path):
    path = tmp_path / "file"
    save(ln.SequenceModel(ln.Stack(ln.GRU(3, 4)), ln.Linear(4, 2)), path)
    load(ln.SequenceModel(ln.GRU(3, 4), ln.Linear(4, 2)), path)
    refuses(ln.SequenceModel(ln.Stack(ln.CoupledLSTM(3, 4)), ln.Linear(4, 2)), path, "its recurrent is lstmlib.GRU")


def test_one_net_has_one_description_however_it_is_put_together(tmp_path):
    path, x = tmp_path / "file", np.random.default_rng(0).standard_normal((5, 2, 3))
    made = [
        lambda: ln.GRU(3, 4, num_layers=2),
        lambda: ln.Stack(ln.GRU(3, 4), ln.GRU(4, 4)),
        lambda: lt.GRU(3, 4, num_layers=2).double(),
        lambda: lt.Stack(lt.GRU(3, 4), lt.GRU(4, 4)).double(),
        lambda: nn.GRU(3, 4, 2).double(),
    ]
    for write, read in itertools.product(made, repeat=2):
        first, second = write(), read()
        save(first, path)
        load(second, path)
        have, want = (
            net.forward(x)[0] if not isinstance(net, nn.Module) else net(torch.as_tensor(x))[0].detach().numpy()
            for net in (second, first)
        )
        np.testing.assert_allclose(have, want, atol=1e-12)
    for other in (lt.GRU(3, 4), lt.GRU(3, 4, num_layers=2, reset="before"), lt.CoupledLSTM(3, 4, num_layers=2)):
        save(made[0](), path)
        refuses(other, path)


# torch.nn's layers, what of ours computes the same, and what looks alike and doesn't.
THEIRS = {
    "RNN": (lambda: nn.RNN(3, 4), lambda lib: lib.RNN(3, 4), lambda lib: lib.RNN(3, 4, nonlinearity="relu")),
    "RNN relu": (
        lambda: nn.RNN(3, 4, nonlinearity="relu"),
        lambda lib: lib.RNN(3, 4, nonlinearity="relu"),
        lambda lib: lib.RNN(3, 4),
    ),
    "GRU": (lambda: nn.GRU(3, 4), lambda lib: lib.GRU(3, 4), lambda lib: lib.GRU(3, 4, reset="before")),
    "GRU as an LSTM": (lambda: nn.GRU(3, 4), lambda lib: lib.GRU(3, 4), lambda lib: lib.CoupledLSTM(3, 4)),
    "GRU both ways": (
        lambda: nn.GRU(3, 4, bidirectional=True),
        lambda lib: lib.Bidirectional(lib.GRU(3, 4), lib.GRU(3, 4)),
        lambda lib: lib.Bidirectional(lib.CoupledLSTM(3, 4), lib.CoupledLSTM(3, 4)),
    ),
    "LayerNorm": (lambda: nn.LayerNorm(4, 1e-3), lambda lib: lib.LayerNorm(4, eps=1e-3), lambda lib: lib.LayerNorm(4)),
    "MultiheadAttention": (
        lambda: nn.MultiheadAttention(6, 2),
        lambda lib: lib.MultiHeadAttention(6, 2),
        lambda lib: lib.MultiHeadAttention(6, 3),
    ),
    "post-norm": (
        lambda: nn.TransformerEncoderLayer(8, 2, 16),
        lambda lib: lib.TransformerBlock(8, 2, 16, norm="post"),
        lambda lib: lib.TransformerBlock(8, 2, 16),
    ),
    "gelu": (
        lambda: nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", norm_first=True),
        lambda lib: lib.TransformerBlock(8, 2, 16, activation="gelu"),
        lambda lib: lib.TransformerBlock(8, 2, 16),
    ),
    "relu as a module": (
        lambda: nn.TransformerEncoderLayer(8, 2, 16, activation=nn.ReLU(), norm_first=True),
        lambda lib: lib.TransformerBlock(8, 2, 16),
        lambda lib: lib.TransformerBlock(8, 2, 16, activation="gelu"),
    ),
    "eps within": (
        lambda: nn.TransformerEncoderLayer(8, 2, 16, layer_norm_eps=1e-2, norm_first=True),
        lambda lib: None,
        lambda lib: lib.TransformerBlock(8, 2, 16),
    ),
    "the other gelu": (
        lambda: nn.TransformerEncoderLayer(8, 2, 16, activation=nn.GELU("tanh"), norm_first=True),
        lambda lib: None,
        lambda lib: lib.TransformerBlock(8, 2, 16, activation="gelu"),
    ),
    "LSTM": (lambda: nn.LSTM(3, 4, batch_first=True), lambda lib: lib.LSTM(3, 4), lambda lib: lib.LSTM(3, 5)),
    "Embedding": (lambda: nn.Embedding(5, 4, padding_idx=0), lambda lib: lib.Embedding(5, 4), lambda lib: None),
    "Embedding of bounded norm": (
        lambda: nn.Embedding(5, 4, max_norm=1.0),
        lambda lib: None,
        lambda lib: lib.Embedding(5, 4),
    ),
    "zero to attend to": (
        lambda: nn.MultiheadAttention(6, 2, add_zero_attn=True),
        lambda lib: None,
        lambda lib: lib.MultiHeadAttention(6, 2),
    ),
    "projections": (lambda: nn.LSTM(3, 4, proj_size=2), lambda lib: None, lambda lib: lib.LSTM(3, 4)),
    "no biases": (lambda: nn.LSTM(3, 4, bias=False), lambda lib: None, lambda lib: lib.LSTM(3, 4)),
}


@pytest.mark.parametrize("name", THEIRS)
def test_torch_s_own_layers(name, tmp_path):
    theirs, same, other = THEIRS[name]
    for lib in (ln, lt):
        path = tmp_path / "file"
        save(theirs(), path)
        if same(lib) is not None:
            load(same(lib), path)
        if other(lib) is not None:
            refuses(other(lib), path)
        for layer, expected in ((same(lib), True), (other(lib), False)):
            if layer is not None:
                save(layer, path)
                if expected:
                    load(theirs(), path)
                else:
                    refuses(theirs(), path)


def _variants(*makers):
    return list(itertools.permutations(makers, 2))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *_variants(lambda: nn.LeakyReLU(0.1), lambda: nn.LeakyReLU(0.2), nn.ReLU, nn.Tanh, nn.GELU),
        *_variants(nn.GELU, lambda: nn.GELU("tanh")),
        *_variants(
            lambda: nn.Conv1d(3, 3, 3), lambda: nn.Conv1d(3, 3, 3, stride=2), lambda: nn.Conv1d(3, 3, 3, dilation=2)
        ),
        *_variants(lambda: nn.BatchNorm1d(3), lambda: nn.BatchNorm1d(3, eps=1e-3)),
        *_variants(
            lambda: nn.TransformerDecoderLayer(4, 2, 4), lambda: nn.TransformerDecoderLayer(4, 2, 4, norm_first=True)
        ),
        *_variants(
            lambda: nn.LayerNorm(3, elementwise_affine=False), lambda: nn.LayerNorm(4, elementwise_affine=False)
        ),
        *_variants(lambda: nn.Softmax(0), lambda: nn.Softmax(1)),
        *_variants(lambda: nn.Linear(3, 3), lambda: lt.RNN(3, 3)),
    ],
)
def test_parts_of_a_sequential_net(one, other, tmp_path):
    path = tmp_path / "file"
    save(nn.Sequential(lt.Linear(2, 3), one(), nn.Dropout(0.1)), path)
    load(nn.Sequential(nn.Linear(2, 3), one(), nn.Identity()), path)
    refuses(nn.Sequential(lt.Linear(2, 3), other(), nn.Dropout(0.1)), path)
