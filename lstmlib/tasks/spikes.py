"""Two tasks of precise timing, whose only content is when something happens (after Gers et al. 2002)."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import check_rng
from lstmlib.tasks.batch import Batch, check_count
from lstmlib.tasks.judging import read_answers


def spike_gap(gap: int, batch_size: int, rng: np.random.Generator, *, latest: int = 5) -> Batch:
    """Draw rows with two spikes; at the second the net must say whether they are ``gap`` steps apart or one more.

    Source: after "measuring spike delays" of Gers, Schraudolph and Schmidhuber (2002), as one row with two answers in
    place of a stream.

    Args:
        gap: the shorter distance, at least 1; 49 gives the 49 against 50 of the paper's summary.
        batch_size: N, how many sequences.
        rng: source of every draw.
        latest: the first spike comes at a step from 0 to ``latest``, so that the number of the step gives nothing away.

    Returns:
        x (T, N, 1), 1 at the spikes and 0 at all other steps, T = latest + gap + 2; target (T, N, 1), at the second
        spike 1 for the longer distance and 0 for the shorter; mask, True at the second spike.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small.
    """
    gap, N = check_count("gap", gap, 1), check_count("batch_size", batch_size, 1)
    rng = check_rng(rng)
    T = check_count("latest", latest, 0) + gap + 2
    first, longer, n = rng.integers(0, latest + 1, N), rng.integers(0, 2, N), np.arange(N)
    second = first + gap + longer
    x, target, mask = np.zeros((T, N, 1)), np.zeros((T, N, 1)), np.zeros((T, N), bool)
    x[first, n] = x[second, n] = 1.0
    target[second, n, 0], mask[second, n] = longer, True
    return Batch(x, target, mask, np.full(N, T))


def spike_gap_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which rows are right: at the second spike the score has the sign of the answer.

    Args:
        y: scores (T, N, 1), before a logistic function.
        batch: what they answer.
    """
    right = _right(y, batch)[..., 0]
    return np.asarray((~batch.mask | right).all(0))


def spike_after(delay: int, batch_size: int, rng: np.random.Generator, *, latest: int = 5) -> Batch:
    """Draw rows with one spike; the net must answer with one of its own, ``delay`` steps later, and be silent else.

    Source: after "generating timed spikes" of Gers, Schraudolph and Schmidhuber (2002), as rows in place of a stream.

    Args:
        delay: steps from the spike to the answer, at least 1.
        batch_size: N, how many sequences.
        rng: source of every draw.
        latest: the spike comes at a step from 0 to ``latest``.

    Returns:
        x (T, N, 1), 1 at the spike, T = latest + delay + 2; target (T, N, 1), 1 at the answer and 0 at all other steps;
        mask, True everywhere.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small.
    """
    delay, N = check_count("delay", delay, 1), check_count("batch_size", batch_size, 1)
    rng = check_rng(rng)
    T = check_count("latest", latest, 0) + delay + 2
    at, n = rng.integers(0, latest + 1, N), np.arange(N)
    x, target = np.zeros((T, N, 1)), np.zeros((T, N, 1))
    x[at, n], target[at + delay, n] = 1.0, 1.0
    return Batch(x, target, np.ones((T, N), bool), np.full(N, T))


def spike_after_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which rows are right: the score is above 0 at the answer's step, and at no other.

    Args:
        y: scores (T, N, 1), before a logistic function.
        batch: what they answer.
    """
    return np.asarray(_right(y, batch).all((0, 2)))


def _right(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return where the score has the sign of the answer (T, N, 1)."""
    y = read_answers(y, batch)
    return np.isfinite(y) & ((y > 0) == (batch.target > 0.5))
