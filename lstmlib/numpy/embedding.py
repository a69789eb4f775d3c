"""Embedding: a table with one learnt vector a symbol."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from lstmlib.numpy.checks import Array, check_array, check_dtype, check_none, check_plain, check_rng, check_size
from lstmlib.numpy.layer import Cache, Layer, check_finite

Symbols = NDArray[np.integer]


class Embedding(Layer):
    """Look up a vector for every symbol: y(t) is row x(t) of the table.

    The same as a ``Linear`` without bias on one-hot vectors, without the products with zero. It has no state, and looks
    at one step at a time, so that padding (any symbol of the table) can't leak into other steps.

    Source: Bengio et al. (2003), "A neural probabilistic language model"; the table is named and shaped as in
    torch.nn.Embedding.

    Args:
        num_symbols: V, how many symbols there are.
        embed_size: E, the width of their vectors.
        rng: source of the initial table, normal with mean 0 and variance 1.
        dtype: of the table; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    def __init__(
        self,
        num_symbols: int,
        embed_size: int,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.num_symbols = check_size("num_symbols", num_symbols)
        self.embed_size = check_size("embed_size", embed_size)
        dtype, rng = check_dtype(dtype), np.random.default_rng() if rng is None else check_rng(rng)
        self.params = {"weight": rng.standard_normal((self.num_symbols, self.embed_size)).astype(dtype)}

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes. None; a row is looked up."""
        return 0

    def forward(self, x: Symbols, state: None = None) -> tuple[Array, None, Cache[Symbols]]:
        """Return y (T, N, E), ``None`` for the state, and the cache.

        Args:
            x: symbols (T, N), integers from 0 to V - 1.
            state: always ``None``.

        Raises:
            TypeError, ValueError: an array of the wrong rank or dtype, an empty one, or a symbol that is not of the V.
        """
        check_none("state", state)
        x = check_symbols("x", x, self.num_symbols).copy()
        y: Array = self.params["weight"][x]  # (T, N, E)
        check_finite(self, {"y": y}, lambda: [], self.params)
        return y, None, self.keep(x)

    def backward(self, cache: Cache[Symbols], dy: Array, dstate: None = None) -> tuple[None, None, dict[str, Array]]:
        """Return ``None`` for x, which is not a number to be moved, ``None`` for the state, and the table's gradient.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, E).
            dstate: always ``None``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        check_none("dstate", dstate)
        x, p = self.recall(cache)
        dy = check_array("dy", dy, (*x.shape, self.embed_size), dtype=self.dtype)
        dweight = np.zeros_like(p["weight"])
        np.add.at(dweight, x, dy)  # not dweight[x] += dy, which counts a symbol that comes twice once
        return None, None, {"weight": dweight}


def check_symbols(name: str, value: Any, num_symbols: int) -> Symbols:
    """Return ``value`` if it is an array (T, N) of integers from 0 to ``num_symbols`` - 1.

    Raises:
        TypeError: not an array, or not of an integer dtype.
        ValueError: a wrong rank, an empty dimension, or an integer outside the range.
    """
    wanted = f"integers from 0 to {num_symbols - 1} of shape (T, N)"
    value = check_plain(name, value, wanted)
    if not np.issubdtype(value.dtype, np.integer):
        raise TypeError(f"{name} of shape {value.shape} has dtype {value.dtype}, expected {wanted}")
    if value.ndim != 2 or value.size == 0:
        raise ValueError(f"{name} has shape {value.shape}, expected {wanted}, T and N at least 1")
    outside = (value < 0) | (value >= num_symbols)
    if outside.any():
        first = tuple(int(index) for index in np.argwhere(outside)[0])
        raise ValueError(f"{name} of shape {value.shape} is {value[first]} at index {first}, expected {wanted}")
    return value
