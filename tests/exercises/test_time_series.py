"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, check_solution, check_starters, said

from lstmlib.exercises.time_series import check_band, check_origins, check_shifted

PAGE = CHAPTERS / "time-series.ipynb"
CHECKED = ["ex-series-shifted", "ex-series-origins", "ex-series-band"]


@pytest.mark.parametrize("name", CHECKED)
def test_the_page_s_solution_is_right(name, capsys):
    check_solution(PAGE, name, dict(globals()), capsys)


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-series-", capsys)) >= 5


def test_the_starters_are_not_right_yet(capsys):
    check_starters(PAGE, CHECKED, globals(), capsys)


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        (check_shifted, lambda y, k: y[k + 1 : k + 49], "isn't known at k"),
        (check_shifted, lambda y, k: y[k - 335 : k - 287], "add how far now is"),
        (check_shifted, lambda y, k: y[k - 47 : k + 1] + y[k] - y[k - 48], "a week is 336"),
        (check_shifted, lambda y, k: y[k - 336 : k - 288] + y[k] - y[k - 336], "begins at k + 1"),
        (check_shifted, lambda y, k: None, "returns nothing"),
        (check_origins, lambda first, last: np.arange(first, last), "reach into what follows"),
        (check_origins, lambda first, last: np.arange(first, last - 48), "the half hour before the part"),
        (check_origins, lambda first, last: range(first - 1, last - 47), "one too many"),
        (check_band, lambda e: np.quantile(e, [0.1, 0.9]), "shape"),
        (check_band, lambda e: np.quantile(e, [0.05, 0.95], axis=0), "90 percent"),
        (check_band, lambda e: np.stack([-1.2816 * e.std(0), 1.2816 * e.std(0)]), "take the quantiles"),
        (check_band, lambda e: (e.min(0), e.max(0)), "nobody knows"),
    ],
)
def test_wrong_answers_get_their_hint(check, answer, hint, capsys):
    check(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line
