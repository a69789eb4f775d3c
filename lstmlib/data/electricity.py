"""Electricity: how much England and Wales used, every half hour of twelve weeks in the summer of 2000."""

import datetime

import numpy as np
from numpy.typing import NDArray

from lstmlib.data import derived

START = datetime.datetime(2000, 6, 5)  # a Monday, 0:00: where the first half hour begins
DAY, WEEK = 48, 336  # half hours


def electricity() -> NDArray[np.float64]:
    """Return the demand in megawatts, half hour by half hour, (4032,): 5 June to 27 August 2000, no public holidays.

    Source: the series of Taylor (2003), recorded by the National Grid, as carried by pmdarima;
    ``lstmlib/data/files/sources.json`` says which version, and under which licence.

    Raises:
        ValueError: the stored file is not the one that was derived.
    """
    return np.array(derived.read("electricity.txt").split(), float)
