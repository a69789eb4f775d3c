"""The checks of the vanishing-gradients chapter: its own solutions, its starters, and the mistakes readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, definitions, said, solutions, starters

from lstmlib.exercises.vanishing_gradients import check_bound, check_factor, check_forget_bias
from lstmlib.numpy import RNN

PAGE = CHAPTERS / "vanishing-gradients.ipynb"


@pytest.mark.parametrize("name", ["ex-van-factor", "ex-van-bound", "ex-van-forget"])
def test_the_page_s_solution_is_right(name, capsys):
    exec(solutions(PAGE)[name], {"np": np, **globals()})
    lines = said(capsys)
    assert lines
    assert all(line.startswith("right: ") for line in lines), lines


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-van-", capsys)) >= 5


def test_the_warm_up_and_the_identity_are_what_the_solutions_say(capsys):
    exec(solutions(PAGE)["ex-van-far"], definitions(PAGE))
    steps, half = map(float, said(capsys)[0].split())
    assert (steps, round(half, 5)) == (273, 0.99931)
    exec(solutions(PAGE)["ex-van-identity"], definitions(PAGE))
    shares = dict(line.split() for line in said(capsys))
    assert float(shares["identity"]) > 0.1
    assert float(shares["random"]) < 0.01


def test_the_starters_are_not_right_yet(capsys):
    found = starters(PAGE)
    assert len(found) == 3
    for code in found:
        exec(code, {"np": np, **globals()})
    lines = said(capsys)
    assert len(lines) == 3
    assert all(line.startswith("not yet: ") for line in lines)


def ways(step, weight=lambda w: w.T, start=np.eye, which=lambda m: -1 - m, more=0):
    """Return an answer of the usual form with one thing changed."""

    def answer(slopes, weight_hh, q):
        factor = start(len(weight_hh))
        for m in range(1, q + 1 + more):
            factor = step(slopes[which(m)], weight(weight_hh), factor)
        return factor

    return answer


def right_step(slope, w, factor):
    return slope[:, None] * (w @ factor)


FACTORS = {
    "so weight_hh.T": ways(right_step, weight=lambda w: w),
    "off by one": ways(right_step, which=lambda m: -m),
    "wrong end of the sequence": ways(right_step, which=lambda m: m - 1),
    "wrong order": ways(right_step, which=lambda m: m - 5),
    "they scale rows": ways(lambda slope, w, factor: (w @ factor) * slope),
    "the slopes are missing": lambda slopes, w, q: np.linalg.matrix_power(w.T, q),
    "transposed: row v": lambda slopes, w, q: ways(right_step)(slopes, w, q).T,
    "one step too few": ways(right_step, more=-1),
    "one step too many": ways(right_step, more=1),
    "multiply matrices with @": ways(
        lambda slope, w, factor: slope[:, None] * (w * factor), start=lambda n: np.ones((n, n))
    ),
    "is off by": ways(lambda slope, w, factor: -slope[:, None] * (w @ factor)),
    "has shape (3,), expected (3, 3)": lambda slopes, w, q: slopes[0],
    "stops with IndexError": lambda slopes, w, q: slopes[100],
    "returns nothing": lambda slopes, w, q: None,
}


@pytest.mark.parametrize("hint", FACTORS)
def test_a_wrong_factor_is_told_what_it_is(hint, capsys):
    check_factor(FACTORS[hint])
    lines = said(capsys)
    assert len(lines) == 1
    assert lines[0].startswith("not yet: ")
    assert hint in lines[0]


def test_no_steps_are_the_identity(capsys):
    check_factor(lambda slopes, w, q: ways(right_step)(slopes, w, max(q, 1)))
    first, second = said(capsys)
    assert first.startswith("right: ")
    assert second.startswith("not yet: the factor over no steps")


def test_the_right_factor_is_what_backward_sends_back():
    rng = np.random.default_rng(3)
    layer, q = RNN(3, 3, rng=rng), 3
    layer.params["weight_ih_l0"][:] = np.eye(3)  # the gradient for x is the error at the net input
    y, _, cache = layer.forward(rng.standard_normal((6, 1, 3)))
    slopes = 1.0 - y[:, 0] ** 2
    factor = ways(right_step)(slopes, layer.params["weight_hh_l0"], q)
    for u in range(3):
        dy = np.zeros_like(y)
        dy[-1, 0, u] = 1.0 / slopes[-1, u]
        np.testing.assert_allclose(layer.backward(cache, dy)[0][-1 - q, 0], factor[:, u], rtol=1e-12)


BOUNDS = {
    "this counts ways": lambda w, q: (len(w) * abs(w).max() / 4) ** q / len(w),
    "the n in front is missing": lambda w, q: (len(w) * abs(w).max() / 4) ** q,
    "take the absolute value first": lambda w, q: len(w) * (len(w) * w.max() / 4) ** q,
    "with n in it as well": lambda w, q: len(w) * (abs(w).max() / 4) ** q,
    "1/4, is missing": lambda w, q: len(w) * (len(w) * abs(w).max()) ** q,
    "the bound by row sums": lambda w, q: len(w) * (abs(w).sum(1).max() / 4) ** q,
    "not tau * q": lambda w, q: len(w) * (len(w) * abs(w).max() / 4) * q,
    "one step too few": lambda w, q: len(w) * (len(w) * abs(w).max() / 4) ** (q - 1),
    "not the n in front": lambda w, q: (len(w) * len(w) * abs(w).max() / 4) ** q,
    "is off by": lambda w, q: 1.0,
    "returns nothing": lambda w, q: None,
}


@pytest.mark.parametrize("hint", BOUNDS)
def test_a_wrong_bound_is_told_what_it_is(hint, capsys):
    check_bound(BOUNDS[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (0.99309, "which bias gives it"),
        (0.993, "which bias gives it"),
        (-4.97, "the sign is turned round"),
        (2.83, "tanh's inverse"),
        (0, "half is gone after a single step"),
        (5.293, "hundredth root"),
        (5, "percent are left after 100 steps"),
        (100.0, "100 percent are left"),
        (float("inf"), "not finite"),
        (float("nan"), "not finite"),
        ("5", "expected a number"),
        (True, "expected a number"),
        (None, "no number yet"),
    ],
)
def test_a_wrong_bias_is_told_what_it_is(answer, hint, capsys):
    check_forget_bias(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


@pytest.mark.parametrize("answer", [4.97, 4.9698, np.float64(4.968)])
def test_the_right_bias(answer, capsys):
    check_forget_bias(answer)
    assert said(capsys) == [
        "right: a bias of 4.97 holds the gate at 0.99309, and 0.99309 to the power of 100 is one half"
    ]
