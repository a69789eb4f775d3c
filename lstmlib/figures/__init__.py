"""Plots and the interactive figures of the book.

from lstmlib.figures import COLORS, Quiz, Safe, show_source, use_style
"""

from lstmlib.figures.attention import AttentionMatrix
from lstmlib.figures.carousel import CarouselUnit
from lstmlib.figures.cell import Cell
from lstmlib.figures.cost import CostOfLength
from lstmlib.figures.gru_lstm import GRUBesideLSTM
from lstmlib.figures.reber import ReberWalk
from lstmlib.figures.scan import ParallelScan
from lstmlib.figures.source import show_source
from lstmlib.figures.style import COLORS, use_style
from lstmlib.figures.tape import Tape
from lstmlib.figures.variants import CellParts
from lstmlib.figures.widgets import ErrorChain, Quiz, Safe, Unrolling

__all__ = [
    "COLORS",
    "AttentionMatrix",
    "CarouselUnit",
    "Cell",
    "CellParts",
    "CostOfLength",
    "ErrorChain",
    "GRUBesideLSTM",
    "ParallelScan",
    "Quiz",
    "ReberWalk",
    "Safe",
    "Tape",
    "Unrolling",
    "show_source",
    "use_style",
]
