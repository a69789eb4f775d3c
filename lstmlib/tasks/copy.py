"""The copy task: see some symbols, wait, then say them in order (as in Arjovsky et al. 2016)."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.batch import check_batch
from lstmlib.numpy.checks import check_rng
from lstmlib.tasks.batch import Batch, check_count
from lstmlib.tasks.judging import chosen, read_answers


def copy(
    delay: int, batch_size: int, rng: np.random.Generator, *, num_symbols: int = 8, num_recalled: int = 10
) -> Batch:
    """Draw a batch of the copy task.

    ``num_recalled`` symbols come first, then ``delay`` steps: blanks, the last of them a signal to begin; then as many
    blanks as there were symbols, during which the net says them in order. Before, it should say blank.

    Args:
        delay: steps between the last symbol and the first recalled, the signal among them; at least 1.
        batch_size: N, how many sequences.
        rng: source of the symbols, each equally likely.
        num_symbols: K, how many different symbols there are.
        num_recalled: how many symbols a sequence has.

    Returns:
        x (T, N, K + 2), one-hot, class K the blank and K + 1 the signal, T = delay + 2 num_recalled; target (T, N), the
        class to say; mask, True everywhere. A net that remembers nothing can reach a cross-entropy of
        num_recalled ln(K) / T: blank while it waits, then any symbol.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small.
    """
    delay = check_count("delay", delay, 1)
    batch_size = check_count("batch_size", batch_size, 1)
    K = check_count("num_symbols", num_symbols, 2)
    length = check_count("num_recalled", num_recalled, 1)
    T, rng = delay + 2 * length, check_rng(rng)
    symbols = rng.integers(K, size=(length, batch_size))
    seen = np.full((T, batch_size), K)
    seen[:length] = symbols
    seen[length + delay - 1] = K + 1
    target = np.full((T, batch_size), K)
    target[length + delay :] = symbols
    return Batch(np.eye(K + 2)[seen], target, np.ones((T, batch_size), bool), np.full(batch_size, T))


def copy_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which sequences are right: at every step the class with the highest score is the target.

    Args:
        y: scores (T, N, K + 2), or (T, N, K + 1) from a net that can't say the signal.
        batch: what they answer.
    """
    K = check_batch("batch", batch).x.shape[2] - 2
    return np.asarray((chosen(read_answers(y, batch, K + 2, K + 1)) == batch.target).all(0))
