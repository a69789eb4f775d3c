"""Sunspots: how many spots the sun showed each year since 1700."""

import numpy as np
from numpy.typing import NDArray


def sunspots() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the years (309,), 1700 to 2008, and the yearly mean sunspot number of each (309,), from 0 to about 190.

    Source: the series of the National Geophysical Data Center, in the public domain, as carried by statsmodels.

    Raises:
        ImportError: statsmodels is not installed.
    """
    try:
        from statsmodels.datasets import sunspots as source
    except ImportError as error:
        raise ImportError("the sunspot series comes with statsmodels: pip install statsmodels") from error
    table = source.load_pandas().data
    return table["YEAR"].to_numpy().astype(np.int64), table["SUNACTIVITY"].to_numpy().astype(np.float64)
