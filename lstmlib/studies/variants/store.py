"""The stored results: one small file a study, with how it was made."""

import json
import platform
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "results"
STUDIES = ("digits",)


def store(study: str, results: Any, folder: Path = FOLDER) -> Path:
    """Write a study's results and how they were made; return the file."""
    about = {"command": f"python -m lstmlib.studies.variants {study}", "python": platform.python_version()}
    path = folder / f"{study}.json"
    text = json.dumps(about | {"numpy": np.__version__, "results": results}, separators=(",", ":"))
    path.write_text(text.replace(',{"', ',\n{"').replace('],"', '],\n"') + "\n")
    return path


def stored(study: str, folder: Path = FOLDER) -> Any:
    """Return the stored results of a study.

    Args:
        study: "digits".
        folder: where the files are.

    Raises:
        ValueError: there is no such study.
    """
    if study not in STUDIES:
        raise ValueError(f"study is {study!r}, expected one of {', '.join(map(repr, STUDIES))}")
    return json.loads((folder / f"{study}.json").read_text())["results"]
