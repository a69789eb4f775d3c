"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, definitions, said, solutions, starters

from lstmlib.exercises.sequences import check_bptt, check_crossover, check_step, crossover
from lstmlib.numpy import RNN
from lstmlib.online import RTRL
from lstmlib.online.rtrl import kept_bytes

PAGE = CHAPTERS / "sequences.ipynb"


@pytest.mark.parametrize("name", ["ex-seq-step", "ex-seq-bptt", "ex-seq-crossover"])
def test_the_page_s_solution_is_right(name, capsys):
    exec(solutions(PAGE)[name], {"np": np, **globals()})
    lines = said(capsys)
    assert lines
    assert all(line.startswith("right: ") for line in lines), lines


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-seq-", capsys)) >= 5


def test_the_course_of_short_gaps_is_what_the_solution_says(capsys):
    space = definitions(PAGE)
    exec(solutions(PAGE)["ex-seq-curriculum"], space)
    found = eval(said(capsys)[-1])
    assert found[0] > 0.95
    assert min(found) < 0.6  # not reliable
    assert space["course"](0, 0) < 0.6


def test_the_starters_are_not_right_yet(capsys):
    found = starters(PAGE)
    assert len(found) == 3
    for code in found:
        exec(code, {"np": np, **globals()})
    lines = said(capsys)
    assert len(lines) == 3
    assert all(line.startswith("not yet: ") for line in lines)


STEPS = {
    "squashing function is missing": lambda x, h, v, w, b: x @ v.T + h @ w.T + b,
    "old state h doesn't enter": lambda x, h, v, w, b: np.tanh(x @ v.T + b),
    "input x doesn't enter": lambda x, h, v, w, b: np.tanh(h @ w.T + b),
    "bias is missing": lambda x, h, v, w, b: np.tanh(x @ v.T + h @ w.T),
    "wrong way round": lambda x, h, v, w, b: np.tanh(x @ v.T + h @ w + b),
    "squash the sum": lambda x, h, v, w, b: np.tanh(x @ v.T) + np.tanh(h @ w.T) + np.tanh(b),
    "squash everything once": lambda x, h, v, w, b: np.tanh(x @ v.T + b) + h @ w.T,
    "shape (4, 2), expected (2, 4)": lambda x, h, v, w, b: np.tanh(v @ x.T + w @ h.T + b[:, None]),
    "stops with ValueError": lambda x, h, v, w, b: np.tanh(x @ v + h @ w + b),
    "is off by": lambda x, h, v, w, b: np.tanh(x @ v.T - h @ w.T + b),
    "returns nothing": lambda x, h, v, w, b: None,
    "expected numbers of shape": lambda x, h, v, w, b: "h",
    "not finite": lambda x, h, v, w, b: x @ v.T * np.inf,
}


@pytest.mark.parametrize("hint", STEPS)
def test_a_wrong_step_is_told_what_it_is(hint, capsys):
    check_step(STEPS[hint])
    lines = said(capsys)
    assert len(lines) == 1
    assert lines[0].startswith("not yet: ")
    assert hint in lines[0]


def bptt(delta_of, back, gradient):
    def answer(dy, h, weight_hh):
        delta, carried = np.zeros_like(dy), np.zeros(dy.shape[1])
        for t in reversed(range(len(dy))):
            delta[t] = delta_of(dy[t], carried, h, t)
            carried = back(delta[t], weight_hh)
        return delta, gradient(delta, h)

    return answer


def right_delta(dy, carried, h, t):
    return (dy + carried) * (1 - h[t + 1] ** 2)


def right_back(delta, w):
    return delta @ w


def right_gradient(delta, h):
    return delta.T @ h[:-1]


WRONG = {
    "slope f'(net) is missing": (lambda dy, c, h, t: dy + c, right_back, right_gradient),
    "state before the step": (lambda dy, c, h, t: (dy + c) * (1 - h[t] ** 2), right_back, right_gradient),
    "already tanh(net)": (lambda dy, c, h, t: (dy + c) * (1 - np.tanh(h[t + 1]) ** 2), right_back, right_gradient),
    "against the arrows": (right_delta, lambda d, w: d @ w.T, right_gradient),
    "sign of the error from the next step": (right_delta, lambda d, w: -d @ w, right_gradient),
    "its own error only": (right_delta, lambda d, w: 0.0 * d, right_gradient),
    "whole error, dy[t] too": (lambda dy, c, h, t: dy + c * (1 - h[t + 1] ** 2), right_back, right_gradient),
    "all signs": (lambda dy, c, h, t: (c - dy) * (1 - h[t + 1] ** 2), right_back, right_gradient),
    "off by one step": (right_delta, right_back, lambda d, h: d.T @ h[1:]),
    "transposed: the row": (right_delta, right_back, lambda d, h: h[:-1].T @ d),
    "not averaged": (right_delta, right_back, lambda d, h: d.T @ h[:-1] / len(d)),
    "only the last step's copy": (right_delta, right_back, lambda d, h: np.outer(d[-1], h[-2])),
    "gradient for weight_hh is off by": (right_delta, right_back, lambda d, h: -d.T @ h[:-1]),
}


@pytest.mark.parametrize("hint", WRONG)
def test_a_wrong_way_back_is_told_what_it_is(hint, capsys):
    check_bptt(bptt(*WRONG[hint]))
    *before, last = said(capsys)
    assert last.startswith("not yet: ")
    assert hint in last
    assert all(line.startswith("right: ") for line in before)


def test_the_right_way_back_and_one_array_only(capsys):
    check_bptt(bptt(right_delta, right_back, right_gradient))
    assert all(line.startswith("right: ") for line in said(capsys))
    check_bptt(lambda dy, h, w: dy)
    assert said(capsys) == ["not yet: expected two arrays: return delta, gradient"]


@pytest.mark.parametrize(("H", "D"), [(64, 26), (5, 3), (1, 1)])
def test_the_crossing_is_the_library_s(H, D):
    layer = RNN(D, H)
    carried = RTRL(layer, 1).nbytes
    kept = [kept_bytes(layer.forward(np.zeros((T, 1, D)))[2]) for T in (crossover(H, D) - 1, crossover(H, D))]
    assert kept[0] <= carried < kept[1]


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (4206, "one step more"),
        (378560 // 64 + 1, "x as well as h"),
        ((64**3 + 64 * 91) // 90 + 1, "bias and inputs too"),
        (64 * 91 // 90 + 1, "each weight has H sensitivities"),
        (64 * 64 * 91 // 90 + 1, "carries the gradient itself too"),
        (1000, "at 1000 steps the cache holds 90,064 numbers"),
        (4206.2, "no whole number of steps"),
        ("many", "expected a number, got 'many'"),
        (None, "no number yet"),
        (True, "expected a number"),
        (float("inf"), "no whole number"),
    ],
)
def test_a_wrong_length_is_told_what_it_is(answer, hint, capsys):
    check_crossover(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def test_the_right_length(capsys):
    check_crossover(crossover(64, 26))
    check_crossover(np.int64(crossover(64, 26)))
    assert said(capsys) == ["right: from 4207 steps on"] * 2
