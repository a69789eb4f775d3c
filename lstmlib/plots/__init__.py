"""Static plots and their style, and what a page shows of the library's source and of results.

from lstmlib.plots import COLORS, show_source, show_table, use_style
"""

from lstmlib.plots.source import show_source
from lstmlib.plots.style import COLORS, use_style
from lstmlib.plots.table import scientific, show_table

__all__ = ["COLORS", "scientific", "show_source", "show_table", "use_style"]
