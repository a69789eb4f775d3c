"""Positions: attention sees a set, so the order has to be written into the vectors, or into the scores."""

from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array, check_array, check_none, check_size
from lstmlib.numpy.layer import Cache, Layer


def sinusoids(num_steps: int, embed_size: int) -> Array:
    """Return the encoding of the steps 0 to T - 1, as float64 (T, E).

    Each pair of entries 2i, 2i + 1 turns like the hand of a clock, from 2 pi steps a turn at i = 0 to nearly
    10000 * 2 pi at the last::

        PE(t, 2i)     = sin(t / 10000^(2i / E))
        PE(t, 2i + 1) = cos(t / 10000^(2i / E))

    Source: Vaswani et al. (2017), "Attention is all you need", section 3.5.

    Args:
        num_steps: T, how many steps.
        embed_size: E; if odd, the last sine has no cosine.
    """
    num_steps, embed_size = check_size("num_steps", num_steps), check_size("embed_size", embed_size)
    entry = np.arange(embed_size)
    angle = np.arange(num_steps)[:, None] / 10000.0 ** ((entry - entry % 2) / embed_size)  # (T, E)
    return np.where(entry % 2 == 0, np.sin(angle), np.cos(angle))


def alibi(num_steps: int, num_heads: int) -> Array:
    """Return what ALiBi adds to the scores of each pair of steps: the further apart, the less, float64 (heads, T, T).

    Head k = 1 ... h has a slope of its own, which is not learnt::

        bias(k, i, j) = -m(k) |i - j|,    m(k) = 2^(-8 k / h)

    It is added after the division by sqrt(d). For steps in the past ``|i - j|`` is the paper's i - j; without a mask
    this is its symmetric form.

    Source: Press, Smith and Lewis (2022), "Train short, test long: attention with linear biases enables input length
    extrapolation", section 3. Where h is no power of 2, their code mixes two such rows of slopes; here it is one.

    Args:
        num_steps: T, how many steps.
        num_heads: h, how many heads.
    """
    num_steps, num_heads = check_size("num_steps", num_steps), check_size("num_heads", num_heads)
    slope = 2.0 ** (-8.0 * np.arange(1, num_heads + 1) / num_heads)  # (heads,)
    step = np.arange(num_steps)
    return -slope[:, None, None] * np.abs(step[:, None] - step)


def rotated(x: Array, *, start: int = 0, back: bool = False) -> Array:
    """Return RoPE's turn of queries or keys: every pair of numbers by an angle that grows with the step.

    Pair i of step t turns by t theta(i), with theta(i) = 10000^(-2i / d)::

        y(t, 2i)     = x(t, 2i) cos(t theta(i)) - x(t, 2i + 1) sin(t theta(i))
        y(t, 2i + 1) = x(t, 2i) sin(t theta(i)) + x(t, 2i + 1) cos(t theta(i))

    Lengths stay, and the scalar product of a query at step t and a key at step s depends on the steps through t - s
    alone. The gradient for x is the gradient for y, turned back.

    Source: Su et al. (2021), "RoFormer: enhanced transformer with rotary position embedding", section 3.2, equations
    14 and 15 with i counted from 0 here.

    Args:
        x: one vector a step (..., T, d), d even.
        start: which step the first is.
        back: whether to turn the other way.
    """
    *_, T, d = x.shape
    slowness = 10000.0 ** (2.0 * np.arange(d // 2) / d)  # (d / 2), 1 / theta
    angle = np.arange(start, start + T)[:, None] / slowness  # (T, d / 2)
    cos, sin = np.cos(angle).astype(x.dtype), np.sin(-angle if back else angle).astype(x.dtype)
    even, odd = x[..., ::2], x[..., 1::2]
    y = np.empty_like(x)
    y[..., ::2], y[..., 1::2] = even * cos - odd * sin, even * sin + odd * cos
    return y


class PositionalEncoding(Layer):
    """Add to each x(t) the sinusoids that say which step t is: y(t) = x(t) + PE(t).

    It has no parameters, no state and no longest sequence. Steps are counted from 0 at the start of ``x``.

    Source: Vaswani et al. (2017), "Attention is all you need", section 3.5.

    Args:
        embed_size: E, the width of x(t).

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    def __init__(self, embed_size: int) -> None:
        self.embed_size = check_size("embed_size", embed_size)
        self.params = {}

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes. None; the sinusoids are only added."""
        return 0

    def forward(self, x: Array, state: None = None) -> tuple[Array, None, Cache[Any]]:
        """Return y (T, N, E), ``None`` for the state, and the cache.

        Args:
            x: inputs (T, N, E).
            state: always ``None``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        check_none("state", state)
        x = check_array("x", x, ("T", "N", self.embed_size))
        y = x + sinusoids(len(x), self.embed_size).astype(x.dtype)[:, None]
        return y, None, self.keep((x.shape, x.dtype))

    def backward(self, cache: Cache[Any], dy: Array, dstate: None = None) -> tuple[Array, None, dict[str, Array]]:
        """Return the gradient for x (T, N, E), which is ``dy``, ``None`` for the state, and no parameters' gradients.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, E).
            dstate: always ``None``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        check_none("dstate", dstate)
        (shape, dtype), _ = self.recall(cache)
        return check_array("dy", dy, shape, dtype=dtype).copy(), None, {}
