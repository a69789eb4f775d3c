"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

from math import comb

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, check_solution, check_starters, said

from lstmlib.data import vowels
from lstmlib.exercises.speech import check_features, check_mcnemar, check_warping

PAGE = CHAPTERS / "speech.ipynb"
CHECKED = ["ex-speech-features", "ex-speech-mcnemar", "ex-speech-warping"]


@pytest.mark.parametrize("name", CHECKED)
def test_the_page_s_solution_is_right(name, capsys):
    check_solution(PAGE, name, dict(globals()), capsys)


def test_every_exercise_has_a_solution_that_runs(capsys):
    given = {"learn": vowels().learn(), "test": vowels().test()}
    assert len(check_all_solutions(PAGE, "ex-speech-", capsys, given)) == 5


def test_the_starters_are_not_right_yet(capsys):
    check_starters(PAGE, CHECKED, globals(), capsys)


def tail(a, b):
    return sum(comb(a + b, k) for k in range(min(a, b) + 1)) / 2 ** (a + b)


def warped(x, y, diagonal=True, root=False, end=(-1, -1)):
    cost = ((x[:, None] - y) ** 2).sum(-1)
    cost = np.sqrt(cost) if root else cost
    d = np.full((len(x) + 1, len(y) + 1), np.inf)
    d[0, 0] = 0.0
    for t in range(len(x)):
        for k in range(len(y)):
            before = [d[t, k + 1], d[t + 1, k]] + ([d[t, k]] if diagonal or t == k == 0 else [])
            d[t + 1, k + 1] = cost[t, k] + min(before)
    return d[end] if end else d[1:, 1:].min()


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        (check_features, lambda f: np.stack([f[0], f[-1], f.mean(0)]), "one list of 36 numbers"),
        (check_features, lambda f: np.concatenate([f[0], f.mean(0), f[-1]]), "belongs at the end"),
        (check_features, lambda f: np.concatenate([f[0], f[-1], np.full(12, f.mean())]), "over the frames"),
        (check_features, lambda f: None, "returns nothing"),
        (check_mcnemar, tail, "one-sided"),
        (check_mcnemar, lambda a, b: 2 * tail(a, b), "can't exceed 1"),
        (check_mcnemar, lambda a, b: comb(a + b, a) / 2 ** (a + b), "farther from the middle"),
        (check_mcnemar, lambda a, b: 0.05, "off by"),
        (check_warping, lambda x, y: warped(x, y, diagonal=False), "both may go on at once"),
        (check_warping, lambda x, y: warped(x, y, root=True), "squares of the distances"),
        (check_warping, lambda x, y: warped(x, y, end=None), "last corner"),
        (check_warping, lambda x, y: 0.0, "off by"),
    ],
)
def test_wrong_answers_get_their_hint(check, answer, hint, capsys):
    check(answer)
    *_, line = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line
