"""Where the chapter's results are, and those of the moving digits, which are one small file."""

import json
import platform
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "results"
RESULTS = FOLDER / "digits.json"


def store(results: Any, path: Path = RESULTS) -> None:
    """Write what the moving digits came to, and how it was made.

    Args:
        results: of ``digits.moving``.
        path: the file.
    """
    about = {"command": "python -m lstmlib.studies.variants digits", "python": platform.python_version()}
    text = json.dumps(about | {"numpy": np.__version__, "results": results}, separators=(",", ":"))
    path.write_text(text.replace(',{"', ',\n{"').replace('],"', '],\n"') + "\n")


def stored(path: Path = RESULTS) -> Any:
    """Return what the moving digits came to, as ``digits.moving`` returns it.

    Args:
        path: the file.

    Raises:
        FileNotFoundError: no such file.
    """
    return json.loads(path.read_text())["results"]
