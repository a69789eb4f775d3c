"""What needs no net: the most similar message that has been translated, and a dictionary learnt from counts."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from lstmlib.data.messages import PLACES
from lstmlib.numpy.checks import Array
from lstmlib.studies.at_work.translation.task import Pair, split

ROUNDS = 10  # of expectation and maximisation
NULL = "<nothing>"  # the word from which those words of a target come that none of the source explains


class Match(NamedTuple):
    """A message of the memory."""

    number: int  # in the memory
    alike: float  # 1 - edits / words of the longer of the two: 1 for the same words


class Memory:
    """Messages with their translations, to be looked up by what is most like a new one.

    Two messages are as alike as 1 less the share of words to be put in, left out or exchanged (Levenshtein 1966) of
    the longer one's words: what programs for translators call a fuzzy match. Of equals that one is taken which shares
    more with the new message, each word counting as much as it is rare, ln(N / messages that have it); then the first.

    Args:
        pairs: N messages.
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.pairs = list(pairs)
        words = sorted({word for pair in pairs for word in pair.source})
        self._number = {word: k for k, word in enumerate(words)}
        self.lengths = np.array([len(pair.source) for pair in pairs])
        self.words = np.full((len(pairs), self.lengths.max()), -1)
        for row, pair in zip(self.words, pairs, strict=True):
            row[: len(pair.source)] = [self._number[word] for word in pair.source]
        counts = np.zeros(len(words), int)
        for pair in pairs:
            counts[[self._number[word] for word in set(pair.source)]] += 1
        self.rare = np.log(len(pairs) / counts)

    def alike(self, source: Sequence[str]) -> Array:
        """Return how alike a message is to each of the memory, (N,)."""
        N, L = self.words.shape
        cost = np.tile(np.arange(L + 1), (N, 1))
        for row, word in enumerate(self._numbers(source), 1):
            then = np.empty_like(cost)
            then[:, 0] = row
            for k in range(L):
                other = np.minimum(then[:, k], cost[:, k + 1]) + 1
                then[:, k + 1] = np.minimum(cost[:, k] + (self.words[:, k] != word), other)
            cost = then
        edits = cost[np.arange(N), self.lengths]
        return 1.0 - edits / np.maximum(self.lengths, len(source))

    def nearest(self, source: Sequence[str]) -> Match:
        """Return the message that is most like this one."""
        alike = self.alike(source)
        best = np.flatnonzero(alike >= alike.max() - 1e-9)
        own = set(self._numbers(source)) - {-2}
        shared = [sum(sorted(self.rare[k] for k in own & set(self.words[n].tolist()))) for n in best]
        n = int(best[int(np.argmax(np.round(shared, 6)))])
        return Match(n, float(alike[n]))

    def _numbers(self, source: Sequence[str]) -> list[int]:
        return [self._number.get(word, -2) for word in source]


@cache
def memory() -> Memory:
    """Return the memory of all messages that nets learn from."""
    return Memory(split().learn)


@cache
def dictionary() -> dict[str, dict[str, float]]:
    """Return for each word of the source, and for ``NULL``, its translations with their probabilities, likeliest first.

    This is IBM's first model. Each word of a target comes from one of the source's, or from ``NULL``, all equally
    often; p(target word | source word) is found by expectation and maximisation, from equal probabilities.

    Source: Brown, Della Pietra, Della Pietra and Mercer (1993), section 4.1.
    """
    return model1(split().learn)


def model1(pairs: Sequence[Pair], rounds: int = ROUNDS) -> dict[str, dict[str, float]]:
    """Return ``dictionary`` as it is learnt from these messages."""
    source_words = [NULL, *sorted({word for pair in pairs for word in pair.source})]
    target_words = sorted({word for pair in pairs for word in pair.target})
    of_source, of_target = ({word: k for k, word in enumerate(words)} for words in (source_words, target_words))
    a, b, link = [], [], []  # of each possible link its words, and which word of a target it explains
    count = 0
    for pair in pairs:
        known = [0, *(of_source[word] for word in pair.source)]
        for word in pair.target:
            a += known
            b += [of_target[word]] * len(known)
            link += [count] * len(known)
            count += 1
    pairs_of_words, which = np.unique(np.array(a) * len(target_words) + np.array(b), return_inverse=True)
    first, links = pairs_of_words // len(target_words), np.array(link)
    p: Array = np.ones(len(pairs_of_words))
    for _ in range(rounds):
        share: Array = p[which]
        share = share / np.bincount(links, share, count)[links]
        p = np.asarray(np.bincount(which, share, len(pairs_of_words)), float)
        p /= np.bincount(first, p, len(source_words))[first]
    found: dict[str, dict[str, float]] = {word: {} for word in source_words}
    for k in np.lexsort((-p, first)):
        found[source_words[first[k]]][target_words[pairs_of_words[k] % len(target_words)]] = float(p[k])
    return found


def best(word: str) -> str | None:
    """Return a word's likeliest translation, or nothing."""
    return next(iter(dictionary().get(word, {})), None)


def word_for_word(source: Sequence[str]) -> list[str]:
    """Return each word's translation by the dictionary, in the source's order; a word it doesn't know stays."""
    return [word if word in PLACES else best(word) or word for word in source]


def aligned(source: Sequence[str], target: Sequence[str]) -> list[int]:
    """Return for each word of a translation which of the source's the dictionary takes it from; -1 for none of them.

    It is the one from which the word is likeliest; ``NULL`` is asked, too, and the first of equals is taken.
    """
    asked = [NULL, *source]
    found = []
    for word in target:
        p = [dictionary().get(one, {}).get(word, 0.0) for one in asked]
        found.append(int(np.argmax(p)) - 1 if max(p) > 0.0 else -1)
    return found


def same_places(source: Sequence[str], target: Sequence[str]) -> bool:
    """Return whether a translation fills in what its source fills in, each at least once and nothing else."""
    return {word for word in source if word in PLACES} == {word for word in target if word in PLACES}
