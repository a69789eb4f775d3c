"""What a practitioner would try before a net: neighbours and regression for single digits, and cutting for strings.

A string is cut by dynamic programming: every stretch of points might be a digit, at a cost for each of its points that
is its distance from the nearest digit that was learnt from, and at a price for the digit; a point between two digits
has a price, too. The cheapest way to explain the whole string is found exactly.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.pendigits import POINTS, Pendigits
from lstmlib.numpy.checks import Array
from lstmlib.numpy.ctc import label_error_rate
from lstmlib.studies.at_work.handwriting.strings import UNIT, Strings

NEIGHBOURS = (1, 3, 5, 7, 9)
PENALTIES = (1.0, 10.0, 100.0, 1000.0, 10000.0)  # logistic regression's C
FEWEST, MOST = 4, 30  # points that a digit may have in a string
PRICES = (25.0, 50.0, 100.0, 200.0, 400.0), (30.0, 40.0, 50.0, 60.0, 80.0)  # a digit's, and a point's between two


def nearest(source: Pendigits, points: Array, k: int = 1) -> tuple[NDArray[np.int64], Array]:
    """Return the digit that most of the k nearest are, the nearest's among equals, and how far the nearest is.

    Args:
        source: digits with their labels.
        points: (N, 8, 2).
        k: how many neighbours vote.
    """
    there, asked = (p.reshape(len(p), -1).astype(np.float32) for p in (source.points, points))
    squares = (there**2).sum(1) - 2.0 * asked @ there.T + (asked**2).sum(1)[:, None]
    which = np.argpartition(squares, k - 1, 1)[:, :k] if k > 1 else squares.argmin(1)[:, None]
    order = np.take_along_axis(squares, which, 1).argsort(1, kind="stable")
    which = np.take_along_axis(which, order, 1)
    votes = source.digit[which]  # nearest first
    counts = (votes[:, :, None] == votes[:, None, :]).sum(1)
    best = votes[np.arange(len(votes)), counts.argmax(1)]
    return best, np.sqrt(np.maximum(np.take_along_axis(squares, which[:, :1], 1)[:, 0], 0.0))


def regression(source: Pendigits, penalty: float) -> Any:
    """Return multinomial logistic regression on the 16 coordinates, fitted; ``predict`` takes (N, 16).

    Args:
        source: digits with their labels.
        penalty: C, the inverse of the penalty on the squared weights.
    """
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=penalty, max_iter=1000).fit(source.points.reshape(-1, 16) / 100.0, source.digit)


def cut_out(strings: Strings, count: int) -> Pendigits:
    """Return the first digits of strings, cut out at their true ends and brought into the form of the data.

    Args:
        strings: where they stand.
        count: how many.
    """
    points, digit = [], []
    for n in range(len(strings.lengths)):
        path = np.cumsum(strings.x[: strings.lengths[n], n].astype(np.float64), 0) * UNIT
        for d, label in enumerate(strings.digits(n)):
            own = np.flatnonzero(strings.owner[: len(path), n] == d)
            a, b = np.array([max(own[0] - 1, 0)]), own[-1:]
            points.append(in_form(path, a, b)[0])
            digit.append(label)
    return Pendigits(np.array(points[:count]), np.array(digit[:count]))


def in_form(path: Array, first: NDArray[np.int64], last: NDArray[np.int64]) -> Array:
    """Return stretches of a line (T, 2) as the data has digits: eight points equally far apart, the longer side 100."""
    arc = np.r_[0.0, np.cumsum(np.hypot(*np.diff(path, axis=0).T))]
    at = arc[first][:, None] + (arc[last] - arc[first])[:, None] * np.linspace(0.0, 1.0, POINTS)
    points = np.stack([np.interp(at, arc, path[:, k]) for k in (0, 1)], -1)
    points -= points.min(1, keepdims=True)
    return points * (100.0 / np.maximum(points.max((1, 2)), 1e-9))[:, None, None]


class Stretches(NamedTuple):
    """All stretches of a string's points that might be a digit."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]  # the last point, which belongs to it
    digit: NDArray[np.int64]  # what the nearest digit is
    distance: Array  # and how far it is, for a longer side of 100


def stretches(source: Pendigits, x: NDArray[np.float32]) -> Stretches:
    """Return what every stretch of 4 to 30 points of a string looks most like.

    Each is brought into the form of the data: eight points equally far apart, the longer side from 0 to 100.

    Args:
        source: the digits learnt from.
        x: offsets (T, 2) of one string.
    """
    path = np.cumsum(x.astype(np.float64), 0) * UNIT
    a, b = np.triu_indices(len(path), FEWEST - 1)
    a, b = a[b - a < MOST], b[b - a < MOST]
    return Stretches(a, b, *nearest(source, in_form(path, a, b)))


def cut(found: Stretches, length: int, price: float, between: float) -> list[int]:
    """Return the digits of the cheapest way to explain a string: digits one after the other, and points in no digit.

    Args:
        found: of ``stretches``.
        length: T.
        price: what a digit costs, in addition to its points' distances.
        between: what a point costs that belongs to no digit.
    """
    cost = found.distance * (found.last - found.first + 1) + price
    best, via = np.arange(length + 1) * between, np.full(length + 1, -1)
    order = np.argsort(found.last, kind="stable")
    begins = np.searchsorted(found.last[order], np.arange(length + 1))
    for t in range(length):  # best[t + 1]: points 0 to t are explained
        own = order[begins[t] : begins[t + 1]]
        best[t + 1] = best[t] + between
        if len(own):
            total = best[found.first[own]] + cost[own]
            if total.min() < best[t + 1]:
                best[t + 1], via[t + 1] = total.min(), own[total.argmin()]
    said, t = [], length
    while t > 0:
        if via[t] < 0:
            t -= 1
        else:
            said.append(int(found.digit[via[t]]))
            t = int(found.first[via[t]])
    return said[::-1]


def search(found: Sequence[Stretches], strings: Strings) -> dict[tuple[float, float], list[float]]:
    """Return the label error rate of each pair of prices on the validation strings, as ``protocol.chosen`` takes it."""
    wanted = [strings.digits(n) for n in range(len(found))]
    rates: dict[tuple[float, float], list[float]] = {}
    for price in PRICES[0]:
        for between in PRICES[1]:
            said = [cut(own, int(T), price, between) for own, T in zip(found, strings.lengths, strict=False)]
            rates[price, between] = [label_error_rate(said, wanted)]
    return rates
