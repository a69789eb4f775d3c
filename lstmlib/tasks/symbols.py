"""What tasks over symbols draw: numbers of symbols. A net sees each as one input unit that is on."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.batch import Batch, check_batch
from lstmlib.tasks.judging import read_answers


class Symbols(NamedTuple):
    """N sequences of symbols side by side, padded at the end to the longest.

    Attributes:
        symbols: which symbol stands at each step (T, N), counted from 0; 0 beyond a sequence's end.
        target: which output unit should be on (T, N); 0 where nothing is asked.
        mask: True at the steps that count for the loss (T, N).
        lengths: how many steps each sequence has (N,).
    """

    symbols: NDArray[np.int64]
    target: NDArray[np.int64]
    mask: NDArray[np.bool_]
    lengths: NDArray[np.int64]


def one_hot(drawn: Symbols, num_symbols: int) -> Batch:
    """Return the batch that a net sees: x (T, N, num_symbols), one unit on at every step of a sequence."""
    inside = np.arange(len(drawn.symbols))[:, None] < drawn.lengths
    x = np.eye(num_symbols)[drawn.symbols] * inside[:, :, None]
    return Batch(x, drawn.target, drawn.mask, drawn.lengths)


def errors(y: NDArray[np.floating], batch: Batch, *widths: int) -> NDArray[np.float64]:
    """Return how far each output is from what it should be, (T, N, O); 0 where nothing is asked.

    Args:
        y: outputs (T, N, O).
        batch: what they answer; its targets are floats (T, N, O) or numbers of output units (T, N).
        widths: how many output units there may be; if none is given, any number that has a unit for each target.

    Raises:
        TypeError: no array of floats, or no batch.
        ValueError: another shape.
    """
    batch = check_batch("batch", batch)
    if batch.target.ndim == 2:
        classes = np.where(batch.mask, batch.target, 0)
        y = read_answers(y, batch, *(widths or range(int(classes.max()) + 1, np.shape(y)[-1] + 1)))
        target = np.eye(y.shape[-1])[classes]
    else:
        y, target = read_answers(y, batch), batch.target
    return np.asarray(np.abs(np.where(batch.mask[:, :, None], y - target, 0.0)))


def batch_width(batch: Batch) -> int:
    """Return how many numbers a step of a batch's inputs has."""
    return int(check_batch("batch", batch).x.shape[2])


def last_step(lengths: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return a mask (T, N) that is True at each sequence's last step alone."""
    return np.asarray(np.arange(int(lengths.max()))[:, None] == lengths - 1)
