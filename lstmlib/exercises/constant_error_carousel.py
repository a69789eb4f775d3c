"""The checks of the chapter on the constant error carousel."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, compare_number, right
from lstmlib.numpy import Carousel
from lstmlib.numpy.checks import Array


def _unit(w: float) -> Carousel:
    layer = Carousel(3, 1, doors=True, rng=np.random.default_rng(0))
    layer.params["weight_ih_l0"][:] = w
    layer.params["bias_l0"][:] = 0.0
    return layer


def _shown(x: Array, i: Array, o: Array, w: float, *, kind: str) -> Array:
    """Return what is shown (T,), with one mistake."""
    s, y = 0.0, np.zeros_like(x)
    for t in range(len(x)):
        if kind == "left door on the content":
            s = i[t] * (s + w * x[t])
        elif kind == "right door on the content":
            s = o[t] * (s + i[t] * w * x[t])
        elif kind == "weight on the loop":
            s = w * s + i[t] * x[t]
        elif kind == "before":
            y[t] = o[t] * s
            s = s + i[t] * w * x[t]
            continue
        else:
            s = s + (i[t] * w * x[t] if kind != "no left door" else w * x[t])
        y[t] = {"no right door": s, "right door on the content": s}.get(kind, o[t] * s)
    return y


def check_safe(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(x, i, o, w)`` is a carousel with two doors, started empty.

    Args:
        answer: takes the inputs x (T,), the left door i (T,), the right door o (T,), and the incoming weight w, a
            number; returns what is shown, h (T,), in the paper y.
    """
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal(8), 0.7
    i, o = rng.uniform(0.1, 1.0, (2, 8))
    given = attempt(answer, x, i, o, w)
    if given is None:
        return
    y, _, _ = _unit(w).forward(np.stack([x, i, o], -1)[:, None])
    mistakes = {
        "the left door stands before what comes in, not before the content: i[t] * w * x[t], then add": _shown(
            x, i, o, w, kind="left door on the content"
        ),
        "the right door changes what is shown, not what is kept: o[t] * c": _shown(
            x, i, o, w, kind="right door on the content"
        ),
        "the weight w belongs to what comes in; the loop's weight is 1": _shown(x, i, o, w, kind="weight on the loop"),
        "show after adding: h[t] is made from c(t), not c(t-1)": _shown(x, i, o, w, kind="before"),
        "the left door i is missing": _shown(x, i, o, w, kind="no left door"),
        "the right door o is missing": _shown(x, i, o, w, kind="no right door"),
        "nothing is kept from step to step: add to the old content": o * i * w * x,
    }
    if compare("what is shown", given, y[:, 0, 0], mistakes):
        right("with i and o all 1 it is the naive carousel, a running sum")


def check_push(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(x, i, o, dy)`` is the gradient for the weight of a carousel with two doors, step by step.

    Args:
        answer: takes x, i, o and the loss's gradient for every output, dy, each (T,); returns (T,), what each step's
            input adds to the gradient for the incoming weight w.
    """
    rng = np.random.default_rng(1)
    x, dy = rng.standard_normal((2, 7))
    i, o = rng.uniform(0.1, 1.0, (2, 7))
    given = attempt(answer, x, i, o, dy)
    if given is None:
        return
    layer = _unit(0.7)
    _, _, cache = layer.forward(np.stack([x, i, o], -1)[:, None])
    _, _, grads = layer.backward(cache, dy[:, None, None])
    error = np.cumsum((o * dy)[::-1])[::-1]
    terms = i * x * error
    mistakes = {
        "step t's input is in the content at step t and at all later ones: add up o * dy from t to the end": (
            i * x * o * dy
        ),
        "the errors that count come from the steps after, not before: add up from t to the end": (
            i * x * np.cumsum(o * dy)
        ),
        "step t's own output counts too: the sum starts at t, not at t + 1": i * x * (error - o * dy),
        "the right door is missing: an error gets in at step k as far as o[k] is open": (
            i * x * np.cumsum(dy[::-1])[::-1]
        ),
        "the left door is missing: x[t] got in as far as i[t] was open": x * error,
        "the input x[t] is missing: a weight is blamed by the error times what it was listening to": i * error,
        "the weight itself doesn't stand in its own gradient": 0.7 * terms,
        "one number for each step, please: don't add them up yet": np.asarray(grads["weight_ih_l0"].item()),
    }
    if compare("each step's term", given, terms, mistakes):
        if not np.isclose(terms.sum(), grads["weight_ih_l0"].item(), rtol=1e-12):
            raise AssertionError("the terms don't add up to Carousel.backward's gradient")
        right("their sum is what Carousel.backward returns")


def best_gain(length: int, ratio: float) -> float:
    """Return the gain p that makes E (p (x_1 + ... + x_T) - x_1)^2 least, where x_1 has ``ratio`` times the variance.

    Args:
        length: T, how many steps.
        ratio: the first number's variance, by that of each later one.
    """
    return ratio / (ratio + length - 1)


def check_gain(answer: Any) -> None:
    """Say whether ``answer`` is the gain at which a naive carousel settles, T = 40, the first variance four times.

    Args:
        answer: a number.
    """
    mistakes = {
        "that would be so if all variances were equal; the first is four times as large": 1 / 40,
        "39 numbers come after the first, not 40": 4 / 44,
        "the first counts in the sum as well: its variance stands below the line, too": 4 / 39,
        "variances count, not spreads: four times the variance is twice the spread": 2 / 41,
        "four times the variance is a factor of 4; 16 would be four times the spread": 16 / 55,
        "that is how much of the loss is left; p is the gain": 1 - best_gain(40, 4.0),
    }
    if compare_number("p", answer, best_gain(40, 4.0), mistakes):
        right("louder numbers are kept better, and T - 1 quieter ones still outweigh one")
