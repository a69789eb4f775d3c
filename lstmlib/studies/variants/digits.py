"""Moving digits foreseen: a ConvLSTM beside fully connected LSTMs, and beside answers that need no net."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lstmlib.data import digits
from lstmlib.tasks import moving_digits
from lstmlib.torch import LSTM, ConvLSTM
from lstmlib.torch.explosions import check_finite

SEEN, FORESEEN, SIZE = 5, 5, 16
TRAINING = 1400  # of the pictures; the others are for the test


class Forecaster(nn.Module):
    """A recurrent layer that sees some frames, and then its own forecasts, with a read-out of every next frame.

    Args:
        layer: a ``ConvLSTM``, which sees pictures, or an ``LSTM``, which sees rows of pixels.
    """

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer
        self.flat = isinstance(layer, LSTM)
        M = layer.hidden_size if self.flat else layer.hidden_channels
        self.readout: nn.Module = nn.Linear(M, layer.input_size) if self.flat else nn.Conv2d(M, 1, 1)

    @property
    def num_parameters(self) -> int:
        """How many numbers the layer's equations have, and the read-out."""
        return int(self.layer.num_parameters) + sum(value.numel() for value in self.readout.parameters())

    @property
    def num_operations(self) -> int:
        """How many multiply-adds a frame takes."""
        if self.flat:
            return self.num_parameters
        places = SIZE * SIZE
        return int(self.layer.num_operations(SIZE, SIZE)) + places * sum(p.numel() for p in self.readout.parameters())

    def forward(self, seen: Tensor, steps: int) -> Tensor:
        """Return scores, before a logistic function, for the frames that follow.

        Args:
            seen: frames (T, N, 1, size, size).
            steps: how many frames to foresee.

        Returns:
            (steps, N, 1, size, size).
        """
        state, scores = None, []
        x = seen
        for _ in range(steps):
            y, state = self.layer(x.flatten(2) if self.flat else x, state)
            score = self.readout(y[-1]).view_as(seen[0])
            scores.append(score)
            x = torch.sigmoid(score)[None]  # from now on it sees what it has foreseen
        return torch.stack(scores)


def make(kind: str) -> Forecaster:
    """Return a net: "ConvLSTM", "LSTM, as many parameters", or "LSTM, ten times as many"."""
    conv = Forecaster(ConvLSTM(1, 8, 3, forget_bias=1.0))
    if kind == "ConvLSTM":
        return conv
    wanted = conv.num_parameters * (10 if kind == "LSTM, ten times as many" else 1)
    counts = {H: Forecaster(LSTM(SIZE * SIZE, H)).num_parameters for H in range(1, 64)}
    H = min(counts, key=lambda width: abs(counts[width] - wanted))
    return Forecaster(LSTM(SIZE * SIZE, H, forget_bias=1.0))


KINDS = ("ConvLSTM", "LSTM, as many parameters", "LSTM, ten times as many")


def film(images: NDArray[np.float64], batch_size: int, rng: np.random.Generator) -> Tensor:
    """Return frames (10, N, 1, 16, 16) of moving digits."""
    batch = moving_digits(images, SEEN + FORESEEN - 1, batch_size, rng, size=SIZE)
    return torch.tensor(np.concatenate([batch.x, batch.target[-1:]]), dtype=torch.float32)


def moved_on(seen: Tensor) -> Tensor:
    """Return what needs no learning: the last frame, moved on at every step as it has just moved.

    Args:
        seen: frames (T, N, 1, 16, 16), at least two.

    Returns:
        the next five (5, N, 1, 16, 16); right until the thing bounces.
    """
    shifts = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
    misses = torch.stack([((_shifted(seen[-2], shift) - seen[-1]) ** 2).sum((1, 2, 3)) for shift in shifts])
    moves = [shifts[k] for k in misses.argmin(0).tolist()]
    frames = [
        torch.cat([_shifted(seen[-1, n : n + 1], (k * a, k * b)) for n, (a, b) in enumerate(moves)])
        for k in range(1, FORESEEN + 1)
    ]
    return torch.stack(frames)


def _shifted(frames: Tensor, shift: tuple[int, int]) -> Tensor:
    """Return frames (N, 1, 16, 16) moved by some rows and columns, empty where nothing comes in."""
    room = FORESEEN
    wide = nn.functional.pad(frames, (room,) * 4)
    rows, columns = (room - part for part in shift)
    return wide[..., rows : rows + SIZE, columns : columns + SIZE]


def train(kind: str, seed: int, updates: int, batch_size: int = 16, lr: float = 0.01) -> Forecaster:
    """Return a net that was trained to foresee five frames after five."""
    torch.manual_seed(seed)
    rng, net = np.random.default_rng(seed), make(kind)
    images = digits()[0][:TRAINING]
    optimizer = torch.optim.Adam(net.parameters(), lr)
    for update in range(updates):
        for group in optimizer.param_groups:  # down to a tenth, in a straight line
            group["lr"] = lr * (1.0 - 0.9 * update / updates)
        frames = film(images, batch_size, rng)
        loss = nn.functional.binary_cross_entropy_with_logits(net(frames[:SEEN], FORESEEN), frames[SEEN:])
        if not loss.isfinite():
            check_finite(net, frames[:SEEN], FORESEEN)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    return net


def _trial(given: tuple[str, int, int, int]) -> tuple[str, list[float], dict[str, int]]:
    """Train one net; return its kind, its errors, and its sizes."""
    kind, seed, updates, films = given
    torch.set_num_threads(1)
    seen, truth = _test(films)
    net = train(kind, seed, updates)
    with torch.no_grad():
        forecast = torch.sigmoid(net(seen, FORESEEN))
    sizes = {"parameters": net.num_parameters, "operations": net.num_operations}
    return kind, _errors(forecast, truth), sizes


def _test(films: int) -> tuple[Tensor, Tensor]:
    frames = film(digits()[0][TRAINING:], films, np.random.default_rng(1000))
    return frames[:SEEN], frames[SEEN:]


def _errors(forecast: Tensor, truth: Tensor) -> list[float]:
    return [round(float(value), 3) for value in ((forecast - truth) ** 2).sum((2, 3, 4)).mean(1)]


def moving(run: Any = map, *, updates: int = 3000, seeds: int = 10, films: int = 200) -> dict[str, Any]:
    """Train every kind of net over several seeds; return their errors on digits that none has seen.

    Args:
        run: ``map``, or a pool's.
        updates: of each net, of 16 films each.
        seeds: nets of each kind.
        films: in the test.

    Returns:
        "errors": kind -> for every seed the squared error of a frame, summed over its pixels, one, two, ... steps
        ahead, the mean over the films; beside them what needs no net: the "last frame" again, an "empty frame", and
        the "mean frame" of all films of the training, and the "last frame, moved on" as it has just moved.
        "sizes": parameters, and operations a frame.
    """
    seen, truth = _test(films)
    mean = film(digits()[0][:TRAINING], 1000, np.random.default_rng(2000)).mean((0, 1))
    trivial = {"last frame": seen[-1:], "empty frame": torch.zeros_like(seen[:1]), "mean frame": mean}
    errors = {name: [_errors(frame.expand_as(truth), truth)] for name, frame in trivial.items()}
    errors["last frame, moved on"] = [_errors(moved_on(seen), truth)]
    sizes = {}
    for kind, found, size in run(_trial, [(k, s, updates, films) for s in range(seeds) for k in KINDS]):
        errors.setdefault(kind, []).append(found)
        sizes[kind] = size
    about = {"updates": updates, "films": films, "torch": torch.__version__, "sizes": sizes}
    return about | {"errors": errors}
