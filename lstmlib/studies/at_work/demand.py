"""Electricity a day ahead: what is known, what is asked, how it is judged, and the methods that need no net.

A forecast is made at an origin k, after half hour k has been read, for the 48 half hours that follow. Ridge and the
nets work on the difference d(k) = y(k) - y(k - 336) to a week before, in which the day's and the week's shape are gone.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from lstmlib.data.electricity import DAY, WEEK
from lstmlib.numpy.checks import Array
from lstmlib.studies import protocol

AHEAD = DAY  # how many half hours a forecast reaches
SCALE = 1000.0  # MW: nets and ridge see gigawatts
# The weeks, from 0, in which half hours may be read and forecast: the last before "validation" and "test" is learnt on.
LEARN, VALIDATION, TEST = (1, 7), (7, 9), (9, 12)
WINDOWS = (48, 96, 192, 336)  # half hours that ridge may look back, and its penalties
PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)


def differences(demand: Array) -> Array:
    """Return d(k), (T,), in megawatts; NaN in the first week, which has none before it."""
    return np.r_[np.full(WEEK, np.nan), demand[WEEK:] - demand[:-WEEK]]


def following(values: Array, origins: NDArray[np.int64]) -> Array:
    """Return the 48 values after each origin, (N, 48)."""
    return values[origins[:, None] + 1 + np.arange(AHEAD)]


def origins(weeks: tuple[int, int], back: int = 1) -> NDArray[np.int64]:
    """Return all origins whose forecast lies in those weeks, and which have so many differences to look back on.

    Args:
        weeks: the first, and the one after the last, from 0.
        back: half hours, the origin's own included.
    """
    first = max(weeks[0] * WEEK - 1, WEEK + back - 1)
    return np.arange(first, weeks[1] * WEEK - AHEAD)


def by_day(error: Array) -> Array:
    """Return the root mean square error of each whole day of origins, from errors (N, 48): (N // 48,)."""
    days = error[: len(error) // DAY * DAY].reshape(-1, DAY * AHEAD)
    return np.sqrt((days**2).mean(1))


def rmse(error: Array) -> float:
    """Return the root mean square of all errors, in their unit."""
    return float(np.sqrt((error**2).mean()))


def ratio(first: Sequence[float], second: Sequence[float]) -> tuple[float, float, float]:
    """Return how many times the second method's error the first's is over all days, and a 95 percent interval of it.

    The interval is the percentile bootstrap's, 9,999 draws of whole days, both methods' errors of a day together. It
    takes days as independent of each other, which neighbours aren't quite; so it is rather too narrow.

    Source: Efron and Tibshirani (1993), chapter 13.

    Args:
        first: root mean square errors, a day each.
        second: those of the other method, of the same days in the same order.
    """

    def of(a: Array, b: Array, axis: int = -1) -> Array:
        return np.sqrt((a**2).mean(axis) / (b**2).mean(axis))

    pair = (np.asarray(first, float), np.asarray(second, float))
    drawn = stats.bootstrap(pair, of, paired=True, method="percentile", rng=np.random.default_rng(0))
    low, high = drawn.confidence_interval
    return float(of(*pair)), float(low), float(high)


# Forecasts (N, 48) in megawatts, from the demand (T,) and the origins (N,).


def last_week(demand: Array, at: NDArray[np.int64]) -> Array:
    """Say that the day will be as it was a week before."""
    return following(demand, at - WEEK)


def yesterday(demand: Array, at: NDArray[np.int64]) -> Array:
    """Say that the day will be as the last 48 half hours were."""
    return following(demand, at - DAY)


def shifted(demand: Array, at: NDArray[np.int64]) -> Array:
    """Say that it will be as a week before, and as much more or less as it is now."""
    return last_week(demand, at) + differences(demand)[at][:, None]


def features(demand: Array, at: NDArray[np.int64], window: int) -> Array:
    """Return what ridge sees at each origin, (N, window + 3): the last differences, the time of the day, and a 1."""
    d = differences(demand)[at[:, None] - window + 1 + np.arange(window)] / SCALE
    angle = 2.0 * np.pi * (at % DAY) / DAY
    return np.c_[d, np.sin(angle), np.cos(angle), np.ones(len(at))]


def ridge(demand: Array, weeks: tuple[int, int], window: int, penalty: float) -> Array:
    """Return the weights of ridge regression from ``features`` to the next 48 differences, (48, window + 3).

    Source: Hoerl and Kennard (1970). The constant isn't penalised.

    Args:
        demand: in megawatts, (T,).
        weeks: what is learnt on.
        window: how many half hours it looks back.
        penalty: on the squared weights, for gigawatts.
    """
    return ridge_at(demand, origins(weeks, window), window, penalty)


def ridge_at(demand: Array, at: NDArray[np.int64], window: int, penalty: float) -> Array:
    """Return the weights that ``ridge`` finds from what followed these origins."""
    A, b = features(demand, at, window), following(differences(demand), at) / SCALE
    shrink = np.diag(np.r_[np.full(window + 2, penalty), 0.0])
    return np.linalg.solve(A.T @ A + shrink, A.T @ b).T


def ridge_refitted(demand: Array, at: NDArray[np.int64], window: int, penalty: float) -> Array:
    """Return what ridge says if it is fitted again every 48 origins, to all that has come by then, (N, 48).

    Args:
        demand: in megawatts, (T,).
        at: the origins, one after the other.
        window: how many half hours it looks back.
        penalty: as ``ridge`` takes it.
    """
    days = []
    for day in np.split(at, range(DAY, len(at), DAY)):
        known = np.arange(WEEK + window - 1, day[0] - AHEAD + 1)  # their 48 half hours have come
        days.append(ridge_forecast(demand, day, ridge_at(demand, known, window, penalty)))
    return np.concatenate(days)


def ridge_forecast(demand: Array, at: NDArray[np.int64], weights: Array) -> Array:
    """Return what ridge says, (N, 48), in megawatts.

    Args:
        demand: (T,).
        at: the origins.
        weights: of ``ridge``; their width tells the window.
    """
    seen = features(demand, at, weights.shape[1] - 3)
    return last_week(demand, at) + SCALE * seen @ weights.T


def ridge_search(demand: Array) -> dict[tuple[int, float], Sequence[float]]:
    """Return what each window and penalty reached on the validation weeks, as ``protocol.chosen`` takes it."""
    at = origins(VALIDATION)
    wanted = following(demand, at)
    found: dict[tuple[int, float], Sequence[float]] = {}
    for window in WINDOWS:
        for penalty in PENALTIES:
            said = ridge_forecast(demand, at, ridge(demand, LEARN, window, penalty))
            found[window, penalty] = [rmse(wanted - said)]
    return found


def ridge_chosen(demand: Array) -> tuple[int, float]:
    """Return the window and the penalty that are best on the validation weeks."""
    return protocol.chosen(ridge_search(demand))


class Smoothed(NamedTuple):
    """What double seasonal exponential smoothing holds once it has read a series of T half hours."""

    level: Array  # after each half hour, (T,), in megawatts
    day: Array  # the factor of each half hour by its time of the day, (T + 48,)
    week: Array  # and by its time of the week, (T + 336,)
    error: Array  # how far each half hour was above what the three said before it, (T,), in megawatts


def smoothed(demand: Array, rates: Sequence[float], until: int | None = None) -> Smoothed:
    """Read a series and keep a level, the shape of a day and that of a week, each a running mean.

    All three begin as the first week has them. No half hour has a say in a factor that stands before it.

    Source: Taylor (2003), with factors that multiply, and without a trend.

    Args:
        demand: in megawatts, (T,).
        rates: how much of what is new the level, the day and the week take over, each in (0, 1).
        until: from this half hour on the shapes of day and week stand still, and only the level goes on.
    """
    first = demand[:WEEK]
    level, shape = float(first.mean()), np.tile(first.reshape(-1, DAY).mean(0) / first.mean(), WEEK // DAY)
    day, week = shape[:DAY].tolist(), (first / first.mean() / shape).tolist()
    levels, errors, (a, b, c) = [], [], rates
    for k, y in enumerate(demand.tolist()):
        if k == until:
            b = c = 0.0
        errors.append(y - level * day[k] * week[k])
        level = a * y / (day[k] * week[k]) + (1.0 - a) * level
        day.append(b * y / (level * week[k]) + (1.0 - b) * day[k])
        week.append(c * y / (level * day[k]) + (1.0 - c) * week[k])
        levels.append(level)
    return Smoothed(np.array(levels), np.array(day), np.array(week), np.array(errors))


def smoothing(demand: Array, weeks: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return the three rates, and the share of an error that lasts a half hour, which forecast half an hour best.

    Source: Taylor (2003), section 4: least squares of the errors one step ahead, these taken for autoregressive.

    Args:
        demand: in megawatts, (T,).
        weeks: what is learnt on; the first can't be 0, from which the factors begin.
    """

    def of(logits: Array) -> list[float]:
        return (1.0 / (1.0 + np.exp(-logits))).tolist()

    def cost(logits: Array) -> float:
        *rates, lasting = of(logits)
        error = smoothed(demand[: weeks[1] * WEEK], rates).error[weeks[0] * WEEK - 1 :]
        return float(((error[1:] - lasting * error[:-1]) ** 2).mean())

    found = optimize.minimize(cost, np.array([-2.0, -2.0, -2.0, 2.0]), method="Nelder-Mead")
    level, day, week, lasting = of(found.x)
    return level, day, week, lasting


def smoothing_forecast(demand: Array, at: NDArray[np.int64], rates: Sequence[float], until: int | None = None) -> Array:
    """Return what smoothing says, (N, 48), in megawatts.

    Args:
        demand: (T,).
        at: the origins.
        rates: the four of ``smoothing``.
        until: as ``smoothed`` takes it.
    """
    held, step = smoothed(demand, rates[:3], until), 1 + np.arange(AHEAD)
    factors = (held.day[: len(demand)] * held.week[: len(demand)])[at[:, None] + step]
    return held.level[at][:, None] * factors + held.error[at][:, None] * rates[3] ** step
