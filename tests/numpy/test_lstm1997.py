"""The memory cell of 1997: its equations, both its gradients, the paper's learning rule, and its numbers of weights."""

import re

import numpy as np
import pytest
from cells import arrays, assert_close

from lstmlib.numpy import LSTM1997, Linear, check_gradients

T, N, D = 7, 2, 3


def logistic(z):
    return 1.0 / (1.0 + np.exp(-z))


def twins(rng, **options):
    """Two layers with the same parameters, one for each gradient, and a sequence with the errors on it."""
    layers = [
        LSTM1997(D, 2, 2, gradient=g, weight_range=0.8, rng=np.random.default_rng(5), **options)
        for g in ("full", "truncated")
    ]
    return *layers, rng.standard_normal((T, N, D)), rng.standard_normal((T, N, 4))


def gradients(layer, x, dy, state=None, dstate=None):
    y, _, cache = layer.forward(x, state)
    dx, dfirst, grads = layer.backward(cache, dy[: len(y)], dstate)
    return {"x": dx, "a": dfirst[0], "s": dfirst[1], **grads}


def test_two_steps_by_hand():
    layer = LSTM1997(1, 1, 2, weight_range=1.0, rng=np.random.default_rng(0))
    W, U, b = (layer.params[name] for name in ("weight_ih_l0", "weight_hh_l0", "bias_l0"))
    x = np.array([0.3, -1.2])
    a, s = np.zeros(4), np.zeros(2)  # input gate, two cells, output gate
    for t in range(2):
        net = W[:, 0] * x[t] + U @ a + b
        g = 4.0 * logistic(net[1:3]) - 2.0
        s = s + logistic(net[0]) * g
        a = np.array([logistic(net[0]), *(logistic(net[3]) * (2.0 * logistic(s) - 1.0)), logistic(net[3])])
    y, (last_a, last_s), _ = layer.forward(x.reshape(2, 1, 1))
    np.testing.assert_allclose(y[-1, 0], a[1:3], rtol=1e-13)
    np.testing.assert_allclose(last_a[0], a, rtol=1e-13)
    np.testing.assert_allclose(last_s[0], s, rtol=1e-13)


def test_ranges_of_g_and_h():
    layer = LSTM1997(1, 1, 1, biased="none")
    layer.params["weight_hh_l0"][:] = 0.0
    layer.params["weight_ih_l0"][:, 0] = [100.0, 100.0, 100.0]  # both gates open, the cell's input at its end
    _, (_, s), cache = layer.forward(np.ones((3, 1, 1)))
    np.testing.assert_allclose(cache.g[:, 0, 0, 0], 2.0)
    np.testing.assert_allclose(s, 6.0)  # nothing is forgotten: three times 2
    _, (_, s), cache = layer.forward(-np.ones((1, 1, 1)))
    np.testing.assert_allclose(cache.g, -2.0)
    np.testing.assert_allclose(s, 0.0, atol=1e-12)  # the gate is shut
    state = np.zeros((1, 3)), np.array([[50.0]])
    y, _, _ = layer.forward(np.ones((1, 1, 1)), state)
    np.testing.assert_allclose(y, 1.0)


def test_the_state_is_kept_exactly_while_the_input_gate_is_shut(rng):
    layer = LSTM1997(D, 2, 2, input_gate_bias=-1e4, rng=rng)
    s0 = rng.standard_normal((N, 4))
    _, (_, s), cache = layer.forward(rng.standard_normal((1000, N, D)), (np.zeros((N, 8)), s0))
    np.testing.assert_array_equal(s, s0)
    ds = rng.standard_normal((N, 4))
    _, (_, back), _ = layer.backward(cache, np.zeros((1000, N, 4)), (np.zeros((N, 8)), ds))
    np.testing.assert_array_equal(back, ds)  # the constant error carousel, a thousand steps


@pytest.mark.parametrize("biased", ["all", "gates", "none"])
def test_full_gradient_is_the_differences_and_the_truncated_one_is_not(biased, rng):
    full, truncated, x, _ = twins(rng, biased=biased)
    assert max(check_gradients(full, x).values()) < 1e-6
    differences = check_gradients(truncated, x)
    for name in ("x", "weight_ih_l0", "weight_hh_l0", "state[0]"):
        assert differences[name] > 1e-3, name


def test_they_agree_over_a_single_step(rng):
    full, truncated, x, dy = twins(rng)
    state = rng.standard_normal((N, 8)), rng.standard_normal((N, 4))
    a, b = (gradients(layer, x[:1], dy, state) for layer in (full, truncated))
    for name in a.keys() - {"a"}:
        assert_close([b[name]], [a[name]])
    assert np.abs(a["a"]).max() > 1e-2
    assert not b["a"].any()  # what was cut


def test_they_agree_where_hidden_units_don_t_see_each_other(rng):
    full, truncated, x, dy = twins(rng)
    for layer in (full, truncated):
        layer.params["weight_hh_l0"][:] = 0.0
    a, b = (gradients(layer, x, dy) for layer in (full, truncated))
    for name in a:
        assert_close([b[name]], [a[name]])
    assert np.abs(a["weight_hh_l0"]).max() > 1e-2  # the recurrent weights' own gradient among them


def test_they_differ_as_soon_as_an_error_has_a_hidden_unit_to_go_back_to(rng):
    full, truncated, x, dy = twins(rng)
    a, b = (gradients(layer, x[:2], dy) for layer in (full, truncated))
    for name in ("x", "weight_ih_l0", "bias_l0"):
        assert np.abs(a[name] - b[name]).max() > 1e-3 * np.abs(a[name]).max(), name
    # Recurrent weights see zeros at the first step, so that two steps leave them nothing to differ in; three do.
    np.testing.assert_array_equal(a["weight_hh_l0"], b["weight_hh_l0"])
    longer = [gradients(layer, x[:3], dy)["weight_hh_l0"] for layer in (full, truncated)]
    assert np.abs(longer[0] - longer[1]).max() > 1e-3 * np.abs(longer[0]).max()
    # The last step has nothing after it: what is cut is what went back from it.
    np.testing.assert_array_equal(a["x"][1], b["x"][1])


def test_what_goes_back_through_the_carousel_alone_is_neither_scaled_nor_mixed(rng):
    _, truncated, x, dy = twins(rng)
    _, _, cache = truncated.forward(x)
    ds = gradients(truncated, x, dy)["s"].reshape(N, 2, 2)
    y_out = cache.a[1:, :, -2:, None]
    at_each_step = dy.reshape(T, N, 2, 2) * y_out * 0.5 * (1.0 - cache.h**2)
    np.testing.assert_allclose(ds, at_each_step.sum(0), rtol=1e-13)


def paper_rule(layer, x, dy):
    """Return the gradients by the paper's own rule: traces carried forward, equations (20) to (28) of appendix A.1.

    One sequence. ``dy`` is the error that the read-out sends to the cells' outputs, -sum_k w_kc e_k.
    """
    W, U, b = (layer.params[name] for name in ("weight_ih_l0", "weight_hh_l0", "bias_l0"))
    B, S = layer.num_blocks, layer.block_size
    units = B * (S + 2)
    a, s = np.zeros(units), np.zeros((B, S))
    sources = W.shape[1] + units + 1
    total = np.zeros((units, sources))
    trace_in, trace_c = np.zeros((B, S, sources)), np.zeros((B, S, sources))
    for t in range(len(x)):
        y = np.concatenate([x[t], a, [1.0]])  # all that a hidden unit sees
        net = np.hstack([W, U, b[:, None]]) @ y
        y_in, y_out, g = logistic(net[:B]), logistic(net[-B:]), 4.0 * logistic(net[B:-B]).reshape(B, S) - 2.0
        for j in range(B):
            for v in range(S):
                trace_in[j, v] += g[j, v] * y_in[j] * (1.0 - y_in[j]) * y  # (25)
                trace_c[j, v] += 0.25 * (2.0 - g[j, v]) * (2.0 + g[j, v]) * y_in[j] * y  # (27)
                s[j, v] += y_in[j] * g[j, v]
        h = 2.0 * logistic(s) - 1.0
        error = dy[t].reshape(B, S)
        for j in range(B):
            total[-B + j] += y_out[j] * (1.0 - y_out[j]) * (h[j] @ error[j]) * y  # (21), (22)
            for v in range(S):
                e_s = y_out[j] * 0.5 * (1.0 - h[j, v]) * (1.0 + h[j, v]) * error[j, v]  # (23)
                total[j] += e_s * trace_in[j, v]  # (26)
                total[B + j * S + v] += e_s * trace_c[j, v]  # (28)
        a = np.concatenate([y_in, (y_out[:, None] * h).ravel(), y_out])
    return total


def test_the_truncated_gradient_is_the_paper_s_rule(rng):
    layer = LSTM1997(D, 3, 2, gradient="truncated", weight_range=0.8, rng=rng)
    x, dy = rng.standard_normal((12, 1, D)), rng.standard_normal((12, 1, 6))
    grads = gradients(layer, x, dy)
    ours = np.hstack([grads["weight_ih_l0"], grads["weight_hh_l0"], grads["bias_l0"][:, None]])
    assert_close([ours], [paper_rule(layer, x[:, 0], dy[:, 0])])


# Inputs, blocks, cells a block, outputs, who is biased, whether the outputs are; and the paper's number of weights.
EXPERIMENTS = {
    "1, 4 blocks of 1": (7, 4, 1, 7, "gates", False, 264),
    "1, 3 blocks of 2": (7, 3, 2, 7, "gates", False, 276),
    "2c, p = 50": (54, 1, 2, 2, "none", False, None),
    "3": (1, 3, 1, 1, "all", False, 102),
    "4 and 5": (2, 2, 2, 1, "all", True, 93),
    "6a": (8, 2, 2, 4, "all", True, 156),
    "6b": (8, 3, 2, 8, "all", True, 308),
}


@pytest.mark.parametrize(
    ("inputs", "B", "S", "outputs", "biased", "output_bias", "weights"), EXPERIMENTS.values(), ids=EXPERIMENTS
)
def test_the_paper_s_numbers_of_weights(inputs, B, S, outputs, biased, output_bias, weights):
    layer, readout = LSTM1997(inputs, B, S, biased=biased), Linear(B * S, outputs)
    there = sum(value.size for value in layer.params.values()) + readout.params["weight"].size
    there += readout.params["bias"].size if output_bias else 0
    assert layer.num_parameters + outputs * (B * S + output_bias) == there
    if weights is not None:
        assert there == weights


@pytest.mark.parametrize(("p", "weights"), [(50, 364), (100, 664), (200, 1264), (500, 3064), (1000, 6064)])
def test_the_paper_s_numbers_of_weights_in_experiment_2c(p, weights):
    layer = LSTM1997(p + 4, 2, 1, biased="none")
    assert layer.num_parameters + 2 * 2 == weights


def test_where_gate_biases_start():
    layer = LSTM1997(D, 3, 2, input_gate_bias=[-1.0, -3.0, -5.0], output_gate_bias=-2.0)
    np.testing.assert_array_equal(layer.params["bias_l0"][:3], [-1.0, -3.0, -5.0])
    np.testing.assert_array_equal(layer.params["bias_l0"][-3:], -2.0)
    assert np.abs(layer.params["bias_l0"][3:-3]).max() <= 0.1
    gates = LSTM1997(D, 3, 2, biased="gates", input_gate_bias=[-1.0, -3.0, -5.0])
    assert gates.params["bias_l0"].shape == (6,)
    np.testing.assert_array_equal(gates.params["bias_l0"][:3], [-1.0, -3.0, -5.0])


def test_biases_reach_the_units_that_they_are_for():
    biased, plain = LSTM1997(1, 2, 2, biased="gates"), LSTM1997(1, 2, 2, biased="all")
    for name in ("weight_ih_l0", "weight_hh_l0"):
        plain.params[name][:] = biased.params[name]
    plain.params["bias_l0"][:] = 0.0
    plain.params["bias_l0"][[0, 1, 6, 7]] = biased.params["bias_l0"]
    x = np.ones((5, 1, 1))
    np.testing.assert_array_equal(plain.forward(x)[0], biased.forward(x)[0])


def test_the_output_is_the_cells_alone(rng):
    layer, x = LSTM1997(D, 2, 3, rng=rng), rng.standard_normal((T, N, D))
    y, state, cache = layer.forward(x)
    assert y.shape == (T, N, 6)
    assert [part.shape for part in arrays(state)] == [(N, 10), (N, 6)]
    np.testing.assert_array_equal(y, cache.a[1:, :, 2:8])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"biased": "cells"}, ValueError, "biased is 'cells', expected one of all, gates, none"),
        ({"gradient": "half"}, ValueError, "gradient is 'half', expected one of full, truncated"),
        ({"weight_range": 0.0}, ValueError, "weight_range is 0.0, expected a positive number"),
        ({"num_blocks": 0}, ValueError, "num_blocks is 0, expected a positive integer"),
        ({"block_size": 1.5}, TypeError, "block_size is 1.5, expected a positive integer"),
        (
            {"input_gate_bias": [-1.0, -2.0, -3.0]},
            ValueError,
            "input_gate_bias has shape (3,), expected one number or (2,)",
        ),
        (
            {"biased": "none", "output_gate_bias": -1.0},
            ValueError,
            "output_gate_bias is -1.0, expected None where no unit",
        ),
    ],
)
def test_bad_arguments(options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        LSTM1997(**({"input_size": 3, "num_blocks": 2} | options))
