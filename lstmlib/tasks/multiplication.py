"""Multiply two marked numbers of a long sequence (Hochreiter and Schmidhuber 1997, experiment 5)."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.tasks.adding import adding_solved, at_the_end, marked_pairs
from lstmlib.tasks.batch import Batch


def multiplication(
    min_length: int, batch_size: int, rng: np.random.Generator, *, first_pair: str = "marker 1"
) -> Batch:
    """Draw a batch of the multiplication problem: ``adding``, with values from U[0, 1] and their product as target.

    If the first pair is one of the two marked ones, its value counts as 1.

    Args:
        min_length: T, the least number of steps; lengths are uniform from T to T + T/10. At least 22.
        batch_size: N, how many sequences.
        rng: source of every draw.
        first_pair: what the input holds if the first pair is marked; see ``adding``.

    Returns:
        x (T', N, 2) with value and marker, T' the longest length drawn; target (T', N, 1), X1 X2 at each sequence's
        last step and 0 elsewhere; mask, True at that step alone.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small; an unknown ``first_pair``.
    """
    x, lengths, marked = marked_pairs(min_length, batch_size, rng, 0.0, 1.0, first_pair)
    return at_the_end(x, lengths, marked.prod(0))


def multiplication_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which sequences are right: an absolute error below 0.04 at the last step, the paper's rule.

    Args:
        y: outputs (T, N, 1).
        batch: what they answer.
    """
    return adding_solved(y, batch)
