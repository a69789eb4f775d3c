"""What is stored of the nets that forecast, and the kept ones as the library's own: without PyTorch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lstmlib.files import load as read_file
from lstmlib.numpy import LSTM, Linear, SequenceModel
from lstmlib.numpy.checks import Array
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.anomalies import simple
from lstmlib.studies.at_work.anomalies.task import scaled

FOLDER = Path(__file__).parents[1] / "results"
NAME = "anomalies.jsonl"
KEPT = {"pulse": "anomalies-pulse.safetensors", "heartbeats": "anomalies-heartbeats.safetensors"}
SEARCHED = 3  # nets of a setting in the search


class Setting(NamedTuple):
    """What is chosen for a series."""

    rate: float
    target: str  # "level", the net says values, or "change", how far they will be from the last one
    width: int  # cells
    bias: float  # of the forget gate, at the beginning


class Trial(NamedTuple):
    """One net."""

    part: str  # "search" or "test"
    series: str
    rate: float
    target: str
    width: int
    bias: float
    seed: int
    error: float  # mean squared error of the next step on the validation part, of the series' variance
    halfway: float  # the same after half of the updates
    found: dict[str, Any]  # of a test net: what its scores find, see ``nets.judged``; empty in the search

    @property
    def setting(self) -> Setting:
        """What was chosen for it, or is tried."""
        return Setting(self.rate, self.target, self.width, self.bias)


def load(folder: Path = FOLDER) -> list[Trial]:
    """Return the stored trials; a last line that was cut off is left out."""
    return journal.read(folder / NAME, Trial)


def search(trials: Sequence[Trial], series: str) -> dict[Setting, list[float]]:
    """Return the validation errors of each setting, as ``protocol.chosen`` takes it."""
    searched = (one for one in trials if (one.part, one.series) == ("search", series))
    return protocol.by_setting(((one.setting, one.error) for one in searched), SEARCHED)


def chosen(trials: Sequence[Trial], series: str) -> Setting:
    """Return a series' setting: the lowest median error of the next step on the validation part."""
    return protocol.chosen(search(trials, series))


def tested(trials: Sequence[Trial], series: str) -> list[Trial]:
    """Return the test nets of the setting that was chosen, by seed."""
    setting = chosen(trials, series)
    found = (t for t in trials if (t.part, t.series, t.setting) == ("test", series, setting))
    return sorted(found, key=lambda t: t.seed)


def empty(width: int) -> SequenceModel:
    """Return a net of the library that says ten numbers after every step, its parameters still random."""
    rng = np.random.default_rng(0)
    recurrent = LSTM(1, width, rng=rng, dtype=np.float32)
    return SequenceModel(recurrent, Linear(width, simple.AHEAD, rng=rng, dtype=np.float32))


def stored(series: str, folder: Path = FOLDER) -> SequenceModel:
    """Return the first test net of a series."""
    model = empty(chosen(load(folder), series).width)
    read_file(model, folder / KEPT[series])
    return model


def forecast(model: SequenceModel, x: Array, target: str) -> Array:
    """Return what a net says at each step of the ten that follow: (N, T, 10).

    Args:
        model: of the library.
        x: scaled stretches (N, T).
        target: what it says, "level" or "change".
    """
    said = model.forward(x.T[..., None].astype(np.float32))[0].transpose(1, 0, 2).astype(np.float64)
    return np.asarray(said + x[..., None] if target == "change" else said)


def score(model: SequenceModel, x: Array, target: str) -> Array:
    """Return a net's surprise: how far off its forecast of each step was that it made one step before, (N, T)."""
    return simple.next_step(forecast(model, x, target), x)


def clean_errors(series: str, made: Array) -> Array:
    """Return the errors of forecasts on the validation part, (T', 10)."""
    one = scaled(series)
    return simple.errors(made, one.x[None])[0, one.learnt : one.valid]
