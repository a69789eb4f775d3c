"""The methods that need no net: logistic regression for the direction; EWMA, GARCH and ranges for the variance."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from sklearn.linear_model import LogisticRegression

from lstmlib.numpy.checks import Array
from lstmlib.studies.at_work.markets.task import LEARN, VALIDATION, Days, origins, qlike, scale

RISKMETRICS = 0.94
DECAYS = (0.9, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98)
LAGS, INVERSES = (1, 2, 5, 10, 20), (1e-4, 1e-3, 1e-2, 0.1, 1.0)  # days, and logistic regression's C
Likelihood = Literal["normal", "t", "skewt"]
LIKELIHOODS: tuple[Likelihood, ...] = ("normal", "t", "skewt")
BEFORE, ALL = (LEARN[0], LEARN[1]), (LEARN[0], VALIDATION[1])  # what is learnt on for the validation and the test


def log_loss(log_odds: Array, rose: NDArray[np.bool_]) -> float:
    """Return the mean of -ln of the probability that was given to what came, in nats."""
    z = np.where(rose, log_odds, -np.asarray(log_odds))
    return float(np.logaddexp(0.0, -z).mean())


# Tomorrow's direction.


def lagged(series: Days, at: NDArray[np.int64], lags: int) -> Array:
    """Return the last returns up to each origin, over the learnt standard deviation, (N, lags), today's first."""
    return series.returns[at[:, None] - np.arange(lags)] / scale(series)


def logistic(series: Days, years: tuple[int, int], lags: int, inverse: float) -> Any:
    """Return logistic regression from the last returns to whether the next is above 0, as scikit-learn fits it.

    Args:
        series: as ``task.days`` returns it.
        years: what is learnt on.
        lags: how many returns it sees.
        inverse: C, one over the penalty on the squared weights.
    """
    at = origins(series, years)
    return LogisticRegression(C=inverse).fit(lagged(series, at, lags), series.returns[at + 1] > 0.0)


def logistic_search(series: Days) -> dict[tuple[int, float], Sequence[float]]:
    """Return the log loss of each number of lags and C on the validation years, as ``protocol.chosen`` takes it."""
    at = origins(series, VALIDATION)
    found: dict[tuple[int, float], Sequence[float]] = {}
    for lags in LAGS:
        for inverse in INVERSES:
            fitted = logistic(series, BEFORE, lags, inverse)
            log_odds = fitted.decision_function(lagged(series, at, lags))
            found[lags, inverse] = [log_loss(log_odds, series.returns[at + 1] > 0.0)]
    return found


# Tomorrow's variance, in percent squared. What stands at t is said at the close of t of day t + 1.


def ewma(returns: Array, decay: float) -> Array:
    """Return the exponentially weighted mean of the squared returns up to each day, (T,).

    It begins with the mean of the first 21 days' squares, which no year that is forecast sees much of.

    Source: RiskMetrics (1996), which takes 0.94 for daily returns.

    Args:
        returns: in percent, (T,); the first is no return.
        decay: the weight of what was, from 0 to 1.
    """
    found = np.empty(len(returns))
    now = float((returns[1:22] ** 2).mean())
    for t, r in enumerate(returns):
        now = decay * now + (1.0 - decay) * r**2 if t else now
        found[t] = now
    return found


class Garch(NamedTuple):
    """A fitted GARCH(1,1): v(t+1) = omega + (alpha + gamma [e(t) < 0]) e(t)² + beta v(t), with e(t) = r(t) - mean."""

    mean: float
    omega: float
    alpha: float
    gamma: float  # 0 without a leverage effect
    beta: float


def garch(returns: Array, fitted: Garch) -> Array:
    """Return the variance that a GARCH(1,1) says of the day after each day, (T,).

    Source: Bollerslev (1986); with gamma Glosten, Jagannathan and Runkle (1993).

    Args:
        returns: in percent, (T,); the first is no return.
        fitted: its parameters.
    """
    e = returns - fitted.mean
    found = np.empty(len(returns))
    now = float((e[1:22] ** 2).mean())
    for t in range(len(returns)):
        if t:
            now = fitted.omega + (fitted.alpha + fitted.gamma * (e[t] < 0.0)) * e[t] ** 2 + fitted.beta * now
        found[t] = now
    return found


def fit_garch(series: Days, years: tuple[int, int], leverage: bool, likelihood: Likelihood) -> Garch:
    """Return a GARCH(1,1) fitted by the package arch, which must be installed.

    Args:
        series: as ``task.days`` returns it.
        years: what is learnt on.
        leverage: whether falls may count for more than rises.
        likelihood: one of ``LIKELIHOODS``: of the returns over their standard deviation.
    """
    from arch import arch_model

    known = series.returns[origins(series, years) + 1]
    model = arch_model(known, mean="Constant", vol="GARCH", p=1, o=int(leverage), q=1, dist=likelihood)
    p = model.fit(disp="off").params
    return Garch(*(float(p.get(name, 0.0)) for name in ("mu", "omega", "alpha[1]", "gamma[1]", "beta[1]")))


def ranges(series: Days, at: NDArray[np.int64], weights: Array) -> Array:
    """Return the variance that a weighted sum makes of the last day's, week's and month's ranges, (N,).

    The logarithm of the variance is a weighted sum of a constant, of the logarithms of the mean Parkinson variance over
    1, 5 and 22 days, and, with seven weights, of how far the mean return over as many days is below 0. So Corsi (2009)
    regresses realised variance; here high and low stand for it.

    Args:
        series: as ``task.days`` returns it.
        at: the origins, with 21 days before them.
        weights: (4,) or, with falls, (7,).
    """
    return np.exp(_range_features(series, at)[:, : len(weights)] @ weights)


def fit_ranges(series: Days, years: tuple[int, int], falls: bool) -> Array:
    """Return the weights of ``ranges``, (4,) or (7,), with the lowest QLIKE over those years.

    Args:
        series: as ``task.days`` returns it.
        years: what is learnt on.
        falls: whether falls have weights.
    """
    at = origins(series, years)
    seen, came = _range_features(series, at)[:, : 7 if falls else 4], series.returns[at + 1]

    def cost(weights: Array) -> float:
        return float(qlike(np.exp(seen @ weights), came).mean())

    return np.asarray(optimize.minimize(cost, np.r_[0.0, 0.3, 0.3, 0.3, np.zeros(3 if falls else 0)], method="BFGS").x)


def _range_features(series: Days, at: NDArray[np.int64]) -> Array:
    over = [at[:, None] - np.arange(n) for n in (1, 5, 22)]
    ranges = [np.log((series.spread[days] ** 2).mean(1)) for days in over]
    falls = [-np.minimum(series.returns[days].mean(1), 0.0) for days in over]
    return np.column_stack([np.ones(len(at)), *ranges, *falls])


def decay_search(series: Days) -> dict[float, Sequence[float]]:
    """Return the QLIKE of each of ``DECAYS`` on the validation years, as ``protocol.chosen`` takes it."""
    at = origins(series, VALIDATION)
    came = series.returns[at + 1]
    return {decay: [float(qlike(ewma(series.returns, decay)[at], came).mean())] for decay in DECAYS}
