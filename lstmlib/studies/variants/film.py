"""The next frame of a film: a ConvLSTM beside a convolution without memory, a regression, and copying the last frame.

``python -m lstmlib.studies.variants film``. Both nets are given a frame and its change since the one before, predict
the next change, and are searched alike, by ``lstmlib.studies.protocol``. A stopped run goes on where it was.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lstmlib.data import film
from lstmlib.studies import journal, protocol
from lstmlib.studies.variants.filmed import KINDS, RESULTS, SEEDS, TEST, VALIDATION, Setting, Trained, load, validation
from lstmlib.torch import ConvLSTM
from lstmlib.torch.explosions import check_finite

Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]  # ``map``, or a pool's
LEARN, JUDGE = (0, 1, 2, 3), (4, 5)  # shots, in the film's order; nets of the test learn from all six
RATES = (0.001, 0.003, 0.01)  # Adam's; the grid grows where the best lies at its end
UPDATES, BATCH, CROP, SEEN = 300, 4, 24, 5  # windows of 24 x 24 places and five frames, and the one to predict
GAIN = 8.0  # changes are small: the nets see and predict them eight times as large
REACH = 2  # places to each side that the regression sees, and both nets in the newest frame


class Net(nn.Module):
    """Convolutions with or without memory, and a read-out of the next change, which starts at 0: as copying."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.layer = ConvLSTM(2, 4, 3, forget_bias=1.0) if kind == "ConvLSTM" else None
        if self.layer:
            self.readout = nn.Conv2d(4, 1, 3, padding=1)
        else:
            layers = nn.Conv2d(2, 9, 3, padding=1), nn.ReLU(), nn.Conv2d(9, 9, 3, padding=1), nn.ReLU()
            self.below, self.readout = nn.Sequential(*layers), nn.Conv2d(9, 1, 1)
        for value in self.readout.parameters():
            nn.init.zeros_(value)

    @property
    def num_parameters(self) -> int:
        """How many numbers the net learns."""
        return sum(value.numel() for value in self.parameters())

    def forward(self, x: Tensor) -> Tensor:
        """Return the next changes, times ``GAIN``, (T, N, height, width), given frames and changes (T, N, 2, …)."""
        y = self.layer(x)[0].flatten(0, 1) if self.layer else self.below(x.flatten(0, 1))
        return self.readout(y).view(*x.shape[:2], *x.shape[3:])


def windows(shots: Iterable[int]) -> Tensor:
    """Return every seven frames that follow one another in these shots, (7, N, height, width), from 0 to 1.

    The first is needed for a change, the next ``SEEN`` are read, and the last is to be predicted.
    """
    frames = torch.tensor(film()[list(shots)], dtype=torch.float32)  # (shots, frames, height, width)
    return torch.cat([shot.unfold(0, SEEN + 2, 1).movedim(-1, 0) for shot in frames], 1)


def given(frames: Tensor) -> tuple[Tensor, Tensor]:
    """Return what a net reads of windows (7, N, …), (5, N, 2, …), and the changes to predict after each (5, N, …)."""
    changes = GAIN * (frames[1:] - frames[:-1])
    return torch.stack([frames[1:-1] - 0.5, changes[:-1]], 2), changes[1:]


def errors(forecast: Tensor, frames: Tensor, shots: int) -> list[float]:
    """Return each shot's mean squared error of forecasts (N, height, width) of the last frames of windows (7, N, …)."""
    squares = (forecast.clamp(0.0, 1.0) - frames[-1]) ** 2
    return [float(f"{value:.5g}") for value in squares.view(shots, -1).double().mean(1)]


def train(kind: str, rate: float, seed: int, shots: Iterable[int], judged: tuple[int, ...], updates: int) -> Trained:
    """Train one net on some shots, and judge it on others, at half the updates and at their end.

    Args:
        kind: one of ``KINDS``.
        rate: Adam's at the start; it falls in a straight line to a tenth.
        seed: of weights and windows.
        shots: to learn from.
        judged: the others.
        updates: each on ``BATCH`` windows, cut out at random.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng, net = np.random.default_rng(seed), Net(kind)
    frames, test = windows(shots), windows(judged)
    optimizer = torch.optim.Adam(net.parameters(), rate)

    def forecast() -> Tensor:
        with torch.no_grad():
            return (test[-2] + net(given(test)[0])[-1] / GAIN).clamp(0.0, 1.0)

    half: list[float] = []
    for update in range(updates):
        for group in optimizer.param_groups:
            group["lr"] = rate * (1.0 - 0.9 * update / updates)
        rows, columns = (rng.integers(0, size - CROP + 1, BATCH) for size in frames.shape[2:])
        picked = rng.integers(0, frames.shape[1], BATCH)
        cut = [frames[:, n, a : a + CROP, b : b + CROP] for n, a, b in zip(picked, rows, columns, strict=True)]
        x, target = given(torch.stack(cut, 1))
        loss = nn.functional.mse_loss(net(x), target)
        if not loss.isfinite():
            check_finite(net, x)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        if update + 1 == updates // 2:
            half = errors(forecast(), test, len(judged))
    found, pictures = forecast(), []
    if judged == TEST and seed == SEEDS[0]:
        middle = found.view(len(judged), -1, *found.shape[1:])
        pictures = [(255 * shot[len(shot) // 2]).round().byte().numpy().tobytes().hex() for shot in middle]
    return Trained(kind, rate, seed, net.num_parameters, half, errors(found, test, len(judged)), pictures)


def simple() -> dict[str, Tensor]:
    """Return what needs no net, for every window of the test, (N, height, width): copying, going on, and regression.

    The regression is one for all places: least squares, from the 5 x 5 places around each in the last two frames, on
    the six shots that the nets learn from.
    """
    learn, test = windows(LEARN + JUDGE), windows(TEST)
    fitted = torch.linalg.lstsq(_around(learn).double(), (learn[-1] - learn[-2]).double().flatten()[:, None]).solution
    change = (_around(test).double() @ fitted).view(test.shape[1:]).float()
    last, before = test[-2], test[-3]
    return {"last frame": last, "last frame and its change": 2 * last - before, "regression": last + change}


def _around(frames: Tensor) -> Tensor:
    """Return (N * height * width, 51): the 5 x 5 places around each in the last two frames read, and a 1."""
    x = frames[-3:-1].transpose(0, 1)  # (N, 2, height, width)
    places = nn.functional.unfold(x - 0.5, 2 * REACH + 1, padding=REACH).transpose(1, 2).flatten(0, 1)
    return torch.cat([places, torch.ones(len(places), 1)], 1)


def run(path: Path = RESULTS, *, over: Map = map, updates: int = UPDATES) -> None:
    """Search both nets' rates, then train the nets of the test; what is there already is left.

    Args:
        path: the file.
        over: ``map``, or a pool's.
        updates: of each net.
    """

    def made(jobs: list[tuple[str, float, int]]) -> list[Trained]:
        there = {(one.kind, one.rate, one.seed) for one in load(path)}
        for one in over(_job, [(*job, updates) for job in jobs if job not in there]):
            journal.add(path, one)
        return load(path)

    if not any(one.kind == "regression" for one in load(path)):
        test, sizes = windows(TEST), {"regression": 2 * (2 * REACH + 1) ** 2 + 1}
        found = {name: errors(forecast, test, len(TEST)) for name, forecast in simple().items()}
        journal.add(
            path, *(Trained(name, 0.0, 0, sizes.get(name, 0), [], missed, []) for name, missed in found.items())
        )
    for kind in KINDS:

        def best(settings: list[Setting], kind: str = kind) -> Setting:
            lines = made([(kind, one.rate, seed) for one in settings for seed in VALIDATION])
            found = validation(lines, kind)
            return protocol.chosen({one: found[one] for one in settings})

        rate = protocol.search_rate(Setting(RATES[0]), RATES, best).rate
        made([(kind, rate, seed) for seed in SEEDS])


def _job(job: tuple[str, float, int, int]) -> Trained:
    kind, rate, seed, updates = job
    search = seed in VALIDATION
    return train(kind, rate, seed, LEARN if search else LEARN + JUDGE, JUDGE if search else TEST, updates)
