"""What nets came to at the next frame of a film, read without torch; ``film`` has made it."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data import film
from lstmlib.studies import journal, protocol
from lstmlib.studies.variants.store import FOLDER

RESULTS = FOLDER / "film.jsonl"
KINDS = ("ConvLSTM", "convolution")
TEST = (6, 7, 8, 9)  # shots
VALIDATION, SEEDS = (100, 101, 102), tuple(range(10))


class Setting(NamedTuple):
    """What is searched."""

    rate: float


class Trained(NamedTuple):
    """What a net came to, or what needs none: a line of the file."""

    kind: str
    rate: float
    seed: int
    parameters: int
    half: list[float]  # mean squared error of each shot that it is judged on, at half the updates
    whole: list[float]  # at their end
    frames: list[str]  # the frame in the middle of each shot, in hexadecimal; of the first test net alone


def load(path: Path = RESULTS) -> list[Trained]:
    """Return what has been trained."""
    return journal.read(path, Trained)


def setting(lines: list[Trained], kind: str) -> Setting:
    """Return the rate that the validation seeds chose for a kind of net."""
    return protocol.chosen(validation(lines, kind))


def validation(lines: list[Trained], kind: str) -> dict[Setting, list[float]]:
    """Return the errors of a kind's nets of the search, the mean of the shots, for each rate."""
    searched = (one for one in lines if one.kind == kind and one.seed in VALIDATION)
    return protocol.by_setting((Setting(one.rate), float(np.mean(one.whole))) for one in searched)


def tested(kind: str) -> tuple[Setting, list[Trained]]:
    """Return a kind's chosen setting, and its nets of the test."""
    lines = load()
    chosen = setting(lines, kind)
    return chosen, [one for one in lines if (one.kind, one.rate) == (kind, chosen.rate) and one.seed in SEEDS]


def picture(net: Trained, shot: int) -> NDArray[np.float64]:
    """Return a stored forecast (36, 64), from 0 to 1.

    Args:
        net: the first of the test.
        shot: which of the test's, from 0.
    """
    return np.frombuffer(bytes.fromhex(net.frames[shot]), np.uint8).reshape(film().shape[2:]) / 255.0
