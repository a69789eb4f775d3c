"""Checks of what callers pass in: each raises one error that names the argument, what it is and what was expected."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[np.floating]
Lengths = NDArray[np.integer]
Mask = NDArray[np.bool_]

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
LONGEST = 100  # characters that a value may take in an error


def shown(value: Any) -> str:
    """Return ``repr(value)``, cut where it is too long for an error."""
    try:
        text = repr(value)
    except ValueError:  # Python writes out no integer of more than some thousand digits
        return f"too long {named(value).partition(' ')[2]}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def listed(names: Iterable[Any]) -> str:
    """Return names in a row, cut where they are too many for an error."""
    texts = [name if isinstance(name, str) and len(name) <= LONGEST else shown(name) for name in names]
    more = len(texts) - 12
    return ", ".join(texts[:12]) + (f" and {more} more" if more > 0 else "")


def named(value: Any) -> str:
    """Return the name of a value's type with its article: "an int", "a list", "an ndarray"."""
    name = type(value).__name__
    spelt = name.startswith("ndarray") or (len(name) > 1 and name[:2].isupper() and name[0] in "AEFHILMNORSX")
    return f"{'an' if spelt or name[0] in 'aeioAEIO' else 'a'} {name}"


def written(shape: tuple[int | str, ...]) -> str:
    """Return a shape in words: (T, N, 3)."""
    return "(" + ", ".join(str(size) for size in shape) + ("," if len(shape) == 1 else "") + ")"


def check_size(name: str, value: Any, least: int = 1) -> int:
    """Return ``value`` as an int of at least ``least``: the size of a layer, or a number of steps or sequences."""
    wanted = {0: "an integer of at least 0", 1: "a positive integer"}.get(least, f"an integer of at least {least}")
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {shown(value)}, expected {wanted}")
    if value < least:
        raise ValueError(f"{name} is {shown(value)}, expected {wanted}")
    return int(value)


def check_number(name: str, value: Any, expected: str = "a finite number") -> float:
    """Return ``value`` as a float if it is one finite number.

    Raises:
        TypeError: not a number.
        ValueError: infinite, or NaN.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} is {shown(value)}, expected {expected}")
    if not np.isfinite(value):
        raise ValueError(f"{name} is {value}, expected {expected}")
    return float(value)


def check_positive(name: str, value: Any) -> float:
    """Return ``value`` as a float if it is a finite number above 0."""
    number = check_number(name, value, "a positive number")
    if number <= 0.0:
        raise ValueError(f"{name} is {value}, expected a positive number")
    return number


def check_forget_bias(value: Any) -> float | None:
    """Return ``value`` as a float if it is one finite number, or ``None``."""
    return None if value is None else check_number("forget_bias", value, "one finite number, or None")


def check_flag(name: str, value: Any) -> bool:
    """Return ``value`` as a bool if it is True or False, or 1 or 0: 2, "no" or an array are something else."""
    if not isinstance(value, bool | np.bool_ | int | np.integer) or value not in (0, 1):
        raise TypeError(f"{name} is {shown(value)}, expected True or False")
    return bool(value)


def check_choice(name: str, value: Any, choices: Iterable[str]) -> str:
    """Return ``value`` if it is one of the choices."""
    choices = tuple(choices)
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} is {shown(value)}, expected one of {', '.join(choices)}")
    return value


def check_none(name: str, value: Any) -> None:
    """Refuse a state, or its gradient, where a layer without recurrence is given one: it would have no effect.

    Raises:
        TypeError: it is not ``None``.
    """
    if value is not None:
        raise TypeError(f"{name} is {named(value)}, expected None: this layer hands nothing from step to step")


def check_rng(value: Any, name: str = "rng") -> np.random.Generator:
    """Return ``value`` if it is a source of random numbers; a seed, or NumPy's older source, is none."""
    if not isinstance(value, np.random.Generator):
        seed = value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else "seed"
        raise TypeError(
            f"{name} is {shown(value)}, expected a numpy.random.Generator: numpy.random.default_rng({seed})"
        )
    return value


def check_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """Return the dtype of a layer's parameters, if it is one that they can have."""
    found = np.dtype(dtype)
    if found not in FLOATS:
        raise TypeError(f"dtype is {found}, expected floats: numpy.float32 or numpy.float64")
    return found


def check_plain(name: str, value: Any, expected: str) -> NDArray[Any]:
    """Return ``value`` if it is an ndarray, and of no subclass: those compute products or sums of another kind.

    Raises:
        TypeError: it is not.
    """
    if type(value) is np.ndarray:
        return value
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} is a MaskedArray, expected {expected}: pass {name.partition(' ')[0]}.filled(number)")
    if isinstance(value, np.ndarray):
        hint = f"pass numpy.asarray({name.partition(' ')[0]})"
        raise TypeError(f"{name} is {named(value)}, a subclass of ndarray, expected {expected}: {hint}")
    hint = f": pass {name.partition(' ')[0]}.numpy(force=True)" if type(value).__name__ == "Tensor" else ""
    raise TypeError(f"{name} is {named(value)}, expected {expected}{hint}")


def check_form(
    name: str, value: Any, shape: tuple[int | str, ...], dtype: np.dtype[Any] | None = None
) -> tuple[Array, str]:
    """Return ``value`` if it is a float array of that shape, whatever is in it; and the shape in words.

    Raises:
        TypeError: not an array, not of a floating-point dtype, or not of ``dtype``.
        ValueError: a wrong rank or size, or an empty dimension.
    """
    expected = written(shape)
    value = check_plain(name, value, f"a float array of shape {expected}")
    argument = name.partition(" ")[0]  # "state[0] (h)" is state[0]
    if not fits(value.shape, shape):
        more = value.ndim == len(shape) + 1 and value.shape[0] == 1 and fits(value.shape[1:], shape)
        hint = f" without a leading dimension of 1, torch.nn's for layers: pass {argument}[0]" if more else ""
        raise ValueError(f"{name} has shape {value.shape}, expected {expected}{hint}")
    if value.size == 0:
        raise ValueError(
            f"{name} has shape {value.shape}, which is empty; expected {expected} with sizes of at least 1"
        )
    if not np.issubdtype(value.dtype, np.floating):
        to = "float" if dtype is None or dtype == np.float64 else f"numpy.{dtype}"
        raise TypeError(
            f"{name} of shape {value.shape} has dtype {value.dtype}, expected floats of shape {expected}: "
            f"pass {argument}.astype({to})"
        )
    if dtype is not None and value.dtype != dtype:
        raise TypeError(
            f"{name} of shape {value.shape} has dtype {value.dtype}, expected {dtype}, the parameters': "
            f"pass {argument}.astype(numpy.{dtype})"
        )
    if value.dtype not in FLOATS:
        raise TypeError(f"{name} of shape {value.shape} has dtype {value.dtype}, expected float32 or float64")
    return value, expected


def fits(have: tuple[int, ...], want: tuple[int | str, ...]) -> bool:
    """Tell whether a shape is the one wanted, in which a letter stands for any size."""
    return len(have) == len(want) and all(isinstance(w, str) or h == w for h, w in zip(have, want, strict=True))


def check_array(
    name: str,
    value: Any,
    shape: tuple[int | str, ...],
    lengths: Lengths | None = None,
    dtype: np.dtype[Any] | None = None,
) -> Array:
    """Return ``value`` if it is a float array of that shape, free of NaN.

    Args:
        name: what the caller calls the array, for the error.
        value: the array.
        shape: one entry a dimension: an int where the size is fixed, a letter where any size from 1 up will do.
        lengths: how many steps of each sequence count (N,), for an array (T, N, ...): past them, NaN is let through.
        dtype: the one expected; float32 or float64 if ``None``.

    Raises:
        TypeError: not an array, or not of the dtype.
        ValueError: a wrong rank or size, an empty dimension, or NaN.
    """
    value, expected = check_form(name, value, shape, dtype)
    nan = np.isnan(value)
    if lengths is not None:
        nan[np.arange(value.shape[0])[:, None] >= lengths] = False
    if nan.any():
        first = tuple(int(index) for index in np.argwhere(nan)[0])
        raise ValueError(f"{name} of shape {value.shape} is NaN at index {first}, expected numbers of shape {expected}")
    return value


def check_padded(
    name: str,
    value: Any,
    shape: tuple[int | str, ...],
    lengths: Any,
    lengths_name: str = "lengths",
    dtype: np.dtype[Any] | None = None,
) -> tuple[Array, Lengths | None]:
    """Return an array (T, N, ...) and its lengths, if they are what ``check_array`` and ``check_lengths`` ask for.

    What is wrong with the array itself is said first: against a wrong array no lengths are right.

    Raises:
        TypeError, ValueError: they are not.
    """
    if lengths is not None:
        value, _ = check_form(name, value, shape, dtype)
        lengths = check_lengths(lengths, value, lengths_name)
    return check_array(name, value, shape, lengths, dtype), lengths


def check_lengths(lengths: Any, x: NDArray[Any], name: str = "lengths") -> Lengths:
    """Return a copy of ``lengths`` if it is an integer array (N,) of numbers from 1 to T, where ``x`` is (T, N, ...).

    Raises:
        TypeError, ValueError: it is not.
    """
    T, N = x.shape[:2]
    expected = f"integers from 1 to {T} of shape ({N},)"
    if isinstance(lengths, list | tuple):
        raise TypeError(f"{name} is {named(lengths)}, expected an array of {expected}: pass numpy.array({name})")
    lengths = check_plain(name, lengths, f"an array of {expected}")
    if lengths.shape != (N,):
        raise ValueError(f"{name} has shape {lengths.shape}, expected {expected}")
    if not np.issubdtype(lengths.dtype, np.integer):
        raise TypeError(f"{name} of shape {lengths.shape} has dtype {lengths.dtype}, expected {expected}")
    if not (lengths.min() >= 1 and lengths.max() <= T):
        raise ValueError(
            f"{name} of shape {lengths.shape} runs from {lengths.min()} to {lengths.max()}, expected {expected}"
        )
    return lengths.astype(np.int64)  # a copy: the caller's may change before ``backward`` asks


def check_mask(mask: Any, shape: tuple[int, ...]) -> Mask:
    """Return ``mask``, or one that counts every step.

    Raises:
        TypeError, ValueError: not a boolean array of that shape, or no step counts.
    """
    if mask is None:
        return np.ones(shape, bool)
    mask = check_plain("mask", mask, f"a boolean array of shape {shape}")
    if mask.dtype != bool:
        raise TypeError(f"mask of shape {mask.shape} has dtype {mask.dtype}, expected booleans of shape {shape}")
    if mask.shape != shape:
        raise ValueError(f"mask has shape {mask.shape}, expected {shape}")
    if not mask.any():
        raise ValueError(f"mask of shape {shape} is False everywhere, expected at least one step that counts")
    return mask


def check_params(name: str, params: Any) -> None:
    """Refuse what is no dict of arrays of floats, by name: parameters, or their gradients.

    Raises:
        TypeError: not a dict, a name that is no text, or a value that is no array of floats.
    """
    if not isinstance(params, Mapping):
        hint = f": pass {name}.params" if hasattr(params, "params") else ""
        what = "layer.params" if name == "params" else "those that layer.backward returns"
        raise TypeError(f"{name} is {named(params)}, expected a dict name -> array, such as {what}{hint}")
    for key, value in params.items():
        if not isinstance(key, str):
            raise TypeError(f"{name} has the key {shown(key)}, expected names")
        called = f"{name}[{shown(key)}]"
        value = check_plain(called, value, "a float array")
        if value.dtype not in FLOATS:
            raise TypeError(f"{called} has dtype {value.dtype}, expected float32 or float64")
