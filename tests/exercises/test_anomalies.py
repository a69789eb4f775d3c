"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, check_solution, check_starters, said

from lstmlib.exercises.anomalies import check_adjusted, check_alarms, check_worth

PAGE = CHAPTERS / "anomalies.ipynb"
CHECKED = ["ex-anomalies-worth", "ex-anomalies-threshold", "ex-anomalies-adjusted"]


@pytest.mark.parametrize("name", CHECKED)
def test_the_page_s_solution_is_right(name, capsys):
    check_solution(PAGE, name, dict(globals()), capsys)


def test_every_exercise_has_a_solution_that_runs(capsys):
    from lstmlib.studies.at_work.anomalies import simple, task

    assert len(check_all_solutions(PAGE, "ex-anomalies-", capsys, {"simple": simple, "task": task})) == 6


def test_the_starters_are_not_right_yet(capsys):
    check_starters(PAGE, CHECKED, globals(), capsys)


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        (check_worth, lambda p, h, f: h, "not how many alarms are right"),
        (check_worth, lambda p, h, f: p * h / (p * h + f), "1 - share"),
        (check_worth, lambda p, h, f: h / (h + f), "rare"),
        (check_worth, lambda p, h, f: 1 - p * h / (p * h + (1 - p) * f), "is wrong"),
        (check_worth, lambda p, h, f: None, "returns nothing"),
        (check_alarms, lambda c, s, q: s > np.quantile(s, 1 - q), "not from those that it judges"),
        (check_alarms, lambda c, s, q: s > np.quantile(c, q), "nearly all"),
        (check_alarms, lambda c, s, q: s < np.quantile(c, 1 - q), "above"),
        (check_adjusted, lambda a, i: a | i, "stays without"),
        (check_adjusted, lambda a, i: a & i, "not yet"),
    ],
)
def test_wrong_answers_get_their_hint(check, answer, hint, capsys):
    check(answer)
    *_, line = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line
