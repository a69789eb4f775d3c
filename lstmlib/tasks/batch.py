"""What every task returns, and what every task asks of its sizes."""

import numpy as np

from lstmlib.numpy.batch import Batch
from lstmlib.numpy.checks import shown

__all__ = ["Batch", "check_count"]


def check_count(name: str, value: int, least: int) -> int:
    """Return ``value`` if it is an integer of at least ``least``.

    Raises:
        TypeError, ValueError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {shown(value)}, expected an integer of at least {least}")
    if value < least:
        raise ValueError(f"{name} is {shown(value)}, expected an integer of at least {least}")
    return int(value)
