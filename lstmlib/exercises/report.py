"""What every check does: call the reader's function, compare, and say "right: ..." or "not yet: ..." with a hint."""

import linecache
import math
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array

SINGLE = 1e-5  # single precision carries 1 part in 10^7, so what was computed in it is as right as in double precision
DIGITS = 3  # of a number that is typed in


def right(text: str) -> bool:
    """Print that something is right; return True."""
    print(f"right: {text}")
    return True


def not_yet(text: str) -> bool:
    """Print what is not right yet; return False."""
    print(f"not yet: {text}")
    return False


def attempt(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what the reader's function gives for copies of the arguments; None, and a line that says why, if nothing.

    Args:
        function: the answer, called once.
        arguments: handed over as copies where they are arrays, so that an answer that changes them spoils nothing.
    """
    name = getattr(function, "__name__", "the answer")
    if not callable(function):
        not_yet(f"expected a function, got {function!r}")
        return None
    try:
        value = function(*(a.copy() if isinstance(a, np.ndarray) else a for a in arguments))
    except Exception as error:  # whatever the reader's code does, the check says it in one line
        not_yet(f"{name} stops with {type(error).__name__}: {error}{_place(error, function)}")
        return None
    if value is None or value is ...:
        not_yet(f"{name} returns nothing")
        return None
    return value


def attempts(function: Callable[..., Any], every: Iterable[Iterable[Any]]) -> list[Any] | None:
    """Return what the reader's function gives for each of several inputs; None, and a line, at the first with nothing.

    Args:
        function: the answer, called once an input.
        every: the arguments of each call.
    """
    found = []
    for arguments in every:
        given = attempt(function, *arguments)
        if given is None:
            return None
        found.append(given)
    return found


def _place(error: Exception, function: Any) -> str:
    """Say which line of the reader's function was at work; nothing if the function isn't written in Python."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    text = linecache.getline(file, lines[-1] or 0).strip() if file and lines else ""
    return f" (in the line {text})" if text else ""


def pair(answer: Any, wanted: str) -> tuple[Any, Any] | None:
    """Return the two parts of an answer, a tuple, a list or an array of two; None, and a line, if it isn't such.

    Args:
        answer: what the reader's function gave.
        wanted: what the line asks for.
    """
    if (isinstance(answer, tuple | list) or (isinstance(answer, np.ndarray) and answer.ndim)) and len(answer) == 2:
        return answer[0], answer[1]
    not_yet(wanted)
    return None


def number(answer: Any) -> float | None:
    """Return the reader's number; None, and a line that says why, if it is none. An array of one entry is a number."""
    if answer is None or answer is ...:
        not_yet("no number yet")
        return None
    try:
        value = np.asarray(answer)
        if value.dtype.kind in "iuf" and value.size == 1:
            return float(value.item())
    except Exception:  # a tensor on a GPU, or with a gradient, has words of its own for that
        pass
    not_yet(f"expected a number, got {answer!r}")
    return None


def compare_number(name: str, answer: Any, expected: float, mistakes: Mapping[str, float] | None = None) -> bool:
    """Say whether the answer is the expected number, to three digits or better, and if not, what it looks like instead.

    Args:
        name: what the line calls the answer.
        answer: the reader's number.
        expected: the right one, not 0.
        mistakes: hint -> the number that this mistake leads to; the nearest within 1 percent is printed.

    Returns:
        True if it is right.
    """
    given = number(answer)
    if given is None:
        return False
    if not math.isfinite(given):
        return not_yet(f"{name} is not finite")
    last = 10.0 ** (math.floor(math.log10(abs(expected))) + 1 - DIGITS)  # what one in its last digit is worth
    if abs(given - expected) <= 0.5 * last * (1.0 + 1e-9):
        return right(name)
    far = {hint: abs(given - wrong) / (abs(wrong) or 1.0) for hint, wrong in (mistakes or {}).items()}
    nearest = min(far, key=lambda hint: far[hint], default="")
    if nearest and far[nearest] <= 0.01:
        return not_yet(f"{name}: {nearest}")
    wrong = f"{name} is off by {_share(abs(given - expected) / abs(expected))}"
    return not_yet(wrong + (f": give it to {DIGITS} digits" if abs(given - expected) <= 5.0 * last else ""))


def compare(name: str, answer: Any, expected: Array, mistakes: Mapping[str, Array] | None = None) -> bool:
    """Say whether the answer is the expected array to 1 part in 10^5, and if not, what it looks like instead.

    Whole numbers, which count something, are compared exactly.

    Args:
        name: what the line calls the answer.
        answer: the reader's array or number.
        expected: the right one.
        mistakes: hint -> the array that this mistake leads to; the first that the answer equals is printed.

    Returns:
        True if it is right.
    """
    counts = np.asarray(expected).dtype.kind in "iu"
    wrong = complaint(name, answer, expected, mistakes, 1e-12 if counts else SINGLE)
    return right(name) if wrong is None else not_yet(wrong)


def expect(name: str, answer: Any, expected: Any, mistakes: Mapping[str, Any] | None = None) -> None:
    """Raise an error unless the answer is the expected array to 1 part in 10^5: ``compare`` for a graded test.

    Args:
        name: what the error calls the answer.
        answer: the student's array or number.
        expected: the right one.
        mistakes: hint -> the array that this mistake leads to.

    Raises:
        AssertionError: it is not, or is no number and no array; the message says what is wrong with it.
    """
    wrong = complaint(name, plain(answer, name), np.asarray(expected, float), mistakes, SINGLE)
    if wrong is not None:
        raise AssertionError(wrong)


def plain(value: Any, name: str = "the answer") -> Any:
    """Return a value that a test compares, if no class of the answer's own has a say in how it compares.

    Args:
        value: numbers, arrays, containers of them, functions, whatever NumPy, torch or ``lstmlib`` makes.
        name: what the error calls it.

    Raises:
        AssertionError: it is, or holds, an object of another class.
    """
    kind = _of_its_own(value)
    if kind is not None:
        raise AssertionError(f"{name} is, or holds, an object of the class {kind.__name__}, expected numbers")
    return value


def _of_its_own(value: Any) -> type | None:
    """Return the class of the first object in a value that is made in Python, and by none of the libraries."""
    kind = type(value)
    if kind in (list, tuple, set, frozenset, dict):
        parts = value.values() if kind is dict else value
        return next(filter(None, map(_of_its_own, parts)), None)
    if kind is np.ndarray:
        return _of_its_own(value.tolist()) if value.dtype == object else None
    if not kind.__flags__ & 1 << 9:  # Py_TPFLAGS_HEAPTYPE: Python's own classes, and those written in C, lack it
        return None
    room = kind.__module__ if isinstance(kind.__module__, str) else ""
    found: Any = sys.modules.get(room) if room.partition(".")[0] in ("numpy", "torch", "lstmlib") else None
    for part in kind.__qualname__.split("."):
        found = getattr(found, part, None)
    return None if found is kind else kind


def complaint(
    name: str, answer: Any, expected: Array, mistakes: Mapping[str, Any] | None, tolerance: float
) -> str | None:
    """Return what is wrong with an answer in one line, ``None`` if it is right to the tolerance; as ``compare``."""
    if answer is None or answer is ...:
        return f"{name}: nothing came back"
    try:
        given = np.asarray(answer, float)
    except (TypeError, ValueError):
        return f"{name} is {answer!r}, expected numbers of shape {np.shape(expected)}"
    for hint, wrong in (mistakes or {}).items():
        if _same(given, np.asarray(wrong, float), tolerance) and not _same(given, expected, tolerance):
            return f"{name}: {hint}"
    if given.shape != np.shape(expected):
        return f"{name} has shape {given.shape}, expected {np.shape(expected)}"
    if _same(given, expected, tolerance):
        return None
    if not np.isfinite(given).all():
        return f"{name} holds numbers that are not finite"
    far = float(np.abs(given - expected).max())
    largest = float(np.abs(expected).max())
    if not largest:
        return f"{name} is up to {far:.2g} away from 0"
    return f"{name} is off by {_share(far / largest)} of its largest entry"


def _share(share: float) -> str:
    """Say how far off something is: in percent, or how many times as large as what is expected."""
    percent = float(f"{100 * share:.2g}")
    return f"{percent:g} percent" if percent < 200 else f"{share:,.0f} times the size"


def _same(a: Array, b: Array, tolerance: float) -> bool:
    # Where nothing but zeros is expected there is no scale: rounding may leave 1e-16 of numbers near 1.
    scale = float(np.abs(b).max(initial=0.0)) or 1.0
    return np.shape(a) == np.shape(b) and bool((np.abs(a - b) <= tolerance * scale).all())
