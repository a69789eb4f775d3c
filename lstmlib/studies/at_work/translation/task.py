"""Messages of programs: which are learnt from, which choose, which judge, and the words that a net knows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from lstmlib.data.messages import PLACES, Message, cut, messages

ANOTHER = "spyder"  # the program that nobody learns from
LONGEST, LONGEST_TARGET = 8, 14  # words and marks
HELD, SEEN = 600, 2  # messages that choose, or judge; how often a word must have been seen to be known
END, START, UNKNOWN = 0, 1, 2  # words of the target's vocabulary; the source's has UNKNOWN in the same place
FIXED = ("<end>", "<start>", "<unknown>")


class Pair(NamedTuple):
    """A message, cut into words and marks."""

    program: str
    source: tuple[str, ...]
    target: tuple[str, ...]


class Split(NamedTuple):
    """Messages by what they are for."""

    learn: list[Pair]
    choose: list[Pair]  # of the programs learnt from: for what is chosen, and used for nothing else
    test: list[Pair]  # of the programs learnt from
    another: list[Pair]  # of a program that nobody has learnt from


@cache
def pairs() -> list[Pair]:
    """Return every message once, in order: the first of those whose source is cut into the same words.

    Left out are messages that are the same in French, whose parts to fill in differ, or that are too long.
    """
    found: dict[tuple[str, ...], Pair] = {}
    for message in messages():
        one = _pair(message)
        if one and _fits(one):
            found.setdefault(one.source, one)
    return list(found.values())


def _pair(message: Message) -> Pair | None:
    try:
        source, filled = cut(message.source)
        target, _ = cut(message.target, filled)
    except ValueError:
        return None
    if {word for word in source if word in PLACES} != {word for word in target if word in PLACES}:
        return None
    return Pair(message.program, tuple(source), tuple(target))


def _fits(one: Pair) -> bool:
    short = len(one.source) <= LONGEST and len(one.target) <= LONGEST_TARGET
    return short and one.source != one.target and bool(one.source) and bool(one.target)


@cache
def split() -> Split:
    """Return the messages in four groups; those that choose or judge have two words or more."""
    rng = np.random.default_rng(0)
    known = [one for one in pairs() if one.program != ANOTHER]
    held = rng.permutation([k for k, one in enumerate(known) if len(one.source) > 1])[: 2 * HELD]
    other = [one for one in pairs() if one.program == ANOTHER and len(one.source) > 1]
    kept = set(held.tolist())
    return Split(
        [one for k, one in enumerate(known) if k not in kept],
        [known[k] for k in held[:HELD]],
        [known[k] for k in held[HELD:]],
        [other[k] for k in sorted(rng.permutation(len(other))[:HELD])],
    )


class Vocabulary:
    """Words by number and back; those that weren't seen often enough are UNKNOWN.

    Args:
        words: with the fixed ones in front.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = list(words)
        self._number = {word: k for k, word in enumerate(self.words)}

    def numbers(self, words: Sequence[str]) -> list[int]:
        """Return the numbers of words."""
        return [self._number.get(word, UNKNOWN) for word in words]

    def knows(self, word: str) -> bool:
        """Return whether the word was seen often enough."""
        return word in self._number


@cache
def vocabularies() -> tuple[Vocabulary, Vocabulary]:
    """Return the words of source and target that were seen twice in the messages to learn from, commonest first."""
    learn = split().learn
    found = []
    for texts in ([one.source for one in learn], [one.target for one in learn]):
        counts = Counter(word for text in texts for word in text)
        common = sorted((-count, word) for word, count in counts.items() if count >= SEEN)
        found.append(Vocabulary([*FIXED, *(word for _, word in common)]))
    return found[0], found[1]
