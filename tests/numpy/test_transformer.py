"""The transformer's block and its parts: normalisation, positions, symbols, the feed-forward net."""

import math
import re
import statistics

import numpy as np
import pytest

from lstmlib.numpy import (
    Embedding,
    LayerNorm,
    Linear,
    PositionalEncoding,
    TransformerBlock,
    check_gradients,
    error_flow,
)
from lstmlib.numpy.positional import sinusoids
from lstmlib.numpy.transformer import gelu


def test_block_is_the_equations(rng):
    x = rng.standard_normal((4, 2, 6))
    for norm in ("pre", "post"):
        block = TransformerBlock(6, 2, 5, norm=norm, rng=rng)
        attention, norm1, norm2 = (
            lambda v, part=part: part.forward(v)[0] for part in (block.self_attn, block.norm1, block.norm2)
        )
        p = block.params

        def ff(v, p=p):
            hidden = np.maximum(v @ p["linear1.weight"].T + p["linear1.bias"], 0.0)
            return hidden @ p["linear2.weight"].T + p["linear2.bias"]

        if norm == "pre":
            h = x + attention(norm1(x))
            want = h + ff(norm2(h))
        else:
            h = norm1(x + attention(x))
            want = norm2(h + ff(h))
        np.testing.assert_allclose(block.forward(x)[0], want, rtol=1e-13, atol=1e-14)


def test_a_pre_block_of_zeros_lets_everything_through(rng):
    block, x = TransformerBlock(4, 2, rng=rng), rng.standard_normal((5, 2, 4))
    for value in block.params.values():
        value[:] = 0.0
    y, _, cache = block.forward(x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(block.backward(cache, x)[0], x)


def test_params_are_the_parts_own(rng):
    block, x = TransformerBlock(4, 2, rng=rng), rng.standard_normal((5, 2, 4))
    before = block.forward(x)[0]
    block.params["linear2.bias"] += 1.0
    np.testing.assert_allclose(block.forward(x)[0], before + 1.0, rtol=1e-13)


def test_block_fits_the_error_flow(rng):
    flow = error_flow(TransformerBlock(4, 2, causal=True, rng=rng), rng.standard_normal((20, 2, 4)))
    assert flow.shape == (20, 2)
    assert (flow > 0.0).all()


def test_counts():
    E, T = 8, 10
    block = TransformerBlock(E, 2)
    assert block.feedforward_size == 4 * E
    assert block.num_parameters == 12 * E * E + 13 * E == sum(value.size for value in block.params.values())
    attention, feedforward = 4 * E * (E + 1) * T + 2 * T * T * E, T * (4 * E * (E + 1) + E * (4 * E + 1))
    assert block.num_operations(T) == attention + feedforward + 2 * T * 2 * E
    assert (Linear(3, 4).num_parameters, Linear(3, 4).num_operations) == (16, 16)
    assert (LayerNorm(5).num_parameters, LayerNorm(5).num_operations) == (10, 10)
    assert (Embedding(7, 5).num_parameters, Embedding(7, 5).num_operations) == (35, 0)
    assert (PositionalEncoding(5).num_parameters, PositionalEncoding(5).num_operations) == (0, 0)


def test_gelu():
    x = np.linspace(-6.0, 6.0, 101)
    below = [statistics.NormalDist().cdf(v) for v in x]  # of erf, so without digits far below 0
    np.testing.assert_allclose(gelu(x)[0], x * below, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(gelu(x)[1], (gelu(x + 1e-6)[0] - gelu(x - 1e-6)[0]) / 2e-6, rtol=1e-8, atol=1e-9)
    assert {part.dtype for part in gelu(x.astype(np.float32))} == {np.dtype(np.float32)}


@pytest.mark.parametrize("size", [1, 2, 5])
def test_layernorm_gradient(size, rng):
    layer = LayerNorm(size, eps=0.1)
    for value in layer.params.values():
        value += rng.standard_normal(size)
    differences = check_gradients(layer, rng.standard_normal((4, 3, size)))
    if size == 1:  # a single entry is its own mean: nothing of x is left, and 0 is compared with 0
        assert differences.pop("x") == 0.0
        differences.pop("weight")
    assert max(differences.values()) < 1e-6, differences


def test_layernorm_takes_away_mean_and_size(rng):
    layer, x = LayerNorm(50), rng.standard_normal((4, 3, 50))
    y, _, _ = layer.forward(x)
    np.testing.assert_allclose(y.mean(-1), 0.0, atol=1e-14)
    np.testing.assert_allclose(y.var(-1), 1.0, rtol=1e-4)
    np.testing.assert_allclose(layer.forward(3.0 + 100.0 * x)[0], y, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(layer.forward(np.full((1, 1, 50), 2.0))[0], 0.0)


def test_layernorm_float32_stays_float32(rng):
    layer = LayerNorm(5, dtype=np.float32)
    y, _, cache = layer.forward(rng.standard_normal((4, 3, 5)).astype(np.float32))
    dx, _, grads = layer.backward(cache, y)
    assert {array.dtype for array in (y, dx, *grads.values())} == {np.dtype(np.float32)}


def test_embedding_is_a_linear_map_of_one_hot_vectors(rng):
    embedding, linear = Embedding(6, 4, rng=rng), Linear(6, 4)
    linear.params["weight"][:], linear.params["bias"][:] = embedding.params["weight"].T, 0.0
    symbols = np.array([[0, 5, 2], [2, 2, 1]])  # one of them three times, some never
    y, _, cache = embedding.forward(symbols)
    y2, _, cache2 = linear.forward(np.eye(6)[symbols])
    np.testing.assert_array_equal(y, y2)
    dy = rng.standard_normal(y.shape)
    dx, dstate, grads = embedding.backward(cache, dy)
    assert dx is None
    assert dstate is None
    np.testing.assert_allclose(grads["weight"], linear.backward(cache2, dy)[2]["weight"].T, rtol=1e-14)
    assert not grads["weight"][3:5].any()


class Added:
    """An embedding added to x: so ``check_gradients`` has floats to move."""

    def __init__(self, embedding, symbols):
        self.embedding, self.symbols, self.params = embedding, symbols, embedding.params

    def forward(self, x, state=None):
        y, _, cache = self.embedding.forward(self.symbols)
        return x + y, None, cache

    def backward(self, cache, dy, dstate=None):
        return dy, None, self.embedding.backward(cache, dy)[2]


def test_embedding_gradient(rng):
    layer = Added(Embedding(5, 3, rng=rng), rng.integers(5, size=(4, 2)))
    assert max(check_gradients(layer, rng.standard_normal((4, 2, 3))).values()) < 1e-6


def test_bad_symbols():
    layer = Embedding(5, 3)
    wanted = "integers from 0 to 4 of shape (T, N)"
    cases = [
        (np.array([[0, 1], [2, 5]]), ValueError, f"x of shape (2, 2) is 5 at index (1, 1), expected {wanted}"),
        (np.array([[0, -1]]), ValueError, f"x of shape (1, 2) is -1 at index (0, 1), expected {wanted}"),
        (np.zeros((2, 2)), TypeError, f"x of shape (2, 2) has dtype float64, expected {wanted}"),
        (np.zeros(2, int), ValueError, f"x has shape (2,), expected {wanted}"),
        (np.zeros((0, 2), int), ValueError, f"x has shape (0, 2), expected {wanted}"),
        ([[0]], TypeError, f"x is a list, expected {wanted}"),
    ]
    for x, error, message in cases:
        with pytest.raises(error, match=re.escape(message)):
            layer.forward(x)
    _, _, cache = layer.forward(np.zeros((4, 2), int))
    with pytest.raises(ValueError, match=re.escape("dy has shape (4, 2, 2), expected (4, 2, 3)")):
        layer.backward(cache, np.zeros((4, 2, 2)))


@pytest.mark.parametrize("size", [1, 6, 7])
def test_sinusoids(size):
    table = sinusoids(50, size)
    assert table.shape == (50, size)
    for t in (0, 1, 49):
        for k in range(size):
            angle = t / 10000 ** (2 * (k // 2) / size)
            assert table[t, k] == pytest.approx(math.cos(angle) if k % 2 else math.sin(angle), abs=1e-14)


def test_likeness_of_two_positions_depends_on_their_distance_alone():
    table = sinusoids(40, 16)
    likeness = table @ table.T
    for distance in range(40):
        np.testing.assert_allclose(np.diag(likeness, distance), likeness[0, distance], rtol=1e-12, atol=1e-12)


def test_positional_encoding_adds_them(rng):
    layer, x = PositionalEncoding(6), rng.standard_normal((5, 2, 6))
    y, _, _ = layer.forward(x)
    np.testing.assert_array_equal(y, x + sinusoids(5, 6)[:, None])
    assert max(check_gradients(layer, x).values()) < 1e-6
    assert layer.forward(x.astype(np.float32))[0].dtype == np.float32


def test_bad_arguments():
    with pytest.raises(ValueError, match="norm is 'layer', expected one of pre, post"):
        TransformerBlock(4, 2, norm="layer")
    with pytest.raises(ValueError, match="activation is 'tanh', expected one of relu, gelu"):
        TransformerBlock(4, 2, activation="tanh")
    with pytest.raises(ValueError, match="feedforward_size is 0, expected a positive integer"):
        TransformerBlock(4, 2, 0)
    with pytest.raises(ValueError, match=re.escape("eps is 0.0, expected a positive number")):
        LayerNorm(4, eps=0.0)
    for layer in (LayerNorm(4), PositionalEncoding(4)):
        with pytest.raises(ValueError, match=re.escape("x has shape (5, 2, 3), expected (T, N, 4)")):
            layer.forward(np.zeros((5, 2, 3)))
        _, _, cache = layer.forward(np.zeros((5, 2, 4)))
        with pytest.raises(ValueError, match=re.escape("dy has shape (5, 2, 3), expected (5, 2, 4)")):
            layer.backward(cache, np.zeros((5, 2, 3)))
