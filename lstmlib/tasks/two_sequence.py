"""Which of two classes began a noisy sequence (Hochreiter and Schmidhuber 1997, experiments 3a, 3b and 3c)."""

import math

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.batch import check_batch
from lstmlib.numpy.checks import check_flag, check_rng
from lstmlib.tasks.adding import at_the_end
from lstmlib.tasks.batch import Batch, check_count
from lstmlib.tasks.judging import off_at_end, read_answers

INPUT_VARIANCE, TARGET_VARIANCE = 0.2, 0.1


def two_sequence(
    min_length: int,
    batch_size: int,
    rng: np.random.Generator,
    *,
    informative: int = 3,
    noisy_information: bool = False,
    noisy_targets: bool = False,
) -> Batch:
    """Draw a batch of the 2-sequence problem: information and noise come in over the same line.

    The first elements are +1 for the first class and -1 for the second; all others are noise, N(0, 0.2). Both classes
    are equally likely.

    Args:
        min_length: T, the least number of steps; lengths are uniform from T to T + T/10.
        batch_size: N, how many sequences.
        rng: source of every draw.
        informative: how many of the first elements carry the class (the paper's N).
        noisy_information: experiment 3b, the same noise is added to them, too.
        noisy_targets: experiment 3c, see below. There the paper's results lie below the error that noisy information
            would leave, so that its informative elements can't have been noisy.

    Returns:
        x (T', N, 1), T' the longest length drawn; target (T', N, 1) at each sequence's last step, 1 and 0 for the first
        and the second class, or 0.2 and 0.8 plus noise N(0, 0.1) with ``noisy_targets``; mask, True at that step alone.

    Raises:
        TypeError, ValueError: sizes that are not integers, or too small.
    """
    informative = check_count("informative", informative, 1)
    min_length = check_count("min_length", min_length, informative)
    N, rng = check_count("batch_size", batch_size, 1), check_rng(rng)
    noisy_information = check_flag("noisy_information", noisy_information)
    noisy_targets = check_flag("noisy_targets", noisy_targets)
    lengths = rng.integers(min_length, min_length + min_length // 10 + 1, N)
    T = int(lengths.max())
    first = rng.integers(2, size=N) == 0
    x = rng.normal(0.0, math.sqrt(INPUT_VARIANCE), (T, N))
    sign = np.where(first, 1.0, -1.0)
    x[:informative] = x[:informative] + sign if noisy_information else sign
    x[np.arange(T)[:, None] >= lengths] = 0.0
    answer = first.astype(float)
    if noisy_targets:
        answer = np.where(first, 0.2, 0.8) + rng.normal(0.0, math.sqrt(TARGET_VARIANCE), N)
    return at_the_end(x[:, :, None], lengths, answer)


def two_sequence_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which sequences are right: an absolute error below 0.2 at the last step (experiments 3a and 3b).

    Args:
        y: outputs (T, N, 1).
        batch: what they answer.
    """
    return off_at_end(read_answers(y, batch), batch) < 0.2


def noise_free_target(batch: Batch) -> NDArray[np.float64]:
    """Return what the targets of a batch with ``noisy_targets`` are without their noise (N,)."""
    return np.where(check_batch("batch", batch).x[0, :, 0] > 0.0, 0.2, 0.8)


def noisy_targets_solved(y: NDArray[np.floating], batch: Batch) -> NDArray[np.bool_]:
    """Return which sequences are right: the last output is within 0.1 of the target without noise (experiment 3c).

    Args:
        y: outputs (T, N, 1).
        batch: what they answer, drawn with ``noisy_targets``.
    """
    return off_at_end(read_answers(y, batch), batch, noise_free_target(batch)) <= 0.1


def bayes_error(informative: int) -> float:
    """Return how often the best of all classifiers errs where the information is noisy (experiment 3b).

    It adds the informative elements up, and their sum has the wrong sign with probability Phi(-sqrt(N / 0.2)).
    """
    informative = check_count("informative", informative, 1)
    return 0.5 * math.erfc(math.sqrt(informative / INPUT_VARIANCE / 2.0))
