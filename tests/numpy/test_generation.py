"""A token at a time gives what all at once gives; what is kept and what is done are counted."""

import numpy as np
import pytest

from lstmlib.numpy import LSTM, MultiHeadAttention, TransformerBlock
from lstmlib.numpy.generation import KeyValueCache, token_operations
from lstmlib.numpy.stored import stored_numbers


def layers(rng):
    return [
        MultiHeadAttention(8, 2, causal=True, rng=rng),
        TransformerBlock(8, 2, causal=True, rng=rng),
        TransformerBlock(8, 4, causal=True, norm="post", rng=rng),
        MultiHeadAttention(8, 2, causal=True, positions="alibi", rng=rng),
        TransformerBlock(8, 2, causal=True, positions="rope", rng=rng),
    ]


@pytest.mark.parametrize("which", range(5))
def test_step_by_step_equals_all_at_once(which, rng):
    layer = layers(rng)[which]
    for name, value in layer.params.items():
        if "bias" in name:
            value[...] = rng.standard_normal(value.shape)
    x = rng.standard_normal((7, 3, 8))
    kept = KeyValueCache(layer, 3, 7)
    y = np.concatenate([kept.step(x[t : t + 1]) for t in range(7)])
    np.testing.assert_allclose(y, layer.forward(x)[0], rtol=1e-12, atol=1e-14)
    assert kept.num_numbers == 2 * 7 * 8


def test_what_a_cache_refuses(rng):
    with pytest.raises(ValueError, match="layer is not causal"):
        KeyValueCache(MultiHeadAttention(8, 2, rng=rng), 1, 4)
    with pytest.raises(ValueError, match="max_steps is 0, expected a positive integer"):
        KeyValueCache(layers(rng)[0], 1, 0)
    kept = KeyValueCache(layers(rng)[0], 2, 1)
    with pytest.raises(ValueError, match="x has shape"):
        kept.step(rng.standard_normal((1, 3, 8)))
    kept.step(rng.standard_normal((1, 2, 8)))
    with pytest.raises(ValueError, match="max_steps is 1, and all are taken"):
        kept.step(rng.standard_normal((1, 2, 8)))


@pytest.mark.parametrize("which", range(3))
def test_tokens_add_up_to_a_sequence_without_its_future(which, rng):
    layer, T, E = layers(rng)[which], 9, 8
    tokens = sum(token_operations(layer, t) for t in range(1, T + 1))
    # Of the T squared pairs that a whole sequence computes, T (T - 1) / 2 lie in the future.
    assert tokens == layer.num_operations(T) - 2 * E * T * (T - 1) // 2


@pytest.mark.parametrize(("T", "d", "heads"), [(1, 16, 1), (5, 16, 4), (17, 32, 8)])
def test_stored_numbers_are_those_of_the_caches(T, d, heads, rng):
    x = rng.standard_normal((T, 1, d))
    assert stored_numbers(LSTM(d, d, rng=rng).forward(x)[2]) == 8 * T * d + 2 * d
    attention = MultiHeadAttention(d, heads, rng=rng).forward(x)[2]
    assert stored_numbers(attention) == 5 * T * d + heads * T**2
    block = TransformerBlock(d, heads, rng=rng).forward(x)[2]
    assert stored_numbers(block) == 16 * T * d + heads * T**2 + 2 * T


def test_an_array_counts_once_and_a_view_as_what_it_views():
    whole = np.zeros((3, 4))
    assert stored_numbers((whole, [whole[1], {"again": whole}])) == 12
    assert stored_numbers((np.ones(5, bool), None, 3)) == 0


def test_what_has_no_tokens_or_keeps_nothing_is_refused(rng):
    with pytest.raises(TypeError, match="layer is an LSTM, expected a MultiHeadAttention or a TransformerBlock"):
        token_operations(LSTM(2, 3), 4)
    with pytest.raises(TypeError, match="cache is an LSTM, expected what a layer's forward returned"):
        stored_numbers(LSTM(2, 3))
