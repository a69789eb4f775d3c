"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, check_solution, check_starters, said

from lstmlib.exercises.text import check_bits, check_temperature, check_witten_bell

PAGE = CHAPTERS / "text.ipynb"
CHECKED = ["ex-text-bits", "ex-text-temperature", "ex-text-table"]


@pytest.mark.parametrize("name", CHECKED)
def test_the_page_s_solution_is_right(name, capsys):
    check_solution(PAGE, name, dict(globals()), capsys)


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-text-", capsys)) >= 6


def test_the_starters_are_not_right_yet(capsys):
    check_starters(PAGE, CHECKED, globals(), capsys)


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def nats(scores, text):
    return -np.log(softmax(scores)[np.arange(len(text) - 1), text[1:]]).mean()


@pytest.mark.parametrize(
    ("check", "answer", "hint"),
    [
        (check_bits, nats, "nats"),
        (check_bits, lambda s, x: np.exp(nats(s, x)), "perplexity"),
        (check_bits, lambda s, x: -np.log2(softmax(s)[np.arange(len(x)), x]).mean(), "about character t + 1"),
        (check_bits, lambda s, x: nats(s, x) * (len(x) - 1) / np.log(2), "that is the sum"),
        (check_bits, lambda s, x: -nats(s, x) / np.log(2), "sign"),
        (check_bits, lambda s, x: None, "returns nothing"),
        (check_temperature, lambda s, t: softmax(s * t), "cold becomes hot"),
        (check_temperature, lambda s, t: softmax(s), "temperature of 1"),
        (check_temperature, lambda s, t: softmax(s) ** (1 / t), "sum to 1"),
        (check_temperature, lambda s, t: np.full(5, np.inf), "overflows"),
        (check_temperature, lambda s, t: np.eye(5)[s.argmax()], "limit"),
        (check_witten_bell, lambda c, q: (c + 1) / (c.sum(1, keepdims=True) + 4), "add-one"),
        (check_witten_bell, lambda c, q: np.full((4, 4), np.nan), "off"),
        (check_witten_bell, lambda c, q: (c + 4 * q) / (c.sum(1, keepdims=True) + 4), "kinds"),
    ],
)
def test_wrong_answers_get_their_hint(check, answer, hint, capsys):
    check(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def test_a_row_that_was_never_seen(capsys):
    def bare(counts, lower):
        kinds = (counts > 0).sum(1, keepdims=True)
        with np.errstate(invalid="ignore"):
            return (counts + kinds * lower) / (counts.sum(1, keepdims=True) + kinds)

    check_witten_bell(bare)
    check_witten_bell(lambda c, q: np.nan_to_num(bare(c, q)))
    first, second = said(capsys)
    assert "0 by 0" in first
    assert second.endswith("not 0")
