"""The sequence problems: each a function that draws a batch, and its rule for success.

    batch = tasks.adding(100, 32, rng)          # Batch(x, target, mask, lengths)
    tasks.adding_solved(y, batch)               # (N,) booleans: which sequences count as right
"""

from lstmlib.tasks.adding import adding, adding_solved
from lstmlib.tasks.batch import Batch
from lstmlib.tasks.copy import copy, copy_solved

__all__ = ["Batch", "adding", "adding_solved", "copy", "copy_solved"]
