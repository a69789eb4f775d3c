"""A trial: one net, one bias, one rate, one seed; and what the nets of one seed see."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.online.compiled.lanes import LANES
from lstmlib.studies.cells.compiled import run, train, workspace
from lstmlib.studies.cells.kinds import CLASSES, Shape, shape_of, start, units
from lstmlib.studies.cells.settings import EVERY, ROWS, SOLVED, TASKS, Task, Trial, judge, marks_of
from lstmlib.tasks import Batch

GLANCED, ENOUGH = 4, 0.75  # batches that are looked at first, and the share of them below which that is all


class Data(NamedTuple):
    """All that the nets of one seed see, as the compiled code takes it; every setting sees the same."""

    x: Array  # (U, T D, 8)
    target: Array  # (U, T, O, 8)
    share: Array  # (U, T, 8)
    test: Array  # (B, T D, 8)
    judge: Any  # from read-outs (T, N, O) to the loss above the best possible, and the share solved
    glance: Any  # from the read-outs of the first few to whether it is worth while to look at all


def in_lanes(values: NDArray[Any], T: int) -> Array:
    """Return (t, N, K) as (N / LANES, T, K, LANES), with zeros after step t."""
    t, N, K = values.shape
    out = np.zeros((N // LANES, T, K, LANES))
    out[:, :t] = values.reshape(t, -1, LANES, K).transpose(1, 0, 3, 2)
    return out


def targets(batch: Batch, task: Task) -> Array:
    """Return a batch's targets as numbers (T, N, O), classes one-hot."""
    return batch.target if task.loss != CLASSES else np.eye(task.O)[batch.target]


def draw(name: str, seed: int, updates: int | None = None) -> Data:
    """Draw what the nets of one seed see: fresh sequences for every update, and others to be judged by.

    Args:
        name: of the task.
        seed: of the draws.
        updates: how many batches of ``LANES`` sequences; the task's budget unless told.
    """
    task, rng = TASKS[name], np.random.default_rng([seed, 1])
    updates = task.updates if updates is None else updates
    rows = task.draw(LANES * updates, rng)
    mask = in_lanes(rows.mask[..., None].astype(float), task.T)[:, :, 0]
    share = mask / mask.sum((1, 2), keepdims=True)
    test = task.draw(ROWS, rng)
    best = task.best and task.best(test)
    few = GLANCED * LANES
    first = Batch(test.x[:, :few], test.target[:, :few], test.mask[:, :few], test.lengths[:few])
    glance = partial(judge, batch=first, best=None if best is None else best[:, :few])
    x, tested = (in_lanes(part.x, task.T).reshape(-1, task.T * task.D, LANES) for part in (rows, test))
    return Data(
        x, in_lanes(targets(rows, task), task.T), share, tested,
        partial(judge, batch=test, best=best), lambda y: glance(y)[1] >= ENOUGH,
    )  # fmt: skip


def trial(
    name: str, cell: str, bias: float | None, rate: float, seed: int, data: Data, *, size: int | None = None
) -> Trial:
    """Train one net and judge it on the way.

    Args:
        name: of the task.
        cell: a name in ``CELLS``.
        bias: where the gate that keeps starts.
        rate: Adam's, the same for all updates.
        seed: of the weights.
        data: what the seed's nets see.
        size: how many units; by itself, as many as the task's parameters allow.
    """
    task = TASKS[name]
    shape = shape_of(cell, task.D, size or units(cell, task.D, task.O, task.parameters), task.O)
    flat = start(shape, bias, np.random.default_rng([seed, 0]))
    work = workspace(shape, task.T)
    losses, needed, marks = [], None, marks_of(len(data.x))
    stops = sorted({*marks, *range(EVERY, len(data.x) + 1, EVERY)})
    for done, now in zip((0, *stops), stops, strict=False):
        piece = slice(done, now)
        train(shape, flat, work, data.x[piece], task.loss, data.target[piece], data.share[piece], done, rate)
        look = needed is None and now % EVERY == 0 and data.glance(read(shape, flat[0], work, data.test[:GLANCED]))
        if now in marks or look:
            above, share = data.judge(read(shape, flat[0], work, data.test))
            if look and share >= SOLVED:
                needed = now
            if now in marks:
                losses.append(above)
    return Trial(losses, needed)


def read(shape: Shape, w: Array, work: Any, x: Array) -> Array:
    """Return a net's read-outs (T, N, O) of inputs in lanes (B, T D, 8)."""
    T = x.shape[1] // shape.D
    y = np.empty((len(x), T * shape.O, LANES))
    run(shape, w, work, x, y)
    return y.reshape(-1, T, shape.O, LANES).transpose(1, 0, 3, 2).reshape(T, -1, shape.O)
