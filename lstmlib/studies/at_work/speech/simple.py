"""What needs no net: logistic regression on three frames' worth of numbers, and the nearest utterance."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.vowels import Vowels
from lstmlib.numpy.checks import Array
from lstmlib.numpy.ctc import log_softmax

FEATURES: dict[str, Callable[[Array], Array]] = {
    "first, last, mean": lambda own: np.concatenate([own[0], own[-1], own.mean(0)]),
    "mean": lambda own: own.mean(0),
}
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)  # C: how little weights are held small
USUAL = "first, last, mean"


def features(source: Vowels, kind: str = USUAL) -> Array:
    """Return one row of numbers an utterance: (N, 36) for first, last and mean frame, (N, 12) for the mean alone."""
    return np.stack([FEATURES[kind](own) for own in source.frames])


def regression(source: Vowels, strength: float, kind: str = USUAL) -> Any:
    """Return logistic regression fitted to these utterances, each feature scaled to a standard deviation of 1.

    Args:
        source: what is learnt from.
        strength: C.
        kind: one of ``FEATURES``.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=5000))
    return model.fit(features(source, kind), source.speaker)


def heard(source: Vowels, count: int) -> Vowels:
    """Return what has been heard after so many frames: shorter utterances are there as a whole."""
    return Vowels([own[:count] for own in source.frames], source.speaker)


def search(
    source: Vowels, parts: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]], kind: str = USUAL
) -> dict[float, list[float]]:
    """Return the cross-entropy in nats on each fold, of each strength, as ``protocol.chosen`` takes it."""
    found: dict[float, list[float]] = {strength: [] for strength in STRENGTHS}
    for learn, held in parts:
        judge = source.some(held)
        for strength in STRENGTHS:
            said = regression(source.some(learn), strength, kind).predict_log_proba(features(judge, kind))
            found[strength].append(float(-said[np.arange(len(held)), judge.speaker].mean()))
    return found


def distances(x: Array, others: Sequence[Array]) -> Array:
    """Return how far an utterance is from others, both stretched so that they agree best: dynamic time warping, (N,).

    A step goes on in one of the two or in both; the cost of a pair of frames is the square of their distance, and that
    of a path the sum. Source: Sakoe and Chiba (1978), without weights, slopes and windows.

    Args:
        x: frames (T, D).
        others: frames (T', D) each; the lengths may differ.
    """
    longest = max(len(other) for other in others)
    padded = np.stack([np.pad(other, ((0, longest - len(other)), (0, 0))) for other in others])
    cost = ((x[:, None, None] - padded) ** 2).sum(-1)  # (T, N, T')
    best = np.full((len(others), longest + 1), np.inf)
    best[:, 0] = 0.0  # before the first frame of both
    for row in cost:
        then = np.full_like(best, np.inf)
        for k in range(longest):
            then[:, k + 1] = row[:, k] + np.minimum(np.minimum(best[:, k], best[:, k + 1]), then[:, k])
        best = then
    ends = np.array([len(other) for other in others])
    return best[np.arange(len(others)), ends]


def nearest(source: Vowels, judge: Vowels) -> NDArray[np.int64]:
    """Return whose the most similar utterance is, by time warping, of each that is asked for."""
    return np.array([source.speaker[distances(own, source.frames).argmin()] for own in judge.frames])


def all_prefixes(source: Vowels) -> tuple[Vowels, NDArray[np.int64]]:
    """Return all that can have been heard of utterances, frame by frame, and the number of the utterance of each."""
    frames = [own[: t + 1] for own in source.frames for t in range(len(own))]
    which = np.repeat(np.arange(len(source.frames)), [len(own) for own in source.frames])
    return Vowels(frames, source.speaker[which]), which


def running(weight: Array, bias: Array, frames: Array) -> Array:
    """Return what a regression on first, last and mean frame says after each frame: log probabilities, (T, 9).

    Args:
        weight: (9, 36), for features that aren't scaled.
        bias: (9,).
        frames: of one utterance (T, 12).
    """
    T = len(frames)
    means = np.cumsum(frames, 0) / np.arange(1, T + 1)[:, None]
    seen = np.concatenate([np.repeat(frames[:1], T, 0), frames, means], 1)  # (T, 36)
    return log_softmax(seen @ weight.T + bias)
