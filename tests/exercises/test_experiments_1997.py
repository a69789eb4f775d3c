"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import math

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, said, solutions, starters

from lstmlib.exercises.experiments_1997 import bayes_error, check_bayes, check_weights, check_window, first_good_window
from lstmlib.online import Net

PAGE = CHAPTERS / "experiments-1997.ipynb"


@pytest.mark.parametrize("name", ["ex-exp-weights", "ex-exp-window", "ex-exp-bayes"])
def test_the_page_s_solution_is_right(name, capsys):
    exec(solutions(PAGE)[name], {"np": np, **globals()})
    lines = said(capsys)
    assert lines
    assert all(line.startswith("right: ") for line in lines), lines


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-exp-", capsys, globals())) >= 5


def test_what_the_solutions_say(capsys):
    exec(solutions(PAGE)["ex-exp-guess"], {"np": np})
    assert said(capsys) == ["0.042 0.15"]
    exec(solutions(PAGE)["ex-exp-window-luck"], {})
    one, ten = (float(line.replace(",", "")) for line in said(capsys))
    assert 2500 < one < 3500
    assert ten > 500_000


def test_the_starters_are_not_right_yet(capsys):
    found = starters(PAGE)
    assert len(found) == 3
    for code in found:
        exec(code, {"np": np, **globals()})
    lines = said(capsys)
    assert len(lines) >= 3
    assert all(line.startswith("not yet: ") for line in lines)


def test_the_count_is_the_library_s():
    for D, B, S, O in ((3, 1, 1, 2), (7, 3, 2, 7)):  # noqa: E741
        U = B * (S + 2)
        assert Net(D, B, S, O).num_weights == U * (D + U + 1) + O * (B * S + 1)


@pytest.mark.parametrize(
    ("count", "hint"),
    [
        (lambda D, B, S, O: B * (S + 2) * (D + B * (S + 2)) + O * (B * S + 1), "the hidden units have biases"),  # noqa: E741
        (lambda D, B, S, O: B * (S + 2) * (D + B * S + 1) + O * (B * S + 1), "hidden units see the gates"),  # noqa: E741
        (lambda D, B, S, O: B * (S + 2) * (D + B * (S + 2) + 1) + O * (B * (S + 2) + 1), "outputs see the cells only"),  # noqa: E741
        (lambda D, B, S, O: B * (S + 2) * (D + B * (S + 2) + 1) + O * B * S, "the outputs have biases"),  # noqa: E741
        (lambda D, B, S, O: 3 * B * S * (D + 3 * B * S + 1) + O * (B * S + 1), "share its two gates"),  # noqa: E741
        (lambda D, B, S, O: 1 / 0, "stops with ZeroDivisionError"),  # noqa: E741
    ],
)
def test_wrong_counts(count, hint, capsys):
    check_weights(count)
    (line, *_) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (bayes_error(0.2), "0.2 is the noise's variance"),
        (2 * bayes_error(math.sqrt(0.2)), "only the side that crosses 0"),
        (1 - bayes_error(math.sqrt(0.2)), "how often it is right"),
        (1.27, "in percent"),
        (None, "no number yet"),
        ("a lot", "expected a number"),
    ],
)
def test_wrong_shares(answer, hint, capsys):
    check_bayes(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def without_reset(errors, tolerance, size):
    good = np.cumsum(errors < tolerance)
    return int(np.flatnonzero(good == size)[0]) + 1


@pytest.mark.parametrize(
    ("window", "hint"),
    [
        (lambda *given: first_good_window(*given) - 1, "count the sequences shown"),
        (lambda *given: first_good_window(*given) - given[2], "where the window begins"),
        (without_reset, "a wrong sequence sets the count back"),
        (lambda errors, tolerance, size: 131, "stop as soon as there are enough"),
        (lambda *given: first_good_window(*given) or 0, "returns 0, expected None"),
        (lambda errors, tolerance, size: first_good_window(errors + 1e-12, tolerance, size) + 0, "TypeError"),
    ],
)
def test_wrong_windows(window, hint, capsys):
    check_window(window)
    lines = said(capsys)
    assert lines[-1].startswith("not yet: ")
    assert hint in lines[-1]
