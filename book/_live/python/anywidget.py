"""Stands in for anywidget in the page, where a figure is its element and no widget."""

from typing import Any

import traitlets


class AnyWidget(traitlets.HasTraits):
    """What the figures are made of: traits, and nothing to draw of its own."""

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {}, {}
