"""Each check accepts the page's own solution, tells the starter 'not yet', and knows the mistakes that readers make."""

import numpy as np
import pytest
from chapter import CHAPTERS, check_all_solutions, said, solutions, starters

from lstmlib.exercises.gru import check_convert, check_factor, check_step, step_factor
from lstmlib.numpy import GRU

PAGE = CHAPTERS / "gru.ipynb"


@pytest.mark.parametrize("name", ["ex-gru-step", "ex-gru-convert", "ex-gru-factor"])
def test_the_page_s_solution_is_right(name, capsys):
    exec(solutions(PAGE)[name], {"np": np, **globals()})
    lines = said(capsys)
    assert lines
    assert all(line.startswith("right: ") for line in lines), lines


def test_every_exercise_has_a_solution_that_runs(capsys):
    assert len(check_all_solutions(PAGE, "ex-gru-", capsys)) >= 5


def test_the_starters_are_not_right_yet(capsys):
    found = starters(PAGE)
    assert len(found) == 3
    for code in found:
        exec(code, {"np": np, **globals()})
    lines = said(capsys)
    assert len(lines) == 3
    assert all(line.startswith("not yet: ") for line in lines)


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


def gru_step(recurrent, new, order=("r", "z")):
    """Return an answer from its rule for the candidate's recurrent part and its rule for the new state."""

    def answer(x, h, p):
        net = [p["weight_ih_l0"][k : k + 4] @ x + p["bias_ih_l0"][k : k + 4] for k in (0, 4, 8)]
        W, b = p["weight_hh_l0"], p["bias_hh_l0"]
        gates = {
            name: logistic(net[k] + W[4 * k : 4 * k + 4] @ h + b[4 * k : 4 * k + 4]) for k, name in enumerate(order)
        }
        n = np.tanh(net[2] + recurrent(gates["r"], W[8:], h, b[8:]))
        return new(gates["r"], gates["z"], n, h)

    return answer


def after(r, W, h, b):
    return r * (W @ h + b)


def mean(r, z, n, h):
    return (1.0 - z) * n + z * h


STEPS = {
    "z keeps the old here": gru_step(after, lambda r, z, n, h: z * n + (1.0 - z) * h),
    "for r, then z, then n": gru_step(after, mean, order=("z", "r")),
    "resets the state before the product": gru_step(lambda r, W, h, b: W @ (r * h) + b, mean),
    "b_hn is inside": gru_step(lambda r, W, h, b: r * (W @ h) + b, mean),
    "the reset gate is missing": gru_step(lambda r, W, h, b: W @ h + b, mean),
    "z * h, not h": gru_step(after, lambda r, z, n, h: h + (1.0 - z) * n),
    "r belongs to the candidate alone": gru_step(after, lambda r, z, n, h: (1.0 - z) * n + z * r * h),
    "that is the candidate": gru_step(after, lambda r, z, n, h: n),
    "goes through tanh": gru_step(after, lambda r, z, n, h: (1.0 - z) * np.arctanh(n) + z * h),
    "is off by": gru_step(after, lambda r, z, n, h: -mean(r, z, n, h)),
    "shape (), expected (4,)": lambda x, h, p: 0.0,
    "stops with KeyError": lambda x, h, p: p["weight"],
    "returns nothing": lambda x, h, p: None,
}


@pytest.mark.parametrize("hint", STEPS)
def test_a_wrong_step_is_told_what_it_is(hint, capsys):
    check_step(STEPS[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def test_a_step_written_otherwise_is_right(capsys):
    check_step(gru_step(after, mean))
    assert all(line.startswith("right: ") for line in said(capsys))


def turned(rows, *names):
    def answer(params):
        for name in names or params:
            params[name][rows] *= -1.0
        return params

    return answer


CONVERSIONS = {
    "nothing has changed": lambda params: params,
    "the reset gate's rows": turned(slice(0, 4)),
    "the candidate's rows": turned(slice(8, 12)),
    "only z has to be turned": turned(slice(None)),
    "the biases, too": turned(slice(4, 8), "weight_ih_l0", "weight_hh_l0"),
    "weight_hh and bias_hh as well": turned(slice(4, 8), "weight_ih_l0", "bias_ih_l0"),
    "is off by": lambda params: {name: 1.0 - value for name, value in params.items()},
    "expected a dict with the keys weight_ih_l0": lambda params: list(params.values()),
    "bias_hh_l0 has shape (3,), expected (12,)": lambda params: {**params, "bias_hh_l0": np.zeros(3)},
    "returns nothing": lambda params: params.update(weight_ih_l0=-params["weight_ih_l0"]),
}


@pytest.mark.parametrize("hint", CONVERSIONS)
def test_a_wrong_conversion_is_told_what_it_is(hint, capsys):
    check_convert(CONVERSIONS[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line


def test_the_factor_is_what_backward_returns(rng):
    for _ in range(10):
        layer = GRU(1, 1, rng=rng)
        for value in layer.params.values():
            value[:] = rng.standard_normal(value.shape)
        layer.params["bias_hh_l0"][:] = 0.0
        h = rng.uniform(-1, 1, (1, 1))
        _, _, cache = layer.forward(rng.standard_normal((1, 1, 1)), h)
        _, back, _ = layer.backward(cache, np.zeros((1, 1, 1)), np.ones((1, 1)))
        r, z, n = cache.gates[0, :, 0, 0]
        v_r, v_z, u = layer.params["weight_hh_l0"][:, 0]
        assert back.item() == pytest.approx(step_factor(z, r, n, h.item(), u, v_r, v_z), rel=1e-12)


def parts(z, r, n, h, u, v_r, v_z):
    """Return the three ways back: kept, through the candidate, through the update gate."""
    inner = r + h * r * (1 - r) * v_r
    return z, (1 - z) * (1 - n**2) * u * inner, (h - n) * z * (1 - z) * v_z


FACTORS = {
    "the kept part alone": lambda *a: a[0],
    "through both gates": lambda z, r, n, h, u, v_r, v_z: z + (1 - z) * (1 - n**2) * u * r,
    "through the update gate as well": lambda *a: sum(parts(*a)[:2]),
    "through the reset gate as well": lambda *a: a[0] + sum(parts(*a[:5], 0 * a[5], a[6])[1:]),
    "(h - n), not (n - h)": lambda *a: parts(*a)[0] + parts(*a)[1] - parts(*a)[2],
    "z is missing": lambda *a: sum(parts(*a)[1:]),
    "the candidate's slope": lambda *a: a[0] + parts(*a)[1] / (1 - a[2] ** 2) + parts(*a)[2],
    "a gate's slope is missing": lambda z, r, n, h, u, v_r, v_z: (
        z + (1 - z) * (1 - n**2) * u * (r + h * v_r) + (h - n) * z * (1 - z) * v_z
    ),
    "z * (1 - z)": lambda z, r, n, h, u, v_r, v_z: sum(parts(z, r, n, h, u, v_r, v_z)[:2]) + (h - n) * v_z,
    "as far as 1 - z lets it": lambda *a: a[0] + parts(*a)[1] / (1 - a[0]) + parts(*a)[2],
    "is off by": lambda *a: -sum(parts(*a)),
    "returns nothing": lambda *a: None,
}


@pytest.mark.parametrize("hint", FACTORS)
def test_a_wrong_factor_is_told_what_it_is(hint, capsys):
    check_factor(FACTORS[hint])
    (line,) = said(capsys)
    assert line.startswith("not yet: ")
    assert hint in line
