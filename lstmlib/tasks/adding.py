"""The adding problem: add two marked numbers of a long sequence (Hochreiter and Schmidhuber 1997, experiment 4)."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.tasks.batch import Batch, check_count


def adding(min_length: int, batch_size: int, rng: np.random.Generator) -> Batch:
    """Draw a batch of the adding problem, as the paper words it.

    Every step is a pair (value from U[-1, 1], marker). The first and the last marker are -1. One of the first ten
    pairs is marked 1 (its value is X1), then one of the first min_length/2 - 1 that is not yet marked (X2); all other
    markers are 0. If the first pair is one of the two, its marker becomes 1 and its value counts as 0: the paper says
    so of X1, and leaves open what stands in the input, where the drawn value stays here.

    Args:
        min_length: T, the least number of steps; lengths are uniform from T to T + T/10. At least 22, so that ten pairs can be marked.
        batch_size: N.
        rng: source of every draw.

    Returns:
        x (T', N, 2) with value and marker, T' the longest length drawn; target (T', N, 1), 0.5 + (X1 + X2)/4 at each
        sequence's last step and 0 elsewhere; mask, True at that step alone.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small.
    """
    min_length = check_count("min_length", min_length, 22)
    batch_size = check_count("batch_size", batch_size, 1)
    lengths = rng.integers(min_length, min_length + min_length // 10 + 1, batch_size)
    T = int(lengths.max())
    x, target = np.zeros((T, batch_size, 2)), np.zeros((T, batch_size, 1))
    mask = np.zeros((T, batch_size), bool)
    for n, length in enumerate(lengths):
        x[:length, n, 0] = rng.uniform(-1.0, 1.0, length)
        x[[0, length - 1], n, 1] = -1.0
        first = rng.integers(10)
        second = rng.integers(min_length // 2 - 2)
        second += second >= first  # uniform over the others
        marked = [first, second]
        x[marked, n, 1] = 1.0
        total = sum(x[k, n, 0] for k in marked if k != 0)
        target[length - 1, n] = 0.5 + total / 4.0
        mask[length - 1, n] = True
    return Batch(x, target, mask, lengths)


def adding_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which sequences are right: an absolute error below 0.04 at the last step, the paper's rule.

    Args:
        y: outputs (T, N, 1).
        batch: what they answer.
    """
    last, n = batch.lengths - 1, np.arange(len(batch.lengths))
    return np.abs(y[last, n, 0] - batch.target[last, n, 0]) < 0.04
