"""The checks of the page on speech."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from lstmlib.exercises.report import attempt, attempts, compare, right
from lstmlib.numpy.checks import Array
from lstmlib.studies.at_work.speech import simple

PAIRS = ((3, 10), (1, 6), (0, 5), (4, 4), (7, 2))


def check_features(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(frames)`` are the numbers that the regression sees of an utterance.

    Args:
        answer: takes frames (T, 12); returns the first frame, the last and the mean, one after the other, (36,).
    """
    frames = np.random.default_rng(1).standard_normal((9, 12))
    first, last, mean = frames[0], frames[-1], frames.mean(0)
    given = attempt(answer, frames)
    if given is None:
        return
    mistakes = {
        "that is one row a part; the regression takes one list of 36 numbers": np.stack([first, last, mean]),
        "the mean belongs at the end, after the last frame": np.concatenate([first, mean, last]),
        "the mean is over the frames, not over the twelve numbers of each": np.concatenate(
            [first, last, np.full(12, frames.mean())]
        ),
    }
    if compare("the 36 numbers", given, np.concatenate([first, last, mean]), mistakes):
        right("however long the utterance, as many numbers")


def check_mcnemar(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(a, b)`` is the two-sided p of McNemar's exact test.

    Args:
        answer: takes how many utterances only the first reader has right, and how many only the second.
    """
    expected = np.array([stats.binomtest(a, a + b).pvalue for a, b in PAIRS])
    if (found := attempts(answer, PAIRS)) is None:
        return
    lower = np.array([stats.binom.cdf(min(a, b), a + b, 0.5) for a, b in PAIRS])
    mistakes = {
        "that is one-sided: either of the two might have been the better one": lower,
        "p can't exceed 1: where both are equal, all outcomes are at least as far from the middle": 2.0 * lower,
        "that is the probability of just this outcome: add those that are farther from the middle": np.array(
            [stats.binom.pmf(a, a + b, 0.5) for a, b in PAIRS]
        ),
    }
    if compare("p of the five pairs", found, expected, mistakes):
        right("only the utterances count that one has right and the other wrong")


def check_warping(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(x, y)`` is the distance of two utterances by dynamic time warping.

    Args:
        answer: takes frames (T, D) and (T', D); returns the least sum of squared distances over all paths.
    """
    rng = np.random.default_rng(3)
    pairs = [(rng.standard_normal((a, 2)), rng.standard_normal((b, 2))) for a, b in ((4, 6), (7, 3), (5, 5), (1, 4))]
    expected = np.array([simple.distances(x, [y])[0] for x, y in pairs])
    if (found := attempts(answer, pairs)) is None:
        return
    mistakes = {
        "both may go on at once: from (t - 1, k - 1) to (t, k)": np.array(
            [_table(x, y, diagonal=False) for x, y in pairs]
        ),
        "take the squares of the distances, summed over the numbers of a frame": np.array(
            [_table(x, y, power=0.5) for x, y in pairs]
        ),
        "the path may begin anywhere here; it has to begin with both first frames": np.array(
            [_table(x, y, free=True) for x, y in pairs]
        ),
        "the distance stands in the table's last corner; that is its smallest number": np.array(
            [_table(x, y, smallest=True) for x, y in pairs]
        ),
    }
    if compare("the distances of four pairs", found, expected, mistakes):
        right("utterances of different length can be compared")


def _table(
    x: Array, y: Array, *, diagonal: bool = True, power: float = 1.0, free: bool = False, smallest: bool = False
) -> float:
    """Return a warping distance with a mistake."""
    cost = ((x[:, None] - y) ** 2).sum(-1) ** power
    d = np.full((len(x) + 1, len(y) + 1), np.inf)
    d[0, 0] = 0.0
    if free:
        d[0] = 0.0
    for t in range(len(x)):
        for k in range(len(y)):
            before = [d[t, k + 1], d[t + 1, k]] + ([d[t, k]] if diagonal or t == k == 0 else [])
            d[t + 1, k + 1] = cost[t, k] + min(before)
    return float(d[1:, 1:].min() if smallest else d[-1, -1])
