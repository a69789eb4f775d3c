"""ALiBi and RoPE: the papers' equations entry by entry, and what follows from them."""

import numpy as np
import pytest

from lstmlib.numpy import MultiHeadAttention, TransformerBlock
from lstmlib.numpy.positional import alibi, rotated


def test_alibi_is_the_paper_s_row():
    bias = alibi(5, 8)
    assert bias.shape == (8, 5, 5)
    for k in range(8):  # "the set of slopes is the geometric sequence that starts at 2^(-8/n)", here n = 8
        np.testing.assert_allclose(bias[k, 4], -(0.5 ** (k + 1)) * np.array([4, 3, 2, 1, 0]), rtol=1e-15)
    np.testing.assert_allclose(alibi(3, 16)[0, 1, 0], -(2.0**-0.5), rtol=1e-15)
    np.testing.assert_array_equal(bias, bias.swapaxes(1, 2))


def test_rope_turns_pairs_entry_by_entry(rng):
    x = rng.standard_normal((3, 5, 4))
    y = rotated(x)
    for t in range(5):
        for i, theta in enumerate((1.0, 0.01)):  # 10000^(-2i / 4)
            turn = np.array([[np.cos(t * theta), -np.sin(t * theta)], [np.sin(t * theta), np.cos(t * theta)]])
            np.testing.assert_allclose(y[:, t, 2 * i : 2 * i + 2], x[:, t, 2 * i : 2 * i + 2] @ turn.T, rtol=1e-12)
    np.testing.assert_allclose(rotated(y, back=True), x, rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(y, axis=-1), np.linalg.norm(x, axis=-1), rtol=1e-12)


def test_rope_s_products_depend_on_the_lag_alone(rng):
    q, k = (np.repeat(rng.standard_normal((1, 6)), 9, axis=0) for _ in range(2))  # the same vector at each step
    products = rotated(q) @ rotated(k).T
    for lag in range(-8, 9):
        assert np.ptp(np.diagonal(products, lag)) < 1e-12


@pytest.mark.parametrize("positions", ["alibi", "rope"])
def test_scores_are_the_equations(positions, rng):
    heads, d, T = 2, 4, 6
    layer, x = (
        MultiHeadAttention(heads * d, heads, positions=positions, rng=rng),
        rng.standard_normal((T, 1, heads * d)),
    )
    _, _, cache = layer.forward(x)
    W_q, W_k, _ = layer.params["in_proj_weight"].reshape(3, heads, d, -1)
    for a in range(heads):
        q, k = x[:, 0] @ W_q[a].T, x[:, 0] @ W_k[a].T
        if positions == "rope":
            scores = rotated(q) @ rotated(k).T / d**0.5
        else:
            scores = q @ k.T / d**0.5 + alibi(T, heads)[a]
        powers = np.exp(scores)
        np.testing.assert_allclose(cache.kept.weights[0, a], powers / powers.sum(1, keepdims=True), rtol=1e-12)


@pytest.mark.parametrize("positions", ["alibi", "rope"])
def test_a_shift_in_time_changes_nothing(positions, rng):
    layer = TransformerBlock(8, 2, positions=positions, rng=rng)
    x = rng.standard_normal((5, 1, 8))
    y = layer.forward(x)[0]
    moved = np.concatenate([rng.standard_normal((3, 1, 8)), x])  # three steps before it, which can be masked by nothing
    assert np.abs(layer.forward(moved)[0][3:] - y).max() > 1e-3
    attention = layer.self_attn
    weights = attention.forward(x)[2].kept.weights[0]
    later = attention.forward(moved)[2].kept.weights[0][:, 3:, 3:]
    np.testing.assert_allclose(later / later.sum(-1, keepdims=True), weights, rtol=1e-10)


def test_bad_positions():
    with pytest.raises(ValueError, match="positions is 'sinus', expected one of alibi, rope"):
        MultiHeadAttention(4, 2, positions="sinus")
    with pytest.raises(ValueError, match=r"a head is 6 / 2 = 3 wide: expected an even width"):
        MultiHeadAttention(6, 2, positions="rope")
    with pytest.raises(ValueError, match="memory came to a layer with positions='alibi'"):
        MultiHeadAttention(4, 2, positions="alibi").forward(np.zeros((2, 1, 4)), np.zeros((3, 1, 4)))
    assert repr(TransformerBlock(4, 2, positions="rope")) == "TransformerBlock(4, 2, positions='rope')"
