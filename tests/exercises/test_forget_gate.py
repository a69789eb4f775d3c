"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, said, solutions, starters

from lstmlib.exercises.forget_gate import bias_for, check_bias, check_count, check_left, check_step
from lstmlib.numpy.rnn import sigmoid

PAGE = CHAPTERS / "forget-gate.ipynb"


@pytest.mark.parametrize("name", ["ex-fg-bias", "ex-fg-left", "ex-fg-step", "ex-fg-count"])
def test_the_page_s_solution_is_right(name, capsys):
    exec(solutions(PAGE)[name], {"np": np, **globals()})
    lines = said(capsys)
    assert lines
    assert all(line.startswith("right: ") for line in lines), lines


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-fg-", capsys)) >= 6


def test_the_starters_are_not_right_yet(capsys):
    found = starters(PAGE)
    assert len(found) == 4
    for code in found:
        exec(code, {"np": np, **globals()})
    lines = said(capsys)
    assert len(lines) == 4
    assert all(line.startswith("not yet: ") for line in lines)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (0.5**0.01, "the gate's value f"),
        (np.log(99), "leaves 37 percent"),
        (-bias_for(100), "wrong sign"),
        (0.01 * np.log(0.5), "undo the logistic function"),
        (0.0, "half-life of one step"),
        (np.log(1 / (np.exp(0.01) - 1)), "time constant of 100"),
        (5.0, "is off by"),
        ("five", "expected a number"),
        (None, "no number yet"),
    ],
)
def test_a_wrong_bias_is_told_what_it_is(answer, hint, capsys):
    check_bias(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def test_the_bias_is_what_it_says():
    assert sigmoid(np.array(bias_for(100))) ** 100 == pytest.approx(0.5)


def shares(share):
    """Return an answer from its rule for the share of step k at step t >= k."""
    return lambda f: np.array([[share(f, t, k) if k <= t else 0.0 for k in range(len(f))] for t in range(len(f))])


def good(f, t, k):
    return f[k + 1 : t + 1].prod()


LEFTS = {
    "the product starts at k + 1": shares(lambda f, t, k: f[k : t + 1].prod()),
    "yours is turned over": lambda f: shares(good)(f).T,
    "0 above the diagonal": lambda f: np.array(
        [[f[min(t, k) + 1 : max(t, k) + 1].prod() for k in range(len(f))] for t in range(len(f))]
    ),
    "each step multiplies": shares(lambda f, t, k: f[k + 1 : t + 1].sum()),
    "a power of one of them": shares(lambda f, t, k: f[t] ** (t - k)),
    "only the last row": lambda f: shares(good)(f)[-1],
    "is off by": shares(lambda f, t, k: 0.5),
    "returns nothing": lambda f: None,
}


@pytest.mark.parametrize("hint", LEFTS)
def test_wrong_shares_are_told_what_they_are(hint, capsys):
    check_left(LEFTS[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def step(
    order="ifgo", squash=np.tanh, content=lambda i, f, g, c: f * c + i * g, output=lambda o, c, old: o * np.tanh(c)
):
    """Return an answer with one thing changed."""

    def answer(x, h, c, W_ih, W_hh, b):
        net = dict(zip(order, (W_ih @ x + W_hh @ h + b).reshape(4, -1), strict=True))
        new = content(sigmoid(net["i"]), sigmoid(net["f"]), squash(net["g"]), c)
        return output(sigmoid(net["o"]), new, c), new

    return answer


STEPS = {
    "for the order i, f, o, g": step("ifog"),
    "for the order f, i, g, o": step("figo"),
    "g goes through tanh": step(squash=sigmoid),
    "A gate near 1 keeps": step(content=lambda i, f, g, c: (1 - f) * c + i * g),
    "the sum of 1997": step(content=lambda i, f, g, c: c + i * g),
    "the input gate is missing": step(content=lambda i, f, g, c: f * c + g),
    "h of the step before is missing": lambda x, h, c, W_ih, W_hh, b: step()(x, 0 * h, c, W_ih, W_hh, b),
    "the bias is missing": lambda x, h, c, W_ih, W_hh, b: step()(x, h, c, W_ih, W_hh, 0 * b),
    "not the old one": step(output=lambda o, c, old: o * np.tanh(old)),
    "squashed before it is shown": step(output=lambda o, c, old: o * c),
    "the output gate is missing": step(output=lambda o, c, old: np.tanh(c)),
    "return two arrays": lambda *given: step()(*given)[0][0],
    "returns nothing": lambda *given: None,
}


@pytest.mark.parametrize("hint", STEPS)
def test_a_wrong_step_is_told_what_it_is(hint, capsys):
    check_step(STEPS[hint])
    lines = said(capsys)
    assert any(line.startswith("not yet: ") and hint in line for line in lines), lines


COUNTS = {
    "both counts are the same": lambda D, H: (4 * H * (H + D + 1), 4 * H * (H + D + 1)),
    "biases are missing": lambda D, H: (4 * H * (H + D), 4 * H * (H + D + 1)),
    "4H, not H": lambda D, H: (4 * H * (H + D + 1), 4 * H * (H + D + 1) + H),
    "g is the fourth": lambda D, H: (3 * H * (H + D + 1), 3 * H * (H + D + 2)),
    "there are four": lambda D, H: (H * (H + D + 1), H * (H + D + 2)),
    "the other way round": lambda D, H: (4 * H * (H + D + 2), 4 * H * (H + D + 1)),
    "has shape": lambda D, H: 4 * H * (H + D + 1),
    "returns nothing": lambda D, H: None,
}


@pytest.mark.parametrize("hint", COUNTS)
def test_a_wrong_count_is_told_what_it_is(hint, capsys):
    check_count(COUNTS[hint])
    lines = said(capsys)
    assert any(line.startswith("not yet: ") and hint in line for line in lines), lines
