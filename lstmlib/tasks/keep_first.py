"""Keep the first number of a row and give it back at the end: the plainest task that has something to ignore."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import check_flag, check_rng
from lstmlib.tasks.adding import at_the_end
from lstmlib.tasks.batch import Batch, check_count
from lstmlib.tasks.judging import read_answers


def keep_first(length: int, batch_size: int, rng: np.random.Generator, *, quiet: bool = False) -> Batch:
    """Draw rows of numbers from U[-1, 1], of which the first is to be given back at the last step.

    Source: made for this book, after the two conflicts that Hochreiter and Schmidhuber (1997, section 3.2) describe.

    Args:
        length: T, at least 2.
        batch_size: N, how many sequences.
        rng: source of every draw.
        quiet: whether the steps before the last count as well, with 0 as the answer: the net must keep silent.

    Returns:
        x (T, N, 2), the number and a mark, 1 at the first step and 0 at all others; target (T, N, 1), the first number
        at the last step and 0 before; mask, True at the last step, or everywhere with ``quiet``.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small.
    """
    T, N = check_count("length", length, 2), check_count("batch_size", batch_size, 1)
    rng, quiet = check_rng(rng), check_flag("quiet", quiet)
    x = np.zeros((T, N, 2))
    x[..., 0] = rng.uniform(-1.0, 1.0, (T, N))
    x[0, :, 1] = 1.0
    batch = at_the_end(x, np.full(N, T), x[0, :, 0])
    return batch._replace(mask=np.ones((T, N), bool)) if quiet else batch


def keep_first_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which rows are right: an absolute error below 0.1 at every step that counts.

    Args:
        y: outputs (T, N, 1).
        batch: what they answer.
    """
    y = read_answers(y, batch)
    return (~batch.mask | (np.abs(y - batch.target)[..., 0] < 0.1)).all(0)
