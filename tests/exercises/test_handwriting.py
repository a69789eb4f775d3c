"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, check_solution, check_starters, said

from lstmlib.exercises.handwriting import check_collapse, check_distance, check_forward
from lstmlib.numpy.ctc import alignments

PAGE = CHAPTERS / "handwriting.ipynb"
CHECKED = ["ex-pen-collapse", "ex-pen-forward", "ex-pen-distance"]


@pytest.mark.parametrize("name", CHECKED)
def test_the_page_s_solution_is_right(name, capsys):
    check_solution(PAGE, name, dict(globals()), capsys)


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-pen-", capsys)) == 6


def test_the_starters_are_not_right_yet(capsys):
    check_starters(PAGE, CHECKED, globals(), capsys)


def alpha(p, states, skip=lambda states, s: s > 1 and states[s] not in (0, states[s - 2]), first=2):
    a = np.zeros((len(p), len(states)))
    a[0, :first] = p[0, states[:first]]
    for t in range(1, len(p)):
        for s in range(len(states)):
            before = a[t - 1, s] + (a[t - 1, s - 1] if s else 0) + (a[t - 1, s - 2] if skip(states, s) else 0)
            a[t, s] = p[t, states[s]] * before
    return a


def logarithm(p, states):
    return alignments(np.log(p), states[1::2]).forward


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        (check_collapse, lambda path: [k for k in path if k], "only blanks are dropped"),
        (check_collapse, lambda path: [k for t, k in enumerate(path) if not t or k != path[t - 1]], "still there"),
        (check_collapse, lambda path: list(dict.fromkeys(k for k in path if k)), "merge neighbours only"),
        (check_collapse, lambda path: [1], "becomes [3, 3, 5], not [1]"),
        (check_collapse, lambda path: 3, "expected a list"),
        (check_collapse, lambda path: None, "returns nothing"),
        (check_forward, lambda p, s: alpha(p, s, lambda q, n: n > 1 and q[n] != 0), "labels on both sides differ"),
        (check_forward, lambda p, s: alpha(p, s, lambda q, n: n > 1), "only labels may be jumped to"),
        (check_forward, lambda p, s: alpha(p, s, lambda q, n: False), "the jump over a blank is missing"),
        (check_forward, lambda p, s: alpha(p, s, first=3), "only the first two states"),
        (check_forward, lambda p, s: alpha(p, s)[-1], "has shape"),
        (check_distance, lambda a, b: sum(map(int.__ne__, a, b)) + abs(len(a) - len(b)), "shifts all"),
        (check_distance, lambda a, b: abs(len(a) - len(b)), "difference of the lengths"),
        (check_distance, lambda a, b: 0, "off by"),
    ],
)
def test_wrong_answers_get_their_hint(check, answer, hint, capsys):
    check(answer)
    *_, line = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def test_dropping_blanks_first_is_told(capsys):
    def answer(path):
        kept = [k for k in path if k]
        return [k for t, k in enumerate(kept) if not t or k != kept[t - 1]]

    check_collapse(answer)
    assert "blanks dropped first" in said(capsys)[0]
