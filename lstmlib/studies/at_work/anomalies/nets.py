"""LSTMs that forecast the next ten steps: how they are trained, searched, and judged. They need PyTorch.

What is chosen is chosen by the error of the next step on the validation part, which has no anomaly, with seeds used for
nothing else. How far ahead a net should look can't be chosen so: ten steps were fixed beforehand.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lstmlib.files import save
from lstmlib.numpy import SequenceModel
from lstmlib.numpy.checks import Array
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.anomalies import reading, simple
from lstmlib.studies.at_work.anomalies.reading import KEPT, Setting, Trial
from lstmlib.studies.at_work.anomalies.task import KINDS, SERIES, judge, judge_real, scaled

RATES, TARGETS, WIDTHS, BIASES = (0.003, 0.01, 0.03), ("level", "change"), (16, 32), (0.0, 2.0)
FIRST = Setting(0.01, "change", 32, 2.0)  # with which rates are searched
UPDATES, BATCH, LONG, WARM = 800, 8, 200, 20  # steps of a crop, of which the first aren't scored
SEEDS = 10  # the seeds of the search are 100 and those after it


class Net(torch.nn.Module):
    """An LSTM and a read-out of ten numbers at every step: the ten values that follow."""

    def __init__(self, setting: Setting, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.target = setting.target
        self.recurrent: Any = torch.nn.LSTM(1, setting.width)
        self.readout: Any = torch.nn.Linear(setting.width, simple.AHEAD)
        with torch.no_grad():
            self.recurrent.get_parameter("bias_hh_l0")[setting.width : 2 * setting.width] = setting.bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return forecasts (T, N, 10) from values (T, N)."""
        said = self.readout(self.recurrent(x[..., None])[0])
        return said + x[..., None] if self.target == "change" else said


def learn(series: str, setting: Setting, seed: int, updates: int = UPDATES) -> tuple[Net, Net]:
    """Train one net by Adam, the gradient's norm clipped to 1; in the second half the rate falls to 0 in a line.

    Args:
        series: one of ``SERIES``.
        setting: what is chosen.
        seed: of weights and crops.
        updates: how many.

    Returns:
        the net, and as it was after half of the updates.
    """
    torch.set_num_threads(1)
    one = scaled(series)
    x = torch.from_numpy(one.x[: one.learnt].astype(np.float32))
    net, half, rng = Net(setting, seed), Net(setting, seed), np.random.default_rng(seed + 1000)
    adam = torch.optim.Adam(net.parameters(), setting.rate)
    ahead = torch.arange(simple.AHEAD)
    for update in range(updates):
        adam.param_groups[0]["lr"] = setting.rate * min(1.0, 2.0 * (1.0 - update / updates))
        begins = torch.from_numpy(rng.integers(0, one.learnt - LONG - simple.AHEAD, BATCH))
        steps = torch.arange(LONG)[:, None] + begins  # (T, N)
        off = net(x[steps]) - x[steps[..., None] + 1 + ahead]
        adam.zero_grad()
        (off[WARM:] ** 2).mean().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        if update + 1 == updates // 2:
            half.load_state_dict(net.state_dict())
    return net, half


def forecast(net: Net, x: Array) -> Array:
    """Return the forecasts at each step of stretches (N, T): (N, T, 10)."""
    with torch.no_grad():
        said: torch.Tensor = net(torch.from_numpy(x.T.astype(np.float32)))
    return said.numpy().transpose(1, 0, 2).astype(np.float64)


def validate(net: Net, series: str) -> float:
    """Return the mean squared error of the next step on the validation part, of the series' variance."""
    off = reading.clean_errors(series, forecast(net, scaled(series).x[None]))
    return float(f"{(off[:, 0] ** 2).mean():.4g}")


def judged(net: Net, series: str) -> dict[str, Any]:
    """Return what a net's scores find.

    Returns:
        "real" and "put", each for "next", the error of the next step, and "ten", how unlikely ten errors are: as
        ``record.load``; "like", how strongly the error of the next step, with its sign, goes with the last change and
        with the linear forecast's error over the whole test: correlations.
    """
    one = scaled(series)
    made = forecast(net, one.x[None])
    clean = reading.clean_errors(series, made)
    scores: dict[str, simple.Score] = {
        "next": lambda x: simple.next_step(forecast(net, x), x),
        "ten": lambda x: simple.unlikely(simple.errors(forecast(net, x), x), clean),
    }
    own = simple.errors(made, one.x[None])[0, :, 0]
    line = simple.errors(simple.forecast(simple.linear(series), one.x[None]), one.x[None])[0, :, 0]
    others = {"change": np.diff(one.x, prepend=one.x[:1]), "linear": line}
    test = slice(one.valid, None)
    return {
        "real": {what: judge_real(series, score)._asdict() for what, score in scores.items()},
        "put": {what: {kind: judge(series, kind, score)._asdict() for kind in KINDS} for what, score in scores.items()},
        "like": {what: round(float(np.corrcoef(own[test], b[test])[0, 1]), 4) for what, b in others.items()},
    }


def as_library(net: Net, width: int) -> SequenceModel:
    """Return a net of the library with the same weights."""
    model = reading.empty(width)
    for name, value in net.state_dict().items():
        model.params[name] = value.detach().numpy()
    return model


def run(folder: Path) -> None:
    """Run what isn't stored yet: for each series the search, then the test nets; the first of those are kept.

    The rate is searched first, beyond the grid if the best is at its end; then what the net says, its width and the
    bias of the forget gate, each with what was best before.
    """
    for series in SERIES:
        found = protocol.search_rate(FIRST, RATES, partial(_search, folder, series))
        found = _search(folder, series, [found._replace(target=target) for target in TARGETS])
        found = _search(folder, series, [found._replace(width=width) for width in WIDTHS])
        _search(folder, series, [found._replace(bias=bias) for bias in BIASES])
        for seed in range(SEEDS):
            _once(folder, series, reading.chosen(reading.load(folder), series), seed, "test")


def _once(folder: Path, series: str, setting: Setting, seed: int, part: str) -> None:
    """Train a net and write what came of it, if it isn't stored."""
    if any((t.part, t.series, t.setting, t.seed) == (part, series, setting, seed) for t in reading.load(folder)):
        return
    net, half = learn(series, setting, seed)
    found = judged(net, series) if part == "test" else {}
    if (part, seed) == ("test", 0):
        save(as_library(net, setting.width), folder / KEPT[series])
    one = Trial(part, series, *setting, seed, validate(net, series), validate(half, series), found)
    journal.add(folder / reading.NAME, one)
    print(*one[:9], flush=True)


def _search(folder: Path, series: str, settings: list[Setting]) -> Setting:
    """Validate settings, if that isn't stored, and return the best of them."""
    for setting in settings:
        for seed in range(100, 100 + reading.SEARCHED):
            _once(folder, series, setting, seed, "search")
    found = reading.search(reading.load(folder), series)
    return protocol.chosen({setting: found[setting] for setting in settings})
