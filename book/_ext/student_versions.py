"""The problem sets' student versions, made at build time for the page that offers them.

nbgrader makes them, which a reader need not have: without it the page names the sets and offers none.
"""

import importlib.util
import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
HERE = importlib.util.find_spec("nbgrader") is not None


def expect(app: Sphinx, config: Config) -> None:
    """Let the sets be missing where nothing can make them."""
    if not HERE:
        config.suppress_warnings.append("download.not_readable")


def write(app: Sphinx) -> None:
    """Make them where a source is newer than they are."""
    if HERE:
        import problem_sets

        problem_sets.bring_up_to_date()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("config-inited", expect)
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
