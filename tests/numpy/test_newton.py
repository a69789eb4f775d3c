"""Newton's method finds the states of the loop, for the LSTM and for any step that brings its Jacobian."""

import numpy as np
import pytest

from lstmlib.numpy import GRU, LSTM
from lstmlib.numpy.newton import lstm_step, matrix_scan, newton_scan
from lstmlib.numpy.scan import doubling, one_by_one, sweeps


@pytest.mark.parametrize("plan", [one_by_one, doubling, sweeps])
@pytest.mark.parametrize("T", [1, 2, 7, 16])
def test_the_scan_over_matrices_is_the_loop(plan, T, rng):
    J, b, s0 = rng.standard_normal((T, 3, 3)), rng.standard_normal((T, 3)), rng.standard_normal(3)
    given = J.copy(), b.copy()
    s, states = s0, []
    for factor, new in zip(J, b, strict=True):
        s = factor @ s + new
        states.append(s)
    np.testing.assert_allclose(matrix_scan(J, b, s0, plan), states, rtol=1e-9, atol=1e-10)
    np.testing.assert_array_equal(J, given[0])
    np.testing.assert_array_equal(b, given[1])


@pytest.mark.parametrize("clip", [None, 0.5])
def test_the_jacobian_is_the_differences(clip, rng):
    layer = LSTM(2, 3, rng=rng, clip=clip)
    step = lstm_step(layer, rng.standard_normal((5, 2)))
    before = rng.standard_normal((5, 6))
    _, J = step(before)
    for k in range(6):
        up, down = before.copy(), before.copy()
        up[:, k] += 1e-6
        down[:, k] -= 1e-6
        np.testing.assert_allclose(J[:, :, k], (step(up)[0] - step(down)[0]) / 2e-6, atol=1e-8)


@pytest.mark.parametrize("scale", [1, 4])
@pytest.mark.parametrize("T", [1, 2, 33, 200])
def test_an_lstm_s_states_are_those_of_its_loop(scale, T, rng):
    layer = LSTM(3, 4, rng=rng)
    layer.params["weight_hh_l0"] *= scale
    x, h0, c0 = rng.standard_normal((T, 3)), rng.standard_normal((1, 4)), rng.standard_normal((1, 4))
    y, (_, c), _ = layer.forward(x[:, None], (h0, c0))
    found = newton_scan(lstm_step(layer, x), np.concatenate([h0[0], c0[0]]), T)
    assert found.converged
    assert found.iterations <= T + 1
    np.testing.assert_allclose(found.states[:, :4], y[:, 0], atol=1e-10)
    np.testing.assert_allclose(found.states[-1, 4:], c[0], atol=1e-10)


def test_a_linear_step_takes_one_iteration_and_one_to_see_it(rng):
    J, b = rng.uniform(-0.5, 0.5, (50, 2, 2)), rng.standard_normal((50, 2))
    found = newton_scan(lambda s: ((J @ s[:, :, None])[..., 0] + b, J), np.zeros(2), 50)
    assert (found.iterations, found.converged) == (2, True)


def test_after_k_iterations_the_first_k_states_are_exact():
    def step(s):  # a map that amplifies: a state is off by much until all before it are right
        return np.cos(3 * s), -3 * np.sin(3 * s)[:, :, None]

    s, loop = np.array([0.3]), []
    for _ in range(12):
        s = np.cos(3 * s)
        loop.append(s)
    for k in range(1, 13):
        found = newton_scan(step, np.array([0.3]), 12, limit=k)
        np.testing.assert_allclose(found.states[:k], loop[:k], atol=1e-6)
    assert np.abs(newton_scan(step, np.array([0.3]), 12, limit=2).states[-1] - loop[-1]) > 0.1


def test_what_overflows_or_runs_out_has_not_converged():
    with np.errstate(over="ignore"):
        grows = newton_scan(lambda s: (s**3 + 2, 3 * s[:, :, None] ** 2), np.array([1.0]), 100)
    assert not grows.converged
    short = newton_scan(lambda s: (np.cos(3 * s), -3 * np.sin(3 * s)[:, :, None]), np.array([1.0]), 100, limit=2)
    assert (short.iterations, short.converged) == (2, False)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: matrix_scan(np.ones((4, 2, 3)), np.ones((4, 2)), np.ones(2)), r"expected \(T, n, n\)"),
        (lambda: newton_scan(lambda s: (s, s), np.ones(2), 0), "length is 0, expected a positive integer"),
        (
            lambda: newton_scan(lambda s: (s, s), np.ones(2), 3, tolerance=0.0),
            r"tolerance is 0\.0, expected a positive number",
        ),
        (lambda: lstm_step(LSTM(2, 3, num_layers=2), np.ones((4, 2))), "layer has 2 layers, expected 1"),
        (lambda: lstm_step(LSTM(2, 3), np.ones((4, 3))), r"x has shape \(4, 3\)"),
        (lambda: lstm_step(GRU(2, 3), np.ones((4, 2))), "layer is a GRU, expected an LSTM"),
        (lambda: lstm_step(LSTM(2, 3), np.full((4, 2), np.nan)), r"x of shape \(4, 2\) is NaN"),
        (lambda: newton_scan(lambda s: (s, s), [1.0], 3), "s0 is a list"),
        (lambda: newton_scan(lambda s: (s, s), np.ones(2), 3, limit=0), "limit is 0"),
        (lambda: matrix_scan([1], np.ones((4, 2)), np.ones(2)), "J is a list"),
        (lambda: matrix_scan(np.ones((4, 2, 2)), np.ones((4, 2), int), np.ones(2)), "float64, int64 and float64"),
    ],
)
def test_bad_input_is_one_clear_error(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
