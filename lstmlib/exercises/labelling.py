"""The checks of the chapter on labelling."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, compare_number, right
from lstmlib.numpy.checks import Array
from lstmlib.numpy.crf import viterbi


def _runs(labels: Array, first: int = 0) -> Array:
    """Return the runs of equal labels as rows (label, start, stop), floats; only from ``first`` on."""
    starts = [k for k in range(len(labels)) if k == 0 or labels[k] != labels[k - 1]]
    ends = [*starts[1:], len(labels)]
    return np.array([(labels[a], a, b) for a, b in zip(starts, ends, strict=True)][first:], float)


def check_spans(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(labels)`` are the runs of equal labels.

    Args:
        answer: takes the labels of one sequence (T,), integers; returns a row (label, start, stop) for each run, from
            left to right, ``stop`` one past its last step.
    """
    labels = np.array([2, 2, 0, 1, 1, 1, 2, 0])
    given = attempt(answer, labels)
    if given is None:
        return
    runs = _runs(labels)
    inclusive = runs - [0.0, 0.0, 1.0]
    steps = np.array([(label, k, k + 1) for k, label in enumerate(labels)], float)
    mistakes = {
        "stop is one past the run's last step, as in Python's slices": inclusive,
        "the last run is missing: nothing comes after it that would end it": runs[:-1],
        "the first run is missing": _runs(labels, 1),
        "that is one row a step; neighbours with the same label are one run": steps,
        "the order is (label, start, stop)": runs[:, [1, 2, 0]],
    }
    if compare("the spans", np.asarray(given, float), runs, mistakes):
        right(f"{len(runs)} spans of {len(labels)} steps; label 2 has two of them, since others stand between")


def check_span_f1(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(right, said)`` is the F1 score of the spans said.

    Args:
        answer: takes the right labels of one sequence (T,) and those that were said (T,), integers; returns a number.
    """
    wanted, said = np.array([0, 0, 1, 1, 1, 2, 3, 3]), np.array([0, 0, 1, 1, 2, 2, 3, 0])
    given = attempt(answer, wanted, said)
    if given is None:
        return
    runs, found = ({tuple(row) for row in _runs(labels)} for labels in (wanted, said))
    both = len(runs & found)
    starts = len({row[:2] for row in runs} & {row[:2] for row in found})
    mistakes = {
        "that is the share of steps with the right label": float((wanted == said).mean()),
        "that is precision alone: right spans of those said": both / len(found),
        "that is recall alone: right spans of those that there are": both / len(runs),
        "a span is right only if label, start and stop are": 2.0 * starts / (len(runs) + len(found)),
        "that is half of it: 2 P R / (P + R)": both / (len(runs) + len(found)),
    }
    compare_number("F1", given, 2.0 * both / (len(runs) + len(found)), mistakes)


def check_viterbi(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(y, A)`` is the labelling with the highest score.

    Args:
        answer: takes scores of the labels (T, K) and transitions (K, K), A[i, j] paid where j comes after i; returns
            the labels (T,).
    """
    rng = np.random.default_rng(16)
    T, K = 9, 4
    y, A = rng.standard_normal((T, K)), 2.0 * rng.standard_normal((K, K))
    given = attempt(answer, y, A)
    if given is None:
        return

    def best(scores: Array, between: Array) -> Array:
        around = np.zeros((K + 1, K + 1))
        around[:K, :K] = between
        return viterbi(scores[:, None], around)[0][:, 0].astype(float)

    greedy = [int(y[0].argmax())]
    for t in range(1, T):
        greedy.append(int((A[greedy[-1]] + y[t]).argmax()))
    mistakes = {
        "that is the best label of each step by itself; the transitions count as well": y.argmax(1).astype(float),
        "that is the best next label, step after step; a label that looks worse now may pay later": np.array(
            greedy, float
        ),
        "A[i, j] is paid for j after i, not for i after j": best(y, A.T),
        "the labels come out from the last to the first: turn them round": best(y, A)[::-1],
    }
    if compare("the labels", np.asarray(given, float), best(y, A), mistakes):
        right(f"the best of {K**T:,} labellings, in {T - 1} steps of {K * K} sums")


def check_padding(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(losses, lengths)`` is the mean loss of a word, whatever stands in the padding.

    Args:
        answer: takes the loss of each step of each sequence (T, N), and how many steps of each are words (N,); returns
            the mean over all words.
    """
    losses, lengths = np.random.default_rng(3).uniform(0.1, 2.0, (7, 4)), np.array([7, 2, 5, 3])
    inside = np.arange(7)[:, None] < lengths
    losses[~inside] = 0.01  # where padding is learnt as a label of its own, it is easy
    given = attempt(answer, losses, lengths)
    if given is None:
        return
    kept = np.where(inside, losses, 0.0)
    mistakes = {
        "padding counts as words: it is easy, so the loss looks lower than it is": float(losses.mean()),
        "the sum is right, but it is divided by all steps and not by the words": float(kept.sum() / losses.size),
        "that is the mean of the sequences' means; a word of a short one then counts more": float(
            (kept.sum(0) / lengths).mean()
        ),
        "that is the sum over an address, its mean over addresses": float(kept.sum() / len(lengths)),
        "the last word of each sequence is missing": float(
            losses[np.arange(7)[:, None] < lengths - 1].sum() / (lengths - 1).sum()
        ),
    }
    compare_number("the loss", given, float(kept.sum() / lengths.sum()), mistakes)
