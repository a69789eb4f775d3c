"""The problem sets' student versions, made at build time for the page that offers them."""

import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))


def write(app: Sphinx) -> None:
    """Make them where a source is newer than they are."""
    try:
        import problem_sets
    except ImportError as error:
        raise ExtensionError(f"nbgrader makes the student versions: pip install nbgrader ({error})") from None
    problem_sets.bring_up_to_date()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
