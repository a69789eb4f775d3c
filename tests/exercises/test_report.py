"""What all checks share: right answers of every precision are right, and a wrong one is told what it is."""

import math

import numpy as np
import pytest
from chapter import said

from lstmlib.exercises.constant_error_carousel import check_gain
from lstmlib.exercises.experiments_1997 import check_bayes
from lstmlib.exercises.forget_gate import check_bias, check_left, check_step
from lstmlib.exercises.gates import check_bias as check_start_bias
from lstmlib.exercises.report import attempt, compare, compare_number, number, pair
from lstmlib.exercises.sequences import check_crossover, crossover
from lstmlib.exercises.vanishing_gradients import check_forget_bias


@pytest.mark.parametrize(
    ("check", "exact"),
    [
        (check_bias, math.log(0.5**0.01 / (1 - 0.5**0.01))),
        (check_forget_bias, math.log(0.5**0.01 / (1 - 0.5**0.01))),
        (check_start_bias, math.log(0.01 / 0.99)),
        (check_gain, 4 / 43),
        (check_bayes, 0.5 * math.erfc(math.sqrt(2.5))),
    ],
)
def test_a_number_is_right_however_it_is_given(check, exact, capsys):
    typed = float(f"{exact:.3g}")
    for answer in (exact, typed, np.float32(exact), [exact], np.array(typed), np.array([[exact]], np.float32)):
        check(answer)
        assert said(capsys)[-1].startswith("right: "), answer
    for wrong in (exact * 1.02, -exact, float(f"{exact:.1g}")):
        check(wrong)
        assert said(capsys)[-1].startswith("not yet: "), wrong


def test_a_count_may_be_an_array_and_must_be_exact(capsys):
    T = crossover(64, 26)
    for answer in (T, float(T), np.array(T), np.array([T])):
        check_crossover(answer)
        assert said(capsys) == [f"right: from {T} steps on"]
    big = np.array([6_295_552, 12])
    assert compare("the counts", big, big)
    assert not compare("the counts", big + np.array([1, 0]), big)


def test_single_precision_is_right(capsys):
    torch = pytest.importorskip("torch")

    def left(f):
        f = torch.tensor(f, dtype=torch.float32)
        T = len(f)
        return torch.stack([torch.stack([f[k + 1 : t + 1].prod() * (k <= t) for k in range(T)]) for t in range(T)])

    def step(x, h, c, W_ih, W_hh, b):
        cell = torch.nn.LSTMCell(len(x), len(h))
        given = {"weight_ih": W_ih, "weight_hh": W_hh, "bias_ih": b, "bias_hh": 0 * b}
        cell.load_state_dict({name: torch.tensor(value, dtype=torch.float32) for name, value in given.items()})
        with torch.no_grad():
            return cell(
                *[torch.tensor(part[None], dtype=torch.float32) for part in (x,)],
                (torch.tensor(h[None], dtype=torch.float32), torch.tensor(c[None], dtype=torch.float32)),
            )

    check_left(left)
    check_step(lambda *given: tuple(part[0] for part in step(*given)))
    check_step(lambda *given: np.stack([part[0].numpy() for part in step(*given)]))
    assert all(line.startswith("right: ") for line in said(capsys))
    check_step(lambda *given: tuple(part[0] for part in step(*given))[::-1])
    assert [line for line in said(capsys) if "return h first, then c" in line]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (4.9, "not yet: b is off by 1.5 percent"),
        (4.99, "not yet: b is off by 0.35 percent: give it to 3 digits"),
        (50.0, "not yet: b is off by 9 times the size"),
        (0.9931, "not yet: b: that is f"),
        (-4.97, "not yet: b: the sign"),
        (float("nan"), "not yet: b is not finite"),
        ("4.97", "not yet: expected a number, got '4.97'"),
        (True, "not yet: expected a number, got True"),
        ([1, 2], "not yet: expected a number, got [1, 2]"),
        (..., "not yet: no number yet"),
    ],
)
def test_a_wrong_number_is_told_what_it_is(answer, says, capsys):
    assert not compare_number("b", answer, 4.9727, {"that is f": 0.99309, "the sign": -4.9727})
    assert said(capsys) == [says]


def test_far_off_is_said_without_exponents(capsys):
    assert not compare("x", [1.0, 2.0], np.array([1.0, 1.0]))
    assert not compare("x", [1.0, 500.0], np.array([1.0, 1.0]))
    assert said(capsys) == [
        "not yet: x is off by 100 percent of its largest entry",
        "not yet: x is off by 499 times the size of its largest entry",
    ]


def test_an_error_is_said_with_its_line(capsys):
    def answer(x):
        y = x + 1
        return y @ np.ones(4)

    assert attempt(answer, np.ones(3)) is None
    (line,) = said(capsys)
    assert line.startswith("not yet: answer stops with ValueError: ")
    assert line.endswith(" (in the line return y @ np.ones(4))")
    assert attempt(np.linalg.inv, np.ones(3)) is None  # not the reader's own code: no line to show
    assert "in the line" not in said(capsys)[0]


@pytest.mark.parametrize("answer", [(1, 2), [1, 2], np.array([[1.0], [2.0]])])
def test_two_parts_may_come_as_anything_with_two(answer):
    first, second = pair(answer, "two, please")
    assert (first, second) == (1, 2)


@pytest.mark.parametrize("answer", [1.0, (1, 2, 3), np.float64(2.0), "ab", {"a": 1, "b": 2}])
def test_what_is_no_pair_is_asked_for(answer, capsys):
    assert pair(answer, "two, please") is None
    assert said(capsys) == ["not yet: two, please"]
    assert number(answer) in (None, 1.0, 2.0)
