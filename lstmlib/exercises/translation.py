"""The checks of the page on translation."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempts, compare, right
from lstmlib.studies.at_work.translation.memory import Memory
from lstmlib.studies.at_work.translation.scores import from_counts
from lstmlib.studies.at_work.translation.task import Pair

SAID = "le le le fichier est ouvert"
WANTED = "le fichier est dans le dossier ouvert"
TEXTS = (("close", "all", "tabs"), ("close", "tab"), ("open", "all", "files"), ("tabs",), ("tabs", "all", "close"))
COUNTS = (
    (40, 25, 15, 8, 60, 50, 40, 30, 60, 55),
    (40, 25, 15, 8, 60, 50, 40, 30, 60, 80),
    (9, 8, 7, 6, 9, 8, 7, 6, 9, 9),
)


def check_precision(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(said, wanted, n)`` is BLEU's precision of runs of n words.

    Args:
        answer: takes two lists of words and n; returns the share of the first's runs of n that the second has, too.
    """
    said, wanted = SAID.split(), WANTED.split()
    every = [(said, wanted, n) for n in (1, 2, 3)]
    if (found := attempts(answer, every)) is None:
        return
    mistakes = {
        "a run counts at most as often as the reference has it: le stands there twice": _precisions(every, clip=False),
        "divide by the runs of the translation; what the reference has more is for the brevity penalty": _precisions(
            [(b, a, n) for a, b, n in every]
        ),
        "a run that is said twice counts twice, if the reference has it twice": np.array(
            [len(set(_runs(a, n)) & set(_runs(b, n))) / len(set(_runs(a, n))) for a, b, n in every]
        ),
    }
    if compare("the precisions for n = 1, 2, 3", found, _precisions(every), mistakes):
        right("repeating a word that is right doesn't pay")


def check_bleu(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(right, runs, said, wanted)`` is BLEU from what was counted.

    Args:
        answer: takes the right runs of 1 to 4 words (4,), all runs (4,), the words said and those wanted; 0 to 100.
    """
    counted = np.array(COUNTS, float)
    every = [(row[:4], row[4:8], row[8], row[9]) for row in counted]
    if (found := attempts(answer, every)) is None:
        return
    expected = from_counts(counted)
    precisions = counted[:, :4] / counted[:, 4:8]
    short = np.exp(np.minimum(0.0, 1.0 - counted[:, 9] / counted[:, 8]))
    long = np.exp(1.0 - counted[:, 9] / counted[:, 8])
    mistakes = {
        "the mean of the four precisions is geometric: the fourth root of their product": 100
        * precisions.mean(1)
        * short,
        "what is too short is punished: multiply by exp(1 - wanted / said)": expected / short,
        "nothing is gained by saying more words than are wanted: the factor is at most 1": expected / short * long,
        "BLEU is given from 0 to 100": expected / 100.0,
    }
    if compare("BLEU of three sets", found, expected, mistakes):
        right("four precisions and a penalty, and that is all")


def check_alike(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(one, other)`` is how alike two messages are to the memory.

    Args:
        answer: takes two lists of words; returns 1 less the edits by the words of the longer one.
    """
    every = [(list(one), list(other)) for one in TEXTS for other in TEXTS]
    if (found := attempts(answer, every)) is None:
        return
    memory = Memory([Pair("", text, ("x",)) for text in TEXTS])
    expected = np.concatenate([memory.alike(text) for text in TEXTS])
    longer = np.array([max(len(one), len(other)) for one, other in every])
    edits = (1.0 - expected) * longer
    mistakes = {
        "that is the number of edits; alike is 1 less their share of the longer one's words": edits,
        "divide by the words of the longer one, so that two messages are as alike either way": 1.0
        - edits / np.array([len(one) for one, _ in every]),
        "the order counts: words are compared place by place, with words put in and left out": np.array(
            [len(set(one) & set(other)) / max(len(one), len(other)) for one, other in every]
        ),
        "an exchange is one edit, not a word left out and another put in": 1.0
        - np.array([_without_exchange(one, other) for one, other in every]) / longer,
    }
    if compare("how alike 25 pairs are", found, expected, mistakes):
        right("programs for translators call this a fuzzy match")


def _runs(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(words[k : k + n]) for k in range(len(words) - n + 1)]


def _precisions(every: Sequence[tuple[list[str], list[str], int]], *, clip: bool = True) -> Any:
    found = []
    for said, wanted, n in every:
        own, other = Counter(_runs(said, n)), Counter(_runs(wanted, n))
        good = sum(min(count, other[run]) if clip else count * (run in other) for run, count in own.items())
        found.append(good / sum(own.values()))
    return np.array(found)


def _without_exchange(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the edits if a word can only be put in or left out."""
    common = np.zeros((len(one) + 1, len(other) + 1), int)
    for a, word in enumerate(one):
        for b, same in enumerate(other):
            common[a + 1, b + 1] = common[a, b] + 1 if word == same else max(common[a, b + 1], common[a + 1, b])
    return int(len(one) + len(other) - 2 * common[-1, -1])
