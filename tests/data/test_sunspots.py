"""The sunspot series: its years, its range, its cycle."""

import sys

import numpy as np
import pytest

from lstmlib.data import sunspots


def test_the_series():
    pytest.importorskip("statsmodels")
    years, numbers = sunspots()
    assert years.tolist() == list(range(1700, 2009))
    assert numbers.shape == (309,)
    assert numbers.min() == 0.0
    assert years[numbers.argmax()] == 1957
    spectrum = np.abs(np.fft.rfft(numbers - numbers.mean()))
    assert 309 / spectrum.argmax() == pytest.approx(11.0, abs=0.5)  # the eleven-year cycle


def test_without_statsmodels_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    monkeypatch.setitem(sys.modules, "statsmodels.datasets", None)
    with pytest.raises(ImportError, match="pip install statsmodels"):
        sunspots()
