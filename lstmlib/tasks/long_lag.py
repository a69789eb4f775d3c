"""Long time lags without noise (Hochreiter and Schmidhuber 1997, experiments 2a, 2b and 2c)."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import check_flag, check_rng
from lstmlib.tasks.batch import Batch, check_count
from lstmlib.tasks.symbols import Symbols, batch_width, errors, last_step, one_hot


def long_lag(lag: int, batch_size: int, rng: np.random.Generator, *, random_between: bool = False) -> Batch:
    """Draw a batch of experiments 2a and 2b: say the next symbol, the last of which is the first again.

    The symbols are a_1 to a_(p-1), x and y, with p the lag. A sequence is x or y, equally likely, then p - 1 others,
    then the first once more. In 2a the others are a_1, a_2, ... in order; in 2b each is drawn from all of them.

    Args:
        lag: p, the steps from the first symbol to the last; at least 2.
        batch_size: N, how many sequences.
        rng: source of every draw.
        random_between: experiment 2b.

    Returns:
        x (p, N, p + 1), one-hot: a_1 is unit 0, x unit p - 1, y unit p; target (p, N), the next symbol; mask, True
        everywhere.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small.
    """
    return one_hot(draw_long_lag(lag, batch_size, rng, random_between=random_between), lag + 1)


def draw_long_lag(lag: int, batch_size: int, rng: np.random.Generator, *, random_between: bool = False) -> Symbols:
    """Draw what ``long_lag`` shows, as numbers of symbols."""
    p = check_count("lag", lag, 2)
    N, rng = check_count("batch_size", batch_size, 1), check_rng(rng)
    random_between = check_flag("random_between", random_between)
    ends = p - 1 + rng.integers(2, size=(1, N))
    if random_between:
        between = rng.integers(p - 1, size=(p - 1, N))
    else:
        between = np.broadcast_to(np.arange(p - 1)[:, None], (p - 1, N))
    symbols = np.concatenate([ends, between, ends])
    return Symbols(symbols[:-1], symbols[1:], np.ones((p, N), bool), np.full(N, p))


def long_lag_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which sequences are right all along: every output's absolute error below 0.25 at every step (2a).

    Args:
        y: outputs (T, N, p + 1).
        batch: what they answer.
    """
    return np.asarray((errors(y, batch, batch_width(batch)) < 0.25).all(axis=(0, 2)))


def long_lag_end_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which sequences are right at their end: every output's absolute error below 0.25 at the last step (2b).

    Args:
        y: outputs (T, N, p + 1).
        batch: what they answer.
    """
    return np.asarray((errors(y, batch, batch_width(batch))[-1] < 0.25).all(axis=1))


def triggered_recall(min_lag: int, num_distractors: int, batch_size: int, rng: np.random.Generator) -> Batch:
    """Draw a batch of experiment 2c: after many distractors and a trigger, say what the second symbol was.

    A sequence is b, then x or y, equally likely, then q distractors, each from p; then, until the trigger e comes,
    with probability 1/10 at each step, still more of them. One element after e, the second symbol is to be said again.

    Args:
        min_lag: q, the least number of distractors.
        num_distractors: p, how many different ones there are.
        batch_size: N, how many sequences.
        rng: source of every draw.

    Returns:
        x (T', N, p + 4), one-hot in the order of the distractors, e, b, x, y; a sequence has q + k + 3 steps, k >= 0
        geometric with mean 9. Target (T', N): 0 for x and 1 for y, at each sequence's last step, which shows e; mask,
        True at that step alone.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small.
    """
    return one_hot(draw_triggered_recall(min_lag, num_distractors, batch_size, rng), num_distractors + 4)


def draw_triggered_recall(min_lag: int, num_distractors: int, batch_size: int, rng: np.random.Generator) -> Symbols:
    """Draw what ``triggered_recall`` shows, as numbers of symbols."""
    q, p = check_count("min_lag", min_lag, 1), check_count("num_distractors", num_distractors, 1)
    N, rng = check_count("batch_size", batch_size, 1), check_rng(rng)
    lengths = q + 3 + rng.geometric(0.1, N) - 1
    T = int(lengths.max())
    symbols = rng.integers(p, size=(T, N))
    second = rng.integers(2, size=N)
    symbols[0], symbols[1] = p + 1, p + 2 + second
    symbols[lengths - 1, np.arange(N)] = p
    symbols[np.arange(T)[:, None] >= lengths] = 0
    mask = last_step(lengths)
    return Symbols(symbols, mask * second, mask, lengths)


def triggered_recall_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which sequences are right: both outputs' absolute errors below 0.2 at the last step, the paper's rule.

    Args:
        y: outputs (T, N, 2).
        batch: what they answer.
    """
    return np.asarray((errors(y, batch, 2) < 0.2).all(axis=(0, 2)))
