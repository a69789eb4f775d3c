"""One, two and three layers of as many parameters: ``python -m lstmlib.studies.variants depth``.

Each number of layers has its own search for the rate and the forget gates' bias, on validation seeds; then ten test
seeds (``lstmlib.studies.protocol`` says how comparisons are made). A second round checks the search: the eight best
settings get ten more validation nets. The tasks, and what a net's loss is, are those of ``lstmlib.studies.cells``. A
stopped run goes on where it was.
"""

import functools
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lstmlib.numpy import cross_entropy, squared_error
from lstmlib.numpy.checks import Array
from lstmlib.numpy.optim import Adam
from lstmlib.studies import journal
from lstmlib.studies.cells.settings import BIASES, RATES, ROWS, TASKS, judge
from lstmlib.studies.protocol import Row, Side, learning, on_every_task
from lstmlib.studies.second_round import TwoRounds, told
from lstmlib.studies.variants.nets import Cells, Nets
from lstmlib.studies.variants.store import FOLDER
from lstmlib.tasks.batch import Batch

RESULTS = FOLDER / "depth.jsonl"
ASKED = ("adding", "reber")  # of the tasks
LAYERS, REFERENCE = (1, 2, 3), 1
ADDED = (-1.0, 8.0)  # biases searched later, for every side, as the best of some lay at an end
VALIDATION, TEST = (100, 101, 102), tuple(range(10))
FURTHER = tuple(range(103, 113))  # validation seeds of the second round, which checks the search
PARAMETERS, UPDATES, BATCH = 900, 1200, 16  # of every net; parameters as nearly as whole units allow
LOSSES = (squared_error, cross_entropy)  # by the numbers of ``cells.kinds``


class Setting(NamedTuple):
    """What is searched: Adam's rate, and where the forget gates' biases start, the same in every layer."""

    rate: float
    bias: float


class Trial(NamedTuple):
    """One net, a line of the file: its loss above the least possible, and the share of sequences that it solves."""

    task: str
    layers: int
    rate: float
    bias: float
    seed: int
    half: float  # the loss after half the updates
    whole: float  # at their end
    solved: float


@functools.cache
def width(task: str, layers: int) -> int:
    """Return the number of units a layer with which a net comes closest to ``PARAMETERS``."""
    return min(range(1, 65), key=lambda H: abs(build(task, (H,) * layers, 0, 0.0).num_parameters - PARAMETERS))


def build(task: str, sizes: Sequence[int], seed: int, bias: float) -> Nets:
    """Return one net as it starts, in single precision: LSTMs without peepholes of those sizes, and a read-out."""
    rng, asked = np.random.default_rng([seed, 0]), TASKS[task]
    about: dict[str, Any] = {"forget_bias": bias, "rng": rng, "dtype": np.float32}
    layers = [Cells(1, D, H, ("no peepholes",), **about) for D, H in itertools.pairwise((asked.D, *sizes))]
    return Nets(layers, asked.O, rng=rng)


def together(nets: Sequence[Nets]) -> Nets:
    """Return nets of one shape as one, which trains them side by side."""
    layers = []
    for k, layer in enumerate(nets[0].layers):
        cells = Cells(len(nets), layer.input_size, layer.hidden_size, layer.changes, dtype=np.float32)
        for name, value in cells.params.items():
            value[:] = np.concatenate([net.layers[k].params[name] for net in nets])
        layers.append(cells)
    both = Nets(layers, nets[0].readout["bias"].shape[1])
    for name, value in both.readout.items():
        value[:] = np.concatenate([net.readout[name] for net in nets])
    return both


@functools.lru_cache(len(VALIDATION) + len(TEST))
def batches(task: str, seed: int, updates: int) -> tuple[Batch, ...]:
    """Return the batches that nets of a seed read, whatever their layers; to draw them again would take long."""
    rng, found = np.random.default_rng([seed, 1]), []
    for start in range(0, updates, 100):
        rows = TASKS[task].draw(100 * BATCH, rng)
        x: Any = rows.x.astype(np.float32)
        for first in range(0, min(100, updates - start) * BATCH, BATCH):
            part = slice(first, first + BATCH)
            found.append(Batch(x[:, part], rows.target[:, part], rows.mask[:, part], rows.lengths[part]))
    return tuple(found)


def side_by_side(drawn: Sequence[Batch]) -> tuple[Array, Any, Any]:
    """Return inputs (T, S, N, D), targets and mask (T, S, N) of batches, one a net; what is missing counts nowhere."""
    T = max(len(batch.x) for batch in drawn)

    def part(name: str) -> Any:
        values = [getattr(batch, name) for batch in drawn]
        room = np.zeros((T, len(drawn), *values[0].shape[1:]), values[0].dtype)
        for k, value in enumerate(values):
            room[: len(value), k] = value
        return room

    x, target, mask = map(part, ("x", "target", "mask"))
    return x.astype(np.float32), target.astype(np.float32) if target.dtype.kind == "f" else target, mask


def slope(task: str, y: Array, target: Any, mask: Any) -> Array:
    """Return the gradient, for read-outs y (T, S, N, O), of each net's mean loss over its own steps that count."""
    (T, S), loss = y.shape[:2], LOSSES[TASKS[task].loss]
    flat: list[Any] = [part.reshape(T, -1, *part.shape[3:]) for part in (y, target, mask)]
    _, dy = loss(*flat)  # of the mean over all nets' steps
    share = mask.sum() / mask.sum((0, 2))
    return (dy.reshape(y.shape) * share[:, None, None]).astype(y.dtype).reshape(T, S, -1, y.shape[3])


def clip_each(grads: dict[str, Array], most: float = 1.0) -> None:
    """Scale every net's gradient so that its norm is at most ``most``; arrays (S, ...) change in place."""
    norm = np.sqrt(sum((grad.reshape(len(grad), -1) ** 2).sum(1) for grad in grads.values()))
    share = np.minimum(1.0, most / np.maximum(norm, 1e-12))
    for grad in grads.values():
        grad *= share.reshape(-1, *[1] * (grad.ndim - 1)).astype(grad.dtype)


def score(task: str, net: Nets, seeds: Sequence[int]) -> list[tuple[float, float]]:
    """Return every net's loss above the least possible on fresh sequences of its seed, and the share it solves."""
    draw, best = TASKS[task].draw, TASKS[task].best
    drawn = {seed: draw(ROWS, np.random.default_rng([seed, 2])) for seed in dict.fromkeys(seeds)}
    known = {seed: best(batch) if best else None for seed, batch in drawn.items()}
    y, _ = net.forward(side_by_side([drawn[seed] for seed in seeds])[0])
    return [judge(y[:, k], batch=drawn[seed], best=known[seed]) for k, seed in enumerate(seeds)]


def train(
    task: str, layers: int, asked: Sequence[tuple[Setting, int]], updates: int = UPDATES, size: int | None = None
) -> list[Trial]:
    """Train nets side by side, those of one rate at once; the rate falls in a straight line to a tenth.

    Args:
        task: one of ``lstmlib.studies.cells.settings.TASKS``.
        layers: how many.
        asked: settings and seeds; nets of one seed read the same sequences.
        updates: of each.
        size: units a layer; by itself, as many as ``width`` says.
    """
    found: dict[tuple[Setting, int], Trial] = {}
    for rate in dict.fromkeys(setting.rate for setting, _ in asked):
        mine = [(setting, seed) for setting, seed in asked if setting.rate == rate]
        sizes, seeds = (size or width(task, layers),) * layers, [seed for _, seed in mine]
        net = together([build(task, sizes, seed, setting.bias) for setting, seed in mine])
        optimizer, sources = Adam(net.params, rate), {seed: batches(task, seed, updates) for seed in seeds}
        half: list[tuple[float, float]] = []
        for update in range(updates):
            if update == updates // 2:
                half = score(task, net, seeds)
            optimizer.lr = rate * (1.0 - 0.9 * update / updates)
            drawn = {seed: source[update] for seed, source in sources.items()}
            x, target, mask = side_by_side([drawn[seed] for seed in seeds])
            y, cache = net.forward(x)
            grads = net.backward(cache, slope(task, y, target, mask))
            clip_each(grads)
            optimizer.step(grads)
        for job, (before, _), (after, solved) in zip(mine, half, score(task, net, seeds), strict=True):
            kept = (float(f"{value:.4g}") for value in (before, after, solved))
            found[job] = Trial(task, layers, *job[0], job[1], *kept)
    return [found[job] for job in asked]


# What is stored, and what follows from it.


def load(path: Path = RESULTS) -> list[Trial]:
    """Return the trials that are stored."""
    return journal.read(path, Trial)


def _of(trials: Sequence[Trial], task: str, layers: int) -> list[Trial]:
    return [trial for trial in trials if (trial.task, trial.layers) == (task, layers)]


SEARCH = TwoRounds[Trial, Setting](
    setting=lambda trial: Setting(trial.rate, trial.bias),
    reached=lambda trial: trial.whole,
    seeds=VALIDATION,
    further=FURTHER,
    test=TEST,
)


def validation(
    trials: Sequence[Trial], task: str, layers: int, seeds: Sequence[int] = VALIDATION
) -> dict[Setting, list[float]]:
    """Return setting -> the losses of its validation nets, by rising bias and rate.

    Args:
        trials: what is stored.
        task: one of ``ASKED``.
        layers: one of ``LAYERS``.
        seeds: which; a setting without nets of all of them is left out.
    """
    return SEARCH.validation(_of(trials, task, layers), seeds)


def setting_of(trials: Sequence[Trial], task: str, layers: int, *, checked: bool = False) -> Setting:
    """Return the setting with the lowest median loss.

    Args:
        trials: what is stored.
        task: one of ``ASKED``.
        layers: one of ``LAYERS``.
        checked: after the second round, whose nets choose together with the first's.
    """
    return SEARCH.chosen(_of(trials, task, layers), checked=checked)


def final(trials: Sequence[Trial], task: str, layers: int, *, checked: bool = False) -> list[Trial]:
    """Return the nets of the test seeds at the setting that is chosen; arguments as ``setting_of`` has them.

    What was tested at another, before biases were added to the search, is stored and not judged.
    """
    return SEARCH.tested(_of(trials, task, layers), checked=checked)


def wanted(trials: Sequence[Trial], task: str, layers: int) -> tuple[int, list[tuple[Setting, int]]] | None:
    """Return the next nets to train, as updates and (setting, seed); ``None`` if none are left."""
    first = [Setting(rate, bias) for bias in (*BIASES, *ADDED) for rate in RATES]
    return SEARCH.wanted(_of(trials, task, layers), first, (UPDATES, UPDATES))


def side_of(trials: Sequence[Trial], task: str, layers: int, *, checked: bool = False) -> Side:
    """Return a side as ``protocol.against`` takes it: the losses on the test seeds; arguments as ``setting_of``'s."""
    best = setting_of(trials, task, layers, checked=checked)
    losses = [trial.whole for trial in final(trials, task, layers, checked=checked)]
    return Side(f"{layers} × {width(task, layers)}", told(best), losses)


def against(trials: Sequence[Trial], *, checked: bool = False) -> dict[tuple[str, int], Row]:
    """Hold two and three layers against one on each task; Holm's correction goes over all comparisons together.

    Args:
        trials: what is stored.
        checked: at the settings that the second round chose.

    Returns:
        (task, layers) -> its row; the reference's row compares it with itself.
    """
    sides = {(task, layers): side_of(trials, task, layers, checked=checked) for task in ASKED for layers in LAYERS}
    return on_every_task(sides, REFERENCE)


def still_learning(trials: Sequence[Trial], task: str, layers: int, *, checked: bool = False) -> bool:
    """Return whether a side's median fell by more than a tenth in the second half of the budget."""
    mine = final(trials, task, layers, checked=checked)
    return learning([trial.half for trial in mine], [trial.whole for trial in mine])


def run(path: Path = RESULTS) -> None:
    """Train what isn't stored yet, and write after every group of nets."""
    journal.go_on(
        path,
        ((task, str(layers)) for task in ASKED for layers in LAYERS),
        lambda task, layers: wanted(load(path), task, int(layers)),
        lambda task, layers, job: train(task, int(layers), job[1], job[0]),
    )
