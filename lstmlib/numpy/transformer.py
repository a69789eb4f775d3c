"""The transformer's block: attention carries between the steps, a small net works on each step alone."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.attention import MultiHeadAttention, MultiHeadAttentionCache
from lstmlib.numpy.checks import Array, Lengths, Mask, check_choice, check_none, check_rng, check_size
from lstmlib.numpy.layer import Cache, Layer, check_finite, naming_part
from lstmlib.numpy.layernorm import LayerNorm, LayerNormCache
from lstmlib.numpy.linear import Linear
from lstmlib.numpy.padding import read_gradient, read_padded, zero_past_end
from lstmlib.numpy.params import Parameters

NORMS = ("pre", "post")
PARTS = ("self_attn", "linear1", "linear2", "norm1", "norm2")  # in the order of torch.nn.TransformerEncoderLayer

Grads = dict[str, Array]


def normal_cdf(x: Array) -> Array:
    """Return the share of a normal distribution below x, erfc(-x / sqrt(2)) / 2."""
    erfc = np.frompyfunc(math.erfc, 1, 1)  # NumPy has none; this one is slow, and exact in the tails too
    return 0.5 * erfc(-x / math.sqrt(2.0)).astype(x.dtype)


def gelu(x: Array) -> tuple[Array, Array]:
    """Return x times the share of a normal distribution below it, and the slope there (Hendrycks and Gimpel 2016)."""
    below = normal_cdf(x)
    return x * below, below + x * np.exp(-0.5 * x**2) / math.sqrt(2.0 * math.pi)


def relu(x: Array) -> tuple[Array, Array]:
    """Return max(0, x), and the slope there."""
    return np.maximum(x, 0.0), (x > 0.0).astype(x.dtype)


# Each gives the function's value and its slope at once: they share what is slow in gelu.
ACTIVATIONS: dict[str, Callable[[Array], tuple[Array, Array]]] = {"relu": relu, "gelu": gelu}


class TransformerBlockCache(NamedTuple):
    """What ``TransformerBlock.forward`` keeps for ``backward``; ``attention.weights`` is there for pictures."""

    attention: Cache[MultiHeadAttentionCache]
    norm1: Cache[LayerNormCache]
    linear1: Cache[Array]  # (T, N, E), what went into the first linear map
    slope: Array  # (T, N, F), of the activation at what came out of it
    linear2: Cache[Array]  # (T, N, F), after the activation
    norm2: Cache[LayerNormCache]
    inside: Mask  # (T, N): True up to the end of each sequence


class TransformerBlock(Layer):
    """A transformer's block: self-attention, then a feed-forward net on each step, each added to what came in.

    With FF(x) = W_2 f(W_1 x + b_1) + b_2, and the normalisation either after each sum ("post", as in the paper) or
    before each part ("pre", which leaves a path from output to input that nothing but sums lies on)::

        post:  h = LN_1(x + Attention(x))        pre:  h = x + Attention(LN_1(x))
               y = LN_2(h + FF(h))                     y = h + FF(LN_2(h))

    Dropout is left out. A stack of "pre" blocks wants one more ``LayerNorm`` on top.

    Source: Vaswani et al. (2017), "Attention is all you need", sections 3.1 and 3.3, equation 2; "pre" as in Xiong et
    al. (2020), "On layer normalization in the transformer architecture". Parameters named and shaped as in
    torch.nn.TransformerEncoderLayer, whose weights load as they are.

    Args:
        embed_size: E, the width of x(t) and y(t).
        num_heads: how many heads the attention has; E must be a multiple of it.
        feedforward_size: F, the width of the feed-forward net between its two maps; 4 E if ``None``.
        norm: "pre" or "post".
        activation: f, "relu" or "gelu".
        causal: whether a step sees only itself and the steps before it.
        positions: the attention's: "alibi", "rope" or ``None``.
        rng: source of the initial weights; each part's own distribution.
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, heads that don't divide ``embed_size``, an unknown
            ``norm``, ``activation`` or ``positions``, or "rope" for heads of an odd width.
    """

    def __init__(
        self,
        embed_size: int,
        num_heads: int,
        feedforward_size: int | None = None,
        *,
        norm: str = "pre",
        activation: str = "relu",
        causal: bool = False,
        positions: str | None = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        check_choices(norm, activation)
        self.embed_size = E = check_size("embed_size", embed_size)
        self.feedforward_size = F = check_size(
            "feedforward_size", 4 * E if feedforward_size is None else feedforward_size
        )
        self.norm, self.activation = norm, activation
        rng = np.random.default_rng() if rng is None else check_rng(rng)
        self.self_attn = MultiHeadAttention(E, num_heads, causal=causal, positions=positions, rng=rng, dtype=dtype)
        self.linear1, self.linear2 = Linear(E, F, rng=rng, dtype=dtype), Linear(F, E, rng=rng, dtype=dtype)
        self.norm1, self.norm2 = LayerNorm(E, dtype=dtype), LayerNorm(E, dtype=dtype)

    def _parameters(self) -> Parameters:
        """Return the arrays of all parts, by "self_attn.…", "linear1.…", "linear2.…", "norm1.…" and "norm2.…"."""
        return Parameters(_join({name: part.params for name, part in self._parts().items()}))

    def _setting(self, name: str) -> Any:
        """Return the value of one of the constructor's arguments; three of them are the attention's."""
        if name == "feedforward_size" and self.feedforward_size == 4 * self.embed_size:
            return None
        return getattr(self.self_attn if name in ("num_heads", "causal", "positions") else self, name)

    def _parts(self) -> Mapping[str, Layer]:
        return {name: getattr(self, name) for name in PARTS}

    def num_operations(self, num_steps: int) -> int:
        """Return how many multiply-adds a whole sequence of T steps takes: the sum over the parts."""
        num_steps = check_size("num_steps", num_steps)
        each_step = sum(part.num_operations for part in (self.linear1, self.linear2, self.norm1, self.norm2))
        return self.self_attn.num_operations(num_steps) + num_steps * each_step

    def forward(
        self, x: Array, state: None = None, lengths: Lengths | None = None
    ) -> tuple[Array, None, Cache[TransformerBlockCache]]:
        """Run the block over a batch of sequences.

        Args:
            x: inputs (T, N, E).
            state: always ``None``.
            lengths: how many steps each sequence has (N,); T if ``None``. Past them y is 0, and they are never
                attended to.

        Returns:
            y (T, N, E); ``None`` for the state; and the cache, with the weights ``cache.attention.weights`` (N, heads,
            T, T).

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, NaN, or a length that is
                not from 1 to T.
        """
        check_none("state", state)
        x, inside = read_padded("x", x, ("T", "N", self.embed_size), lengths, dtype=self.dtype)
        with naming_part(self, self._parts()):
            if self.norm == "pre":
                normed, _, norm1 = self.norm1.forward(x)
                attended, _, attention = self.self_attn.forward(normed, None, lengths)
                h: Array = x + attended  # (T, N, E)
                normed, _, norm2 = self.norm2.forward(h)
                out, feedforward = self._feedforward(normed)
                y: Array = h + out
            else:
                attended, _, attention = self.self_attn.forward(x, None, lengths)
                h, _, norm1 = self.norm1.forward(x + attended)  # (T, N, E)
                out, feedforward = self._feedforward(h)
                y, _, norm2 = self.norm2.forward(h + out)
        y = zero_past_end(y, inside)
        check_finite(self, {"y": y}, lambda: [x], {})
        return y, None, self.keep(TransformerBlockCache(attention, norm1, *feedforward, norm2, inside))

    def backward(
        self, cache: Cache[TransformerBlockCache], dy: Array, dstate: None = None
    ) -> tuple[Array, None, Grads]:
        """Return the gradients for x (T, N, E), ``None`` for the state, and for the parameters by name.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, E).
            dstate: always ``None``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        check_none("dstate", dstate)
        cache, _ = self.recall(cache)
        T, N, _ = cache.slope.shape
        dy = read_gradient(dy, (T, N, self.embed_size), cache.inside, self.dtype)
        with naming_part(self, self._parts()):
            if self.norm == "pre":
                dnormed, feedforward = self._feedforward_backward(cache, dy)
                through, _, norm2 = self.norm2.backward(cache.norm2, dnormed)
                dh = dy + through
                dnormed, _, attention = self.self_attn.backward(cache.attention, dh)
                through, _, norm1 = self.norm1.backward(cache.norm1, dnormed)
                dx = dh + through
            else:
                dsum, _, norm2 = self.norm2.backward(cache.norm2, dy)
                through, feedforward = self._feedforward_backward(cache, dsum)
                dsum, _, norm1 = self.norm1.backward(cache.norm1, dsum + through)
                through, _, attention = self.self_attn.backward(cache.attention, dsum)
                dx = dsum + through
        check_finite(self, {"dx": dx}, lambda: [dy], {})
        return dx, None, _join({"self_attn": attention, **feedforward, "norm1": norm1, "norm2": norm2})

    def _feedforward(self, x: Array) -> tuple[Array, tuple[Cache[Array], Array, Cache[Array]]]:
        """Return W_2 f(W_1 x + b_1) + b_2 (T, N, E), and what ``_feedforward_backward`` needs."""
        net, _, linear1 = self.linear1.forward(x)  # (T, N, F)
        hidden, slope = ACTIVATIONS[self.activation](net)
        out, _, linear2 = self.linear2.forward(hidden)  # (T, N, E)
        return out, (linear1, slope, linear2)

    def _feedforward_backward(self, cache: Any, dout: Array) -> tuple[Array, dict[str, Grads]]:
        """Return the gradient for what went into the feed-forward net (T, N, E), and for its two maps."""
        dhidden, _, linear2 = self.linear2.backward(cache.linear2, dout)  # (T, N, F)
        dx, _, linear1 = self.linear1.backward(cache.linear1, dhidden * cache.slope)  # (T, N, E)
        return dx, {"linear1": linear1, "linear2": linear2}


def _join(parts: dict[str, Grads]) -> Grads:
    return {f"{part}.{name}": value for part, values in parts.items() for name, value in values.items()}


def check_choices(norm: str, activation: str) -> None:
    """Refuse what is not one of the choices.

    Raises:
        ValueError: an unknown ``norm`` or ``activation``.
    """
    check_choice("norm", norm, NORMS)
    check_choice("activation", activation, ACTIVATIONS)
