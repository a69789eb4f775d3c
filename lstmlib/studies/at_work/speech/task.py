"""Who of nine is speaking: what is learnt from and judged by, and how utterances are changed."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.vowels import LEARN, SPEAKERS, Vowels
from lstmlib.numpy.checks import Array

FOLDS, LONGEST, FOREIGN = 5, 29, 5  # folds of what is learnt from; frames of the longest; frames of somebody else
CHANGES = {
    "backwards": "last frame first",
    "slower": "every frame twice",
    "faster": "every second frame",
    "first half": "the first half alone",
    "second half": "the second half alone",
    "another before": "five frames of another speaker before it",
    "another after": "five frames of another speaker after it",
}


def folds() -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return five times which utterances of the 270 are learnt from, and which judge: six of each speaker."""
    each = np.tile(np.arange(LEARN // SPEAKERS), (SPEAKERS, 1))
    place, numbers = np.random.default_rng(0).permuted(each, axis=1).ravel() % FOLDS, np.arange(LEARN)
    return [(numbers[place != k], numbers[place == k]) for k in range(FOLDS)]


class Scale(NamedTuple):
    """Mean and standard deviation of each coefficient, over all frames learnt from."""

    mean: Array  # (12,)
    spread: Array

    def of(self, frames: Array) -> Array:
        """Return frames (T, 12) in standard deviations from the mean."""
        return (frames - self.mean) / self.spread


def scale(source: Vowels) -> Scale:
    """Return how frames are scaled that go into a net which learns from these utterances."""
    frames = np.concatenate(source.frames)
    return Scale(frames.mean(0), frames.std(0))


def changed(judge: Vowels, how: str) -> Vowels:
    """Return utterances as somebody else's mouth, or a bad line, might have made them; always the same.

    Args:
        judge: utterances, at least two by different speakers.
        how: one of ``CHANGES``.
    """
    if how.startswith("another"):
        frames = []
        for own, n in zip(judge.frames, partners(judge), strict=True):
            other = judge.frames[n][:FOREIGN]
            frames.append(np.concatenate([other, own] if how == "another before" else [own, other]))
        return Vowels(frames, judge.speaker)
    ways: dict[str, Callable[[Array], Array]] = {
        "backwards": lambda own: own[::-1],
        "slower": lambda own: own.repeat(2, 0),
        "faster": lambda own: own[::2],
        "first half": lambda own: own[: (len(own) + 1) // 2],
        "second half": lambda own: own[len(own) // 2 :],
    }
    return Vowels([ways[how](own) for own in judge.frames], judge.speaker)


def partners(judge: Vowels) -> list[int]:
    """Return the number of an utterance by another speaker, for each: whose frames stand before or after it."""
    rng = np.random.default_rng(5)
    return [int(rng.choice(np.flatnonzero(judge.speaker != who))) for who in judge.speaker]
