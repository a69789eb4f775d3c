"""The stored results: what trained nets gave, and how they were made."""

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def stored(name: str) -> list[dict[str, Any]]:
    """Return the rows of a stored result.

    Args:
        name: "lengths", "patience", "dates" or "alignments"; ``measure.py`` says what a row holds.
    """
    rows: list[dict[str, Any]] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf8"))["rows"]
    return rows


def write(path: Path, rows: list[dict[str, Any]], command: str) -> None:
    """Write rows with how they were made, one a line, so that a change of one is a change of one line."""
    about = {
        "command": command,
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("numpy", "torch", "babel")},
        "machine": platform.machine(),
    }
    lines = ",\n".join(" " + json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f'{{"made": {json.dumps(about)},\n"rows": [\n{lines}\n]}}\n', encoding="utf8")
