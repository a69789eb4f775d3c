"""The S&P 500 a day ahead: what is known, what is asked, how it is judged, and how two methods are compared.

A forecast is made at the close of day t, for the return from this close to the next. What methods say of day t + 1
depends on days up to t; the years to learn from, to choose by and to judge on lie one after the other.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from statsmodels.api import OLS

from lstmlib.data import sp500
from lstmlib.data.sp500 import Prices
from lstmlib.numpy.checks import Array

# The years whose returns are forecast, from the first to before the second: fixed before anything was trained.
LEARN, VALIDATION, TEST = (2000, 2010), (2010, 2013), (2013, 2019)  # 1999 is there to be read
YEAR = 252  # trading days
BLOCK, DRAWS = 20, 2000  # of the stationary bootstrap: the mean length of its blocks, in days, and how many series
LAGS = 11  # days that Newey and West's variance takes into account


class Days(NamedTuple):
    """Returns, in percent, and what was known at each day's close, day by day, (T,); the first day has no return."""

    days: NDArray[np.datetime64]
    close: Array  # index points
    returns: Array  # 100 times the logarithm of close over the close before; 0 on the first day
    spread: Array  # Parkinson's estimate of the day's standard deviation, in percent, from high and low


def days(prices: Prices | None = None) -> Days:
    """Return the series in the form that all methods read.

    Source of the estimate from high and low: Parkinson (1980).

    Args:
        prices: as ``sp500`` returns them, which is called if there are none.
    """
    p = prices or sp500()
    spread = 100.0 * np.log(p.high / p.low) / np.sqrt(4.0 * np.log(2.0))
    return Days(p.days, p.close, np.r_[0.0, 100.0 * np.diff(np.log(p.close))], spread)


def origins(series: Days, years: tuple[int, int]) -> NDArray[np.int64]:
    """Return the days t at whose close a return of those years is forecast: that of t + 1.

    Args:
        series: as ``days`` returns it.
        years: the first, and the one after the last.
    """
    year = series.days.astype("datetime64[Y]").astype(int) + 1970
    inside = (year >= years[0]) & (year < years[1])
    return np.flatnonzero(inside[1:])


def scale(series: Days) -> float:
    """Return the standard deviation of the returns of the years that are learnt from, in percent."""
    return float(series.returns[origins(series, LEARN) + 1].std())


def qlike(variance: Array, returns: Array) -> Array:
    """Return what each day's variance forecast costs: ln v + r² / v, twice the Gaussian likelihood's part.

    Lowest on average where v is the mean of r² given the past, even though r² is a noisy measure of the variance.

    Source: Patton (2011), the loss that he calls QLIKE.

    Args:
        variance: forecasts, in percent squared, above 0.
        returns: what came, in percent.

    Raises:
        ValueError: a variance that isn't above 0.
    """
    v = np.asarray(variance, float)
    if not (v > 0.0).all():
        raise ValueError(f"a variance is {v.min()}, expected numbers above 0")
    return np.log(v) + np.asarray(returns, float) ** 2 / v


class Difference(NamedTuple):
    """By how much one method's loss is above another's, a day on average."""

    mean: float
    low: float  # of the 95 percent interval
    high: float
    p: float  # two-sided


def diebold_mariano(first: Array, second: Array) -> Difference:
    """Compare two methods' losses day by day: Diebold and Mariano's test, with Newey and West's variance of the mean.

    Source: Diebold and Mariano (1995); Newey and West (1987), with weights that fall over ``LAGS`` days.

    Args:
        first: losses of one method, (N,).
        second: those of the other, of the same days in the same order.

    Raises:
        ValueError: not as many of each, or no more than the lags.
    """
    a, b = np.asarray(first, float), np.asarray(second, float)
    if a.shape != b.shape or a.ndim != 1 or a.size <= LAGS:
        raise ValueError(f"losses have the shapes {a.shape} and {b.shape}, expected (N,) twice, N above {LAGS}")
    if not np.ptp(a - b):
        return Difference(float((a - b).mean()), float((a - b).mean()), float((a - b).mean()), 1.0)
    found = OLS(a - b, np.ones(a.size)).fit(cov_type="HAC", cov_kwds={"maxlags": LAGS}, use_t=False)
    low, high = found.conf_int(0.05)[0]
    return Difference(float(found.params[0]), float(low), float(high), float(found.pvalues[0]))


def interval(values: Array, of: Callable[[Array], float], seed: int = 0) -> tuple[float, float]:
    """Return a 95 percent interval of a number that is computed from days, and from nets if there are several.

    The percentile interval of the stationary bootstrap: days are drawn in blocks whose length is geometric, so that
    what neighbours share stays together; nets are drawn each for itself.

    Source: Politis and Romano (1994), as the package arch has it, which must be installed.

    Args:
        values: (T,), a number a day, or (T, N, ...), a number a day and net.
        of: what is computed from values of the same shape.
        seed: of the draws.
    """
    from arch.bootstrap import StationaryBootstrap

    rng, drawn = np.random.default_rng(seed), []
    for (some,), _ in StationaryBootstrap(BLOCK, values, seed=seed).bootstrap(DRAWS):
        nets = some[:, rng.integers(some.shape[1], size=some.shape[1])] if some.ndim > 1 else some
        drawn.append(of(nets))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
