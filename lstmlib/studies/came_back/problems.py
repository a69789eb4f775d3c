"""Three problems for all nets: parity, which wants a state, recall, which wants room, and a real text."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib import tasks
from lstmlib.data.plays import alphabet, plays

KEYS, VALUES = 32, 8
Array = NDArray[Any]


class Rows(NamedTuple):
    """Sequences: x (N, T, D), target (N, T), and which steps are asked, (T,)."""

    x: Array
    target: Array
    asked: Array


class Problem(NamedTuple):
    """One of the problems.

    Attributes:
        draw: takes a length, how many sequences, a source of draws, and whether it is a test; what a length means is
            the problem's own.
        sizes: D and O.
        learnt: the lengths to learn at; every update draws one.
        judged: the lengths to judge at.
        counts: how many sequences of each length are judged.
        batch: how many sequences an update sees.
        updates: how many updates a net gets.
        seeds: how many test seeds.
        width: of what goes from block to block, and how many units the LSTM has.
        short: whether the search may begin gates so that they keep little.
    """

    draw: Callable[[int, int, np.random.Generator, bool], Rows]
    sizes: tuple[int, int]
    learnt: tuple[int, ...]
    judged: tuple[int, ...]
    counts: int
    batch: int
    updates: int
    seeds: int
    width: int
    short: bool = False


def parity(T: int, N: int, rng: np.random.Generator, test: bool) -> Rows:
    """Draw bits; at every step, whether the number of ones so far is odd. A test asks at the last step only."""
    batch = tasks.parity(T, N, rng)
    asked = np.arange(T) == T - 1 if test else np.ones(T, bool)
    return Rows(batch.x.swapaxes(0, 1), batch.target.T, asked)


def recall(P: int, N: int, rng: np.random.Generator, test: bool) -> Rows:
    """Draw P keys, all different, each with a value, one pair a step; then the keys alone, in another order.

    At every step of the second half the value is asked that stood beside the key.

    Args:
        P: how many pairs, at most ``KEYS``.
        N: how many sequences.
        rng: source of the draws.
        test: makes no difference.
    """
    keys = rng.permuted(np.tile(np.arange(KEYS), (N, 1)), axis=1)[:, :P]
    values, order = rng.integers(VALUES, size=(N, P)), rng.permuted(np.tile(np.arange(P), (N, 1)), axis=1)
    asked_keys, answers = (np.take_along_axis(part, order, 1) for part in (keys, values))
    x = np.zeros((N, 2 * P, KEYS + VALUES))
    x[:, :, :KEYS] = np.eye(KEYS)[np.concatenate([keys, asked_keys], 1)]
    x[:, :P, KEYS:] = np.eye(VALUES)[values]
    return Rows(x, np.concatenate([values, answers], 1), np.arange(2 * P) >= P)


CHARACTERS = 66  # of the plays


@cache
def _encoded(test: bool) -> Array:
    """Return the plays that are learnt from, or those of the test, as places in their alphabet."""
    texts = plays()
    symbols = alphabet(texts.learn | texts.validation | texts.test)
    place = {character: k for k, character in enumerate(symbols)}
    return np.array([place[character] for character in "".join((texts.test if test else texts.learn).values())])


def text(T: int, N: int, rng: np.random.Generator, test: bool) -> Rows:
    """Draw stretches of T characters of Shakespeare's plays; at every step, which character comes next.

    A test draws from plays that nobody learns from, and asks in the second half alone, where T / 2 characters have been
    read at the least.
    """
    symbols = _encoded(test)
    first = rng.integers(len(symbols) - T, size=N)
    window = symbols[first[:, None] + np.arange(T + 1)]  # (N, T + 1)
    return Rows(
        np.eye(CHARACTERS, dtype=np.float32)[window[:, :-1]], window[:, 1:], np.arange(T) >= (T // 2 if test else 0)
    )


def _up_to(most: int) -> tuple[int, ...]:
    return tuple(range(1, most + 1))


PROBLEMS = {
    "parity": Problem(parity, (2, 2), _up_to(24), (12, 24, 48, 96), 400, 16, 1000, 10, 16),
    "recall": Problem(recall, (KEYS + VALUES, VALUES), _up_to(12), (4, 8, 12, 24), 100, 16, 400, 10, 16),
    "text": Problem(text, (CHARACTERS, CHARACTERS), (64,), (64, 256), 100, 16, 1000, 10, 32, True),
}
