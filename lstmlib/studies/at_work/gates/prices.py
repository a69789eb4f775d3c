"""The claims about prices, and small LSTMs that say each day how much the S&P 500 will vary on the next.

A net reads the day's return and its size, and says the logarithm of the next return's variance. It is trained and
judged by QLIKE, log v + r² / v, which is lowest on average where v is the true variance (Patton, 2011).
"""

import json
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.studies import protocol
from lstmlib.studies.at_work.gates import cells, measures
from lstmlib.studies.at_work.gates.cells import GATES, Cells, Held
from lstmlib.studies.at_work.gates.measures import Pairs

SIZE, SPAN, BATCH = 16, 250, 32  # cells; days of a training sequence; sequences in a batch
RATES, MARKS = (0.001, 0.003, 0.01, 0.03, 0.1), (50, 100, 200, 300, 400)  # what is searched; marks are updates
SEEDS = (100, 101)  # of the search
VALIDATION, TEST = np.datetime64("2009-01-01"), np.datetime64("2011-01-01")  # where they begin
DECAY, AHEAD = 0.94, 10  # of the weighted mean of squares; days whose loss a clamp may change
# name -> gate, how many steps, whether the claim has it lower
CLAIMS = {
    "outdated": ("forget", 1, True),
    "changes": ("input", 1, False),
    "history": ("output", 1, False),
}


class Series(NamedTuple):
    """Daily returns, and where the parts begin."""

    r: Array  # (T,): 100 times the logarithm's change
    validation: int
    test: int


def series() -> Series:
    """Return the returns of the S&P 500."""
    from lstmlib.data.sp500 import sp500

    prices = sp500()
    found = np.searchsorted(prices.days[1:], [VALIDATION, TEST])
    return Series(100.0 * np.diff(np.log(prices.close)), *(int(k) for k in found))


def expected(r: Array) -> Array:
    """Return the volatility that an exponentially weighted mean of squares expects of each day, (T,).

    It begins with the mean of the first 50 squares.
    """
    variance = np.empty(len(r))
    now = float((r[:50] ** 2).mean())
    for t, value in enumerate(r):
        variance[t] = now
        now = DECAY * now + (1.0 - DECAY) * value**2
    return np.sqrt(variance)


def tenths(values: Array, parts: int = 10) -> NDArray[np.int64]:
    """Return in which of as many equally full parts each value lies, from 0 for the lowest."""
    edges = np.quantile(values, np.arange(1, parts) / parts)
    return np.searchsorted(edges, values, "right")


def pairs(r: Array, first: int) -> dict[str, Pairs]:
    """Return the pairs of each claim among the days from ``first`` on, ten days before the end at the latest."""
    days = np.arange(first, len(r) - AHEAD)
    size, sigma, up = np.abs(r[days]), expected(r)[days], r[days] > 0.0
    far = np.abs(np.log(sigma) - np.log(sigma).mean())
    by_size, rank = tenths(size), tenths(far, 5)
    which: dict[str, tuple[Any, Any, Any]] = {
        "outdated": (size >= 2.0 * sigma, size <= sigma, by_size),
        "changes": (by_size == 9, by_size < 5, tenths(sigma, 5)),
        "history": (rank == 4, rank < 2, tenths(size, 5)),
    }
    found = {}
    for name, (wanted, other, part) in which.items():
        strata = list(zip(part.tolist(), up.tolist(), strict=True))
        sides = [np.flatnonzero(mask) for mask in (wanted, other)]
        places = [np.c_[days[side], np.zeros(len(side), int)] for side in sides]
        mine, theirs = ([strata[k] for k in side] for side in sides)
        found[name] = measures.paired(places[0], mine, places[1], theirs)
    return found


class Net(torch.nn.Module):
    """An LSTM, and a read-out that begins at the variance of what is learnt from."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.recurrent: Any = torch.nn.LSTM(2, SIZE)
        self.readout: Any = torch.nn.Linear(SIZE, 1)
        with torch.no_grad():
            self.recurrent.get_parameter("bias_hh_l0")[SIZE : 2 * SIZE] = 1.0  # forget gates begin open

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return log v of the next day's return, in units of the learnt variance, (T, N), from x (T, N, 2)."""
        return self.readout(self.recurrent(x)[0])[..., 0]


def inputs(z: Array) -> NDArray[np.float32]:
    """Return what a net reads, (T, N, 2): returns in units of their standard deviation, and their size less 1."""
    return np.stack([z, np.abs(z) - 1.0], -1).astype(np.float32)


def learn(data: Series, part: str, rate: float, seed: int, updates: int) -> tuple[Net, dict[int, float]]:
    """Train a net, and return it with its QLIKE on the validation days, or the test days, at each mark.

    Args:
        data: the returns.
        part: "validation", learnt on the days before those, or "test", learnt on both.
        rate: Adam's.
        seed: of weights and batches.
        updates: how many.
    """
    torch.set_num_threads(1)
    first, last = (data.validation, data.test) if part == "validation" else (data.test, len(data.r))
    z = data.r / data.r[:first].std()
    net, rng, found = Net(seed), np.random.default_rng(seed + 1000), {}
    adam = torch.optim.Adam(net.parameters(), rate)
    for update in range(1, updates + 1):
        at = rng.integers(0, first - SPAN - 1, BATCH) + np.arange(SPAN + 1)[:, None]
        log_v, square = net(torch.from_numpy(inputs(z[at[:-1]]))), torch.from_numpy((z[at[1:]] ** 2).astype(np.float32))
        value = (log_v + square * torch.exp(-log_v)).mean()
        adam.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        if update in MARKS or update == updates:
            with torch.no_grad():
                said = net(torch.from_numpy(inputs(z[:last, None])))[:, 0].double().numpy()
            found[update] = float(qlike(said[first - 1 : last - 1], z[first:last]).mean())
    return net, found


def qlike(log_v: Array, z: Array) -> Array:
    """Return log v + z² / v of each day."""
    return np.asarray(log_v + z**2 * np.exp(-log_v))


def search(data: Series, path: Path) -> tuple[float, int]:
    """Return the rate and the number of updates that are best on the validation days, from ``path`` or found now."""
    if not path.exists():
        found = []
        for rate in RATES:
            each = [learn(data, "validation", rate, seed, MARKS[-1])[1] for seed in SEEDS]
            found += [[rate, mark, [round(one[mark], 5) for one in each]] for mark in MARKS]
        path.write_text(json.dumps(found) + "\n")
    return protocol.chosen({(rate, mark): values for rate, mark, values in json.loads(path.read_text())})


class Bench:
    """What all nets of this kind are asked: the days from 2011 on, and pairs among them."""

    def __init__(self, folder: Path) -> None:
        self.data = series()
        self.rate, self.updates = search(self.data, folder / "gates-prices.json")
        self.z = self.data.r / self.data.r[: self.data.test].std()
        self.pairs = pairs(self.data.r, self.data.test)
        sigma = expected(self.data.r) / self.data.r[: self.data.test].std()
        self.simple = float(qlike(2.0 * np.log(sigma), self.z)[self.data.test :].mean())

    def learnt(self, seed: int, folder: Path) -> Net:
        """Return a net that has learnt: the first is kept beside the results, the others are trained now."""
        from safetensors.numpy import load_file, save_file

        path, net = folder / f"gates-prices-{seed}.safetensors", Net(seed)
        if path.exists():
            net.load_state_dict({name: torch.from_numpy(value) for name, value in load_file(path).items()})
            return net
        net, _ = learn(self.data, "test", self.rate, seed, self.updates)
        if seed == 0:
            save_file({name: value.numpy() for name, value in net.state_dict().items()}, path)
        return net

    def measure(self, seed: int, folder: Path) -> dict[str, Any]:
        """Return all that is measured of one net, and of the same before it learnt."""
        net = self.learnt(seed, folder)
        (model, readout), (raw, _) = weights(net), weights(Net(seed))
        x, first = inputs(self.z[:, None]), self.data.test
        reading, blank = cells.read(model, x), cells.read(raw, x)
        fixed = {gate: getattr(reading, gate)[first:].mean((0, 1)) for gate in GATES}
        score = self.loss(reading.h, readout)
        clamped = partial(self.clamped, model, readout, reading)
        claims = measures.of_claims(CLAIMS, self.pairs, (reading, blank), fixed, clamped)
        frozen = {"none": score}
        for name, held in cells.held_still(fixed).items():
            frozen[name] = self.loss(cells.read(model, x, None, *held).h, readout)
        return {"score": score, "simple": self.simple, "claims": claims, "frozen": frozen}

    def afterwards(self, seed: int, folder: Path) -> dict[str, list[float]]:
        """Return of each claim what was thought of after the measures, as ``record.afterwards`` has it."""
        x, nets = inputs(self.z[:, None]), (self.learnt(seed, folder), Net(seed))
        reading, blank = (cells.read(weights(net)[0], x) for net in nets)
        inside = (np.arange(len(self.z)) >= self.data.test)[:, None]
        return measures.afterwards_of_claims(CLAIMS, self.pairs, (reading, blank), inside)

    def loss(self, h: NDArray[Any], readout: tuple[NDArray[Any], float]) -> float:
        """Return the mean QLIKE on the test days from h (T, 1, H)."""
        said = h[:, 0] @ readout[0] + readout[1]
        return float(qlike(said[self.data.test - 1 : -1], self.z[self.data.test :]).mean())

    def clamped(
        self,
        model: Cells,
        readout: tuple[NDArray[Any], float],
        reading: cells.Reading,
        places: NDArray[np.int64],
        width: int,
        held: Held,
    ) -> float:
        """Return the QLIKE that holding a gate on a day adds over the next ten, mean over places."""
        days = places[:, 0] + np.arange(AHEAD + 1)[:, None]  # (11, n)
        where = np.repeat((np.arange(AHEAD) < width)[:, None], len(places), 1)
        x = inputs(self.z[days[:-1]])
        h = cells.read(model, x, cells.before(reading, places), held._replace(where=where)).h
        usual, after = reading.h[days[:-1], 0], self.z[days[1:]]
        with_, without = (qlike(one @ readout[0] + readout[1], after) for one in (h, usual))
        return float((with_ - without).sum(0).mean())


def weights(net: Net) -> tuple[Cells, tuple[NDArray[Any], float]]:
    """Return a net's cells, and weights (H,) and bias of its read-out."""
    values = {name: value.detach().numpy() for name, value in net.named_parameters()}
    return cells.cells_of(values), (values["readout.weight"][0], float(values["readout.bias"][0]))
