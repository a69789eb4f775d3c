"""How functions are compiled, and where what was compiled is kept for the next process.

Numba keeps it in ``__pycache__`` beside the source, or in the user's cache folder. By itself it would use it until the
file of the compiled function changes, whatever became of the files that this one imports; here it is used only as long
as every file of this package is the same. Where no folder can be written to, nothing is kept.
"""

import contextlib
import hashlib
import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile

Function = Callable[..., Any]
OPTIONS: dict[str, Any] = {"error_model": "numpy"}  # a division by zero is no exception


def part(function: Function) -> Any:
    """Compile a function that compiled functions call."""
    return njit(**OPTIONS)(function)


def inlined(function: Function) -> Any:
    """Compile a function that becomes a part of those that call it."""
    return njit(forceinline=True, **OPTIONS)(function)


def entry(function: Function) -> Any:
    """Compile a function that Python calls: it lets other threads run, and is kept for the next process."""
    compiled = njit(nogil=True, **OPTIONS)(function)
    try:
        compiled._cache = _Kept(function)
    except RuntimeError:  # no folder can be written to
        _say_that_nothing_is_kept()
    return compiled


@part
def larger(one: float, other: float) -> float:
    """Return the larger of two numbers, and NaN if either is: ``max`` would pass over what is no number."""
    return one if one >= other or one != one else other


@part
def smaller(one: float, other: float) -> float:
    """Return the smaller of two numbers, and NaN if either is."""
    return one if one <= other or one != one else other


class _Kept(FunctionCache):  # type: ignore[misc]
    """What was compiled of a function, fresh as long as no file of this package has changed."""

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self._cache_file = IndexDataCacheFile(self._cache_path, self._impl.filename_base, _stamp())

    def save_overload(self, *given: Any) -> None:
        """Keep what was compiled, unless the folder has become full or closed since."""
        with contextlib.suppress(OSError):
            super().save_overload(*given)


@cache
def _stamp() -> str:
    """Return a digest of this package's files."""
    found = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


@cache
def _say_that_nothing_is_kept() -> None:
    logging.getLogger(__name__).warning(
        "no folder to keep compiled learners in, so that every process compiles them anew: set NUMBA_CACHE_DIR to one"
    )
