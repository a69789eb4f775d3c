"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, check_solution, check_starters, said

from lstmlib.exercises.sentiment import check_attention, check_calibration, check_left_out, check_pool

PAGE = CHAPTERS / "sentiment.ipynb"
CHECKED = ["ex-sentiment-pool", "ex-sentiment-attention", "ex-sentiment-occlusion", "ex-sentiment-calibration"]


def soft(scores, axis=0):
    e = np.exp(scores - scores.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def attended(weigh):
    def answer(states, query, lengths):
        inside = np.arange(len(states))[:, None] < lengths
        return (weigh(states @ query, inside)[..., None] * states).sum(0)

    return answer


@pytest.mark.parametrize("name", CHECKED)
def test_the_page_s_solution_is_right(name, capsys):
    check_solution(PAGE, name, dict(globals()), capsys)


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-sentiment-", capsys)) == 6


def test_the_starters_are_not_right_yet(capsys):
    check_starters(PAGE, CHECKED, globals(), capsys)


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        (check_pool, lambda states, lengths: states.mean(0), "over all steps"),
        (check_pool, lambda states, lengths: states[-1], "the last step of the batch"),
        (check_pool, lambda states, lengths: states[lengths - 1, np.arange(3)], "the mean is asked for"),
        (check_pool, lambda states, lengths: None, "returns nothing"),
        (check_attention, attended(lambda scores, inside: soft(scores)), "minus infinity"),
        (check_attention, attended(lambda scores, inside: soft(scores * inside)), "exp(0) is 1"),
        (check_attention, attended(lambda scores, inside: soft(scores) * inside), "no longer sum to 1"),
        (check_attention, attended(lambda scores, inside: scores * inside), "scores themselves"),
        (check_left_out, lambda says, words: [says(words[: k + 1]) for k in range(5)], "the changes"),
        (
            check_left_out,
            lambda says, words: np.diff([says(words[:k]) for k in range(6)]),
            "steps of the running verdict",
        ),
        (check_left_out, lambda says, words: [says([word]) for word in words], "says alone"),
        (
            check_left_out,
            lambda says, words: [says(words[:k] + words[k + 1 :]) - says(words) for k in range(5)],
            "the sign",
        ),
        (check_calibration, lambda p, positive: ((p - positive) ** 2).mean(), "Brier"),
        (check_calibration, lambda p, positive: abs(p.mean() - positive.mean()), "errors cancel"),
    ],
)
def test_wrong_answers_get_their_hint(check, answer, hint, capsys):
    check(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line
