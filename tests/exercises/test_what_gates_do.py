"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, check_solution, check_starters, said

from lstmlib.exercises.what_gates_do import check_area, check_left, check_matched

PAGE = CHAPTERS / "what-gates-do.ipynb"
CHECKED = ["ex-told-left", "ex-told-area", "ex-told-matched"]


@pytest.mark.parametrize("name", CHECKED)
def test_the_page_s_solution_is_right(name, capsys):
    check_solution(PAGE, name, dict(globals()), capsys)


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-told-", capsys)) == 6


def test_the_starters_are_not_right_yet(capsys):
    check_starters(PAGE, CHECKED, globals(), capsys)


def by_stratum(gate, at, stratum, weight):
    kinds = np.unique(stratum)
    each = [gate[at & (stratum == k)].mean() - gate[~at & (stratum == k)].mean() for k in kinds]
    return np.average(each, weights=[weight(at, stratum == k) for k in kinds])


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        (check_left, lambda f, t, w: f[t : t + w].mean(0), "that is the mean"),
        (check_left, lambda f, t, w: f[t : t + w - 1].prod(0), "last step is missing"),
        (check_left, lambda f, t, w: f[t : t + w + 1].prod(0), "one step too long"),
        (check_left, lambda f, t, w: 1 - f[t : t + w].prod(0), "what is lost"),
        (check_left, lambda f, t, w: None, "returns nothing"),
        (check_area, lambda a, b: (a[:, None] > b).mean(), "not nothing"),
        (check_area, lambda a, b: (a[:, None] >= b).mean(), "not whole"),
        (check_area, lambda a, b: (b[:, None] > a).mean() + (a[:, None] == b).mean() / 2, "other way round"),
        (check_area, lambda a, b: a.mean() - b.mean(), "difference of the means"),
        (check_matched, lambda g, at, s: g[at].mean() - g[~at].mean(), "nothing is matched"),
        (check_matched, lambda g, at, s: by_stratum(g, at, s, lambda at, own: 1), "not once"),
        (check_matched, lambda g, at, s: by_stratum(g, at, s, lambda at, own: own.sum()), "not by all"),
        (check_matched, lambda g, at, s: -by_stratum(g, at, s, lambda at, own: (at & own).sum()), "other way round"),
    ],
)
def test_wrong_answers_get_their_hint(check, answer, hint, capsys):
    check(answer)
    *_, line = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line
