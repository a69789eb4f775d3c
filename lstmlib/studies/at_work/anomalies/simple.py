"""Scores for which nothing, or a line of least squares, is learnt. Each takes stretches (N, T) and returns (N, T)."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lstmlib.numpy.checks import Array
from lstmlib.studies.at_work.anomalies.task import scaled

Score = Callable[[Array], Array]
ORDERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # how many values a linear forecast sees
AHEAD, SHORT = 10, 32  # steps that are forecast; steps of a short window
RIDGE = 1e-6  # keeps least squares solvable; of the mean square of the inputs


def distance(x: Array) -> Array:
    """Return how far each value is from the mean."""
    return np.abs(x)


def change(x: Array) -> Array:
    """Return by how much each value differs from the one before; 0 for the first."""
    return np.abs(np.diff(x, axis=1, prepend=x[:, :1]))


def moving(x: Array, width: int) -> Array:
    """Return how many of their standard deviations a value is from the mean of the ``width`` before it; 0 at first."""
    windows = sliding_window_view(x[:, :-1], width, axis=1)
    score = np.abs(x[:, width:] - windows.mean(-1)) / np.maximum(windows.std(-1), 0.01)
    return np.pad(score, ((0, 0), (width, 0)))


def lags(x: Array, order: int) -> Array:
    """Return what a linear forecast sees at each step from the ``order``-th on: (N, T - order + 1, order + 1)."""
    seen = sliding_window_view(x, order, axis=1)
    return np.concatenate([seen, np.ones((*seen.shape[:2], 1))], -1)


def fit(x: Array, order: int) -> Array:
    """Return the weights of ten linear forecasts, of 1 to 10 steps, by least squares: (order + 1, 10).

    Args:
        x: what is learnt from, (T,).
        order: how many values they see.
    """
    seen = lags(x[None], order)[0][:-AHEAD]
    target = sliding_window_view(x[order:], AHEAD)
    gram = seen.T @ seen
    gram[np.diag_indices(order)] += RIDGE * len(seen)
    return np.asarray(np.linalg.solve(gram, seen.T @ target))


def forecast(weights: Array, x: Array) -> Array:
    """Return the forecasts made at each step, (N, T, 10); before enough is seen, that it stays as it is."""
    order = len(weights) - 1
    made = lags(x, order) @ weights
    return np.concatenate([np.repeat(x[:, : order - 1, None], AHEAD, -1), made], 1)


def errors(made: Array, x: Array) -> Array:
    """Return at each step how far off the forecasts for it were that were made 1 to 10 steps before, (N, T, 10).

    Where there are none yet, 0.
    """
    found = np.zeros_like(made)
    for k in range(AHEAD):
        found[:, k + 1 :, k] = x[:, k + 1 :] - made[:, : -k - 1, k]
    return found


def next_step(made: Array, x: Array) -> Array:
    """Return the size of the next step's error, (N, T)."""
    return np.abs(errors(made, x)[..., 0])


def unlikely(off: Array, clean: Array) -> Array:
    """Return how unlikely errors are if they are normally distributed as on clean data: squared Mahalanobis distance.

    Source: Malhotra et al. (2015), section 2; their score is the logarithm of the density, which falls as this rises.

    Args:
        off: (N, T, 10).
        clean: errors on data that the forecaster hasn't learnt from, (T', 10).
    """
    middle = clean.mean(0)
    spread = np.cov(clean, rowvar=False) + 1e-8 * np.eye(AHEAD)
    centred = off - middle
    return np.asarray((centred @ np.linalg.inv(spread) * centred).sum(-1))


@cache
def search(name: str) -> dict[int, float]:
    """Return the mean squared error of a linear forecast of the next step on the validation part, by its order."""
    one = scaled(name)
    found = {}
    for order in ORDERS:
        made = forecast(fit(one.x[: one.learnt], order), one.x[None])
        found[order] = float((errors(made, one.x[None])[0, one.learnt : one.valid, 0] ** 2).mean())
    return found


@cache
def linear(name: str) -> Array:
    """Return the weights of the linear forecast whose order was best on the validation part, (order + 1, 10)."""
    one, found = scaled(name), search(name)
    return fit(one.x[: one.learnt], min(found, key=lambda order: found[order]))


def nearest(x: Array, source: Array, width: int, *, shape: bool) -> Array:
    """Return how far the window around each step is from the nearest one in what was learnt from; 0 at the ends.

    Source: the matrix profile of Yeh et al. (2016) between two series, by all distances.

    Args:
        x: (N, T).
        source: (T',).
        width: steps of a window.
        shape: whether windows are compared by their shape alone, each with mean 0 and standard deviation 1.
    """

    def windows(series: Array) -> Array:
        found = sliding_window_view(series, width, axis=-1)
        if not shape:
            return found
        spread = np.maximum(found.std(-1, keepdims=True), 0.05)
        return np.asarray((found - found.mean(-1, keepdims=True)) / spread)

    known = windows(source)
    squares, rows = (known**2).sum(-1), []
    for row in x:
        own = windows(row)
        square = (own**2).sum(-1) + (squares - 2.0 * own @ known.T).min(1)
        rows.append(np.sqrt(np.maximum(square, 0.0)))
    before = width // 2
    return np.pad(np.stack(rows), ((0, 0), (before, width - 1 - before)))


def scores(name: str) -> dict[str, Score]:
    """Return the simple scores of a series, each ready to be asked, by what they are called."""
    one, weights = scaled(name), linear(name)
    learnt = one.x[: one.learnt]
    clean = errors(forecast(weights, one.x[None]), one.x[None])[0, one.learnt : one.valid]
    return {
        "distance": distance,
        "change": change,
        "moving": lambda x: moving(x, one.beat),
        "linear": lambda x: next_step(forecast(weights, x), x),
        "linear, ten": lambda x: unlikely(errors(forecast(weights, x), x), clean),
        "window": lambda x: nearest(x, learnt, SHORT, shape=False),
        "discord": lambda x: nearest(x, learnt, one.beat, shape=True),
    }
