"""Nets that forecast electricity a day ahead: how they are trained, searched, judged and stored.

A net reads the last two days, half hour by half hour, and then the next day, in which the one thing that it can't know
stands still: each half hour's difference to a week before. At each of those 48 it says how far that will be from where
it stands still.
"""

import copy
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data.electricity import DAY, electricity
from lstmlib.files import load as read_file
from lstmlib.files import save
from lstmlib.numpy import GRU, LSTM, Adam, Batch, Linear, SequenceModel, squared_error, train
from lstmlib.numpy.checks import Array
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.demand import (
    AHEAD,
    LEARN,
    SCALE,
    TEST,
    VALIDATION,
    by_day,
    differences,
    following,
    origins,
    rmse,
    shifted,
)

FOLDER = Path(__file__).parent / "results"
CELLS = ("LSTM", "GRU")
SIZES, RATES, MARKS = (16,), (0.003, 0.01, 0.03, 0.1, 0.3), (50, 100, 150, 200)  # what is searched; marks are updates
SEEDS = {"validation": (100, 101, 102), "test": tuple(range(10))}
READ = 2 * DAY  # half hours that a net reads before it forecasts
STEPS, BATCH = READ + AHEAD, 32
INPUTS = ("difference to a week before", "the same a day earlier", "sine", "cosine", "known")
BACK = READ + DAY  # half hours before an origin that must have a difference


class Trial(NamedTuple):
    """One net."""

    part: str  # "validation" or "test"
    cell: str
    size: int
    rate: float
    seed: int
    rmse: dict[str, float]  # MW, by the number of updates
    days: list[float]  # MW, of each test day, after the last of them; nothing in validation


def sequences(demand: Array, at: NDArray[np.int64]) -> NDArray[Any]:
    """Return what a net reads for each origin, (STEPS, N, 5): two days that are known, one that isn't.

    Of the unknown day a net sees what is known of it: the differences a day earlier, sine and cosine of the time of
    the day, and as its difference to a week before the last one that was known, at every step. The fifth input is 1
    for what is known and 0 for what is not.
    """
    d, step = differences(demand) / SCALE, np.arange(STEPS)[:, None]
    k, known = at - READ + 1 + step, np.repeat(step < READ, len(at), 1)
    angle = 2.0 * np.pi * (k % DAY) / DAY
    seen = [d[np.minimum(k, at)], d[k - DAY], np.sin(angle), np.cos(angle), known]
    return np.stack(seen, -1).astype(np.float32)


def make(cell: str, size: int, seed: int) -> SequenceModel:
    """Return a net that has learnt nothing yet, in single precision.

    Args:
        cell: one of ``CELLS``.
        size: how many cells or units.
        seed: of its weights.
    """
    rng = np.random.default_rng(seed)
    how: dict[str, Any] = {"rng": rng, "dtype": np.float32}
    layer = LSTM(len(INPUTS), size, forget_bias=1.0, **how) if cell == "LSTM" else GRU(len(INPUTS), size, **how)
    return SequenceModel(layer, Linear(size, 1, **how))


def batches(demand: Array, weeks: tuple[int, int], seed: int) -> Iterator[Batch]:
    """Yield batches of three days each, from origins at any half hour; the last day's steps count."""
    rng, d = np.random.default_rng(seed + 1000), differences(demand) / SCALE
    all_of_them, mask = origins(weeks, BACK), np.repeat(np.arange(STEPS)[:, None] >= READ, BATCH, 1)
    while True:
        at = rng.choice(all_of_them, BATCH)
        target = np.zeros((STEPS, BATCH, 1), np.float32)
        target[READ:, :, 0] = (following(d, at) - d[at][:, None]).T
        yield Batch(sequences(demand, at), target, mask, np.full(BATCH, STEPS))


def forecast(model: SequenceModel, demand: Array, at: NDArray[np.int64]) -> Array:
    """Return what a net says at each origin, (N, 48), in megawatts.

    Args:
        model: as ``make`` builds it.
        demand: (T,).
        at: the origins, with ``BACK`` differences before them.
    """
    said = model.forward(sequences(demand, at))[0][READ:, :, 0].T
    return shifted(demand, at) + SCALE * said


def learn(
    demand: Array, part: str, cell: str, size: int, rate: float, seed: int, updates: int
) -> tuple[SequenceModel, Trial]:
    """Train one net by Adam, the gradient's norm clipped to 1, and judge it: in validation at each mark.

    Args:
        demand: (T,).
        part: "validation", learnt on the weeks before those and judged on them, or "test", learnt on both.
        cell: one of ``CELLS``.
        size: how many cells or units.
        rate: the learning rate.
        seed: of weights and batches.
        updates: how many.
    """
    validating = part == "validation"
    at = origins(VALIDATION if validating else TEST)
    model, wanted, found = make(cell, size, seed), following(demand, at), {}
    source = batches(demand, LEARN if validating else (LEARN[0], VALIDATION[1]), seed)
    for update, _ in enumerate(train(model, source, squared_error, Adam(model.params, rate), max_norm=1.0), 1):
        if update == updates or (validating and update in MARKS):
            error = wanted - forecast(model, demand, at)
            found[str(update)] = round(rmse(error), 2)
        if update == updates:
            break
    days = [] if validating else [round(float(day), 2) for day in by_day(error)]
    return model, Trial(part, cell, size, rate, seed, found, days)


# What is stored, and what follows from it.


def load(folder: Path = FOLDER) -> list[Trial]:
    """Return the stored trials; a last line that was cut off is left out."""
    return journal.read(folder / "electricity.jsonl", Trial)


def search(trials: list[Trial], cell: str) -> dict[tuple[int, float, int], list[float]]:
    """Return what each size, rate and number of updates reached on the validation weeks, as ``chosen`` takes it."""
    searched = [one for one in trials if (one.part, one.cell) == ("validation", cell)]
    return protocol.by_setting(
        ((one.size, one.rate, int(mark)), value) for one in searched for mark, value in one.rmse.items()
    )


def chosen(trials: list[Trial], cell: str) -> tuple[int, float, int]:
    """Return the size, rate and number of updates that a cell's test nets have."""
    return protocol.chosen(search(trials, cell))


def tested(trials: list[Trial], cell: str) -> list[Trial]:
    """Return the test nets of what was chosen for a cell, by seed."""
    size, rate, updates = chosen(trials, cell)
    wanted = ("test", cell, size, rate, [str(updates)])
    return sorted((t for t in trials if (*t[:4], list(t.rmse)) == wanted), key=lambda t: t.seed)


def values(trials: list[Trial], cell: str) -> list[float]:
    """Return what a cell's test nets reached, in MW, by seed."""
    return [list(trial.rmse.values())[-1] for trial in tested(trials, cell)]


def run(folder: Path = FOLDER) -> None:
    """Run what isn't stored yet: every cell's search, then its test nets. The first of those is kept whole.

    Args:
        folder: where the results are; each trial is written as it ends.
    """
    demand = electricity()
    for cell in CELLS:
        search_plan = [(size, rate, seed) for size in SIZES for rate in RATES for seed in SEEDS["validation"]]
        for size, rate, seed in search_plan:
            _once(demand, folder, "validation", cell, size, rate, seed, MARKS[-1])
        size, rate, updates = chosen(load(folder), cell)
        for seed in SEEDS["test"]:
            model = _once(demand, folder, "test", cell, size, rate, seed, updates)
            if model and seed == SEEDS["test"][0]:
                save(model, folder / f"electricity-{cell.lower()}.safetensors")
        if cell == "LSTM":
            for name, measure in (("band", measure_band), ("mean", measure_mean)):
                if not (path := folder / f"electricity-{name}.json").exists():
                    path.write_text(json.dumps(measure(demand, cell, size, rate, updates)) + "\n")


def measure_band(demand: Array, cell: str, size: int, rate: float, updates: int) -> list[list[float]]:
    """Return quantiles of what came less what was said on the validation weeks: 0.1 and 0.9, by half hour ahead.

    Args:
        demand: (T,).
        cell: one of ``CELLS``.
        size: how many cells or units.
        rate: the learning rate.
        updates: how many.
    """
    model, _ = learn(demand, "validation", cell, size, rate, SEEDS["validation"][0], updates)
    error = following(demand, origins(VALIDATION)) - forecast(model, demand, origins(VALIDATION))
    return [[round(float(value), 1) for value in row] for row in np.quantile(error, (0.1, 0.9), 0)]


def measure_mean(demand: Array, cell: str, size: int, rate: float, updates: int) -> dict[str, Any]:
    """Train the test nets again and return what the mean of their forecasts reaches, and how far apart they are.

    Args:
        demand: (T,).
        cell: one of ``CELLS``.
        size: how many cells or units.
        rate: the learning rate.
        updates: how many.

    Returns:
        "rmse" and "days" as a trial has them, and "inside", the share of all half hours that came between the lowest
        and the highest of the nets' forecasts.
    """
    at = origins(TEST)
    wanted = following(demand, at)
    nets = [learn(demand, "test", cell, size, rate, seed, updates)[0] for seed in SEEDS["test"]]
    said = np.stack([forecast(net, demand, at) for net in nets])
    error, inside = wanted - said.mean(0), (wanted >= said.min(0)) & (wanted <= said.max(0))
    days = [round(float(day), 2) for day in by_day(error)]
    return {"rmse": round(rmse(error), 2), "days": days, "inside": round(float(inside.mean()), 4)}


def _once(demand: Array, folder: Path, *how: Any) -> SequenceModel | None:
    """Train a net and write what came of it, if it isn't stored; return it."""
    *which, updates = how
    if any(list(trial[:5]) == which and str(updates) in trial.rmse for trial in load(folder)):
        return None
    model, trial = learn(demand, *how)
    journal.add(folder / "electricity.jsonl", trial)
    print(*trial, flush=True)
    return model


# What the figure and the page do with the net that is kept.


def stored(cell: str = "LSTM", folder: Path = FOLDER) -> SequenceModel:
    """Return the first test net of a cell, as it was when it had learnt."""
    size, _, _ = chosen(load(folder), cell)
    model = make(cell, size, 0)
    read_file(model, folder / f"electricity-{cell.lower()}.safetensors")
    return model


def band(folder: Path = FOLDER) -> Array:
    """Return how far below and above an LSTM's forecast the band reaches, (2, 48), in MW, for each half hour ahead.

    A tenth of what came lay below it and a tenth above on the validation weeks, seen from a net that hadn't learnt on
    those: the search's first, with the settings that were chosen.
    """
    return np.array(json.loads((folder / "electricity-band.json").read_text()))


def mean_of_nets(folder: Path = FOLDER) -> dict[str, Any]:
    """Return what is stored of the mean of all test LSTMs, as ``measure_mean`` has it."""
    return json.loads((folder / "electricity-mean.json").read_text())


def switched_off(model: SequenceModel, cells: Sequence[int]) -> SequenceModel:
    """Return a copy of a net in which nobody sees these cells: the gates don't, and the read-out doesn't.

    Args:
        model: as ``make`` builds it.
        cells: which, from 0.
    """
    other = copy.deepcopy(model)
    other.params["recurrent.weight_hh_l0"][:, list(cells)] = 0.0
    other.params["readout.weight"][:, list(cells)] = 0.0
    return other


def held(model: SequenceModel, gate: int, x: NDArray[np.float32]) -> SequenceModel:
    """Return a copy of an LSTM in which one gate of every cell stands still, at its mean over these sequences.

    Args:
        model: as ``make`` builds it.
        gate: 0 for the input, 1 for the forget, 3 for the output gate.
        x: (T, N, D).
    """
    mean = gates(model, x)[:, gate].mean((0, 1))
    other, H = copy.deepcopy(model), len(mean)
    rows = slice(gate * H, (gate + 1) * H)
    for name in ("weight_ih_l0", "weight_hh_l0", "bias_hh_l0"):
        other.params[f"recurrent.{name}"][rows] = 0.0
    other.params["recurrent.bias_ih_l0"][rows] = np.log(mean / (1.0 - mean))
    return other


def gates(model: SequenceModel, x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return an LSTM's gates i, f, g and o as it reads sequences (T, N, D): (T, 4, N, H)."""
    return model.forward(x)[2].recurrent.gates
