"""Count: after n times a must come n times b (Gers and Schmidhuber 2001)."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import check_rng
from lstmlib.tasks.batch import Batch, check_count
from lstmlib.tasks.judging import chosen, read_answers

SEEN, SAID = "Sab", "abT"


def counting(lowest: int, highest: int, batch_size: int, rng: np.random.Generator) -> Batch:
    """Draw strings S a^n b^n T, whose next symbol is to be said at every step.

    How many a come can't be known; after the first b all is certain: n - 1 more b, then T. To say T at the right step
    the net must have counted.

    Source: Gers and Schmidhuber (2001), "LSTM recurrent networks learn simple context-free and context-sensitive
    languages", the language a^n b^n.

    Args:
        lowest: the least n, at least 1.
        highest: the largest n; every n between is equally likely.
        batch_size: N, how many sequences.
        rng: source of the n.

    Returns:
        x (T, N, 3), one-hot in the order S, a, b, all but a string's last symbol, T = 2 n + 1 for the largest n drawn;
        target (T, N), the symbol that comes next, 0, 1, 2 for a, b, T; mask, True at all steps of a string.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small.
    """
    lowest = check_count("lowest", lowest, 1)
    highest = check_count("highest", highest, lowest)
    n = check_rng(rng).integers(lowest, highest + 1, check_count("batch_size", batch_size, 1))
    t = np.arange(2 * int(n.max()) + 1)[:, None]  # (T, 1)
    mask = t <= 2 * n
    seen = np.where(t == 0, 0, np.where(t <= n, 1, 2))
    target = np.where(t < n, 0, np.where(t < 2 * n, 1, 2)) * mask
    return Batch(np.eye(3)[seen] * mask[..., None], target, mask, 2 * n + 1)


def counting_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which strings are counted right: from the first b on, the class with the highest score is the target.

    Args:
        y: scores (T, N, 3).
        batch: what they answer.
    """
    y = read_answers(y, batch, len(SAID))
    certain = batch.mask & (batch.x[..., SEEN.index("b")] == 1.0)
    return np.asarray(((chosen(y) == batch.target) | ~certain).all(0))
