"""Stands in for the library's own file in the page: a table needs no matplotlib there."""

from importlib import import_module
from typing import Any

_HOMES = {
    "COLORS": "style",
    "use_style": "style",
    "show_source": "source",
    "scientific": "table",
    "show_table": "table",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
