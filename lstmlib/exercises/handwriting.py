"""The checks of the page on handwriting."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, attempts, compare, not_yet, right
from lstmlib.numpy.checks import Array
from lstmlib.numpy.ctc import alignments, collapse, edit_distance, log_softmax

PATHS: tuple[list[int], ...] = ([0, 3, 3, 0, 3, 5, 5], [4, 4, 4], [0, 0, 0], [7, 7, 0, 7, 0], [1, 2, 1, 1, 0, 0, 1], [])
PAIRS: tuple[tuple[list[int], list[int]], ...] = (
    ([1, 2, 3], [1, 3]),
    ([3, 4], [4, 3]),
    ([], [5, 5]),
    ([7, 7, 1], [7, 1]),
    ([1, 2, 3, 4], [2, 3, 5]),
)


def check_collapse(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(path)`` is the labelling that a path becomes, 0 being the blank.

    Args:
        answer: takes a list of classes, one a step; returns a list of labels.
    """
    mistakes: dict[str, Callable[[list[int]], list[int]]] = {
        "blanks dropped first: then 7, 0, 7 would be one 7, so merge what is repeated before": lambda path: _merged(
            [k for k in path if k]
        ),
        "only blanks are dropped; what is repeated has to be merged, too": lambda path: [k for k in path if k],
        "what is repeated is merged, but the blanks are still there": lambda path: _merged(path),
        "a label may come back later: merge neighbours only": lambda path: [*dict.fromkeys(k for k in path if k)],
    }
    said = []
    for path in PATHS:
        given = attempt(answer, list(path))
        if given is None:
            return
        said.append(given)
    try:
        said = [[int(k) for k in given] for given in said]
    except (TypeError, ValueError):
        not_yet("expected a list of labels for every path")
        return
    if said == [collapse(path) for path in PATHS]:
        right(f"{len(PATHS)} paths, the empty one among them")
        return
    for hint, wrong in mistakes.items():
        if said == [wrong(path) for path in PATHS]:
            not_yet(hint)
            return
    path, given = next((p, g) for p, g in zip(PATHS, said, strict=True) if g != collapse(p))
    not_yet(f"{path} becomes {collapse(path)}, not {given}")


def check_forward(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(p, states)`` are the forward variables of CTC.

    Args:
        answer: takes the probabilities p (T, K), 0 being the blank, and the labels with a blank before, between and
            after them, an array (R,); returns alpha (T, R), not its logarithm.
    """
    rng = np.random.default_rng(2)
    log_p = log_softmax(rng.standard_normal((6, 4)))
    for labels in ([1, 2], [3, 3, 1]):
        found, p = alignments(log_p, labels), np.exp(log_p)
        given = attempt(answer, p, found.states)
        if given is None:
            return
        different = found.states[2:] != found.states[:-2]
        mistakes = {
            "it isn't multiplied by p of the step itself": _alpha(p, found.states, own=False),
            "over a blank it may jump only if the labels on both sides differ": _alpha(p, found.states, jump="labels"),
            "from a blank to a blank it would leave a label out: only labels may be jumped to": _alpha(
                p, found.states, jump="all"
            ),
            "the jump over a blank is missing: a blank between two different labels may be left out": _alpha(
                p, found.states, jump="none"
            ),
            "at the first step only the first two states can be reached": _alpha(p, found.states, first=len(different)),
            "that is its logarithm": np.maximum(found.forward, -1e300),
        }
        if not compare(f"alpha for {labels}", given, np.exp(found.forward), mistakes):
            return
    right("the last two states of the last step add up to the probability of the labels")


def check_distance(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(said, wanted)`` is the edit distance of two labellings.

    Args:
        answer: takes two lists of labels; returns how many insertions, deletions and substitutions are needed at least.
    """
    expected = np.array([edit_distance(*pair) for pair in PAIRS])
    if (found := attempts(answer, ((list(said), list(wanted)) for said, wanted in PAIRS))) is None:
        return
    mistakes = {
        "that counts places that differ; an insertion shifts all that follows": np.array(
            [sum(a != b for a, b in zip(s, w, strict=False)) + abs(len(s) - len(w)) for s, w in PAIRS]
        ),
        "that is the difference of the lengths; labels may be wrong, too": np.array(
            [abs(len(s) - len(w)) for s, w in PAIRS]
        ),
        "a substitution counts once, not as a deletion and an insertion": np.array([_twice(s, w) for s, w in PAIRS]),
        "that is a rate; the distance isn't divided by the number of labels": expected
        / np.array([len(w) for _, w in PAIRS]),
    }
    if compare("the distances", found, expected, mistakes):
        right("over the number of labels wanted it is the label error rate")


def _merged(path: Sequence[int]) -> list[int]:
    return [k for t, k in enumerate(path) if t == 0 or k != path[t - 1]]


def _alpha(p: Array, states: Any, *, own: bool = True, jump: str = "right", first: int = 2) -> Array:
    """Return forward variables, right or with a mistake."""
    alpha = np.zeros((len(p), len(states)))
    alpha[0, :first] = p[0, states[:first]]
    for t in range(1, len(p)):
        for s, k in enumerate(states):
            total = alpha[t - 1, s] + (alpha[t - 1, s - 1] if s else 0.0)
            other = s > 1 and k != states[s - 2]
            if {"right": other, "labels": s > 1 and k != 0, "all": s > 1, "none": False}[jump]:
                total += alpha[t - 1, s - 2]
            alpha[t, s] = total * (p[t, k] if own else 1.0)
    return alpha


def _twice(said: Sequence[int], wanted: Sequence[int]) -> int:
    """Return the distance where a substitution costs two."""
    row = list(range(len(wanted) + 1))
    for i, label in enumerate(said, 1):
        corner, row[0] = row[0], i
        for j, other in enumerate(wanted, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + 2 * (label != other))
    return row[-1]
