"""Plots and the interactive figures of the book.

from lstmlib.figures import COLORS, CarouselUnit, CellParts, ErrorChain, Quiz, Safe, Unrolling, show_source, use_style
"""

from lstmlib.figures.carousel import CarouselUnit
from lstmlib.figures.source import show_source
from lstmlib.figures.style import COLORS, use_style
from lstmlib.figures.variants import CellParts
from lstmlib.figures.widgets import ErrorChain, Quiz, Safe, Unrolling

__all__ = ["COLORS", "CarouselUnit", "CellParts", "ErrorChain", "Quiz", "Safe", "Unrolling", "show_source", "use_style"]
