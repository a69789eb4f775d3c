"""The S&P 500: where the index of 500 large American companies stood, day by day, from 1999 to 2018."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data import derived


class Prices(NamedTuple):
    """Days on which the stock exchange was open, in order: each array (T,), all but the first in index points."""

    days: NDArray[np.datetime64]
    open: NDArray[np.float64]  # in the first years often the close of the day before, as the source has it
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]


def sp500() -> Prices:
    """Return the S&P 500 on 5,031 trading days, 4 January 1999 to 31 December 2018, without dividends.

    Source: the series of the package arch, in the form in which Yahoo Finance gives such series;
    ``lstmlib/data/files/sources.json`` says which version, and what is in doubt about its licence.

    Raises:
        ValueError: the stored file is not the one that was derived.
    """
    rows = [line.split() for line in derived.read("sp500.txt.gz").splitlines()]
    numbers = np.array([[float(price) for price in row[1:]] for row in rows])
    return Prices(np.array([row[0] for row in rows], "datetime64[D]"), *numbers.T)
