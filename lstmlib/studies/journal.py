"""What a study has trained, a JSON value a line: it can be stopped at any moment, and goes on from there."""

import json
import os
from pathlib import Path
from typing import Any


def lines(path: Path) -> list[Any]:
    """Return what is stored, a value a line.

    A last line without its end was being written when somebody stopped the study; it is left out.

    Args:
        path: the file; if there is none, nothing is stored.

    Raises:
        ValueError: another line isn't JSON.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf8").split("\n")[:-1] if path.exists() else [], 1):
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}, line {number}: {error}; expected one JSON value a line") from None
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
