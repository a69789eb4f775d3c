"""The run of the chapter on variants that trains nets of several layers, at one setting for all: a sketch."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from lstmlib import tasks
from lstmlib.numpy.checks import Array
from lstmlib.numpy.losses import cross_entropy, squared_error
from lstmlib.numpy.optim import Adam
from lstmlib.studies.variants.nets import Cells, Nets
from lstmlib.tasks.batch import Batch

Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]  # ``map``, or a pool's

# task -> (how many sequences to draw, rng) -> Batch; its loss; its rule for success; inputs, outputs.
ADDING = (lambda n, rng: tasks.adding(22, n, rng), squared_error, tasks.adding_solved, 2, 1)
REBER = (lambda n, rng: tasks.continual_embedded_reber(30, n, rng), cross_entropy, tasks.embedded_reber_solved, 7, 7)
TASKS: dict[str, Any] = {"adding": ADDING, "reber": REBER}


def build(seeds: int, sizes: tuple[int, ...], task: Any, changes: tuple[str, ...], forget_bias: float) -> Nets:
    """Return nets, one a seed, of layers of those sizes, in single precision."""
    rng, widths = np.random.default_rng(0), (task[3], *sizes)
    more: dict[str, Any] = {"forget_bias": forget_bias, "rng": rng, "dtype": np.float32}
    layers = [Cells(seeds, D, H, changes, **more) for D, H in itertools.pairwise(widths)]
    return Nets(layers, task[4], rng=rng)


def width_for(wanted: int, task: Any, changes: tuple[str, ...] = (), layers: int = 1) -> int:
    """Return the number of units a layer with which a net comes closest to that many parameters."""
    counts = {H: build(1, (H,) * layers, task, changes, 0.0).num_parameters for H in range(1, 65)}
    return min(counts, key=lambda H: abs(counts[H] - wanted))


def side_by_side(batch: Batch, nets: int) -> tuple[Array, Any, Array]:
    """Return a batch's inputs (T, S, N, D), targets and mask (T, S, N), cut into one batch a net."""

    def cut(values: Any) -> Any:
        return values.reshape(len(values), nets, -1, *values.shape[2:])

    x, target, mask = (cut(part) for part in batch[:3])
    return x.astype(np.float32), target, mask


def batches(task: Any, count: int, updates: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Yield as many batches of ``count`` rows, picked at random from a hundred times as many: some draws are slow."""
    rows = task[0](100 * count, rng)
    for _ in range(updates):
        picked = rng.integers(0, 100 * count, count)
        yield Batch(rows.x[:, picked], rows.target[:, picked], rows.mask[:, picked], rows.lengths[picked])


def fit(net: Nets, loss: Any, given: Iterable[Batch], updates: int, lr: float) -> None:
    """Train all nets, each on its own part of every batch; the rate falls in a straight line to a tenth."""
    S, optimizer = net.layers[0].nets, Adam(net.params, lr)
    for update, batch in enumerate(given):
        optimizer.lr = lr * (1.0 - 0.9 * update / updates)
        x, target, mask = side_by_side(batch, S)
        y, cache = net.forward(x)
        # The losses take (T, N, O): each net's mean is over its own steps that count.
        dy = np.stack([loss(*(part[:, s] for part in (y, target.astype(_kind(target)), mask)))[1] for s in range(S)], 1)
        grads = net.backward(cache, dy.astype(y.dtype))
        clip_each(grads)
        optimizer.step(grads)


def clip_each(grads: dict[str, Array], most: float = 1.0) -> None:
    """Scale every net's gradient so that its norm is at most ``most``; arrays (S, ...) change in place."""
    norm = np.sqrt(sum((grad.reshape(len(grad), -1) ** 2).sum(1) for grad in grads.values()))
    share = np.minimum(1.0, most / np.maximum(norm, 1e-12))
    for grad in grads.values():
        grad *= share.reshape(-1, *[1] * (grad.ndim - 1)).astype(grad.dtype)


def score(net: Nets, task: Any, rows: int, rng: np.random.Generator) -> dict[str, list[float]]:
    """Return every net's loss on fresh rows, and the share of them that it solves."""
    draw, loss, solved, S = task[0], task[1], task[2], net.layers[0].nets
    batch = draw(S * rows, rng)
    x, target, mask = side_by_side(batch, S)
    y, _ = net.forward(x)
    losses = [float(loss(y[:, s], target[:, s].astype(_kind(target)), mask[:, s])[0]) for s in range(S)]
    right = solved(y.reshape(len(y), S * rows, -1), batch).reshape(S, rows).mean(1)
    return {"loss": [float(f"{value:.4g}") for value in losses], "solved": [round(float(v), 3) for v in right]}


def _kind(target: Any) -> Any:
    """Return float32 for numbers, and classes' own type for classes."""
    return np.float32 if target.dtype.kind == "f" else target.dtype


def _trial(given: dict[str, Any]) -> dict[str, Any]:
    """Train and test nets of one kind; ``given`` holds what is stored beside the result."""
    task = TASKS[given["task"]]
    net = build(given["seeds"], tuple(given["sizes"]), task, tuple(given["changes"]), given["forget_bias"])
    rng = np.random.default_rng(1)
    drawn = batches(task, given["seeds"] * given["batch"], given["updates"], rng)
    fit(net, task[1], drawn, given["updates"], given["lr"])
    return given | {"parameters": net.num_parameters} | score(net, task, given["rows"], rng)


def depth(run: Map = map, *, seeds: int = 10, updates: int = 1200, wanted: int = 900) -> list[dict[str, Any]]:
    """Train one, two and three layers on two tasks, with as nearly as many parameters as whole units allow.

    Args:
        run: ``map``, or a pool's.
        seeds: nets of each kind.
        updates: of each net.
        wanted: parameters of each net.

    Returns:
        one entry a task and number of layers, settings, parameters, every net's loss and share of solved sequences.
    """
    jobs = []
    for name, task in TASKS.items():
        for layers in (1, 2, 3):
            H = width_for(wanted, task, ("no peepholes",), layers)
            about = {"task": name, "changes": ["no peepholes"], "sizes": [H] * layers, "lr": 0.01}
            jobs.append(about | {"seeds": seeds, "updates": updates, "batch": 16, "rows": 200, "forget_bias": 1.0})
    return list(run(_trial, jobs))
