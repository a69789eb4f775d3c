"""The layers that torch.nn has too: its weights load as they are, and outputs and every gradient are the same."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import close, compare, copy_params

import lstmlib.numpy as ln
import lstmlib.torch as lt

SEEDS = st.integers(0, 2**32 - 1)
LENGTHS = st.lists(st.integers(1, 6), min_size=1, max_size=4)


def spread(layer, rng):
    for value in layer.params.values():
        value += 0.3 * rng.standard_normal(value.shape)


def past_end(lengths):
    """Return True where a step is past its sequence's end (N, T), as torch.nn wants it."""
    return torch.arange(int(lengths.max()))[None] >= lengths[:, None]


class Theirs(torch.nn.Module):
    """A layer of torch.nn with the call of ``lstmlib.torch``; ``call`` maps one to the other."""

    def __init__(self, inner, call):
        super().__init__()
        self.inner, self.call = inner.double(), call

    def forward(self, x, state=None, **arguments):
        return self.call(self.inner, x, state, **arguments), None

    def load_state_dict(self, *args, **kwargs):
        return self.inner.load_state_dict(*args, **kwargs)

    def state_dict(self, *args, **kwargs):
        return self.inner.state_dict(*args, **kwargs)

    def named_parameters(self, *args, **kwargs):
        return self.inner.named_parameters(*args, **kwargs)


def attend(causal=False):
    def call(inner, x, memory=None, lengths=None, memory_lengths=None):
        seen, seen_lengths = (x, lengths) if memory is None else (memory, memory_lengths)
        mask = None if seen_lengths is None else past_end(seen_lengths)
        future = torch.ones(len(x), len(x), dtype=torch.bool).triu(1) if causal else None
        y, _ = inner(x, seen, seen, key_padding_mask=mask, attn_mask=future, need_weights=False)
        return y if lengths is None else y.masked_fill(past_end(lengths).T[..., None], 0.0)

    return call


def encode(causal=False):
    def call(inner, x, state=None, lengths=None):
        future = torch.ones(len(x), len(x), dtype=torch.bool).triu(1) if causal else None
        mask = None if lengths is None else past_end(lengths)
        y = inner(x, src_mask=future, src_key_padding_mask=mask)
        return y if lengths is None else y.masked_fill(past_end(lengths).T[..., None], 0.0)

    return call


@given(SEEDS, LENGTHS, st.integers(1, 3), st.integers(1, 3), st.booleans(), st.booleans())
def test_multi_head_attention(seed, lengths, heads, width, causal, padded):
    rng, E = np.random.default_rng(seed), heads * width
    T, N = max(lengths), len(lengths)
    layer = ln.MultiHeadAttention(E, heads, causal=causal, rng=rng)
    spread(layer, rng)
    theirs = Theirs(torch.nn.MultiheadAttention(E, heads), attend(causal))
    copy_params(layer, theirs)
    arguments = {"lengths": np.array(lengths)} if padded else {}
    compare(layer, theirs, rng.standard_normal((T, N, E)), None, rng, **arguments)


@given(SEEDS, LENGTHS, st.integers(1, 3), st.booleans())
def test_multi_head_attention_of_a_memory(seed, lengths, heads, padded):
    rng, E = np.random.default_rng(seed), 2 * heads
    T, N, S = max(lengths), len(lengths), max(lengths) + 2
    layer = ln.MultiHeadAttention(E, heads, rng=rng)
    spread(layer, rng)
    theirs = Theirs(torch.nn.MultiheadAttention(E, heads), attend())
    copy_params(layer, theirs)
    memory_lengths = np.array(lengths) + 1
    memory_lengths[0] = S  # past_end takes the longest for T
    arguments = {"lengths": np.array(lengths), "memory_lengths": memory_lengths} if padded else {}
    compare(layer, theirs, rng.standard_normal((T, N, E)), rng.standard_normal((S, N, E)), rng, **arguments)


@given(
    SEEDS, LENGTHS, st.sampled_from(["pre", "post"]), st.sampled_from(["relu", "gelu"]), st.booleans(), st.booleans()
)
def test_transformer_block(seed, lengths, norm, activation, causal, padded):
    rng = np.random.default_rng(seed)
    T, N, E = max(lengths), len(lengths), 4
    layer = ln.TransformerBlock(E, 2, 7, norm=norm, activation=activation, causal=causal, rng=rng)
    spread(layer, rng)
    inner = torch.nn.TransformerEncoderLayer(E, 2, 7, 0.0, activation, norm_first=norm == "pre")
    theirs = Theirs(inner, encode(causal))
    copy_params(layer, theirs)
    arguments = {"lengths": np.array(lengths)} if padded else {}
    compare(layer, theirs, rng.standard_normal((T, N, E)), None, rng, **arguments)


@settings(max_examples=10)
@given(SEEDS, st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(2, 6), st.integers(1, 6)))
def test_linear_and_layernorm(seed, shape):
    T, N, D, width = shape
    rng = np.random.default_rng(seed)
    for layer, inner in [
        (ln.Linear(D, width, rng=rng), torch.nn.Linear(D, width)),
        (ln.LayerNorm(D, eps=1e-3), torch.nn.LayerNorm(D, 1e-3)),
    ]:
        spread(layer, rng)
        theirs = Theirs(inner, lambda inner, x, state: inner(x))
        copy_params(layer, theirs)
        compare(layer, theirs, rng.standard_normal((T, N, D)), None, rng)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lt.Linear(3, 4), torch.nn.Linear(3, 4)),
        (lt.LayerNorm(4), torch.nn.LayerNorm(4)),
        (lt.Embedding(5, 4), torch.nn.Embedding(5, 4)),
        (lt.MultiHeadAttention(6, 2), torch.nn.MultiheadAttention(6, 2)),
        (lt.TransformerBlock(6, 2, 8), torch.nn.TransformerEncoderLayer(6, 2, 8)),
    ],
)
def test_state_dicts_load_either_way(ours, theirs):
    assert list(ours.state_dict()) == list(theirs.state_dict())
    theirs.load_state_dict(ours.state_dict())
    ours.load_state_dict(theirs.state_dict())


def test_attention_s_weights_are_torch_s():
    ours, theirs = lt.MultiHeadAttention(6, 2, dtype=torch.float64), torch.nn.MultiheadAttention(6, 2).double()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(5, 3, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    y, weights = ours(x, need_weights=True)
    y2, weights2 = theirs(x, x, x, average_attn_weights=False)
    close("y", y, y2.detach().numpy())
    close("weights", weights, weights2.detach().numpy())
