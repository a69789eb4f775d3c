"""The checks of the chapter on time series."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.exercises.report import attempt, compare, right


def check_shifted(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(y, k)`` is last week's day, moved by how far this half hour is from a week ago.

    Args:
        answer: takes the demand up to now and later (T,), of which only y[: k + 1] is known, and the origin k; returns
            the forecast of the next 48 half hours (48,).
    """
    rng = np.random.default_rng(0)
    y, k = rng.uniform(20.0, 40.0, 1000), 700
    given = attempt(answer, y, k)
    if given is None:
        return
    ahead = k + 1 + np.arange(48)
    now = y[k] - y[k - 336]
    mistakes = {
        "that is what came: y after k isn't known at k": y[ahead],
        "a week is 336 half hours, 7 times 48": y[ahead - 168] + y[k] - y[k - 168],
        "that is yesterday's day: a week is 336 half hours": y[ahead - 48] + y[k] - y[k - 48],
        "that is last week alone; add how far now is from a week ago, y[k] - y[k - 336]": y[ahead - 336],
        "the difference has the wrong sign: now less a week ago": y[ahead - 336] - now,
        "the forecast begins at k + 1: k itself is known": y[ahead - 337] + now,
        "the difference is the one at k, which is known, not at k + 1": y[ahead - 336] + y[k + 1] - y[k - 335],
    }
    if compare("the forecast", given, y[ahead - 336] + now, mistakes):
        right("two lines, and hard to beat")


def check_origins(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(first, last)`` are the origins whose whole forecast lies in a part of the series.

    Args:
        answer: takes the first half hour of the part and the one after its last; returns all origins k for which
            k + 1 to k + 48 lie in it, in order.
    """
    first, last = 1000, 1100
    given = attempt(answer, first, last)
    if given is None:
        return
    expected = np.arange(first - 1, last - 48)
    mistakes = {
        "the last forecasts reach into what follows: a leak": np.arange(first - 1, last),
        "the last forecasts reach into what follows: the last origin is 49 before the end": np.arange(first, last),
        "one too many: the forecast from k ends at k + 48, which must be below last": np.arange(first - 1, last - 47),
        "one too few at the end: last - 49 is an origin, too": np.arange(first - 1, last - 49),
        "the first origin is the half hour before the part": np.arange(first, last - 48),
        "an origin needn't lie a day inside: what is read may come from before": np.arange(first + 47, last - 48),
    }
    if compare("the origins", given, expected.astype(float), {hint: a.astype(float) for hint, a in mistakes.items()}):
        right(f"{len(expected)} of {last - first} half hours: no forecast looks into the next part")


def check_band(answer: Callable[..., Any]) -> None:
    """Say whether ``answer(errors)`` is a band of 80 percent for each half hour ahead.

    Args:
        answer: takes what came less what was said on the validation weeks, (N, 48); returns two arrays (48,), how far
            below and above a forecast the band reaches: a tenth of the errors lies below it, a tenth above.
    """
    rng = np.random.default_rng(1)
    errors = np.linspace(0.2, 1.0, 48) * rng.standard_normal((601, 48)) + 0.3
    given = attempt(answer, errors)
    if given is None:
        return
    expected = np.quantile(errors, [0.1, 0.9], axis=0)
    spread = errors.std(0)
    mistakes = {
        "that is one band for all half hours: the second is easier than the 48th": np.broadcast_to(
            np.quantile(errors, [0.1, 0.9])[:, None], (2, 48)
        ),
        "a tenth on each side: the quantiles 0.1 and 0.9": np.quantile(errors, [0.2, 0.8], axis=0),
        "that is a band of 90 percent": np.quantile(errors, [0.05, 0.95], axis=0),
        "that is for normal errors with a mean of 0; take the quantiles": np.stack([-1.2816 * spread, 1.2816 * spread]),
        "first below, then above": expected[::-1],
        "keep the sign: what came less what was said": -expected[::-1],
        "the lowest and the highest hold all of the past, and nobody knows how much of the future": np.stack(
            [errors.min(0), errors.max(0)]
        ),
    }
    if compare("the band", given, expected, mistakes):
        right("it makes no guess about the errors' shape, and whether it holds is tested on the test weeks")
