"""The checks of the chapter on what came back."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, not_yet, right
from lstmlib.numpy.checks import Array
from lstmlib.numpy.scan import combine, scan


def check_combine(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(later, earlier)`` makes one pair (a, b) of two.

    Args:
        answer: takes two pairs (a, b), the later step's first; returns the pair that does both in one step.
    """
    later, earlier = (0.7, -1.3), (0.4, 2.1)
    given = attempt(answer, later, earlier)
    if given is None:
        return
    (a, b), (a0, b0) = later, earlier
    mistakes = {
        "that is the earlier step after the later one: h goes through the earlier pair first": np.array(
            combine(earlier, later)
        ),
        "what came in earlier is multiplied by the later a, too: a * b_earlier + b": np.array([a * a0, b0 + b]),
        "factors multiply; they don't add up": np.array([a + a0, a * b0 + b]),
        "the earlier a stands before h, not before the earlier b": np.array([a * a0, a * a0 * b0 + b]),
        "the later b has come in at the last step: nothing multiplies it": np.array([a * a0, a * b0 + a0 * b]),
    }
    if compare("the pair", given, np.array(combine(later, earlier)), mistakes):
        third = (-0.9, 0.5)
        one = np.array(answer(answer(later, earlier), third))
        if compare("three steps", one, np.array(combine(later, combine(earlier, third)))):
            right("it doesn't matter which two are taken together first")


def stable_mean(log_f: Array, log_i: Array, z: Array) -> Array:
    """Return c(t) / n(t) of c(t) = f c(t-1) + i z and n(t) = f n(t-1) + i, from the gates' logarithms, each (T,).

    Source: Beck et al. (2024), "xLSTM: Extended long short-term memory", the stabiliser state m(t).
    """
    c, n, m, out = 0.0, 0.0, -np.inf, np.empty(len(z))
    for t in range(len(z)):
        top = max(log_f[t] + m, log_i[t])
        keep, write = np.exp(log_f[t] + m - top), np.exp(log_i[t] - top)
        c, n, m = keep * c + write * z[t], keep * n + write, top
        out[t] = c / n
    return out


def check_stabiliser(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(log_f, log_i, z)`` gives c(t) / n(t), for gates whose exponentials fit no number as well.

    Args:
        answer: takes log f, log i and z, each (T,); returns (T,).
    """
    rng = np.random.default_rng(0)
    log_f, log_i, z = -rng.uniform(0.0, 1.0, 8), rng.standard_normal(8), rng.standard_normal(8)
    f, i = np.exp(log_f), np.exp(log_i)
    mistakes = {
        "that is c(t); divide it by n(t)": scan(f, i * z),
        "n(t) is forgotten as c(t) is, by the same f": scan(f, i * z) / scan(np.ones(8), i),
        "these are the gates' logarithms: take exp(log_f), not log_f": scan(log_f, log_i * z) / scan(log_f, log_i),
    }
    steady = np.zeros(8)
    cases = {"small gates": steady, "log i + 1000": steady + 1000, "a rising log i": 300.0 * np.arange(8)}
    with np.errstate(all="ignore"):
        for name, added in cases.items():
            given = attempt(answer, log_f, log_i + added, z)
            if given is None:
                return
            if name == "log i + 1000" and not np.isfinite(np.asarray(given, float)).all():
                not_yet("with 1000 added to every log i, an exponential overflows: subtract the larger exponent first")
                return
            if name == "a rising log i" and not np.isfinite(np.asarray(given, float)).all():
                not_yet("log i rises by 300 a step: one largest exponent for the whole row leaves nothing of the first")
                return
            if not compare(name, given, stable_mean(log_f, log_i + added, z), {} if added.any() else mistakes):
                return
    right("no exponent is above 0, at any step")


def check_flip(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(x)`` gives gates (a, b) with which h is 1 while the ones are even, and -1 while odd.

    Args:
        answer: takes bits x (T,), 0.0 or 1.0; returns a and b, each (T,), of h(t) = a(t) h(t-1) + b(t), h(0) = 1. Both
            may depend on x(t), on nothing else.
    """
    x = np.random.default_rng(0).integers(2, size=40).astype(float)
    given = attempt(answer, x)
    if given is None:
        return
    try:
        a, b = (np.asarray(part, float) + np.zeros(40) for part in given)
    except (TypeError, ValueError):
        not_yet("expected two arrays of shape (40,), a and b")
        return
    for bit in (0.0, 1.0):
        if np.ptp(a[x == bit]) or np.ptp(b[x == bit]):
            not_yet(
                "a(t) and b(t) may depend on x(t), not on what came before: a gate that looks back can't be scanned"
            )
            return
    mistakes = {
        "that turns at every 0; turn at every 1": scan(2.0 * x - 1.0, 0.0 * x, np.array(1.0)),
        "it turns at every step: where x is 0, keep": scan(-np.ones(40), 0.0 * x, np.array(1.0)),
        "h counts the ones; it should turn": scan(np.ones(40), x, np.array(1.0)),
        "h is forgotten at every 1: no a from 0 up can turn a sign": scan(1.0 - x, 0.0 * x, np.array(1.0)),
    }
    expected = 1.0 - 2.0 * (np.cumsum(x) % 2)
    if compare("h", scan(a, b, np.array(1.0)), expected, mistakes):
        right("a(t) is -1 at every 1: the one thing that a gate between 0 and 1 can't be")
