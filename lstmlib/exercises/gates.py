"""The checks of the chapter on gates."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, compare_number, pair, right
from lstmlib.numpy.checks import Array
from lstmlib.numpy.rnn import sigmoid


def _g(z: Array) -> Array:
    return 4.0 * sigmoid(z) - 2.0


def _h(z: Array) -> Array:
    return 2.0 * sigmoid(z) - 1.0


def check_cell(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(net_in, net_c, net_out, s)`` is one step of the cell of 1997.

    Args:
        answer: takes the net inputs of input gates, cells and output gates and the states before, each (H,), a gate of
            its own for every cell; returns the states after the step and the outputs, each (H,).
    """
    net_in, net_c, net_out, s = np.random.default_rng(0).normal(0.0, 1.5, (4, 6))
    given = attempt(answer, net_in, net_c, net_out, s)
    if given is None:
        return
    two = pair(given, "expected two arrays, the states and the outputs: return s, y")
    if two is None:
        return
    i, o, g = sigmoid(net_in), sigmoid(net_out), _g(net_c)
    new = s + i * g
    y = o * _h(new)
    mistakes = {
        "g is 4 f - 2, from -2 to 2, not tanh": s + i * np.tanh(net_c),
        "the input gate stands before what comes in, not before the old state: s + i * g": i * (s + g),
        "nothing is kept: the new state is the old one plus i * g": i * g,
        "there is no forget gate in this cell: the old state is kept whole": (1.0 - i) * s + i * g,
        "the cell's input isn't squashed: g(net_c)": s + i * net_c,
        "gates are logistic, from 0 to 1": s + np.tanh(net_in) * g,
        "the input gate is missing": s + g,
        "two arrays the other way round: return s, y": y,
    }
    outputs = {
        "h is 2 f - 1, half as steep as tanh": o * np.tanh(new),
        "the state isn't squashed: o * h(s)": o * new,
        "show the new state, not the old one": o * _h(s),
        "the output gate is missing": _h(new),
        "two arrays the other way round: return s, y": new,
    }
    if compare("the states", two[0], new, mistakes) and compare("the outputs", two[1], y, outputs):
        right("that is one step of LSTM1997")


def check_trace(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(i, g, seen)`` is the trace of a cell's weights after the last step, equation (27).

    Args:
        answer: takes the input gate's activation i (T,), the squashed cell input g (T,), and what the cell's weights
            see at each step, (T, M); returns ds(T)/dw for the M weights.
    """
    rng = np.random.default_rng(1)
    i, g, seen = rng.uniform(0.1, 0.9, 7), rng.uniform(-1.8, 1.8, 7), rng.standard_normal((7, 4))
    given = attempt(answer, i, g, seen)
    if given is None:
        return
    slope = 0.25 * (2.0 - g) * (2.0 + g)
    terms = (i * slope)[:, None] * seen
    trace = terms.sum(0)
    decay = np.zeros(4)
    for term, gate in zip(terms, i, strict=True):
        decay = gate * decay + term
    mistakes = {
        "that is the last step alone; the old trace is kept, and each step adds to it": terms[-1],
        "one trace a weight, after the last step: add the steps up": terms,
        "the slope of g is missing: g' = (2 - g)(2 + g) / 4": i @ seen,
        "g runs from -2 to 2, so g' isn't 1 - g**2": (i * (1.0 - g**2)) @ seen,
        "that is the trace of the input gate's weights, equation (25); here the gate is fixed and g moves": (
            (g * i * (1.0 - i)) @ seen
        ),
        "g itself doesn't stand in its own derivative: i * g'": (i * g) @ seen,
        "the input gate is missing: what a weight does to the state goes through it": slope @ seen,
        "nothing decays on the loop: the old trace is kept whole": decay,
        "the mean is not the sum": terms.mean(0),
    }
    if compare("the trace", given, trace, mistakes):
        right("a running sum: no step needs to be kept")


def check_toll(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(o, h, i, g, q)`` is what an error is multiplied with from y(t) to net_c(t-q), (41).

    Args:
        answer: takes the output gate and h(s) at step t, the input gate and g at step t - q, and q; returns a number.
    """
    o, h, i, g, q = 0.8, 0.6, 0.3, 1.2, 50
    given = attempt(answer, o, h, i, g, q)
    if given is None:
        return
    way_in, way_out = o * 0.5 * (1.0 - h) * (1.0 + h), i * 0.25 * (2.0 - g) * (2.0 + g)
    mistakes = {
        "the error pays once at each end, whatever q is: no power of q": np.asarray((way_in * way_out) ** q),
        "h' is (1 - h)(1 + h) / 2": np.asarray(o * (1.0 - h**2) * way_out),
        "g' is (2 - g)(2 + g) / 4": np.asarray(way_in * i * (1.0 - g**2)),
        "that is the way in alone; to leave for net_c it passes the input gate and g' too": np.asarray(way_in),
        "that is the way out alone; to get in it passes the output gate and h' first": np.asarray(way_out),
        "an error passes slopes, not values: h' and g' in place of h and g": np.asarray(o * h * i * g),
        "the gates are missing": np.asarray(way_in / o * way_out / i),
        "that is the way to the input gate's net input; the question is about the cell's": np.asarray(
            way_in * g * i * (1.0 - i)
        ),
    }
    if compare("the factor", given, np.asarray(way_in * way_out), mistakes):
        right("the same for q = 1 and q = 1000")


def start_bias(drift: float, steps: int, most: float) -> float:
    """Return the largest input-gate bias with which a steady cell input moves the state by no more than ``most``.

    The gate's net input is its bias, so that the state moves by i g a step, i = 1 / (1 + e^-bias).

    Args:
        drift: g, the same at all steps.
        steps: how many.
        most: how far the state may have moved after them.
    """
    i = most / (drift * steps)
    return math.log(i / (1.0 - i))


def check_bias(answer: Any) -> None:
    """Say whether ``answer`` is the largest bias that keeps a state below 1 over 1000 steps at g = 0.1.

    Args:
        answer: a number.
    """
    mistakes = {
        "that is how far the gate may stand open; the question is for its bias": 0.01,
        "the sign: this bias opens the gate": -start_bias(0.1, 1000, 1.0),
        "close: the logistic function isn't the exponential, i = 1 / (1 + e^-b)": math.log(0.01),
        "that is without g: each step adds i * 0.1": start_bias(1.0, 1000, 1.0),
        "that is the common logarithm": math.log10(0.01 / 0.99),
    }
    if compare_number("the bias", answer, start_bias(0.1, 1000, 1.0), mistakes):
        right("below it the state stays where h still has a slope")
