"""Eight floats as one value: the exponential in them."""

import numpy as np
from numba import njit

from lstmlib.online.compiled.lanes import load, logistic, store


@njit
def squash(x, y):
    for row in range(len(x)):
        store(y, row, logistic(load(x, row)))


def test_the_logistic_function_is_exact_to_the_last_digits(rng):
    x = np.concatenate([rng.uniform(-40, 40, 4000), rng.uniform(-1, 1, 3960), [0.0, 1e-300, -1e-17, 699.0, -699.0] * 8])
    y = np.zeros((len(x) // 8, 8))
    squash(x.reshape(-1, 8), y)
    exact = (1.0 / (1.0 + np.exp(-x.astype(np.longdouble)))).astype(float)
    assert (np.abs(y.ravel() - exact) / exact).max() < 5e-16
    x = np.array([[np.inf, -np.inf, 1e9, -1e9, 800.0, -800.0, 37.0, -37.0]])
    y = np.zeros((1, 8))
    squash(x, y)
    assert y[0, [0, 2, 4]].tolist() == [1.0] * 3
    assert (y[0, [1, 3, 5]] < 1e-300).all()
