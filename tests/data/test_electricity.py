"""The demand for electricity: the series, and how it was taken out of the package."""

import numpy as np

from lstmlib.data import derived, electricity
from lstmlib.data.electricity import DAY, START, WEEK


def test_the_series():
    demand = electricity()
    assert demand.shape == (12 * WEEK,)
    assert START.weekday() == 0
    assert demand[:3].tolist() == [22262.0, 21756.0, 22247.0]
    assert (demand.min(), demand.max()) == (18640.0, 38777.0)
    days = demand.reshape(-1, DAY).mean(1).reshape(-1, 7).mean(0)
    assert days.argmin() == 6  # Sundays
    assert days[:5].min() > days[5:].max()


def test_numbers_in_the_docstring_are_left_out():
    text = b'"""array([22262., 21756.])"""\n    rslt = np.array([\n  22262, 21756, 22247]).astype(dtype)\n  x = 123456'
    assert np.array(derived.DERIVE["electricity.txt"]({"taylor.py": text}).split()).tolist() == [
        b"22262",
        b"21756",
        b"22247",
    ]
