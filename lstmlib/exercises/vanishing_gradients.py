"""The checks of the chapter on vanishing gradients."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, not_yet, number, right
from lstmlib.numpy.checks import Array


def check_factor(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(slopes, weight_hh, q)`` is what an error at the last step does q steps earlier.

    Args:
        answer: takes slopes (T, n), the squashing function's slope at every step, weight_hh (n, n) and the lag q;
            returns d delta_v(T - q) / d delta_u(T), row v and column u, (n, n).
    """
    rng = np.random.default_rng(0)
    slopes, W, q = rng.uniform(0.05, 0.25, (6, 3)), rng.standard_normal((3, 3)), 3
    given = attempt(answer, slopes, W, q)
    if given is None:
        return
    back = list(range(-2, -2 - q, -1))  # the steps whose slopes the error meets, the nearest first
    expected = _ways(slopes, W.T, back)
    mistakes = {
        "the weights stand as for the way forwards; the error goes against the arrows, so weight_hh.T": _ways(
            slopes, W, back
        ),
        "the slopes are off by one: the error is at the last net input already, so the first slope is the step "
        "before's, slopes[-2]": _ways(slopes, W.T, [t + 1 for t in back]),
        "the slopes come from the wrong end of the sequence: the error begins at the last step": _ways(
            slopes, W.T, list(range(q))
        ),
        "the slopes come in the wrong order: the nearest step is multiplied first and so stands on the right": _ways(
            slopes, W.T, back[::-1]
        ),
        "the slopes belong to the unit that the error arrives at: they scale rows, slopes[:, None] * ...": _ways(
            slopes, W.T, back, columns=True
        ),
        "the slopes are missing": np.linalg.matrix_power(W.T, q),
        "transposed: row v is where the error arrives, column u where it was": expected.T,
        "one step too few: q steps are q products": _ways(slopes, W.T, back[:-1]),
        "one step too many: q steps are q products": _ways(slopes, W.T, [*back, back[-1] - 1]),
        "multiply matrices with @, not number by number": _ways(slopes, W.T, back, elementwise=True),
    }
    if compare("the factor over three steps", given, expected, mistakes):
        none = attempt(answer, slopes, W, 0)
        if none is not None:
            compare("the factor over no steps, the identity", none, np.eye(3))


def _ways(slopes: Array, weight: Array, steps: list[int], *, columns: bool = False, elementwise: bool = False) -> Array:
    """Return the product over ``steps`` of the slopes and ``weight``; the keywords make mistakes."""
    factor = np.ones_like(weight) if elementwise else np.eye(len(weight))
    for t in steps:
        factor = weight * factor if elementwise else weight @ factor
        factor = factor * slopes[t] if columns else slopes[t][:, None] * factor
    return factor


def check_bound(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(weight_hh, q)`` is n tau^q for a logistic net, with tau = n max|w| / 4.

    Args:
        answer: takes weight_hh (n, n) and the lag q; returns a number.
    """
    W = np.array([[0.3, -0.9, 0.2], [0.1, 0.4, -0.2], [-0.5, 0.6, 0.7]])
    n, q = 3, 5
    given = attempt(answer, W, q)
    if given is None:
        return
    w = np.abs(W).max()
    tau = n * w / 4.0
    row, signed = np.abs(W).sum(1).max(), W.max()
    mistakes = {
        "this counts ways, tau**q / n: sharper, and right as a bound; n tau**q has n in front": tau**q / n,
        "the n in front is missing": tau**q,
        "the largest weight is -0.9: take the absolute value first": n * (n * signed / 4.0) ** q,
        "tau is n * w_max / 4, with n in it as well": n * (w / 4.0) ** q,
        "the largest slope of the logistic function, 1/4, is missing": n * (n * w) ** q,
        "that is the bound by row sums; here every weight counts as the largest": n * (row / 4.0) ** q,
        "q is an exponent: tau**q, not tau * q": n * tau * q,
        "one step too few: q steps, q factors": n * tau ** (q - 1),
        "only tau is to the power of q, not the n in front": (n * tau) ** q,
    }
    compare("the bound over five steps", given, np.array(n * tau**q), mistakes)


def check_forget_bias(answer: Any) -> None:
    """Say whether ``answer`` is the bias at which a logistic gate leaves half of an error after 100 steps.

    Args:
        answer: a number, to two decimals or better.
    """
    given = number(answer)
    if given is None:
        return
    gate = 0.5 ** (1.0 / 100.0)
    bias = np.log(gate / (1.0 - gate))
    slips = {
        "that is what the gate must be; which bias gives it?": (gate, 5e-4),
        "the sign is turned round: this gate is nearly shut": (-bias, 0.01),
        "that is tanh's inverse; the gate is logistic": (np.arctanh(gate), 0.01),
        "with a bias of 0 the gate is one half, and half is gone after a single step": (0.0, 1e-9),
        "that keeps half after one step of a hundred's share: take the hundredth root of 1/2, not 1/2 over 100": (
            np.log(0.995 / 0.005),
            0.01,
        ),
    }
    if abs(given - bias) <= 0.005:
        right(f"a bias of {bias:.2f} holds the gate at {gate:.5f}, and {gate:.5f} to the power of 100 is one half")
        return
    for hint, (value, near) in slips.items():
        if abs(given - value) <= near:
            not_yet(hint)
            return
    if not np.isfinite(given):
        not_yet("the number is not finite: at a gate of exactly 1 nothing is ever lost")
        return
    left = (1.0 / (1.0 + np.exp(-np.clip(given, -50.0, 50.0)))) ** 100
    not_yet(f"with a bias of {given:.4g}, {100 * left:.3g} percent are left after 100 steps")
