"""The adding problem: add two marked numbers of a long sequence (Hochreiter and Schmidhuber 1997, experiment 4)."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import check_rng, shown
from lstmlib.tasks.batch import Batch, check_count
from lstmlib.tasks.judging import off_at_end, read_answers
from lstmlib.tasks.symbols import last_step

FIRST_PAIR = ("marker 1", "marker -1", "marker 1 and value")


def adding(min_length: int, batch_size: int, rng: np.random.Generator, *, first_pair: str = "marker 1") -> Batch:
    """Draw a batch of the adding problem, as the paper words it.

    Every step is a pair (value from U[-1, 1], marker). The first and the last marker are -1. One of the first ten
    pairs is marked 1 (its value is X1), then one of the first min_length/2 - 1 that is not yet marked (X2); all other
    markers are 0. If the first pair is one of the two, its value counts as 0: the paper says so of X1, and leaves open
    what stands in the input.

    Args:
        min_length: T, the least number of steps; lengths are uniform from T to T + T/10. At least 22, so that ten
            pairs can be marked.
        batch_size: N, how many sequences.
        rng: source of every draw.
        first_pair: what the input holds if the first pair is marked: "marker 1", the marker becomes 1 and the drawn
            value stays; "marker -1", the marker stays -1; "marker 1 and value", the marker becomes 1 and the value
            is the one that counts.

    Returns:
        x (T', N, 2) with value and marker, T' the longest length drawn; target (T', N, 1), 0.5 + (X1 + X2)/4 at each
        sequence's last step and 0 elsewhere; mask, True at that step alone.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small; an unknown ``first_pair``.
    """
    x, lengths, marked = marked_pairs(min_length, batch_size, rng, -1.0, 0.0, first_pair)
    return at_the_end(x, lengths, 0.5 + marked.sum(0) / 4.0)


def adding_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which sequences are right: an absolute error below 0.04 at the last step, the paper's rule.

    Args:
        y: outputs (T, N, 1).
        batch: what they answer.
    """
    return off_at_end(read_answers(y, batch), batch) < 0.04


def marked_pairs(
    min_length: int, batch_size: int, rng: np.random.Generator, lowest: float, neutral: float, first_pair: str
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Draw pairs (value, marker), two of them marked; experiments 4 and 5 share this.

    Args:
        min_length: T, the least length.
        batch_size: N, how many sequences.
        rng: source of every draw.
        lowest: values are from U[lowest, 1].
        neutral: what the first pair counts as if it is marked.
        first_pair: what then stands in the input; see ``adding``.

    Returns:
        x (T', N, 2), lengths (N,), and the two marked values as they count (2, N).
    """
    if first_pair not in FIRST_PAIR:
        raise ValueError(f"first_pair is {shown(first_pair)}, expected one of {', '.join(map(repr, FIRST_PAIR))}")
    min_length = check_count("min_length", min_length, 22)
    N, rng = check_count("batch_size", batch_size, 1), check_rng(rng)
    n = np.arange(N)
    lengths = rng.integers(min_length, min_length + min_length // 10 + 1, N)
    T = int(lengths.max())
    x = np.zeros((T, N, 2))
    x[..., 0] = rng.uniform(lowest, 1.0, (T, N))
    x[np.arange(T)[:, None] >= lengths] = 0.0
    first = rng.integers(10, size=N)
    second = rng.integers(min_length // 2 - 2, size=N)
    second += second >= first  # uniform over the others
    both = np.stack([first, second])  # (2, N)
    x[both, n, 1] = 1.0
    x[lengths - 1, n, 1] = -1.0
    at_start = both == 0
    marked = np.where(at_start, neutral, x[both, n, 0])
    x[0, :, 1] = np.where((first_pair != "marker -1") & at_start.any(0), 1.0, -1.0)
    if first_pair == "marker 1 and value":
        x[0, at_start.any(0), 0] = neutral
    return x, lengths, marked


def at_the_end(x: NDArray[np.float64], lengths: NDArray[np.int64], answer: NDArray[np.float64]) -> Batch:
    """Return a batch whose target is ``answer`` (N,) at each sequence's last step, and 0 elsewhere."""
    mask = last_step(lengths)
    return Batch(x, (mask * answer)[:, :, None], mask, lengths)
