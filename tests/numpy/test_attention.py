"""Attention: the papers' equations entry by entry, what the masks hide, what the weights are."""

import re

import numpy as np
import pytest

from lstmlib.numpy import AdditiveAttention, MultiHeadAttention, error_flow


def softmax(e):
    return np.exp(e) / np.exp(e).sum()


def test_additive_attention_entry_by_entry(rng):
    layer, s, h = AdditiveAttention(2, 3, 4, rng=rng), rng.standard_normal((3, 2, 2)), rng.standard_normal((4, 2, 3))
    y, _, cache = layer.forward(s, h)
    W, U, v = (layer.params[name] for name in ("weight_query", "weight_key", "weight_score"))
    for n in range(2):
        for i in range(3):
            alpha = softmax(np.array([v @ np.tanh(W @ s[i, n] + U @ h[j, n]) for j in range(4)]))
            np.testing.assert_allclose(cache.weights[n, i], alpha, rtol=1e-13)
            np.testing.assert_allclose(y[i, n], sum(alpha[j] * h[j, n] for j in range(4)), rtol=1e-12)


def test_multi_head_attention_entry_by_entry(rng):
    E, heads, d = 6, 3, 2
    layer, x, memory = (
        MultiHeadAttention(E, heads, rng=rng),
        rng.standard_normal((3, 2, E)),
        rng.standard_normal((4, 2, E)),
    )
    for value in layer.params.values():
        value[:] = rng.standard_normal(value.shape)
    y, _, cache = layer.forward(x, memory)
    W_q, W_k, W_v = layer.params["in_proj_weight"].reshape(3, heads, d, E)
    b_q, b_k, b_v = layer.params["in_proj_bias"].reshape(3, heads, d)
    for n in range(2):
        for t in range(3):
            found = []
            for a in range(heads):
                q = W_q[a] @ x[t, n] + b_q[a]
                keys = [W_k[a] @ memory[s, n] + b_k[a] for s in range(4)]
                values = [W_v[a] @ memory[s, n] + b_v[a] for s in range(4)]
                weights = softmax(np.array([q @ k / np.sqrt(d) for k in keys]))
                np.testing.assert_allclose(cache.weights[n, a, t], weights, rtol=1e-12)
                found.append(sum(w * v for w, v in zip(weights, values, strict=True)))
            want = layer.params["out_proj.weight"] @ np.concatenate(found) + layer.params["out_proj.bias"]
            np.testing.assert_allclose(y[t, n], want, rtol=1e-11, atol=1e-13)


def test_self_attention_is_attention_to_oneself(rng):
    layer, x = MultiHeadAttention(4, 2, rng=rng), rng.standard_normal((5, 2, 4))
    alone, to_itself = layer.forward(x), layer.forward(x, x)
    np.testing.assert_array_equal(alone[0], to_itself[0])
    dy = rng.standard_normal(x.shape)
    dx, nothing, grads = layer.backward(alone[2], dy)
    dx2, dmemory, grads2 = layer.backward(to_itself[2], dy)
    assert nothing is None
    np.testing.assert_allclose(dx, dx2 + dmemory, rtol=1e-12, atol=1e-14)
    for name in grads:
        np.testing.assert_allclose(grads[name], grads2[name], rtol=1e-12, atol=1e-14)


def test_without_a_mask_attention_knows_no_order(rng):
    layer, x, order = MultiHeadAttention(4, 2, rng=rng), rng.standard_normal((6, 2, 4)), rng.permutation(6)
    np.testing.assert_allclose(layer.forward(x[order])[0], layer.forward(x)[0][order], rtol=1e-12, atol=1e-14)


def test_the_past_does_not_see_the_future(rng):
    layer, x = MultiHeadAttention(4, 2, causal=True, rng=rng), rng.standard_normal((6, 2, 4))
    y, _, cache = layer.forward(x)
    for t in range(5):
        changed = x.copy()
        changed[t + 1 :] = rng.standard_normal(changed[t + 1 :].shape) * 100
        np.testing.assert_allclose(layer.forward(changed)[0][: t + 1], y[: t + 1], rtol=1e-13, atol=1e-15)
        dy = np.zeros_like(y)
        dy[t] = 1.0
        assert not layer.backward(cache, dy)[0][t + 1 :].any()
    assert not np.triu(cache.weights, 1).any()


def test_weights_are_shares_of_what_may_be_seen(rng):
    lengths, memory_lengths = np.array([3, 1, 2]), np.array([2, 5, 1])
    for layer in (AdditiveAttention(4, 4, 3, rng=rng), MultiHeadAttention(4, 2, rng=rng)):
        x, memory = rng.standard_normal((3, 3, 4)) * 50, rng.standard_normal((5, 3, 4)) * 50
        _, _, cache = layer.forward(x, memory, lengths, memory_lengths)
        assert (cache.weights >= 0.0).all()
        for n in range(3):
            np.testing.assert_allclose(cache.weights[n, ..., : lengths[n], :].sum(-1), 1.0, rtol=1e-14)
            assert not cache.weights[n, ..., lengths[n] :, :].any()
            assert not cache.weights[n, ..., memory_lengths[n] :].any()


def test_scores_in_the_thousands_do_not_overflow(rng):
    layer, x = MultiHeadAttention(4, 1, rng=rng), rng.standard_normal((5, 2, 4)) * 1e3
    y, _, cache = layer.forward(x)
    assert np.isfinite(y).all()
    assert all(np.isfinite(value).all() for value in layer.backward(cache, np.ones_like(y))[2].values())


def test_error_reaches_every_step_in_one(rng):
    layer = MultiHeadAttention(8, 2, rng=rng)
    flow = error_flow(layer, rng.standard_normal((100, 1, 8)))
    assert flow.shape == (100, 1)
    assert flow[99] > 0.01 * flow[1]


def products(*shapes):
    """Return the multiply-adds of matrix products (rows, inner, columns)."""
    return sum(rows * inner * columns for rows, inner, columns in shapes)


@pytest.mark.parametrize(("T", "S"), [(1, 1), (5, 5), (3, 7)])
def test_counts(T, S):
    E, heads, d = 12, 3, 4
    layer = MultiHeadAttention(E, heads)
    assert layer.num_parameters == 4 * E * (E + 1) == sum(value.size for value in layer.params.values())
    maps = products((T, E + 1, E), (S, E + 1, E), (S, E + 1, E), (T, E + 1, E))  # queries, keys, values, outputs
    assert layer.num_operations(T, S) == maps + heads * products((T, d, S), (T, S, d))
    assert layer.num_operations(T) == layer.num_operations(T, T)
    Q, K, A = 2, 3, 5
    additive = AdditiveAttention(Q, K, A)
    assert additive.num_parameters == A * (Q + K + 1)
    assert additive.num_operations(T, S) == products((T, Q, A), (S, K, A), (T * S, A, 1), (T, S, K))


def test_initial_weights_are_torch_s():
    layer = MultiHeadAttention(50, 5, rng=np.random.default_rng(0))
    assert 0.99 * np.sqrt(6 / 200) < np.abs(layer.params["in_proj_weight"]).max() <= np.sqrt(6 / 200)
    assert 0.99 / np.sqrt(50) < np.abs(layer.params["out_proj.weight"]).max() <= 1 / np.sqrt(50)
    assert not layer.params["in_proj_bias"].any()
    assert not layer.params["out_proj.bias"].any()


def test_bad_memory():
    x, memory = np.zeros((3, 2, 4)), np.zeros((5, 2, 4))
    for layer in (AdditiveAttention(4, 4, 3), MultiHeadAttention(4, 2)):
        with pytest.raises(ValueError, match=re.escape("memory has shape (5, 2, 3), expected (S, 2, 4)")):
            layer.forward(x, memory[..., :3])
        with pytest.raises(ValueError, match=re.escape("memory has shape (5, 1, 4), expected (S, 2, 4)")):
            layer.forward(x, memory[:, :1])
        with pytest.raises(ValueError, match=re.escape("memory_lengths of shape (2,) runs from 1 to 6, expected")):
            layer.forward(x, memory, memory_lengths=np.array([1, 6]))
    with pytest.raises(TypeError, match="memory is a NoneType, expected a float array of shape"):
        AdditiveAttention(4, 4, 3).forward(x, None)
    with pytest.raises(ValueError, match="memory came to a causal layer"):
        MultiHeadAttention(4, 2, causal=True).forward(x, memory)
    with pytest.raises(ValueError, match="memory_lengths came without memory"):
        MultiHeadAttention(4, 2).forward(x, memory_lengths=np.array([1, 2]))


def test_bad_sizes():
    with pytest.raises(ValueError, match="embed_size is 6, expected a multiple of num_heads, which is 4"):
        MultiHeadAttention(6, 4)
    with pytest.raises(ValueError, match="num_heads is 0, expected a positive integer"):
        MultiHeadAttention(6, 0)
    with pytest.raises(TypeError, match=re.escape("key_size is 2.0, expected a positive integer")):
        AdditiveAttention(2, 2.0, 2)
