"""Is a sentence about a film kind or unkind? What is asked, what may be learnt from, and how sides are compared.

The answer is the sign of the mean rating. 37 sentences whose mean is exactly 0 are left out, and so is the second of
two that are the same. Sentences that share a run of eight words stay in one part.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.reviews import Review, reviews, words
from lstmlib.numpy.checks import Array

VALIDATION, TEST = 1500, 2000  # how many sentences choose, and judge; the others are learnt from
RUN = 8  # words
DRAWS = 9999
NEGATIONS = frozenset(
    (
        "not",
        "no",
        "never",
        "nothing",
        "nobody",
        "nowhere",
        "none",
        "neither",
        "nor",
        "without",
        "cannot",
        "hardly",
        "barely",
    )
)
CONTRASTS = frozenset(("but", "although", "though", "however", "yet", "despite", "while"))
RULES = ("negation", "contrast", "neither")


class Sentences(NamedTuple):
    """All sentences that take part, S of them."""

    reviews: list[Review]
    words: list[list[str]]
    rating: Array  # (S,), the mean of each sentence's ratings
    positive: NDArray[np.bool_]  # (S,), whether that is above 0
    learn: NDArray[np.int64]  # which of them, in an order by chance
    validation: NDArray[np.int64]
    test: NDArray[np.int64]

    @property
    def both(self) -> NDArray[np.int64]:
        """What is learnt from when all is chosen: learn and validation."""
        return np.r_[self.learn, self.validation]


@cache
def sentences() -> Sentences:
    """Return the sentences and their parts, which are always the same."""
    seen: set[str] = set()
    kept = []
    for review in reviews():
        key = " ".join(words(review.text))
        if review.ratings.sum() != 0 and key not in seen:
            seen.add(key)
            kept.append(review)
    split = [words(review.text) for review in kept]
    rating = np.array([review.ratings.mean() for review in kept])
    groups = alike(split, RUN)
    np.random.default_rng(0).shuffle(groups)
    order = np.array([k for group in groups for k in group])
    cuts = np.cumsum([len(group) for group in groups])  # a group isn't cut
    ends = [int(cuts[cuts >= end][0]) for end in (TEST, TEST + VALIDATION)]
    test, validation, learn = np.split(order, ends)
    rng = np.random.default_rng(1)
    return Sentences(kept, split, rating, rating > 0.0, rng.permutation(learn), validation, test)


def alike(split: Sequence[Sequence[str]], run: int) -> list[list[int]]:
    """Return groups of sentences of which each shares a run of words with another of its group; most have but one.

    Args:
        split: the words of each sentence.
        run: how many words in a row.
    """
    first: dict[tuple[str, ...], int] = {}
    parent = list(range(len(split)))

    def root(k: int) -> int:
        while parent[k] != k:
            k = parent[k]
        return k

    for k, sentence in enumerate(split):
        for start in range(len(sentence) - run + 1):
            parent[root(k)] = root(first.setdefault(tuple(sentence[start : start + run]), k))
    groups = defaultdict(list)
    for k in range(len(split)):
        groups[root(k)].append(k)
    return list(groups.values())


def rule(sentence: Sequence[str]) -> str:
    """Return which of ``RULES`` a sentence falls under, by its words alone; contrast goes before negation.

    Args:
        sentence: its words.
    """
    if CONTRASTS.intersection(sentence):
        return "contrast"
    return "negation" if any(w in NEGATIONS or w.endswith("n't") for w in sentence) else "neither"


class Gap(NamedTuple):
    """By how much one side is more often right than another, in percent of the sentences."""

    points: float
    low: float  # of the 95 percent interval
    high: float
    p: float  # of the bootstrap, two-sided


def gap(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Gap:
    """Return how much more often the first side is right, over nets and over sentences.

    The interval is the percentile bootstrap's: each of 9,999 draws takes sentences with replacement, the same for both
    sides, and nets with replacement from each. p is twice the share of draws on the other side of 0, and at least one
    draw's.

    Source: Efron and Tibshirani (1993), chapters 13 and 15.

    Args:
        first: who was right, (nets, sentences).
        second: the same of the other side; the same sentences.
    """
    rng, S = np.random.default_rng(0), first.shape[1]
    draws = np.zeros(DRAWS)
    for k in range(DRAWS):
        times = np.bincount(rng.integers(S, size=S), minlength=S) / S
        nets = [np.bincount(rng.integers(len(a), size=len(a)), minlength=len(a)) / len(a) for a in (first, second)]
        draws[k] = nets[0] @ (first @ times) - nets[1] @ (second @ times)
    low, high = np.percentile(draws, (2.5, 97.5))
    tail = min((draws <= 0.0).mean(), (draws >= 0.0).mean())
    points = first.mean() - second.mean()
    return Gap(100 * float(points), 100 * float(low), 100 * float(high), float(min(1.0, 2 * max(tail, 1 / DRAWS))))


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> tuple[int, int, float]:
    """Return on how many sentences only the first was right, only the second, and the p of McNemar's exact test.

    Source: McNemar (1947).

    Args:
        first: who was right, (sentences,).
        second: the same of the other.
    """
    from scipy import stats

    a, b = int((first & ~second).sum()), int((second & ~first).sum())
    return a, b, float(stats.binomtest(a, a + b).pvalue) if a + b else 1.0


def calibration(p: Array, positive: NDArray[np.bool_], bins: int = 10) -> tuple[list[tuple[float, float, int]], float]:
    """Return the reliability curve and the expected calibration error.

    The curve has for each bin of equal width, with something in it, the mean probability that was said, the share that
    was positive, and how many sentences. The error is the mean distance of the two, weighted by how many.

    Source: Guo et al. (2017), equations 2 and 3.

    Args:
        p: probabilities of being positive (S,).
        positive: whether it was (S,).
        bins: how many.
    """
    which = np.minimum((p * bins).astype(int), bins - 1)
    curve: list[Any] = []
    for k in range(bins):
        there = which == k
        if there.any():
            curve.append((float(p[there].mean()), float(positive[there].mean()), int(there.sum())))
    return curve, float(sum(n * abs(said - came) for said, came, n in curve) / len(p))


def ceiling(given: Sequence[Review]) -> dict[str, float]:
    """Return how well one person knows what the others think, and how well half of them know the other half.

    Args:
        given: sentences with ratings.

    Returns:
        "one": how often one rater has the sign of the mean of the others, a rating of 0 counting half; "silent": how
        often a rating is 0; "half": how often the signs of two halves agree, drawn once a sentence, a mean of 0
        counting half; "r": the correlation of one rating with the mean of the others.
    """
    rng = np.random.default_rng(0)
    one, half, pairs = [], [], []
    for _, ratings in given:
        others = (ratings.sum() - ratings) / (len(ratings) - 1)
        one += list(0.5 + 0.5 * np.sign(ratings) * np.sign(others))
        pairs += list(zip(ratings, others, strict=True))
        a, b = np.array_split(rng.permutation(ratings), 2)
        half.append(0.5 + 0.5 * np.sign(a.mean()) * np.sign(b.mean()))
    every = np.concatenate([review.ratings for review in given])
    r = np.corrcoef(np.array(pairs, float).T)[0, 1]
    found = {"one": np.mean(one), "silent": (every == 0).mean(), "half": np.mean(half), "r": r}
    return {name: float(value) for name, value in found.items()}
