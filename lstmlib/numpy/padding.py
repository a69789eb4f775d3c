"""Sequences of different length, padded to the longest: what lies past an end is never looked at."""

from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array, Lengths, Mask, check_array, check_padded


def read_padded(
    name: str,
    x: Any,
    shape: tuple[int | str, ...],
    lengths: Lengths | None,
    lengths_name: str = "lengths",
    dtype: np.dtype[Any] | None = None,
) -> tuple[Array, Mask]:
    """Return a copy of ``x`` (T, N, ...), zeros past each sequence's end, and which steps lie before it (T, N).

    Args:
        name: what the caller calls the array, for the error.
        x: the array.
        shape: what ``check_array`` expects.
        lengths: how many steps each sequence has (N,); all T if ``None``.
        lengths_name: what the caller calls the lengths, for the error.
        dtype: the one expected; float32 or float64 if ``None``.

    Raises:
        TypeError, ValueError: what ``check_padded`` refuses.
    """
    x, lengths = check_padded(name, x, shape, lengths, lengths_name, dtype)
    T, N = x.shape[:2]
    inside = np.arange(T)[:, None] < (np.full(N, T) if lengths is None else lengths)
    return zero_past_end(x, inside), inside


def read_gradient(dy: Any, shape: tuple[int, ...], inside: Mask, dtype: np.dtype[Any] | None = None) -> Array:
    """Return ``dy`` (T, N, ...) with zeros past each sequence's end, where the outputs were constant.

    Raises:
        TypeError, ValueError: what ``check_array`` refuses.
    """
    return zero_past_end(check_array("dy", dy, shape, inside.sum(0), dtype), inside)


def zero_past_end(x: Array, inside: Mask) -> Array:
    """Return a copy of ``x`` (T, N, ...) that is 0 where ``inside`` (T, N) is False, whatever was there."""
    return np.where(inside.reshape(*inside.shape, *(1,) * (x.ndim - 2)), x, np.zeros((), x.dtype))
