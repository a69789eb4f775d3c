"""The S&P 500: the series, and how it was taken out of the package."""

import gzip

import numpy as np

from lstmlib.data import derived, sp500


def test_the_series():
    prices = sp500()
    assert all(column.shape == (5031,) for column in prices)
    assert (str(prices.days[0]), str(prices.days[-1])) == ("1999-01-04", "2018-12-31")
    assert (np.diff(prices.days) > np.timedelta64(0)).all()
    weekday = (prices.days.astype(int) + 3) % 7  # 1970 began on a Thursday
    assert weekday.max() == 4
    assert (prices.close[0], prices.close[-1]) == (1228.10, 2506.85)
    assert (prices.high >= np.maximum(prices.open, prices.close)).all()
    assert (prices.low <= np.minimum(prices.open, prices.close)).all()
    assert (prices.high > prices.low).all()
    fall = np.diff(np.log(prices.close)).argmin() + 1
    assert str(prices.days[fall]) == "2008-10-15"


def test_a_day_is_a_line():
    csv = b"Date,Open,High,Low,Close,Adj Close,Volume\n1/4/1999,1229.22998,1248.810059,1219.099976,1228.099976,1,2\n"
    found = derived.DERIVE["sp500.txt.gz"]({"sp500.csv.gz": gzip.compress(csv)})
    assert gzip.decompress(found) == b"1999-01-04 1229.23 1248.81 1219.10 1228.10\n"
