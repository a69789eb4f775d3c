"""Checks of what callers pass in: each raises one error that names the argument, its shape and the shape expected."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def check_size(name: str, value: Any) -> int:
    """Return ``value`` as an int of at least 1, the size of a layer."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}, expected a positive integer")
    if value < 1:
        raise ValueError(f"{name} is {value}, expected a positive integer")
    return int(value)


def check_array(name: str, value: Any, shape: tuple[int | str, ...]) -> Array:
    """Return ``value`` if it is a float array of that shape, free of NaN.

    Args:
        name: what the caller calls the array, for the error.
        value: the array.
        shape: one entry a dimension: an int where the size is fixed, a letter where any size from 1 up will do.

    Raises:
        TypeError: not an array, or not of a floating-point dtype.
        ValueError: a wrong rank or size, an empty dimension, or NaN.
    """
    expected = "(" + ", ".join(str(size) for size in shape) + ("," if len(shape) == 1 else "") + ")"
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} is a {type(value).__name__}, expected a float array of shape {expected}")
    fits = value.ndim == len(shape) and all(
        isinstance(want, str) or have == want for have, want in zip(value.shape, shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name} has shape {value.shape}, expected {expected}")
    if value.size == 0:
        raise ValueError(f"{name} has shape {value.shape}, which is empty; expected {expected} with sizes of at least 1")
    if not np.issubdtype(value.dtype, np.floating):
        raise TypeError(
            f"{name} of shape {value.shape} has dtype {value.dtype}, expected floats of shape {expected}: "
            f"pass {name}.astype(float)"
        )
    if np.isnan(value).any():
        first = tuple(int(index) for index in np.argwhere(np.isnan(value))[0])
        raise ValueError(f"{name} of shape {value.shape} is NaN at index {first}, expected numbers of shape {expected}")
    return value


def check_lengths(name: str, value: Any, num_steps: int, batch_size: int) -> NDArray[np.integer]:
    """Return ``value`` if it is an array (N,) of integers from 1 to T; T for every sequence if it is ``None``.

    Raises:
        TypeError: not an array, or not of an integer dtype.
        ValueError: another shape, or a length outside the range.
    """
    if value is None:
        return np.full(batch_size, num_steps)
    wanted = f"integers from 1 to {num_steps} of shape ({batch_size},)"
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} is a {type(value).__name__}, expected {wanted}")
    if not np.issubdtype(value.dtype, np.integer):
        raise TypeError(f"{name} of shape {value.shape} has dtype {value.dtype}, expected {wanted}")
    if value.shape != (batch_size,):
        raise ValueError(f"{name} has shape {value.shape}, expected {wanted}")
    if value.min() < 1 or value.max() > num_steps:
        raise ValueError(f"{name} runs from {value.min()} to {value.max()}, expected {wanted}")
    return value
