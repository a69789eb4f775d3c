"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, definitions, said, solutions, starters

from lstmlib.exercises.variants import check_parameters, check_peephole, check_width, equal_width
from lstmlib.numpy import LSTM, CoupledLSTM
from lstmlib.numpy.rnn import sigmoid

PAGE = CHAPTERS / "variants.ipynb"


@pytest.mark.parametrize("name", ["ex-var-count", "ex-var-step", "ex-var-width"])
def test_the_page_s_solution_is_right(name, capsys):
    exec(solutions(PAGE)[name], {"np": np, **globals()})
    lines = said(capsys)
    assert lines
    assert all(line.startswith("right: ") for line in lines), lines


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-var-", capsys)) >= 5


def test_what_the_solutions_say_is_what_they_print(capsys):
    for name, lines in {
        "ex-var-timer": ["0.0439", "0.45"],
        "ex-var-mean": ["True"],
        "ex-var-late": ["[10 18 26] 0.14"],
    }.items():
        exec(solutions(PAGE)[name], definitions(PAGE))
        assert said(capsys) == lines


def test_the_starters_are_not_right_yet(capsys):
    found = starters(PAGE)
    assert len(found) == 3
    for code in found:
        exec(code, {"np": np, **globals()})
    lines = said(capsys)
    assert len(lines) == 3
    assert all(line.startswith("not yet: ") for line in lines)


COUNTS = {
    "without peepholes": lambda D, H: 3 * H * (H + D + 1),
    "has no peephole either": lambda D, H: 3 * H * (H + D + 1) + 3 * H,
    "the input gate's rows are gone": lambda D, H: 4 * H * (H + D + 1) + 3 * H,
    "the biases are missing": lambda D, H: 3 * H * (H + D) + 2 * H,
    "torch.nn keeps two": lambda D, H: 3 * H * (H + D + 2) + 2 * H,
    "not a matrix": lambda D, H: 3 * H * (H + D + 1) + 2 * H * H,
    "is off by": lambda D, H: 3 * H * D,
}


@pytest.mark.parametrize("hint", COUNTS)
def test_a_wrong_count_is_told_what_it_is(hint, capsys):
    check_parameters(COUNTS[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def peephole(before="old", out="new", show=np.tanh, swap=False, bare=False):
    """Return an answer: which content the gates see, and what is returned."""

    def answer(x, h, c, p):
        i, f, g, o = np.split(p["W"] @ x + p["U"] @ h + p["b"], 4)
        g = np.tanh(g)
        ahead = sigmoid(f) * c + sigmoid(i) * g
        seen = c if before == "old" else ahead
        i, f = sigmoid(i + p["w_i"] * seen * (not bare)), sigmoid(f + p["w_f"] * seen * (not bare))
        new = f * c + i * g
        o = sigmoid(o + p["w_o"] * (new if out == "new" else c) * (not bare))
        return (new, o * show(new)) if swap else (o * show(new), new)

    return answer


def test_a_step_written_out_is_right(capsys):
    check_peephole(peephole())
    assert all(line.startswith("right: ") for line in said(capsys))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (peephole(out="old"), "the output gate sees the new content"),
        (peephole(bare=True), "an LSTM without peepholes"),
        (peephole(swap=True), "first h, then c"),
        (peephole(show=lambda c: c), "what is shown goes through tanh"),
        (peephole(before="new"), "see the old content c(t-1)"),
        (lambda x, h, c, p: (h, c), "is off by"),
        (lambda x, h, c: h, "stops with TypeError"),
        (lambda x, h, c, p: None, "returns nothing"),
    ],
)
def test_a_wrong_step_is_told_what_it_is(answer, hint, capsys):
    check_peephole(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (64, "a quarter fewer parameters"),
        (85, "a third more cells are too many"),
        (74, "leaves out that D stays 32"),
        (70, "is off by"),
        ("many", "expected a number"),
        (None, "no number yet"),
    ],
)
def test_a_wrong_width_is_told_what_it_is(answer, hint, capsys):
    check_width(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


@pytest.mark.parametrize(("D", "H"), [(32, 64), (1, 8), (100, 20)])
def test_equal_width_is_the_nearest(D, H):
    wanted, width = LSTM(D, H).num_parameters, equal_width(D, H)
    far = [abs(CoupledLSTM(D, width + k).num_parameters - wanted) for k in (-1, 0, 1)]
    assert far[1] == min(far)
