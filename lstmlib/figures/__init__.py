"""Plots and the interactive figures of the book.

from lstmlib.figures import COLORS, AttentionMatrix, CarouselUnit, ErrorChain, Quiz, Safe, Unrolling
from lstmlib.figures import show_source, use_style
"""

from lstmlib.figures.attention import AttentionMatrix
from lstmlib.figures.carousel import CarouselUnit
from lstmlib.figures.source import show_source
from lstmlib.figures.style import COLORS, use_style
from lstmlib.figures.widgets import ErrorChain, Quiz, Safe, Unrolling

__all__ = [
    "COLORS",
    "AttentionMatrix",
    "CarouselUnit",
    "ErrorChain",
    "Quiz",
    "Safe",
    "Unrolling",
    "show_source",
    "use_style",
]
