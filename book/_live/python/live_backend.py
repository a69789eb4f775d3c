"""matplotlib's backend in the page: what is shown goes to the page."""

from typing import Any

import live_page
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas

__all__ = ["FigureCanvas", "show"]


def show(*_: Any, **__: Any) -> None:
    """Show the open plots."""
    live_page.show_figures()
