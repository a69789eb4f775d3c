"""Plots and the interactive figures of the book.

    from lstmlib.figures import COLORS, ErrorChain, Quiz, Safe, Unrolling, show_source, use_style
"""

from lstmlib.figures.source import show_source
from lstmlib.figures.style import COLORS, use_style

__all__ = ["COLORS", "show_source", "use_style"]
