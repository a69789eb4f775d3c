"""The sequence problems: each a function that draws a batch, and its rule for success.

batch = tasks.adding(100, 32, rng)          # Batch(x, target, mask, lengths)
tasks.adding_solved(y, batch)               # (N,) booleans: which sequences count as right
"""

from lstmlib.tasks.adding import adding, adding_solved
from lstmlib.tasks.batch import Batch
from lstmlib.tasks.copy import copy, copy_solved
from lstmlib.tasks.counting import counting, counting_solved
from lstmlib.tasks.embedded_reber import continual_embedded_reber, embedded_reber, embedded_reber_solved
from lstmlib.tasks.keep_first import keep_first, keep_first_solved
from lstmlib.tasks.long_lag import (
    long_lag,
    long_lag_end_solved,
    long_lag_solved,
    triggered_recall,
    triggered_recall_solved,
)
from lstmlib.tasks.multiplication import multiplication, multiplication_solved
from lstmlib.tasks.parity import parity, parity_solved
from lstmlib.tasks.temporal_order import temporal_order, temporal_order_solved
from lstmlib.tasks.two_sequence import noisy_targets_solved, two_sequence, two_sequence_solved

__all__ = [
    "Batch",
    "adding",
    "adding_solved",
    "continual_embedded_reber",
    "copy",
    "copy_solved",
    "counting",
    "counting_solved",
    "embedded_reber",
    "embedded_reber_solved",
    "keep_first",
    "keep_first_solved",
    "long_lag",
    "long_lag_end_solved",
    "long_lag_solved",
    "multiplication",
    "multiplication_solved",
    "noisy_targets_solved",
    "parity",
    "parity_solved",
    "temporal_order",
    "temporal_order_solved",
    "triggered_recall",
    "triggered_recall_solved",
    "two_sequence",
    "two_sequence_solved",
]
