"""The checks of the chapter on markets."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, compare_number, number, right


def check_ewma(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(returns, decay, start)`` is the exponentially weighted variance after each day.

    Args:
        answer: takes returns in percent (T,), the decay, and the variance before the first day; returns (T,), at t what
            is said at the close of day t of the variance of day t + 1.
    """
    rng = np.random.default_rng(0)
    returns, decay, start = rng.normal(size=30), 0.9, 2.0
    given = attempt(answer, returns, decay, start)
    if given is None:
        return

    def mean(values: Any, weight: float, now: float = start) -> Any:
        found = []
        for value in values:
            now = weight * now + (1.0 - weight) * value
            found.append(now)
        return np.array(found)

    expected = mean(returns**2, decay)
    mistakes = {
        "at t stands what is said after r[t] has been seen, not before": np.r_[start, expected[:-1]],
        "that looks ahead: r[t + 1] isn't known at the close of day t": np.r_[expected[1:], expected[-1]],
        "the weights are the other way round: decay belongs to what was": mean(returns**2, 1.0 - decay),
        "that is the standard deviation: no root": np.sqrt(expected),
        "square the returns": mean(returns, decay),
        "absolute returns aren't squares": mean(np.abs(returns), decay),
        "new squares count with 1 - decay; without it the variance grows": np.array(
            [decay ** (t + 1) * start + sum(decay**k * returns[t - k] ** 2 for k in range(t + 1)) for t in range(30)]
        ),
    }
    if compare("the variance", given, expected, mistakes):
        right("one number carried on, a cell whose forget gate stands still")


def check_qlike(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(variance, returns)`` is the mean QLIKE of variance forecasts.

    Args:
        answer: takes variances in percent squared (N,) and returns in percent (N,); returns a number.
    """
    rng = np.random.default_rng(1)
    v, r = rng.uniform(0.2, 3.0, 50), rng.normal(size=50)
    given = attempt(answer, v, r)
    if given is None or (value := number(given)) is None:
        return
    mistakes = {
        "the loss is a mean over the days": float((np.log(v) + r**2 / v).sum()),
        "the logarithm is missing: without it the largest variance always wins": float((r**2 / v).mean()),
        "the logarithm is of the variance, not of the standard deviation": float((np.log(v) / 2 + r**2 / v).mean()),
        "r squared over v, not v over r squared": float((np.log(v) + v / r**2).mean()),
        "square the return": float((np.log(v) + np.abs(r) / v).mean()),
        "that is a squared error: it lets a few wild days decide": float(((r**2 - v) ** 2).mean()),
    }
    if compare_number("the mean QLIKE", value, float((np.log(v) + r**2 / v).mean()), mistakes):
        right("it is twice the likelihood's part, up to a constant, so what was learnt is what is judged")


def check_earned(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(signal, returns, cost)`` is what a strategy earns, without a look ahead and after costs.

    Args:
        answer: takes the signal at each close (T,), 1 for in and 0 for out, each day's return as a share (T,), and the
            cost of a trade as a share; returns what is earned from each close to the next (T - 1,): the signal times
            the next return, less the cost where the signal isn't what it was at the close before, or 0 at the first.
    """
    rng = np.random.default_rng(2)
    signal, returns, cost = rng.integers(0, 2, 40).astype(float), rng.normal(0.0, 0.01, 40), 0.0005
    signal[0] = 1.0
    given = attempt(answer, signal, returns, cost)
    if given is None:
        return
    traded = np.abs(np.diff(signal, prepend=0.0))[:-1]
    free = signal[:-1] * returns[1:]
    mistakes = {
        "that looks ahead: the signal at the close of day t can't earn the return of day t": (
            signal * returns - cost * np.abs(np.diff(signal, prepend=0.0))
        )[:-1],
        "that looks ahead: the return of day t came before the signal at its close": signal[1:] * returns[1:]
        - cost * np.abs(np.diff(signal)),
        "trades cost something": free,
        "a position that is kept costs nothing: only changes do": free - cost * signal[:-1],
        "buying on the first day is a trade, too": free - cost * np.r_[0.0, traded[1:]],
        "selling is a trade, too": free - cost * np.maximum(np.diff(signal, prepend=0.0), 0.0)[:-1],
        "costs are paid, not received": free + cost * traded,
    }
    if compare("what is earned", given, free - cost * traded, mistakes):
        right("a day's shift between signal and return is what separates a strategy from a miracle")
