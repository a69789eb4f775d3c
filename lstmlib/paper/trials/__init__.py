"""What a trial does, one file for each rule by which the paper judges one.

    grammar.py    experiment 1: all strings of both sets are right
    cascade.py    the same for a net that grows
    growth.py     2a, 2b: outputs first, then a memory cell; many sequences in a row are right
    recall.py     2c: 10,000 sequences in a row are right
    two_stops.py  3: few of 256 test sequences are wrong, and their mean error is small
    window.py     4, 5, 6: few of the last 2000 training sequences were wrong, and their mean error was small
    streams.py    table 2 of 2000: ten streams without an error

Each says what sequences its experiments have, how long they are, and how a trial goes. They share ``start`` (net,
weights, random numbers), ``lane`` and ``testing``. ``experiments`` says which rule is whose, ``learners`` has the
compiled nets, and ``run`` runs trials, eight side by side.
"""

from lstmlib.paper.trials.experiments import draw, draw_test, kind_of
from lstmlib.paper.trials.grammar import by_grammar
from lstmlib.paper.trials.growth import by_growth, grow
from lstmlib.paper.trials.lane import Lane, Random, Trial
from lstmlib.paper.trials.learners import make_room
from lstmlib.paper.trials.recall import by_recall
from lstmlib.paper.trials.run import run_trials, side_by_side
from lstmlib.paper.trials.start import initial_params, learning_rate, net_of, random_sources
from lstmlib.paper.trials.streams import by_streams
from lstmlib.paper.trials.two_stops import by_two_stops
from lstmlib.paper.trials.window import by_window

__all__ = [
    "Lane",
    "Random",
    "Trial",
    "by_grammar",
    "by_growth",
    "by_recall",
    "by_streams",
    "by_two_stops",
    "by_window",
    "draw",
    "draw_test",
    "grow",
    "initial_params",
    "kind_of",
    "learning_rate",
    "make_room",
    "net_of",
    "random_sources",
    "run_trials",
    "side_by_side",
]
