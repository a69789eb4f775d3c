"""What a net learns from: inputs, what it should say, and which steps count."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import named


class Batch(NamedTuple):
    """N sequences side by side, padded at the end to the longest; what every task returns and ``train`` takes.

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


def check_batch(name: str, value: Any) -> Batch:
    """Return ``value`` if it has the four arrays of a ``Batch``.

    Raises:
        TypeError: it has not.
    """
    if missing := [field for field in Batch._fields if not hasattr(value, field)]:
        raise TypeError(
            f"{name} is {named(value)} without {', '.join(missing)}, "
            "expected a lstmlib.numpy.Batch(x, target, mask, lengths)"
        )
    return value
