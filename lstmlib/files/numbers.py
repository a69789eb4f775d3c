"""A file's numbers into a layer's own arrays: exactly, or rounded from one float type to another, or refused."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from lstmlib.files.description import shown

# As safetensors calls the types of numbers, by kind. One kind never turns into another.
KINDS = {
    "floats": ("F64", "F32", "F16", "BF16"),
    "integers": ("I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8"),
    "booleans": ("BOOL",),
}


def misfits(name: str, entry: dict[str, Any], own: Any, module: bool) -> Iterator[str]:
    """Say in words what of a file's tensor, as its header has it, doesn't fit the layer's own array."""
    shape, dtype, expected = tuple(entry["shape"]), entry["dtype"], tuple(own.shape)
    if shape != expected:
        yield f"{shown(name)} has shape {shown(shape)}, expected {expected}"
    known = list(_kind(own))
    if not module and "BF16" in known:
        known.remove("BF16")  # NumPy has none
    if known and dtype not in known:
        yield f"{shown(name)} has numbers of type {dtype}, expected one of {', '.join(sorted(known, key=_order))}"
    elif not known and _type(own) != _PLAIN.get(dtype, dtype.lower()):
        yield f"{shown(name)} has numbers of type {dtype}, expected {own.dtype}"


def convert(name: str, value: Any, own: Any, learnt: bool) -> Any:
    """Return a file's tensor in the type of the layer's own array.

    Raises:
        ValueError: a number is too large for the layer's type; an integer is not in it; or a learnt parameter is NaN
            or infinite.
    """
    if is_float(value) and learnt:
        check_finite(name, value)
    with np.errstate(over="ignore"):
        new = value.to(own.dtype) if hasattr(value, "to") else value.astype(own.dtype)
    if is_float(value):
        bad = ~_finite(new) & _finite(value)
    elif _type(value) != _type(own):
        back = new.to(value.dtype) if hasattr(new, "to") else new.astype(value.dtype)
        bad = (back != value) | ((new < 0) != (value < 0))
    else:
        return new
    if bad.any():
        at = _first(bad)
        raise ValueError(f"{shown(name)} is {value[at].item()} at index {at}, which {own.dtype} can't hold")
    return new


def check_finite(name: str, value: Any) -> None:
    """Refuse NaN and infinity.

    Raises:
        ValueError: one is there.
    """
    bad = ~_finite(value)
    if bad.any():
        at = _first(bad)
        raise ValueError(f"{shown(name)} is {float(value[at])} at index {at}, expected finite numbers of a parameter")


def same(a: Any, b: Any) -> bool:
    """Whether two arrays or tensors of one shape and type hold the same."""
    equal = a == b
    nan = (a != a) & (b != b)
    return bool((equal | nan).all())


_PLAIN = {"C64": "complex64", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2"}


def _type(own: Any) -> str:
    """Return "float64" and the like, in any order of bytes."""
    return str(getattr(own.dtype, "name", own.dtype)).removeprefix("torch.")


def _kind(own: Any) -> tuple[str, ...]:
    """Return the names of the types that turn into an array's own; none for a rare type, which stays as it is."""
    text = _type(own)
    if text in ("float64", "float32", "float16", "bfloat16"):
        return KINDS["floats"]
    if text.startswith(("int", "uint")):
        return KINDS["integers"]
    return KINDS["booleans"] if text == "bool" else ()


def _order(dtype: str) -> tuple[bool, str]:
    return dtype == "BF16", dtype


def is_float(value: Any) -> bool:
    """Whether an array holds floats."""
    return _kind(value) == KINDS["floats"]


def _finite(value: Any) -> Any:
    return value.isfinite() if hasattr(value, "isfinite") else np.isfinite(value)


def _first(bad: Any) -> tuple[int, ...]:
    where = bad.nonzero()[0] if hasattr(bad, "isfinite") else np.argwhere(bad)[0]
    return tuple(int(index) for index in where)
