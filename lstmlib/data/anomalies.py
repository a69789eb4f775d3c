"""Two series with one labelled anomaly each: a pulse, made for a test of detectors, and twenty seconds of an ECG."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data import derived


class Labelled(NamedTuple):
    """A series, and where somebody says that it doesn't fit."""

    values: NDArray[np.float64]  # (T,)
    first: int  # the anomaly's first step, from 0
    last: int  # its last
    learn: int  # so many steps at the beginning are there to learn from; the anomaly is behind them

    def anomalous(self) -> NDArray[np.bool_]:
        """Return which steps belong to the anomaly, (T,)."""
        steps = np.arange(len(self.values))
        return (steps >= self.first) & (steps <= self.last)


def pulse() -> Labelled:
    """Return series 135 of the UCR anomaly archive, InternalBleeding16: 7,501 steps between about 55 and 105.

    The file gives neither unit nor time. The archive's training part is the first 1,200 steps of its test part; they
    are here once.

    Source: Wu and Keogh (2023), as carried by aeon; ``lstmlib/data/files/sources.json`` says which version.

    Raises:
        ValueError: the stored file is not the one that was derived.
    """
    return _read("pulse.txt.gz", 1e-5, 1200)


def heartbeats() -> Labelled:
    """Return 7,500 steps of the MIT-BIH arrhythmia database, 360 a second, in millivolts; a beat is labelled.

    Nobody has said what part is to learn from; here it is the first 3,600 steps, ten seconds.

    Source: Moody and Mark (2001), PhysioNet, as carried by sktime; ``lstmlib/data/files/sources.json`` says which
    version.

    Raises:
        ValueError: the stored file is not the one that was derived.
    """
    return _read("heartbeats.txt.gz", 1e-3, 3600)


def _read(name: str, unit: float, learn: int) -> Labelled:
    label, numbers = derived.read(name).split("\n", 1)
    first, last = (int(step) for step in label.split())
    return Labelled(np.array(numbers.split(), np.float64) * unit, first, last, learn)
