"""The tasks as the grid sets them, and by what its nets are judged."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from lstmlib import tasks
from lstmlib.numpy.checks import Array
from lstmlib.studies.cells.kinds import CELLS, CLASSES, SQUARED
from lstmlib.tasks import Batch
from lstmlib.tasks.embedded_reber import allowed_next

MARKS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1)  # parts of the budget after which a net's loss is noted
BIASES = (0.0, 1.0, 3.0, 5.0)  # where the gate that keeps starts
RATES = (0.01, 0.03, 0.1)  # Adam's
MOST = tuple(cell for cell in CELLS if cell not in ("no exit", "GRU before"))
SOME = ("V", "NFG", "NOG", "CIFG", "NP", "coupled", "JANET", "GRU", "RNN")
TEST = tuple(range(10))
VALIDATION = tuple(range(100, 103))  # more nets that choose biases and rates, and are not judged
FRESH = tuple(range(200, 240))  # for comparisons named when the grid had been seen: no say in any choice
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
    cells: tuple[str, ...]
    best: Callable[[Batch], Array] | None  # what could be known of the next class (T, N, O); None for numbers


def reber_best(batch: Batch) -> Array:
    """Return the probability of every symbol at every step (T, N, 7), for one who knows the grammar."""
    allowed = allowed_next(batch).astype(float)
    return np.asarray(allowed / np.maximum(allowed.sum(-1, keepdims=True), 1.0))


TASKS = {
    "adding": Task(partial(tasks.adding, 22), 2, 1, 24, SQUARED, 2000, 300, MOST, None),
    "reber": Task(partial(tasks.continual_embedded_reber, 30), 7, 7, 30, CLASSES, 1000, 600, SOME, reber_best),
}


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
