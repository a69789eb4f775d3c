"""Positional encoding: attention sees a set, so the order has to be written into the vectors (Vaswani et al. 2017)."""

from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array, check_array, check_size
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
        (shape, dtype), _ = self.recall(cache)
        return check_array("dy", dy, shape, dtype=dtype).copy(), None, {}
