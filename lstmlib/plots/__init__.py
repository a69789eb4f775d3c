"""Static plots and their style, and the quoting of the library's source on a page.

from lstmlib.plots import COLORS, show_source, use_style
"""

from lstmlib.plots.source import show_source
from lstmlib.plots.style import COLORS, use_style

__all__ = ["COLORS", "show_source", "use_style"]
