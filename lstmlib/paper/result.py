"""What is stored of a trial, and how a line that says something else is told from one that is good."""

import json
from typing import Any

from lstmlib.paper.version import VERSION

Result = dict[str, Any]

ALWAYS = ("seed", "trial", "version", "sequences")  # with "solved"
TESTED = ("wrong", "tested", "error")  # all three or none
COUNTS = ("wrong", "tested", "earlier", "units", "grown", "symbols")
MEASURES = ("error", "seconds", "length")
MOST = 2**53  # a count beyond is none


def read_line(line: bytes) -> Result:
    """Return the result that a line holds.

    Raises:
        ValueError: it holds none, or one that no trial can have.
    """
    try:
        result = json.loads(line.decode("utf8"))
    except RecursionError:
        raise ValueError("brackets in brackets") from None
    if not isinstance(result, dict):
        raise ValueError(f"{type(result).__name__}, expected an object")
    for name in ALWAYS:
        if not _is_count(result.get(name), most=None if name == "seed" else MOST):
            raise ValueError(f"{name} is {result.get(name)!r}")
    if type(result.get("solved")) is not bool:
        raise ValueError(f"solved is {result.get('solved')!r}")
    if result["version"] == VERSION:  # what others stored is theirs to judge
        _check_rest(result)
    return result


def write_line(result: Result) -> bytes:
    """Return the line of a result."""
    return (json.dumps(dict(result)) + "\n").encode()


def _check_rest(result: Result) -> None:
    """Raise an error where what only some trials have is not as those have it."""
    for name, value in result.items():
        good = True
        if name in COUNTS:
            good = _is_count(value) or (name == "earlier" and value is None)
        elif name in MEASURES:
            good = type(value) in (int, float) and 0 <= value < MOST  # not a NaN
        if not good:
            raise ValueError(f"{name} is {value!r}")
    there = [name for name in TESTED if name in result]
    if there and len(there) < len(TESTED):
        raise ValueError(f"{there[0]} without {next(name for name in TESTED if name not in result)}")
    if there and not 0 <= result["wrong"] <= result["tested"] != 0:
        raise ValueError(f"{result['wrong']} of {result['tested']} wrong")


def _is_count(value: Any, most: int | None = MOST) -> bool:
    return type(value) is int and value >= 0 and (most is None or value < most)
