"""The stored results: one JSON file for each measurement, with how it was made."""

import json
import platform
from pathlib import Path
from typing import Any

import numpy as np

import lstmlib

RESULTS = Path(__file__).parent / "results"


def stored(name: str, folder: Path = RESULTS) -> dict[str, Any]:
    """Return a stored result: "made", with which versions and settings; "trials", one dict for each.

    Args:
        name: "streams" or "lags".
        folder: where to look.

    Raises:
        FileNotFoundError: there is none of that name.
    """
    return json.loads((folder / f"{name}.json").read_text(encoding="utf8"))


def store(name: str, settings: dict[str, Any], trials: list[dict[str, Any]], folder: Path = RESULTS) -> None:
    """Write a result, one trial a line.

    Args:
        name: of the file.
        settings: what the trials share.
        trials: one dict for each.
        folder: where to write.
    """
    made = settings | {"lstmlib": lstmlib.__version__, "numpy": np.__version__, "python": platform.python_version()}
    lines = ",\n".join(json.dumps(trial) for trial in trials)
    text = f'{{"made": {json.dumps(made)},\n"trials": [\n{lines}\n]}}\n'
    (folder / f"{name}.json").write_text(text, encoding="utf8")
