"""Nine men say two Japanese vowels, ae: 640 utterances of 7 to 29 frames, twelve numbers a frame, and who speaks."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data import derived

LEARN = 270  # utterances to learn from, 30 a speaker, which come first; the rest were said on other occasions
SPEAKERS, COEFFICIENTS = 9, 12
SHIFT, WIDTH = 6.4, 25.6  # milliseconds from a frame to the next, and that a frame covers


class Vowels(NamedTuple):
    """Utterances in two groups, as they were published: those to learn from, then those of the test."""

    frames: list[
        NDArray[np.floating[Any]]
    ]  # of each utterance (T, 12): LPC cepstrum coefficients 1 to 12, without a unit
    speaker: NDArray[np.int64]  # who says it, (N,), from 0 to 8

    def learn(self) -> "Vowels":
        """Return the 270 utterances to learn from, thirty by each speaker."""
        return Vowels(self.frames[:LEARN], self.speaker[:LEARN])

    def test(self) -> "Vowels":
        """Return the other 370, between 24 and 88 by each of the same speakers."""
        return Vowels(self.frames[LEARN:], self.speaker[LEARN:])

    def some(self, which: NDArray[np.int64]) -> "Vowels":
        """Return the utterances of these numbers."""
        return Vowels([self.frames[n] for n in which], self.speaker[which])


def vowels() -> Vowels:
    """Return all utterances: frames of twelve LPC cepstrum coefficients, and who speaks.

    A frame covers 25.6 milliseconds of a recording at 10 kHz, and the next begins 6.4 milliseconds later. The sound
    itself wasn't published.

    Source: Kudo, Toyama and Shimbo (1999), UCI Machine Learning Repository, as carried by aeon;
    ``lstmlib/data/files/sources.json`` says which version, and under which licence.

    Raises:
        ValueError: the stored file is not the one that was derived.
    """
    blocks = [block.split("\n") for block in derived.read("vowels.txt.bz2").strip().split("\n\n")]
    frames: list[NDArray[np.floating[Any]]] = [
        np.array([line.split() for line in lines], np.float64) / 1e6 for _, *lines in blocks
    ]
    return Vowels(frames, np.array([int(first) for first, *_ in blocks]) - 1)
