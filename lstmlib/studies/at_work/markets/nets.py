"""Nets that read the S&P 500: tomorrow's direction, its variance, its price; how they are trained, searched and kept.

A net reads 60 days and says at each of them something of the next: the log odds that the index rises, or the logarithm
of the variance, less that of what it starts from, or a scaled price. Days from the 21st on count in training.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.files import load as read_file
from lstmlib.files import save
from lstmlib.numpy import LSTM, Adam, Batch, Linear, SequenceModel, binary_cross_entropy, squared_error, train
from lstmlib.numpy.checks import Array, Mask
from lstmlib.numpy.losses import read_outputs
from lstmlib.studies import journal, protocol
from lstmlib.studies.at_work.markets import simple
from lstmlib.studies.at_work.markets.task import LEARN, TEST, VALIDATION, Days, origins, qlike, scale

FOLDER = Path(__file__).parents[1] / "results"
READ, WARM, BATCH = 60, 20, 32  # days that a net reads, those that don't count in training, windows an update
# What is searched; marks are updates. Directions ask for small rates, prices for large ones and more updates.
SIZES, RATES, MARKS = (4, 16), (0.001, 0.003, 0.01, 0.03, 0.1), (25, 50, 100, 200, 400)
SMALL_RATES, LARGE_RATES, PRICE_SIZES, PRICE_MARKS = (0.0001, 0.0003), (0.3,), (16,), (100, 200, 400, 800)
SEEDS = {"validation": (100, 101, 102), "test": tuple(range(10))}
# What is asked, and in which forms: "plain", or with EWMA's variance as an input and as where it starts from; scaled by
# years that are learnt from, or by all, which leaks.
FORMS = {
    "direction": ("plain",),
    "variance": ("plain", "ewma"),
    "variance from ranges": ("plain", "ewma"),
    "price": ("learnt",),
    "price, leaking": ("whole",),
}


class Trial(NamedTuple):
    """One net."""

    part: str  # "validation" or "test"
    task: str
    form: str
    size: int
    rate: float
    seed: int
    loss: dict[str, float]  # of the last step, on the days of the part, by the number of updates
    said: list[float]  # at the end, for each test day: log odds, variance, or price; nothing in validation


def variance_loss(y: Array, target: Array, mask: Mask | None = None) -> tuple[float, Array]:
    """Return mean y + target exp(-y) over the steps that count, and its gradient (T, N, O): a Gaussian's likelihood.

    Args:
        y: logarithms of the variance over what it starts from, (T, N, O).
        target: the squared return over what it starts from, (T, N, O).
        mask: True at the steps that count (T, N); all of them if ``None``.

    Raises:
        TypeError, ValueError: as ``lstmlib.numpy.squared_error``.
    """
    y, target, counted = read_outputs(y, target, mask)
    count, ratio = int(counted.sum()) * y.shape[2], target * np.exp(-y)
    loss = np.where(counted[..., None], y + ratio, 0.0).sum() / count
    dy = np.where(counted[..., None], 1.0 - ratio, 0.0) / count
    return float(loss), dy.astype(y.dtype, copy=False)


LOSSES = {"direction": binary_cross_entropy, "variance": variance_loss, "price": squared_error}


class Series(NamedTuple):
    """What nets of one task and form read, and what they should say."""

    inputs: Array  # (T, D)
    target: Array  # (T,), of the day after
    base: Array  # (T,): the variance that a net starts from, or the lowest and the step of a price's scale


@cache
def _days() -> Days:
    from lstmlib.studies.at_work.markets.task import days

    return days()


def prepare(series: Days, task: str, form: str) -> Series:
    """Return inputs and targets, scaled by the years that are learnt from (but for the form "whole").

    Args:
        series: as ``task.days`` returns it.
        task: one of ``FORMS``.
        form: one of its forms.
    """
    s, r = scale(series), series.returns
    ahead = np.r_[r[1:], 0.0]
    if task.startswith("price"):
        known = series.close if form == "whole" else series.close[: origins(series, LEARN)[-1] + 2]
        low, step = known.min(), np.ptp(known)
        level = (series.close - low) / step
        return Series(level[:, None], np.r_[level[1:], 0.0], np.array([low, step]))
    columns = [r / s, np.abs(r) / s]
    if task == "direction":
        return Series(np.stack(columns, 1), (ahead > 0.0).astype(float), np.ones(len(r)))
    base = simple.ewma(r, simple.RISKMETRICS) if form == "ewma" else np.full(len(r), s**2)
    if form == "ewma":
        columns.append(np.log(base / s**2))
    if task == "variance from ranges":
        columns.append(np.log(series.spread / s))
    return Series(np.stack(columns, 1), ahead**2 / base, base)


def make(inputs: int, size: int, seed: int) -> SequenceModel:
    """Return a net that has learnt nothing yet, in single precision.

    Args:
        inputs: how many numbers it reads a day.
        size: how many cells.
        seed: of its weights.
    """
    how: dict[str, Any] = {"rng": np.random.default_rng(seed), "dtype": np.float32}
    return SequenceModel(LSTM(inputs, size, forget_bias=1.0, **how), Linear(size, 1, **how))


def windows(values: Array, at: NDArray[np.int64]) -> NDArray[Any]:
    """Return the last ``READ`` days up to each origin, (READ, N, ...)."""
    return values[at - READ + 1 + np.arange(READ)[:, None]].astype(np.float32)


def batches(prepared: Series, at: NDArray[np.int64], seed: int) -> Iterator[Batch]:
    """Yield batches of windows that end at any of the origins."""
    rng, mask = np.random.default_rng(seed + 1000), np.repeat(np.arange(READ)[:, None] >= WARM, BATCH, 1)
    while True:
        k = rng.choice(at, BATCH)
        target = windows(prepared.target, k)[..., None]
        yield Batch(windows(prepared.inputs, k), target, mask, np.full(BATCH, READ))


def says(model: SequenceModel, prepared: Series, task: str, at: NDArray[np.int64]) -> Array:
    """Return what a net says of the day after each origin, (N,): log odds, percent squared, or index points.

    Args:
        model: as ``make`` builds it.
        prepared: of the same task and form.
        task: one of ``FORMS``.
        at: the origins.
    """
    said = model.forward(windows(prepared.inputs, at))[0][-1, :, 0].astype(float)
    if task.startswith("variance"):
        return prepared.base[at] * np.exp(said)
    if task.startswith("price"):
        return prepared.base[0] + prepared.base[1] * said
    return said


def loss(said: Array, series: Days, task: str, at: NDArray[np.int64]) -> float:
    """Return what forecasts cost: nats, QLIKE, or a root mean square error in index points."""
    if task.startswith("variance"):
        return float(qlike(said, series.returns[at + 1]).mean())
    if task.startswith("price"):
        return float(np.sqrt(((said - series.close[at + 1]) ** 2).mean()))
    return simple.log_loss(said, series.returns[at + 1] > 0.0)


def learn(part: str, task: str, form: str, size: int, rate: float, seed: int, updates: int) -> tuple[Any, Trial]:
    """Train one net by Adam, the gradient's norm clipped to 1, and judge it: in validation at each mark.

    Args:
        part: "validation", learnt on the years before those and judged on them, or "test", learnt on both.
        task: one of ``FORMS``.
        form: one of its forms.
        size: how many cells.
        rate: the learning rate.
        seed: of weights and batches.
        updates: how many.
    """
    series, validating = _days(), part == "validation"
    prepared, at = prepare(series, task, form), origins(series, VALIDATION if validating else TEST)
    known = origins(series, LEARN if validating else (LEARN[0], VALIDATION[1]))
    model, found = make(prepared.inputs.shape[1], size, seed), {}
    source, what = batches(prepared, known, seed), LOSSES[task.replace(",", " ").split()[0]]
    for update, _ in enumerate(train(model, source, what, Adam(model.params, rate), max_norm=1.0), 1):
        if update == updates or (validating and update in marks(task)):
            said = says(model, prepared, task, at)
            found[str(update)] = round(loss(said, series, task, at), 5)
        if update == updates:
            break
    return model, Trial(
        part, task, form, size, rate, seed, found, [] if validating else [float(f"{v:.5g}") for v in said]
    )


# What is stored, and what follows from it.


def load(folder: Path = FOLDER) -> list[Trial]:
    """Return the stored trials; a last line that was cut off is left out."""
    return journal.read(folder / "markets.jsonl", Trial)


def sizes(task: str) -> tuple[int, ...]:
    """Return how many cells are searched."""
    return PRICE_SIZES if task.startswith("price") else SIZES


def rates(task: str) -> tuple[float, ...]:
    """Return the learning rates that are searched."""
    if task.startswith("price"):
        return RATES + LARGE_RATES
    return SMALL_RATES + RATES if task == "direction" else RATES


def marks(task: str) -> tuple[int, ...]:
    """Return after how many updates a net is judged in validation."""
    return PRICE_MARKS if task.startswith("price") else MARKS


Setting = tuple[str, int, float, int]  # form, size, rate, updates


def search(trials: list[Trial], task: str) -> dict[Setting, list[float]]:
    """Return what each form, size, rate and number of updates cost on the validation years, as ``chosen`` takes it.

    Costs may be negative, and only their order counts.
    """
    searched = [one for one in trials if (one.part, one.task) == ("validation", task)]
    return protocol.by_setting(
        ((one.form, one.size, one.rate, int(mark)), value) for one in searched for mark, value in one.loss.items()
    )


def chosen(trials: list[Trial], task: str) -> Setting:
    """Return the form, size, rate and number of updates that a task's test nets have."""
    return protocol.chosen(search(trials, task))


def tested(trials: list[Trial], task: str) -> list[Trial]:
    """Return the test nets of what was chosen for a task, by seed."""
    form, size, rate, updates = chosen(trials, task)
    wanted = ("test", task, form, size, rate, [str(updates)])
    return sorted((t for t in trials if (*t[:5], list(t.loss)) == wanted), key=lambda t: t.seed)


def said(trials: list[Trial], task: str) -> Array:
    """Return what the test nets say of each test day, (days, nets)."""
    return np.array([trial.said for trial in tested(trials, task)]).T


def file(task: str, folder: Path = FOLDER) -> Path:
    """Return where the first test net of a task is."""
    return folder / f"markets-{task}.safetensors"


def stored(task: str, folder: Path = FOLDER) -> SequenceModel:
    """Return the first test net of a task, "direction" or "variance", as it was when it had learnt."""
    form, size, _, _ = chosen(load(folder), task)
    model = make(prepare(_days(), task, form).inputs.shape[1], size, 0)
    read_file(model, file(task, folder))
    return model


def run(folder: Path = FOLDER) -> None:
    """Train what isn't stored yet: every task's search, then its test nets. Of two tasks the first is kept whole.

    Args:
        folder: where the results are; each trial is written as it ends.
    """
    for task, forms in FORMS.items():
        plan = [(f, z, r, s) for f in forms for z in sizes(task) for r in rates(task) for s in SEEDS["validation"]]
        for form, size, rate, seed in plan:
            _once(folder, "validation", task, form, size, rate, seed, marks(task)[-1])
        form, size, rate, updates = chosen(load(folder), task)
        for seed in SEEDS["test"]:
            model = _once(folder, "test", task, form, size, rate, seed, updates)
            if model and seed == SEEDS["test"][0] and task in ("direction", "variance"):
                save(model, file(task, folder))


def _once(folder: Path, *how: Any) -> SequenceModel | None:
    """Train a net and write what came of it, if it isn't stored; return it."""
    *which, updates = how
    if any(list(trial[:6]) == which and str(updates) in trial.loss for trial in load(folder)):
        return None
    model, trial = learn(*how)
    journal.add(folder / "markets.jsonl", trial)
    print(*trial[:7], flush=True)
    return model
