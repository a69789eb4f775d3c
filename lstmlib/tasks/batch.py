"""What every task returns."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Batch(NamedTuple):
    """N sequences side by side, padded at the end to the longest.

    Attributes:
        x: inputs (T, N, D); zeros beyond a sequence's end.
        target: what the net should say: floats (T, N, O), or classes (T, N) as integers.
        mask: True at the steps that count for the loss (T, N).
        lengths: how many steps each sequence has (N,).
    """

    x: NDArray[np.float64]
    target: NDArray[Any]
    mask: NDArray[np.bool_]
    lengths: NDArray[np.int64]


def check_count(name: str, value: int, least: int) -> int:
    """Return ``value`` if it is an integer of at least ``least``.

    Raises:
        TypeError, ValueError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}, expected an integer of at least {least}")
    if value < least:
        raise ValueError(f"{name} is {value}, expected an integer of at least {least}")
    return int(value)
