"""The next chord of a chorale: what is seen, what is predicted, and at which kinds of step."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.chorales import KEYS, Chorales, Score, chorales
from lstmlib.numpy.checks import Array

GROUPS = {
    "stays": "the chord of the step before sounds on",
    "opens": "the first chord of a chorale",
    "arrives": "a phrase ends: somebody's fermata begins",
    "begins": "the step after a fermata",
    "moves": "all other changes of chord",
}
CONTEXTS = (1, 2, 4, 8, 16, 32)  # how many of the last chords a net may see, where that is measured
SHIFTS = tuple(range(-5, 7))  # semitones: all twelve keys


@cache
def pieces() -> Chorales:
    """Return the chorales, read once."""
    return chorales()


def seen(roll: NDArray[np.uint8], count: int = 1) -> NDArray[np.float32]:
    """Return the chords before each step, (T, count, 88), the last one last; before the first there is silence."""
    padded = np.concatenate([np.zeros((count, KEYS), np.float32), roll.astype(np.float32)])
    return np.stack([padded[k : k + len(roll)] for k in range(count)], 1)


def groups(piece: Score) -> NDArray[np.str_]:
    """Return of each step which of ``GROUPS`` it belongs to, (T,); of two that fit, the first as they stand there."""
    changed = np.r_[True, (piece.roll[1:] != piece.roll[:-1]).any(1)]
    before = np.r_[False, piece.pause[:-1]]
    kind = np.where(before & ~piece.pause, "begins", np.where(piece.pause & ~before, "arrives", "moves"))
    kind[0] = "opens"
    return np.where(changed, kind, "stays")


def shifted(roll: NDArray[np.uint8], by: int) -> NDArray[np.uint8]:
    """Return a roll so many semitones higher, lower if negative.

    Raises:
        ValueError: a note would leave the piano.
    """
    found = np.roll(roll, by, 1)
    if roll[:, KEYS - by :].any() if by > 0 else roll[:, : max(0, -by)].any():
        raise ValueError(f"a roll can't be moved by {by} semitones: a note leaves the piano's {KEYS} keys")
    return found


def per_chorale(values: Sequence[Array]) -> list[float]:
    """Return the sum of each chorale's steps, to a hundredth of a nat."""
    return [round(float(own.sum()), 2) for own in values]


def per_group(values: Sequence[Array], judge: Sequence[Score]) -> dict[str, float]:
    """Return the mean over the steps of each of ``GROUPS``, in nats."""
    every, which = np.concatenate(list(values)), np.concatenate([groups(piece) for piece in judge])
    return {name: round(float(every[which == name].mean()), 4) for name in GROUPS}
