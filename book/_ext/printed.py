"""What the book on paper needs of its build: the one-page builder, told what the one for pages knows."""

from typing import Any

from sphinx.application import Sphinx


def share_handlers(app: Sphinx) -> None:
    """Let one page show all that pages show: sphinx-exercise's handlers for the one would hide the others'."""
    handlers = app.registry.translation_handlers
    if "singlehtml" in handlers:
        handlers["singlehtml"] = {**handlers.get("html", {}), **handlers["singlehtml"]}


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", share_handlers)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
