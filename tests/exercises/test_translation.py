"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

from collections import Counter

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, check_solution, check_starters, said

from lstmlib.exercises.translation import check_alike, check_bleu, check_precision
from lstmlib.studies.at_work.translation import memory, reading, task

PAGE = CHAPTERS / "translation.ipynb"
CHECKED = ["ex-tra-precision", "ex-tra-bleu", "ex-tra-alike"]


@pytest.mark.parametrize("name", CHECKED)
def test_the_page_s_solution_is_right(name, capsys):
    check_solution(PAGE, name, dict(globals()), capsys)


def test_every_exercise_has_a_solution_that_runs(capsys):
    parts = task.split()
    few = parts._replace(choose=parts.choose[:40], test=parts.test[:60])
    given = {"parts": few, "memory": memory, "reading": reading, "np": np}
    assert len(check_all_solutions(PAGE, "ex-tra-", capsys, given)) == 5


def test_the_starters_are_not_right_yet(capsys):
    check_starters(PAGE, CHECKED, globals(), capsys)


def runs(words, n):
    return [tuple(words[k : k + n]) for k in range(len(words) - n + 1)]


def unclipped(said_, wanted, n):
    other = set(runs(wanted, n))
    return np.mean([run in other for run in runs(said_, n)])


def recall(said_, wanted, n):
    own, other = Counter(runs(said_, n)), Counter(runs(wanted, n))
    return sum(min(count, other[run]) for run, count in own.items()) / sum(other.values())


def kinds(said_, wanted, n):
    own = set(runs(said_, n))
    return len(own & set(runs(wanted, n))) / len(own)


def edits(one, other, exchange=1):
    cost = np.zeros((len(one) + 1, len(other) + 1))
    cost[:, 0], cost[0] = np.arange(len(one) + 1), np.arange(len(other) + 1)
    for a in range(len(one)):
        for b in range(len(other)):
            same = cost[a, b] + exchange * (one[a] != other[b])
            cost[a + 1, b + 1] = min(same, cost[a, b + 1] + 1, cost[a + 1, b] + 1)
    return cost[-1, -1]


def brevity(said_, wanted):
    return min(1.0, np.exp(1 - wanted / said_))


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        (check_precision, unclipped, "at most as often"),
        (check_precision, recall, "runs of the translation"),
        (check_precision, kinds, "said twice counts twice"),
        (check_precision, lambda s, w, n: None, "returns nothing"),
        (check_bleu, lambda r, n, s, w: 100 * (r / n).mean() * brevity(s, w), "geometric"),
        (check_bleu, lambda r, n, s, w: 100 * np.exp(np.log(r / n).mean()), "too short"),
        (check_bleu, lambda r, n, s, w: 100 * np.exp(np.log(r / n).mean() + 1 - w / s), "at most 1"),
        (check_bleu, lambda r, n, s, w: np.exp(np.log(r / n).mean()) * brevity(s, w), "from 0 to 100"),
        (check_alike, edits, "number of edits"),
        (check_alike, lambda a, b: 1 - edits(a, b) / len(a), "longer one"),
        (check_alike, lambda a, b: len(set(a) & set(b)) / max(len(a), len(b)), "order counts"),
        (check_alike, lambda a, b: 1 - edits(a, b, 2) / max(len(a), len(b)), "exchange is one edit"),
        (check_alike, lambda a, b: 1.0, "off by"),
    ],
)
def test_wrong_answers_get_their_hint(check, answer, hint, capsys):
    check(answer)
    *_, line = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line
