"""Is the number of ones so far odd: the plainest task that needs a state."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import check_rng
from lstmlib.tasks.batch import Batch, check_count
from lstmlib.tasks.judging import chosen, read_answers


def parity(num_steps: int, batch_size: int, rng: np.random.Generator) -> Batch:
    """Draw rows of fair bits; at every step say whether the ones so far, this one included, are odd in number.

    Args:
        num_steps: T, how many steps.
        batch_size: N, how many sequences.
        rng: source of the bits.

    Returns:
        x (T, N, 2), one-hot, class 1 for a one; target (T, N), 0 for even and 1 for odd; mask, True everywhere.

    Raises:
        TypeError, ValueError: sizes that are not positive integers.
    """
    T, N = check_count("num_steps", num_steps, 1), check_count("batch_size", batch_size, 1)
    bits = check_rng(rng).integers(2, size=(T, N))
    return Batch(np.eye(2)[bits], bits.cumsum(0) % 2, np.ones((T, N), bool), np.full(N, T))


def parity_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which rows are right: at the last step the class with the higher score is the target.

    Args:
        y: scores (T, N, 2).
        batch: what they answer.
    """
    return np.asarray(chosen(read_answers(y, batch, 2))[-1] == batch.target[-1])
