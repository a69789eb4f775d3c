"""Checks of what callers pass in: each raises one error that names the argument, its shape and the shape expected."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Lengths = NDArray[np.integer]


def check_size(name: str, value: Any) -> int:
    """Return ``value`` as an int of at least 1, the size of a layer."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}, expected a positive integer")
    if value < 1:
        raise ValueError(f"{name} is {value}, expected a positive integer")
    return int(value)


def check_array(name: str, value: Any, shape: tuple[int | str, ...], lengths: Lengths | None = None) -> Array:
    """Return ``value`` if it is a float array of that shape, free of NaN.

    Args:
        name: what the caller calls the array, for the error.
        value: the array.
        shape: one entry a dimension: an int where the size is fixed, a letter where any size from 1 up will do.
        lengths: how many steps of each sequence count (N,), for an array (T, N, ...): past them, NaN is let through.

    Raises:
        TypeError: not an array, or not of a floating-point dtype.
        ValueError: a wrong rank or size, an empty dimension, or NaN.
    """
    value, expected = _check_form(name, value, shape)
    nan = np.isnan(value)
    if lengths is not None:
        nan[np.arange(value.shape[0])[:, None] >= lengths] = False
    if nan.any():
        first = tuple(int(index) for index in np.argwhere(nan)[0])
        raise ValueError(f"{name} of shape {value.shape} is NaN at index {first}, expected numbers of shape {expected}")
    return value


def check_padded(
    name: str, value: Any, shape: tuple[int | str, ...], lengths: Any, lengths_name: str = "lengths"
) -> tuple[Array, Lengths | None]:
    """Return an array (T, N, ...) and its lengths, if they are what ``check_array`` and ``check_lengths`` ask for.

    What is wrong with the array itself is said first: against a wrong array no lengths are right.

    Raises:
        TypeError, ValueError: they are not.
    """
    if lengths is not None:
        value, _ = _check_form(name, value, shape)
        lengths = check_lengths(lengths, value, lengths_name)
    return check_array(name, value, shape, lengths), lengths


def _check_form(name: str, value: Any, shape: tuple[int | str, ...]) -> tuple[Array, str]:
    """Return ``value`` if it is a float array of that shape, whatever is in it; and the shape in words."""
    expected = "(" + ", ".join(str(size) for size in shape) + ("," if len(shape) == 1 else "") + ")"
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} is a {type(value).__name__}, expected a float array of shape {expected}")
    fits = value.ndim == len(shape) and all(
        isinstance(want, str) or have == want for have, want in zip(value.shape, shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name} has shape {value.shape}, expected {expected}")
    if value.size == 0:
        raise ValueError(
            f"{name} has shape {value.shape}, which is empty; expected {expected} with sizes of at least 1"
        )
    if not np.issubdtype(value.dtype, np.floating):
        raise TypeError(
            f"{name} of shape {value.shape} has dtype {value.dtype}, expected floats of shape {expected}: "
            f"pass {name.partition(' ')[0]}.astype(float)"  # "state[0] (h)" is state[0]
        )
    return value, expected


def check_lengths(lengths: Any, x: Array, name: str = "lengths") -> Lengths:
    """Return ``lengths`` if it is an integer array (N,) with entries from 1 to T, where ``x`` is (T, N, ...).

    Raises:
        TypeError, ValueError: it is not.
    """
    T, N = x.shape[:2]
    expected = f"integers from 1 to {T} of shape ({N},)"
    if not isinstance(lengths, np.ndarray):
        raise TypeError(f"{name} is a {type(lengths).__name__}, expected an array of {expected}")
    if lengths.shape != (N,):
        raise ValueError(f"{name} has shape {lengths.shape}, expected {expected}")
    if not np.issubdtype(lengths.dtype, np.integer):
        raise TypeError(f"{name} of shape {lengths.shape} has dtype {lengths.dtype}, expected {expected}")
    if not (lengths.min() >= 1 and lengths.max() <= T):
        raise ValueError(
            f"{name} of shape {lengths.shape} runs from {lengths.min()} to {lengths.max()}, expected {expected}"
        )
    return lengths
