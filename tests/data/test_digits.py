"""The handwritten digits: how many, how large, and that they look like digits."""

import sys

import numpy as np
import pytest

from lstmlib.data import digits


def test_the_pictures():
    pytest.importorskip("sklearn")
    pictures, shown = digits()
    assert pictures.shape == (1797, 8, 8)
    assert (pictures.min(), pictures.max()) == (0.0, 1.0)
    assert sorted(set(shown.tolist())) == list(range(10))
    means = np.array([pictures[:1400][shown[:1400] == digit].mean(0).ravel() for digit in range(10)])
    nearest = ((pictures[1400:].reshape(-1, 1, 64) - means) ** 2).sum(-1).argmin(1)
    assert (nearest == shown[1400:]).mean() > 0.8


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match="pip install scikit-learn"):
        digits()
