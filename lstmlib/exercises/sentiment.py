"""The checks of the chapter on sentiment."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, right
from lstmlib.numpy.checks import Array
from lstmlib.studies.at_work.sentiment.task import calibration


def check_pool(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(states, lengths)`` is each sentence's mean state, without what is filled up.

    Args:
        answer: takes the states (T, N, H) and how many words each sentence has (N,); returns (N, H).
    """
    states, lengths = _states()
    given = attempt(answer, states, lengths)
    if given is None:
        return
    inside = (np.arange(6)[:, None] < lengths)[..., None]
    expected = (states * inside).sum(0) / lengths[:, None]
    mistakes = {
        "that is the mean over all steps, the filled up ones too": states.mean(0),
        "the filled up steps are gone from the sum; divide by the length of each sentence, not by T": (
            (states * inside).mean(0)
        ),
        "that is the sum: divide by the lengths": (states * inside).sum(0),
        "that is the last step of the batch, which lies past the end of the short sentences": states[-1],
        "that is the state at each sentence's end; the mean is asked for": states[lengths - 1, np.arange(3)],
        "the first axis is the steps": states.mean(1)[:3],
    }
    if compare("the mean", given, expected, mistakes):
        right("a sentence's summary doesn't depend on its neighbours in the batch")


def check_attention(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(states, query, lengths)`` is the mean state weighted by attention.

    Args:
        answer: takes the states (T, N, H), a query (H,) and the lengths (N,); returns (N, H). A state's score is its
            product with the query; the weights are the softmax of the scores over the words of the sentence.
    """
    states, lengths = _states()
    query = np.array([1.5, -1.0, 0.5, 2.0])
    given = attempt(answer, states, query, lengths)
    if given is None:
        return
    inside = np.arange(6)[:, None] < lengths
    scores = states @ query

    def weighted(weights: Array) -> Array:
        return (weights[..., None] * states).sum(0)

    def softmax(values: Array, axis: int = 0) -> Array:
        e = np.exp(values - values.max(axis, keepdims=True))
        return e / e.sum(axis, keepdims=True)

    all_steps = softmax(scores)
    mistakes = {
        "the filled up steps get a share: give them a score of minus infinity": weighted(all_steps),
        "a score of 0 isn't nothing: exp(0) is 1": weighted(softmax(scores * inside)),
        "the weights no longer sum to 1: cut before the softmax, not after": weighted(all_steps * inside),
        "the softmax goes over the words, axis 0, not over the sentences": weighted(
            softmax(np.where(inside, scores, -np.inf), 1)
        ),
        "those are the scores themselves: a softmax makes weights of them": weighted(scores * inside),
        "that is the plain mean": (states * inside[..., None]).sum(0) / lengths[:, None],
    }
    expected = weighted(softmax(np.where(inside, scores, -np.inf)))
    if compare("the weighted mean", given, expected, mistakes):
        right("masked before the softmax, so that the weights sum to 1 over each sentence")


def check_left_out(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(says, words)`` is by how much each word moves the verdict.

    Args:
        answer: takes a function from a list of words to log odds, and the words; returns for each word the log odds of
            the whole less those without it.
    """

    def says(words: list[str]) -> float:
        return float(sum((k + 1) * len(word) for k, word in enumerate(words)))  # order counts

    words = ["not", "a", "bad", "film", "not"]
    given = attempt(answer, says, words)
    if given is None:
        return
    whole = says(words)
    without = [says(words[:k] + words[k + 1 :]) for k in range(5)]
    running = np.array([says(words[: k + 1]) for k in range(5)])
    mistakes = {
        "the sign: the whole less what is left, so that a word that helps is positive": np.array(without) - whole,
        "those are the log odds without each word: take them from the whole's": np.array(without),
        "those are the steps of the running verdict: leave out one word, and keep what follows it": np.diff(
            running, prepend=0.0
        ),
        "that is what each word says alone": np.array([says([word]) for word in words]),
        "a word that stands twice is left out in one place at a time": whole
        - np.array([says([other for other in words if other != word]) for word in words]),
    }
    if compare("the changes", given, whole - np.array(without), mistakes):
        right("T + 1 readings for T words")


def check_calibration(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(p, positive)`` is the expected calibration error with ten bins of equal width.

    Args:
        answer: takes probabilities (S,) and whether each sentence was positive (S,); returns one number.
    """
    rng = np.random.default_rng(3)
    p = np.r_[rng.beta(0.4, 0.4, 400), 1.0]
    positive = rng.random(401) < np.clip(1.4 * p - 0.2, 0.05, 0.95)
    given = attempt(answer, p, positive)
    if given is None:
        return
    curve, expected = calibration(p, positive)
    gaps, counts = np.array([abs(said - came) for said, came, _ in curve]), np.array([n for *_, n in curve])
    mistakes = {
        "each bin counts as many times as it has sentences": gaps.mean(),
        "that is the largest distance, not the mean": gaps.max(),
        "take the distance without its sign, or errors cancel": abs(p.mean() - positive.mean()),
        "that is Brier's score, which measures sharpness too": ((p - positive) ** 2).mean(),
        "take the mean probability that was said in a bin, not its middle": float(
            sum(n * abs(np.floor(min(said, 0.99) * 10) / 10 + 0.05 - came) for said, came, n in curve) / len(p)
        ),
        "divide by the number of sentences": (counts * gaps).sum(),
    }
    if compare("the error", given, np.array(expected), mistakes):
        right("and with five bins it would be another number")


def _states() -> tuple[Array, Any]:
    """Return states of three sentences, with something in what is filled up, and their lengths."""
    rng = np.random.default_rng(2)
    return rng.standard_normal((6, 3, 4)), np.array([6, 2, 4])
