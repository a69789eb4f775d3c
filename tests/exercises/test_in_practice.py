"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, check_solution, check_starters, said

from lstmlib.exercises.in_practice import check_clip, check_padding, check_rounded

PAGE = CHAPTERS / "in-practice.ipynb"
CHECKED = ["ex-practice-padding", "ex-practice-clip", "ex-practice-rounded"]


@pytest.mark.parametrize("name", CHECKED)
def test_the_page_s_solution_is_right(name, capsys):
    check_solution(PAGE, name, dict(globals()), capsys)


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-practice-", capsys)) == 6


def test_the_starters_are_not_right_yet(capsys):
    check_starters(PAGE, CHECKED, globals(), capsys)


def scaled(factor):
    return lambda W: (np.round(W / (np.abs(W).max() / 127)), factor(W))


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        (check_padding, lambda L, n: 1 - L.sum() / (L.max() * len(L)), "longest of all"),
        (check_padding, lambda L, n: 1 - L.sum() / (n * (9 + 10 + 5)), "as many sequences as are left"),
        (check_padding, lambda L, n: L.sum() / 62, "isn't padding"),
        (check_padding, lambda L, n: None, "returns nothing"),
        (check_clip, lambda g, m: {k: v * min(1, m / np.linalg.norm(v)) for k, v in g.items()}, "by itself"),
        (check_clip, lambda g, m: {k: np.clip(v, -m, m) for k, v in g.items()}, "each number"),
        (check_clip, lambda g, m: g, "nothing was cut"),
        (check_clip, lambda g, m: list(g.values()), "a dict"),
        (
            check_clip,
            lambda g, m: {k: v * m / np.sqrt(sum((w**2).sum() for w in g.values())) for k, v in g.items()},
            "short enough",
        ),
        (check_rounded, lambda W: np.round(W), "two things"),
        (check_rounded, scaled(lambda W: 127 / np.abs(W).max()), "one over"),
        (check_rounded, scaled(lambda W: np.abs(W).max() / 255), "not 255"),
        (check_rounded, scaled(lambda W: np.abs(W).max() / 128), "not 128"),
        (check_rounded, lambda W: (W / (np.abs(W).max() / 127), np.abs(W).max() / 127), "aren't integers"),
        (check_rounded, lambda W: (np.trunc(W / (np.abs(W).max() / 127)), np.abs(W).max() / 127), "nearest"),
    ],
)
def test_wrong_answers_get_their_hint(check, answer, hint, capsys):
    check(answer)
    *_, line = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line
