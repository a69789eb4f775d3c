"""Digits one after the other in one line: how they are put together, so that nothing tells where one ends.

Each string is made of single digits, since those are all there is: they are made round or angular, larger or smaller,
slanted and moved, set side by side, and joined by a straight line from where one ends to where the next begins, which
looks like ink as all else does. Then points are taken along the whole line, their distance another in every digit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.pendigits import Pendigits
from lstmlib.numpy.checks import Array

UNIT = 25.0  # what an offset of 1 is, where a digit is 100 high
SHORTEST, LONGEST = 2, 6  # digits in a string
HEIGHT, SLANT, SHIFT, GAP = (0.8, 1.2), (-0.2, 0.2), (-10.0, 10.0), (15.0, 60.0)
STEP, PACE = (18.0, 34.0), (0.75, 1.35)  # between two points of a string, and what each digit makes of it
SUBDIVIDED = 8  # pieces of a curve between two of the eight points
BETWEEN = -1  # the part of a line that belongs to no digit


class Strings(NamedTuple):
    """N strings, padded at the end to the longest."""

    x: NDArray[np.float32]  # (T, N, 2): how far each point is from the one before, in units of ``UNIT``
    lengths: NDArray[np.int64]  # (N,): points of each
    target: NDArray[np.int64]  # (N, 6): its digits, then zeros
    target_lengths: NDArray[np.int64]  # (N,): how many digits
    owner: NDArray[np.int64]  # (T, N): which digit of the string a point belongs to, from 0, or ``BETWEEN``

    def digits(self, n: int) -> list[int]:
        """Return what string n says."""
        return [int(digit) for digit in self.target[n, : self.target_lengths[n]]]

    def some(self, which: NDArray[np.int64] | list[int]) -> "Strings":
        """Return these strings of all, padded to the longest of them."""
        T = self.lengths[which].max()
        rest = (self.lengths[which], self.target[which], self.target_lengths[which])
        return Strings(self.x[:T, which], *rest, self.owner[:T, which])


def curve(points: Array, roundness: float) -> Array:
    """Return a line through points (P, 2), the corners cut off by none at 0 and by a cardinal spline's at 1, (Q, 2)."""
    ends = np.vstack([points[:1], points, points[-1:]])
    slope = roundness * (ends[2:] - ends[:-2]) / 2.0  # (P, 2)
    u = (np.arange(SUBDIVIDED) / SUBDIVIDED)[:, None, None]
    a, b, m, n = points[:-1], points[1:], slope[:-1], slope[1:]
    between = a + u**2 * (3.0 - 2.0 * u) * (b - a) + u * (1.0 - u) ** 2 * m - u**2 * (1.0 - u) * n
    return np.vstack([between.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])


def line(digits: list[Array], rng: np.random.Generator) -> tuple[Array, NDArray[np.int64]]:
    """Return digits (8, 2) set side by side as one line (Q, 2), and to which each of its points belongs (Q,)."""
    parts, edge = [], 0.0
    for points in digits:
        path = curve(points, rng.uniform()) * rng.uniform(*HEIGHT)
        x = path[:, 0] + rng.uniform(*SLANT) * path[:, 1]
        path = np.c_[x, path[:, 1] + rng.uniform(*SHIFT)]
        path[:, 0] += edge - path[:, 0].min()
        edge = path[:, 0].max() + rng.uniform(*GAP)
        parts.append(path)
    return np.vstack(parts), np.repeat(np.arange(len(parts)), [len(part) for part in parts])


def along(path: Array, owner: NDArray[np.int64], steps: Array) -> tuple[Array, NDArray[np.int64]]:
    """Return points along a line, and to which digit each belongs.

    Args:
        path: (Q, 2).
        owner: to which digit each of its points belongs (Q,).
        steps: how far apart the points are in each digit (L,), and on the way from there to the next.

    Returns:
        the points (T, 2), the first and the last of the line among them, and their digits or ``BETWEEN`` (T,).
    """
    length = np.hypot(*np.diff(path, axis=0).T)
    piece = np.where(owner[:-1] == owner[1:], owner[:-1], BETWEEN)
    time = np.r_[0.0, np.cumsum(length / steps[owner[:-1]])]  # in steps
    at = np.linspace(0.0, time[-1], max(2, round(float(time[-1])) + 1))
    x, y = (np.interp(at, time, path[:, k]) for k in (0, 1))
    which = np.clip(np.searchsorted(time, at, "left") - 1, 0, len(piece) - 1)
    return np.c_[x, y], piece[which]


def offsets(points: Array) -> NDArray[np.float32]:
    """Return how far each point (T, 2) is from the one before, the first from itself, in units of ``UNIT``."""
    return (np.diff(points, axis=0, prepend=points[:1]) / UNIT).astype(np.float32)


def strings(source: Pendigits, count: int, rng: np.random.Generator) -> Strings:
    """Return strings of 2 to 6 digits.

    Args:
        source: the digits, each as likely as any other.
        count: how many strings, N.
        rng: source of everything that is drawn.
    """
    sizes = rng.integers(SHORTEST, LONGEST + 1, count)
    target, made = np.zeros((count, LONGEST), np.int64), []
    for n, size in enumerate(sizes):
        which = rng.integers(len(source.digit), size=size)
        target[n, :size] = source.digit[which]
        path, owner = line(list(source.points[which]), rng)
        made.append(along(path, owner, rng.uniform(*STEP) * rng.uniform(*PACE, size)))
    lengths = np.array([len(points) for points, _ in made])
    x = np.zeros((lengths.max(), count, 2), np.float32)
    owners = np.full((lengths.max(), count), BETWEEN)
    for n, (points, owner) in enumerate(made):
        x[: len(points), n], owners[: len(points), n] = offsets(points), owner
    return Strings(x, lengths, target, sizes, owners)
