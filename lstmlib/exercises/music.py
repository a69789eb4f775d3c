"""The checks of the page on music."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.data.chorales import KEYS, LOWEST
from lstmlib.exercises.report import attempt, attempts, compare, right
from lstmlib.numpy.checks import Array
from lstmlib.studies.at_work.music.simple import key_nats

CHORDS: tuple[list[int], ...] = ([48, 55, 64, 72], [], [21, 108])  # MIDI numbers


def check_roll(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(chords)`` is the piano roll of chords.

    Args:
        answer: takes a list of chords, each a list of MIDI numbers from 21 to 108; returns 0 and 1, (T, 88).
    """
    expected = _roll(LOWEST)
    given = attempt(answer, CHORDS)
    if given is None:
        return
    mistakes = {
        "a step is a row and a key a column; that is the other way round": expected.T,
        "the piano's lowest key, A0, has the MIDI number 21 and the first column": _roll(LOWEST - 1),
        "the number itself isn't wanted, only whether the key sounds": expected * np.arange(LOWEST, LOWEST + KEYS),
    }
    if compare("the roll of three chords", given, expected, mistakes):
        right("silence is a row of zeros, and no chord is too thick for it")


def check_apart(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(scores, chord)`` are the nats of a chord, its keys predicted each by itself.

    Args:
        answer: takes scores before the logistic function (88,), and which keys sound, 0 or 1, (88,).
    """
    cases = [(scores, chord) for scores, chord, _ in _cases()]
    if (found := attempts(answer, cases)) is None:
        return
    every = np.array([key_nats(scores[None], chord[None])[0] for scores, chord in cases])
    sounding = np.array([chord for _, chord in cases])
    mistakes = {
        "the keys that stay silent count, too: that each of them does has a probability": (every * sounding).sum(1),
        "that is a mean over the keys; the nats of independent keys add up": every.mean(1),
        "that is in bits; nats have the natural logarithm": every.sum(1) / np.log(2.0),
    }
    if compare("the nats of three chords", found, every.sum(1), mistakes):
        right("88 yes-or-no questions, and their surprises add up")


def check_turn(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(scores, below, chord)`` are the nats of a chord whose keys are predicted in turn.

    Args:
        answer: takes scores (88,), what each key's score gets from each other one, (88, 88), and the chord (88,).
    """
    cases = _cases()
    if (found := attempts(answer, cases)) is None:
        return

    def nats(which: Callable[[Array], Array]) -> Array:
        return np.array([key_nats((s + which(b) @ c)[None], c[None]).sum() for s, b, c in cases])

    mistakes = {
        "a key must not see itself, nor those above it: that is the answer itself": nats(lambda b: b),
        "a key sees those below it; that sees those above": nats(lambda b: np.triu(b, 1)),
        "a key must not see itself: take the numbers below the diagonal alone": nats(np.tril),
        "that is without the lower keys": nats(lambda b: 0.0 * b),
    }
    if compare("the nats of three chords", found, nats(lambda b: np.tril(b, -1)), mistakes):
        right("a product of 88 conditional probabilities is a probability of the whole chord")


def _roll(lowest: int) -> Array:
    found = np.zeros((len(CHORDS), KEYS))
    for row, chord in zip(found, CHORDS, strict=True):
        row[[key - lowest for key in chord if key - lowest < KEYS]] = 1.0
    return found


def _cases() -> list[tuple[Array, Array, Array]]:
    """Return three times scores, what keys give each other, and a chord."""
    rng = np.random.default_rng(4)
    cases: list[tuple[Array, Array, Array]] = []
    for _ in range(3):
        scores, below = rng.normal(-2.0, 1.0, KEYS), rng.normal(0.0, 1.0, (KEYS, KEYS))
        chord = np.zeros(KEYS)
        chord[rng.choice(KEYS, 4, replace=False)] = 1.0
        cases.append((scores, below, chord))
    return cases
