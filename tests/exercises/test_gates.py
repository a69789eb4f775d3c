"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, said, solutions, starters

from lstmlib.exercises.gates import check_bias, check_cell, check_toll, check_trace, start_bias
from lstmlib.numpy import LSTM1997
from lstmlib.numpy.error_flow import gradient_by_lag
from lstmlib.numpy.rnn import sigmoid

PAGE = CHAPTERS / "gates.ipynb"
CHECKED = ["ex-gates-cell", "ex-gates-trace", "ex-gates-toll", "ex-gates-bias"]


@pytest.mark.parametrize("name", CHECKED)
def test_the_page_s_solution_is_right(name, capsys):
    exec(solutions(PAGE)[name], {"np": np, **globals()})
    lines = said(capsys)
    assert lines
    assert all(line.startswith("right: ") for line in lines), lines


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-gates-", capsys)) >= 5


def test_what_the_solutions_say_is_what_they_print(capsys):
    exec(solutions(PAGE)["ex-gates-deeds"], {})
    assert said(capsys) == ["[1.5, 1.5, 1.5, 2.5]"]
    exec(solutions(PAGE)["ex-gates-slow"], {"np": np})
    counted, continuous, adam = (int(number) for line in said(capsys) for number in line.split())
    assert counted == pytest.approx(continuous, rel=0.01)
    assert continuous == pytest.approx(4150, rel=0.01)
    assert adam == 120


def test_the_starters_are_not_right_yet(capsys):
    found = starters(PAGE)
    assert len(found) == len(CHECKED)
    for code in found:
        exec(code, {"np": np, **globals()})
    lines = said(capsys)
    assert len(lines) == len(CHECKED)
    assert all(line.startswith("not yet: ") for line in lines)


def g(z):
    return 4 * sigmoid(z) - 2


def h(z):
    return 2 * sigmoid(z) - 1


def cell(state, output=lambda new, o, old: o * h(new)):
    """Return an answer from its rule for the state and its rule for the output."""

    def answer(net_in, net_c, net_out, s):
        new = state(s, sigmoid(net_in), net_c)
        return new, output(new, sigmoid(net_out), s)

    return answer


def good(s, i, net_c):
    return s + i * g(net_c)


CELLS = {
    "not tanh": cell(lambda s, i, c: s + i * np.tanh(c)),
    "not before the old state": cell(lambda s, i, c: i * (s + g(c))),
    "nothing is kept": cell(lambda s, i, c: i * g(c)),
    "no forget gate": cell(lambda s, i, c: (1 - i) * s + i * g(c)),
    "isn't squashed: g(net_c)": cell(lambda s, i, c: s + i * c),
    "the input gate is missing": cell(lambda s, i, c: s + g(c)),
    "half as steep as tanh": cell(good, lambda new, o, old: o * np.tanh(new)),
    "the state isn't squashed": cell(good, lambda new, o, old: o * new),
    "not the old one": cell(good, lambda new, o, old: o * h(old)),
    "the output gate is missing": cell(good, lambda new, o, old: h(new)),
    "gates are logistic": lambda net_in, net_c, net_out, s: (s + np.tanh(net_in) * g(net_c), s),
    "return s, y": lambda net_in, net_c, net_out, s: s + sigmoid(net_in) * g(net_c),
    "is off by": cell(lambda s, i, c: s - i * g(c)),
    "stops with TypeError": lambda net_in: net_in,
    "returns nothing": lambda *nets: None,
}


@pytest.mark.parametrize("hint", CELLS)
def test_a_wrong_cell_is_told_what_it_is(hint, capsys):
    check_cell(CELLS[hint])
    line = said(capsys)[-1]
    assert line.startswith("not yet: ")
    assert hint in line


def test_the_cell_that_is_right_is_the_library_s(capsys):
    def by_the_library(net_in, net_c, net_out, s):
        H = len(s)
        layer = LSTM1997(3 * H, H)
        for name, value in layer.params.items():
            value[...] = np.eye(3 * H) if name == "weight_ih_l0" else 0.0
        nets = np.concatenate([net_in, net_c, net_out])[None, None]
        y, (_, new), _ = layer.forward(nets, (np.zeros((1, 3 * H)), s[None]))
        return new[0], y[0, 0]

    check_cell(by_the_library)
    assert all(line.startswith("right: ") for line in said(capsys))


def slope(values):
    return (2 - values) * (2 + values) / 4


TRACES = {
    "the last step alone": lambda i, g, seen: (i * slope(g))[-1] * seen[-1],
    "add the steps up": lambda i, g, seen: (i * slope(g))[:, None] * seen,
    "the slope of g is missing": lambda i, g, seen: i @ seen,
    "g' isn't 1 - g**2": lambda i, g, seen: (i * (1 - g**2)) @ seen,
    "equation (25)": lambda i, g, seen: (g * i * (1 - i)) @ seen,
    "doesn't stand in its own derivative": lambda i, g, seen: (i * g) @ seen,
    "the input gate is missing": lambda i, g, seen: slope(g) @ seen,
    "the mean is not the sum": lambda i, g, seen: (i * slope(g)) @ seen / len(i),
    "is off by": lambda i, g, seen: -(i * slope(g)) @ seen,
    "returns nothing": lambda i, g, seen: None,
}


def decaying(i, g, seen):
    trace = np.zeros(seen.shape[1])
    for t in range(len(i)):
        trace = i[t] * trace + i[t] * slope(g[t]) * seen[t]
    return trace


@pytest.mark.parametrize(("hint", "answer"), [*TRACES.items(), ("nothing decays on the loop", decaying)])
def test_a_wrong_trace_is_told_what_it_is(hint, answer, capsys):
    check_trace(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def test_a_trace_written_as_a_loop_is_right(capsys):
    def loop(i, g, seen):
        trace = np.zeros(seen.shape[1])
        for t in range(len(i)):
            trace += i[t] * slope(g[t]) * seen[t]
        return trace

    check_trace(loop)
    assert all(line.startswith("right: ") for line in said(capsys))


def way_in(o, h):
    return o * (1 - h) * (1 + h) / 2


TOLLS = {
    "no power of q": lambda o, h, i, g, q: (way_in(o, h) * i * slope(g)) ** q,
    "h' is (1 - h)(1 + h) / 2": lambda o, h, i, g, q: o * (1 - h**2) * i * slope(g),
    "g' is (2 - g)(2 + g) / 4": lambda o, h, i, g, q: way_in(o, h) * i * (1 - g**2),
    "the way in alone": lambda o, h, i, g, q: way_in(o, h),
    "the way out alone": lambda o, h, i, g, q: i * slope(g),
    "slopes, not values": lambda o, h, i, g, q: o * h * i * g,
    "the gates are missing": lambda o, h, i, g, q: way_in(1, h) * slope(g),
    "the input gate's net input": lambda o, h, i, g, q: way_in(o, h) * g * i * (1 - i),
    "is off by": lambda o, h, i, g, q: 1.0,
    "returns nothing": lambda o, h, i, g, q: None,
}


@pytest.mark.parametrize("hint", TOLLS)
def test_a_wrong_toll_is_told_what_it_is(hint, capsys):
    check_toll(TOLLS[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (0.01, "how far the gate may stand open"),
        (4.59511985013459, "the sign"),
        (np.log(0.01), "isn't the exponential"),
        (np.log(0.001 / 0.999), "without g"),
        (np.log10(0.01 / 0.99), "common logarithm"),
        (-5.0, "is off by"),
        ("shut", "expected a number"),
        (None, "no number yet"),
    ],
)
def test_a_wrong_bias_is_told_what_it_is(answer, hint, capsys):
    check_bias(answer)
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


@pytest.mark.parametrize(("drift", "steps", "most"), [(0.1, 1000, 1.0), (-0.5, 200, -2.0)])
def test_the_bias_moves_a_state_of_the_library_s_as_far_as_asked(drift, steps, most):
    layer = LSTM1997(1, 1, input_gate_bias=start_bias(drift, steps, most))
    layer.params["weight_ih_l0"][:] = layer.params["weight_hh_l0"][:] = 0.0
    layer.params["bias_l0"][1] = np.log((drift + 2) / (2 - drift))  # g of it is drift
    _, (_, s), _ = layer.forward(np.zeros((steps, 1, 1)))
    assert s.item() == pytest.approx(most, rel=1e-9)


def test_the_toll_is_what_backward_pays():
    rng = np.random.default_rng(3)
    layer = LSTM1997(1, 1, gradient="truncated", weight_range=1.0, rng=rng)
    x = rng.uniform(-1, 1, (9, 1, 1))
    y, _, (_, a, _, g_, h_) = layer.forward(x)
    dy = np.zeros_like(y)
    dy[-1] = 1.0
    arrived = gradient_by_lag(layer, x, dy, "bias_l0")[:, 1]
    for q in range(9):
        i, o = a[9 - q, 0, 0], a[9, 0, 2]
        assert arrived[q] == pytest.approx(way_in(o, h_[-1].item()) * i * slope(g_[8 - q].item()), rel=1e-9)
