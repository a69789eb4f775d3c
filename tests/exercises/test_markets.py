"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, check_solution, check_starters, said

from lstmlib.exercises.markets import check_earned, check_ewma, check_qlike
from lstmlib.studies.at_work.markets import simple, task

PAGE = CHAPTERS / "markets.ipynb"
CHECKED = ["ex-markets-ewma", "ex-markets-qlike", "ex-markets-earned"]


@pytest.mark.parametrize("name", CHECKED)
def test_the_page_s_solution_is_right(name, capsys):
    check_solution(PAGE, name, dict(globals()), capsys)


def test_every_exercise_has_a_solution_that_runs(capsys):
    series = task.days()
    came = series.returns[task.origins(series, task.TEST) + 1]
    given = {"series": series, "cost": {"GJR-GARCH": task.qlike(np.ones(len(came)), came)}}
    assert len(check_all_solutions(PAGE, "ex-markets-", capsys, {"simple": simple, "task": task} | given)) >= 6


def test_the_starters_are_not_right_yet(capsys):
    check_starters(PAGE, CHECKED, globals(), capsys)


def test_what_the_library_computes_is_right(capsys):
    check_qlike(lambda v, r: task.qlike(v, r).mean())
    assert all(line.startswith("right: ") for line in said(capsys))


def ewma(values, decay, now):
    found = []
    for value in values:
        now = decay * now + (1 - decay) * value
        found.append(now)
    return np.array(found)


def traded(signal):
    return np.abs(np.diff(signal, prepend=0.0))


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        (check_ewma, lambda r, d, s: np.r_[s, ewma(r**2, d, s)[:-1]], "after r[t] has been seen"),
        (check_ewma, lambda r, d, s: ewma(r**2, 1 - d, s), "the other way round"),
        (check_ewma, lambda r, d, s: np.sqrt(ewma(r**2, d, s)), "no root"),
        (check_ewma, lambda r, d, s: ewma(r, d, s), "square the returns"),
        (check_ewma, lambda r, d, s: None, "returns nothing"),
        (check_qlike, lambda v, r: (np.log(v) + r**2 / v).sum(), "a mean over the days"),
        (check_qlike, lambda v, r: (r**2 / v).mean(), "the logarithm is missing"),
        (check_qlike, lambda v, r: ((v - r**2) ** 2).mean(), "wild days"),
        (check_earned, lambda s, r, c: (s * r - c * traded(s))[:-1], "can't earn the return of day t"),
        (check_earned, lambda s, r, c: s[:-1] * r[1:], "trades cost something"),
        (check_earned, lambda s, r, c: s[:-1] * r[1:] - c * s[:-1], "only changes do"),
        (check_earned, lambda s, r, c: s[:-1] * r[1:] - c * np.r_[0.0, traded(s)[1:-1]], "the first day"),
        (check_earned, lambda s, r, c: s * r, "shape"),
    ],
)
def test_wrong_answers_get_their_hint(check, answer, hint, capsys):
    check(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line
