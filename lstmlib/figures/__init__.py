"""The interactive figures of the book: one figure, one script and one class in files of one name.

from lstmlib.figures import Quiz, Safe
"""

import lstmlib.page.figure  # noqa: F401  # first, since it says what to install where widgets are missing
from lstmlib.figures.anomaly import Anomaly
from lstmlib.figures.attention import AttentionMatrix
from lstmlib.figures.carousel import CarouselUnit
from lstmlib.figures.cell import Cell
from lstmlib.figures.chorale import Chorale
from lstmlib.figures.claims import Claims
from lstmlib.figures.cost import CostOfLength
from lstmlib.figures.doors import LearningDoors
from lstmlib.figures.error_chain import ErrorChain
from lstmlib.figures.error_left import ErrorLeft
from lstmlib.figures.forecast import Forecast
from lstmlib.figures.gru_lstm import GRUBesideLSTM
from lstmlib.figures.laboratory import Laboratory
from lstmlib.figures.market import Market
from lstmlib.figures.open_net import OpenNet
from lstmlib.figures.pen import Pen
from lstmlib.figures.quiz import Quiz
from lstmlib.figures.ranking import Ranking
from lstmlib.figures.reber import ReberWalk
from lstmlib.figures.recall import AssociativeRecall
from lstmlib.figures.safe import Safe
from lstmlib.figures.scan import ParallelScan
from lstmlib.figures.speaker import Speaker
from lstmlib.figures.tagger import Tagger
from lstmlib.figures.tape import Tape
from lstmlib.figures.training import Training
from lstmlib.figures.translator import Translator
from lstmlib.figures.tug import TugOfWar
from lstmlib.figures.unrolling import Unrolling
from lstmlib.figures.variants import CellParts
from lstmlib.figures.verdict import Verdict
from lstmlib.figures.writer import Writer

__all__ = [
    "Anomaly",
    "AssociativeRecall",
    "AttentionMatrix",
    "CarouselUnit",
    "Cell",
    "CellParts",
    "Chorale",
    "Claims",
    "CostOfLength",
    "ErrorChain",
    "ErrorLeft",
    "Forecast",
    "GRUBesideLSTM",
    "Laboratory",
    "LearningDoors",
    "Market",
    "OpenNet",
    "ParallelScan",
    "Pen",
    "Quiz",
    "Ranking",
    "ReberWalk",
    "Safe",
    "Speaker",
    "Tagger",
    "Tape",
    "Training",
    "Translator",
    "TugOfWar",
    "Unrolling",
    "Verdict",
    "Writer",
]
