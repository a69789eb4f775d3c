"""Plots and the interactive figures of the book.

from lstmlib.figures import COLORS, Quiz, Safe, show_source, use_style
"""

from lstmlib.figures.carousel import CarouselUnit
from lstmlib.figures.cost import CostOfLength
from lstmlib.figures.reber import ReberWalk
from lstmlib.figures.scan import ParallelScan
from lstmlib.figures.source import show_source
from lstmlib.figures.style import COLORS, use_style
from lstmlib.figures.widgets import ErrorChain, Quiz, Safe, Unrolling

__all__ = [
    "COLORS",
    "CarouselUnit",
    "CostOfLength",
    "ErrorChain",
    "ParallelScan",
    "Quiz",
    "ReberWalk",
    "Safe",
    "Unrolling",
    "show_source",
    "use_style",
]
