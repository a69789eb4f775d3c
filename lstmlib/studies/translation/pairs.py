"""Pairs of texts by the thousand, as arrays: numbers as people write them, and cards that lie out of order."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from lstmlib.data.written import LANGUAGES, write_number
from lstmlib.studies.translation.learn import DIGITS, NUMBERS
from lstmlib.studies.translation.text import END, START, Alphabet, Texts

Ints = NDArray[np.int64]

LETTERS = "abcdefghij"
CARDS = Alphabet(LETTERS + DIGITS, DIGITS)


class Drawn(NamedTuple):
    """Pairs, and where in its source each symbol of a target stands.

    Attributes:
        texts: the pairs.
        places: the step of the source that says the i-th symbol of the target (T - 1, N); -1 past its end.
    """

    texts: Texts
    places: Ints


def numbers(counts: Ints, rng: np.random.Generator) -> Drawn:
    """Return numbers as they are grouped in many languages, each to be written as its digits alone.

    Args:
        counts: how many digits each has (N,).
        rng: source of the digits, the first not 0, and of the languages.
    """
    counts, N, most = np.asarray(counts), len(counts), int(max(counts))
    digits = rng.integers(0, 10, (N, most))
    digits[:, 0] = rng.integers(1, 10, N)
    language = rng.integers(len(LANGUAGES), size=N)
    width = max(len(pattern(tongue, most)) for tongue in LANGUAGES)
    source, places, lengths = np.zeros((N, width), int), np.full((N, most), -1), np.zeros(N, int)
    codes = {symbol: k for k, symbol in enumerate(NUMBERS.source)}
    values = np.array([codes[digit] for digit in DIGITS])
    for k, tongue in enumerate(LANGUAGES):
        for count in np.unique(counts[language == k]):
            rows, text = np.flatnonzero((language == k) & (counts == count)), pattern(tongue, int(count))
            at = np.array([j for j, symbol in enumerate(text) if symbol == "1"])
            source[rows, : len(text)] = [codes[symbol] for symbol in text]
            source[rows[:, None], at] = values[digits[rows, :count]]
            places[rows, :count], lengths[rows] = at, len(text)
    return Drawn(texts(source, lengths, digits, counts), places.T)


def cards(counts: Ints, rng: np.random.Generator) -> Drawn:
    """Return cards, each a letter and a digit, to be read out in the order of their letters: "c7a4b9" is "497".

    The letters of a text follow each other in the alphabet without a gap; the first is drawn.

    Args:
        counts: how many cards each text has (N,), at most as many as there are ``LETTERS``.
        rng: source of the letters, the order and the digits.
    """
    counts, N, most = np.asarray(counts), len(counts), int(max(counts))
    digits = rng.integers(0, 10, (N, most))  # in the order of the letters
    first = rng.integers(0, len(LETTERS) + 1 - counts)
    inside = np.arange(most) < counts[:, None]
    order = np.where(inside, rng.random((N, most)), 2.0).argsort(1)  # which card lies where
    codes = {symbol: k for k, symbol in enumerate(CARDS.source)}
    source = np.zeros((N, 2 * most), int)
    letter = np.array([codes[symbol] for symbol in LETTERS])[np.where(inside, first[:, None] + order, 0)]
    digit = np.array([codes[symbol] for symbol in DIGITS])[np.take_along_axis(digits, order, 1)]
    source[:, ::2], source[:, 1::2] = np.where(inside, letter, 0), np.where(inside, digit, 0)
    places = np.where(inside, 2 * order.argsort(1) + 1, -1)
    return Drawn(texts(source, 2 * counts, digits, counts), places.T)


@cache
def pattern(language: str, count: int) -> str:
    """Return how a language groups so many digits, all of them 1."""
    return write_number("1" * count, language)


def texts(source: Ints, lengths: Ints, digits: Ints, counts: Ints) -> Texts:
    """Return pairs as a net takes them.

    Args:
        source: symbols (N, S), 0 past a text's end.
        lengths: how many each source has (N,).
        digits: what is to be said (N, T - 1); past a text's end anything.
        counts: how many digits each target has (N,).
    """
    N, most = digits.shape
    inside = np.arange(most) < counts[:, None]
    said = np.where(inside, digits + 2, 0)  # END and START come before the digits in the target's alphabet
    read = np.concatenate([np.full((N, 1), START), said], 1)
    target = np.concatenate([said, np.full((N, 1), END)], 1)
    mask = np.arange(most + 1) <= counts[:, None]
    return Texts(
        *(torch.from_numpy(np.ascontiguousarray(part)) for part in (source.T, lengths, read.T, target.T, mask.T))
    )


class Task(NamedTuple):
    """What nets are compared on."""

    draw: Callable[[Ints, np.random.Generator], Drawn]
    alphabet: Alphabet
    learnt: int  # counts from 1 to this are learnt from
    tested: tuple[int, ...]  # counts to test at
    updates: int  # of every net


TASKS = {
    "numbers": Task(numbers, NUMBERS, 5, (2, 3, 4, 5, 6, 7, 8, 10), 2000),
    "cards": Task(cards, CARDS, 4, (2, 3, 4, 5, 6, 7, 8, 10), 1600),
}
