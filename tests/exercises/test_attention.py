"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, definitions, labels, said, solutions, starters

from lstmlib.exercises.attention import check_context, check_crossing, check_score_gradient, crossing
from lstmlib.numpy import GRU, AdditiveAttention

PAGE = CHAPTERS / "attention.ipynb"


@pytest.mark.parametrize("name", ["ex-att-context", "ex-att-gradient", "ex-att-cross"])
def test_the_page_s_solution_is_right(name, capsys):
    exec(solutions(PAGE)[name], {"np": np, **globals()})
    lines = said(capsys)
    assert lines
    assert all(line.startswith("right: ") for line in lines), lines


def test_every_exercise_has_a_solution_that_runs(capsys):
    found = labels(PAGE, "ex-att-")
    assert len(found) >= 5
    assert sorted(solutions(PAGE)) == sorted(found)
    for code in solutions(PAGE).values():
        exec(code, definitions(PAGE))
    out = capsys.readouterr().out
    assert "not yet" not in out
    assert "the contexts are the same: True" in out
    assert "lower: True" in out
    assert "3.5" in out


def test_the_starters_are_not_right_yet(capsys):
    found = starters(PAGE)
    assert len(found) == 3
    for code in found:
        exec(code, {"np": np, **globals()})
    lines = said(capsys)
    assert len(lines) == 3
    assert all(line.startswith("not yet: ") for line in lines)


def shares(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def plain(scores):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(scores) / np.exp(scores).sum()


def inside(scores, n):
    return np.arange(len(scores)) < n


CONTEXTS = {
    "the padding has a share too": lambda e, h, n: shares(e) @ h,
    "divide after the padding is taken out": lambda e, h, n: (shares(e) * inside(e, n)) @ h,
    "a score of 0 is no mask": lambda e, h, n: shares(e * inside(e, n)) @ h,
    "divide by the sum of the powers": lambda e, h, n: np.exp(e[:n]) @ h[:n],
    "softmax first": lambda e, h, n: e[:n] @ h[:n],
    "the memory with the largest score": lambda e, h, n: h[e[:n].argmax()],
    "the plain mean": lambda e, h, n: h[:n].mean(0),
    "the context is the mean of the memories": lambda e, h, n: shares(e[:n]),
    "is off by": lambda e, h, n: -shares(e[:n]) @ h[:n],
    "stops with TypeError": lambda e, h: e,
    "returns nothing": lambda e, h, n: None,
}


@pytest.mark.parametrize("hint", CONTEXTS)
def test_a_wrong_context_is_told_what_it_is(hint, capsys):
    check_context(CONTEXTS[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def test_a_context_that_overflows_is_told_so(capsys):
    check_context(lambda e, h, n: plain(e[:n]) @ h[:n])
    assert "overflow" in said(capsys)[-1]


def test_a_mask_of_minus_infinity_is_right(capsys):
    check_context(lambda e, h, n: shares(np.where(inside(e, n), e, -np.inf)) @ h)
    assert all(line.startswith("right: ") for line in said(capsys))


GRADIENTS = {
    "go on through the softmax": lambda a, h, dc: h @ dc,
    "subtract the mean of all": lambda a, h, dc: a * (h @ dc),
    "under the weights, not evenly": lambda a, h, dc: a * (h @ dc - (h @ dc).mean()),
    "each weight stands in front": lambda a, h, dc: h @ dc - a @ (h @ dc),
    "as the logistic function does": lambda a, h, dc: a * (1 - a) * (h @ dc),
    "the sign is turned": lambda a, h, dc: a * (a @ (h @ dc) - h @ dc),
    "what the memories get as values": lambda a, h, dc: np.outer(a, dc),
    "is off by": lambda a, h, dc: 2 * a * (h @ dc - a @ (h @ dc)),
    "returns nothing": lambda a, h, dc: None,
}


@pytest.mark.parametrize("hint", GRADIENTS)
def test_a_wrong_gradient_is_told_what_it_is(hint, capsys):
    check_score_gradient(GRADIENTS[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def test_the_gradient_by_the_softmax_s_whole_matrix_is_right(capsys):
    check_score_gradient(lambda a, h, dc: (np.diag(a) - np.outer(a, a)) @ (h @ dc))
    assert all(line.startswith("right: ") for line in said(capsys))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (11_712 / 144, "three GRUs run"),
        (3 * 11_712 / 48, "2H for its share"),
        (3 * 11_712 / 96, "the memories are 2H wide"),
        (244**0.5, "one T cancels"),
        (100, "is off by"),
        ("many", "expected a number"),
        (None, "no number yet"),
    ],
)
def test_a_wrong_length_is_told_what_it_is(answer, hint, capsys):
    check_crossing(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def test_the_crossing_is_where_the_counts_meet():
    T = crossing()
    layer = AdditiveAttention(48, 96, 48)
    grows_with_t = layer.num_operations(1, 1) - 144
    assert layer.num_operations(244, 244) - 244 * grows_with_t == pytest.approx(3 * 244 * GRU(32, 48).num_operations)
    assert pytest.approx(244) == T
