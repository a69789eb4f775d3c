"""The tasks as the grid sets them, and what a trial is: one net, one bias, one rate, one seed."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib import tasks
from lstmlib.numpy.checks import Array
from lstmlib.studies.cells.compiled import CLASSES, LANES, SQUARED, Shape, run, train, workspace
from lstmlib.studies.cells.kinds import shape_of, start, units
from lstmlib.tasks import Batch
from lstmlib.tasks.embedded_reber import allowed_next

MARKS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1)  # parts of the budget after which a net's loss is noted
EVERY, SOLVED = 50, 0.95  # how often it is asked whether a net solves the task, and what share that is
ROWS = 256  # fresh sequences on which it is judged


class Task(NamedTuple):
    """A task, small enough that thousands of nets can be trained on it."""

    draw: Callable[[int, np.random.Generator], Batch]  # from a number of sequences
    D: int
    O: int  # noqa: E741
    T: int  # the longest sequence
    loss: int
    updates: int  # the budget
    parameters: int  # of every net, as nearly as whole units allow
    best: Callable[[Batch], Array] | None  # what could be known of the next class (T, N, O); None for numbers


def reber_best(batch: Batch) -> Array:
    """Return the probability of every symbol at every step (T, N, 7), for one who knows the grammar."""
    allowed = allowed_next(batch).astype(float)
    return np.asarray(allowed / np.maximum(allowed.sum(-1, keepdims=True), 1.0))


def counting_best(batch: Batch, highest: int = 10) -> Array:
    """Return the probability of a, b, T at every step (T, N, 3), for one who knows that n is from 1 to ``highest``."""
    p = np.eye(3)[batch.target]
    seen = batch.x[..., 1].cumsum(0)  # how many a, up to this step
    open_end = (batch.x[..., 2].cumsum(0) == 0) & batch.mask  # no b yet
    more = (highest - seen) / (highest - seen + (seen > 0))
    p[open_end] = np.stack([more, 1.0 - more, 0.0 * more], -1)[open_end]
    return np.asarray(p)


def copy_best(batch: Batch) -> Array:
    """Return the target (T, N, 4): nothing in it is left to chance."""
    return np.asarray(np.eye(4)[batch.target])


TASKS = {
    "adding": Task(partial(tasks.adding, 22), 2, 1, 24, SQUARED, 2000, 300, None),
    "reber": Task(partial(tasks.continual_embedded_reber, 30), 7, 7, 30, CLASSES, 1500, 600, reber_best),
    "counting": Task(partial(tasks.counting, 1, 10), 3, 3, 21, CLASSES, 1000, 300, counting_best),
    "copy": Task(partial(tasks.copy, 8, num_symbols=3, num_recalled=3), 5, 4, 14, CLASSES, 4000, 500, copy_best),
}


class Data(NamedTuple):
    """All that the nets of one seed see, as the compiled code takes it; every setting sees the same."""

    x: Array  # (U, T D, 8)
    target: Array  # (U, T, O, 8)
    share: Array  # (U, T, 8)
    test: Array  # (B, T D, 8)
    judge: Any  # from read-outs (T, N, O) to the loss above the best possible, and the share solved


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
    x, tested = (in_lanes(part.x, task.T).reshape(-1, task.T * task.D, LANES) for part in (rows, test))
    return Data(
        x, in_lanes(targets(rows, task), task.T), share, tested,
        partial(judge, batch=test, best=task.best and task.best(test)),
    )  # fmt: skip


def judge(y: Array, *, batch: Batch, best: Array | None) -> tuple[float, float]:
    """Return how far read-outs are above the least loss that is possible, and the share of sequences solved.

    For numbers that is the mean squared error; for classes the mean of the Kullback-Leibler divergence from what could
    be known of the next class to what the net says, in nats. Solved is a sequence by the rule of its task.

    Args:
        y: read-outs (T, N, O).
        batch: what they answer.
        best: what could be known (T, N, O), or None.
    """
    mask = batch.mask
    y = y[: len(mask)].astype(np.float64)
    if best is None:
        error = (((y - batch.target) ** 2).mean(-1) * mask).sum() / mask.sum()
        return float(error), float(tasks.adding_solved(y, batch).mean())
    shifted = y - y.max(-1, keepdims=True)
    log_q = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    log_p = np.log(np.where(best > 0.0, best, 1.0))
    above = (np.where(best > 0.0, best * (log_p - log_q), 0.0).sum(-1) * mask).sum() / mask.sum()
    # Every class that can come next has a higher score than every class that can't.
    least = np.where(best > 0.0, y, np.inf).min(-1)
    most = np.where(best > 0.0, -np.inf, y).max(-1)
    return float(above), float(((least > most) | ~mask).all(0).mean())


class Trial(NamedTuple):
    """What came of one net."""

    loss: list[float]  # above the least possible, at each of ``MARKS``
    needed: int | None  # updates until 95 percent were solved; None if that wasn't seen


def marks_of(updates: int) -> list[int]:
    """Return after how many updates a net's loss is noted, for a budget of so many."""
    return [round(part * updates) for part in MARKS]


def trial(name: str, cell: str, bias: float | None, rate: float, seed: int, data: Data) -> Trial:
    """Train one net and judge it on the way.

    Args:
        name: of the task.
        cell: a name in ``CELLS``.
        bias: where the gate that keeps starts.
        rate: Adam's, the same for all updates.
        seed: of the weights.
        data: what the seed's nets see.
    """
    task = TASKS[name]
    shape = shape_of(cell, task.D, units(cell, task.D, task.O, task.parameters), task.O)
    flat = start(shape, bias, np.random.default_rng([seed, 0]))
    work = workspace(shape, task.T)
    losses, needed, marks = [], None, marks_of(len(data.x))
    stops = sorted({*marks, *range(EVERY, len(data.x) + 1, EVERY)})
    for done, now in zip((0, *stops), stops, strict=False):
        piece = slice(done, now)
        train(shape, flat, work, data.x[piece], task.loss, data.target[piece], data.share[piece], done, rate)
        if now in marks or needed is None:
            above, share = data.judge(read(shape, flat[0], work, data.test))
            if needed is None and share >= SOLVED and now % EVERY == 0:
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
