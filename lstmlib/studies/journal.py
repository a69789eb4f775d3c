"""What a study has trained, a JSON value a line: it can be stopped at any moment, and goes on from there."""

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lstmlib.numpy.checks import shown
from lstmlib.output import check

Job = TypeVar("Job")
Row = TypeVar("Row")


def lines(path: Path) -> list[Any]:
    """Return what is stored, a value a line.

    A last line without its end was being written when somebody stopped the study; it is left out.

    Args:
        path: the file; if there is none, nothing is stored.

    Raises:
        ValueError: another line isn't JSON.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf8").split("\n")[:-1] if path.is_file() else [], 1):
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}, line {number}: {error}; expected one JSON value a line") from None
    return found


def read(path: Path, kind: type[Row]) -> list[Row]:
    """Return what is stored, a named tuple a line.

    Args:
        path: the file; if there is none, nothing is stored.
        kind: the class of the named tuples.

    Raises:
        ValueError: a line that isn't JSON, or has other fields.
    """
    found = []
    for number, line in enumerate(lines(path), 1):
        try:
            found.append(kind(**line))
        except TypeError:
            fields = ", ".join(kind.__annotations__)
            raise ValueError(f"{path}, line {number} is {shown(line)}, expected an object with {fields}") from None
    return found


def add(path: Path, *values: Any) -> None:
    """Add values to the file, a line each; what is left of a line that was cut off goes.

    Args:
        path: the file; it is made if there is none.
        values: what ``json.dumps`` takes. A named tuple is written as an object, with its fields' names.
    """
    text = path.read_bytes() if path.exists() else b""
    if text and not text.endswith(b"\n"):
        os.truncate(path, text.rfind(b"\n") + 1)
    rows = [json.dumps(value._asdict() if hasattr(value, "_asdict") else value) + "\n" for value in values]
    with path.open("a", encoding="utf8") as file:
        file.writelines(rows)


def go_on(
    path: Path,
    sides: Iterable[tuple[str, ...]],
    wanted: Callable[..., Job | None],
    train: Callable[..., Sequence[Any]],
) -> None:
    """Train what isn't stored yet, one side after another, and add it after every group of nets.

    Args:
        path: the file.
        sides: by their names, such as task and kind of net.
        wanted: takes a side's names; says which of its nets are trained next, nothing if none are left.
        train: takes a side's names and those nets; trains them, and returns what is stored of each.

    Raises:
        SystemExit: the file can't be written; nothing was trained for it in vain.
    """
    for side in sides:
        while job := wanted(*side):
            check(path)
            start = time.process_time()
            found = train(*side, job)
            add(path, *found)
            print(f"{time.process_time() - start:5.0f} s  {', '.join(side)}: {len(found)} nets", flush=True)
