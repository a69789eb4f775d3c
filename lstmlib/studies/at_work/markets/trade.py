"""What a forecast of direction earns: positions, costs, equity, and how well strategies do that know nothing."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.studies.at_work.markets.task import YEAR

COST = 5.0  # basis points of what is bought or sold, each time
SWITCH = 0.05  # how often a strategy that knows nothing buys or sells, a day


def daily(positions: Array, returns: Array, cost: float = COST) -> Array:
    """Return what a strategy earns each day, as a share of what it has, (T, ...): cash earns nothing.

    Args:
        positions: the share that is in the index from each close to the next, (T, ...); before the first day it is 0.
        returns: the index's returns over the same days, in percent, as logarithms, (T,).
        cost: in basis points of what is bought or sold.

    Raises:
        ValueError: not as many days of both.
    """
    held = np.asarray(positions, float)
    if len(held) != len(returns):
        raise ValueError(f"positions has {len(held)} days and returns {len(returns)}, expected as many of each")
    gain = np.expm1(np.asarray(returns) / 100.0).reshape(-1, *(1,) * (held.ndim - 1))
    traded = np.abs(np.diff(held, axis=0, prepend=0.0))
    return (1.0 - cost / 1e4 * traded) * (1.0 + held * gain) - 1.0


def yearly(earned: Array) -> Any:
    """Return the yearly growth of what is invested, in percent, from what is earned a day (T, ...)."""
    return 100.0 * np.expm1(YEAR * np.log1p(earned).mean(0))


def ahead(earned: Array, reference: Array) -> float:
    """Return by how many percentage points a year a strategy grew more than another, from the mean of logarithms.

    Args:
        earned: (T,) or (T, N), which is averaged over N.
        reference: (T,).
    """
    own = np.log1p(earned)
    own = own.mean(1) if own.ndim > 1 else own
    return float(100.0 * YEAR * (own - np.log1p(reference)).mean())


def sharpe(earned: Array) -> Any:
    """Return the Sharpe ratio, a year's mean over a year's standard deviation, without interest."""
    return np.sqrt(YEAR) * earned.mean(0) / earned.std(0)


def blind(count: int, days: int, seed: int) -> NDArray[np.float64]:
    """Return positions of strategies that know nothing, (days, count): in or out, changed now and then by chance.

    Args:
        count: how many strategies.
        days: how many days.
        seed: of the draws.
    """
    rng = np.random.default_rng(seed)
    changes = rng.random((days, count)) < SWITCH
    return ((rng.integers(0, 2, count) + changes.cumsum(0)) % 2).astype(float)
