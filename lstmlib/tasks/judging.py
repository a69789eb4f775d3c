"""What the rules for success share: outputs of the right shape, and NaN or infinity that is never right."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.batch import Batch, check_batch
from lstmlib.numpy.checks import Array, check_form


def read_answers(y: Any, batch: Batch, *widths: int) -> Array:
    """Return outputs (T, N, ...) if they answer the batch, whatever numbers are in them.

    Args:
        y: the outputs.
        batch: what they answer.
        widths: how many outputs there may be a step; if none is given, as many as there are targets.

    Raises:
        TypeError: no array of floats, or no batch.
        ValueError: another shape.
    """
    batch = check_batch("batch", batch)
    if not widths:
        return check_form("y", y, batch.target.shape)[0]
    y, _ = check_form("y", y, (*batch.x.shape[:2], "O"))
    if y.shape[2] not in widths:
        raise ValueError(f"y has shape {y.shape}, expected a last size of {' or '.join(map(str, widths))}")
    return y


def chosen(y: Array) -> NDArray[np.integer]:
    """Return which class has the highest score (T, N), or -1, which is no class, where that score is not finite."""
    return np.where(np.isfinite(y.max(-1)), y.argmax(-1), -1)


def off_at_end(y: Array, batch: Batch, target: NDArray[np.floating] | None = None) -> Array:
    """Return how far the first output is from its target at each sequence's last step (N,); NaN if it is not finite.

    Args:
        y: outputs (T, N, O).
        batch: what they answer.
        target: of each sequence (N,); the batch's own if ``None``.
    """
    last, n = batch.lengths - 1, np.arange(len(batch.lengths))
    at_end = y[last, n, 0]
    target = batch.target[last, n, 0] if target is None else target
    return np.abs(np.where(np.isfinite(at_end), at_end, np.nan) - target)
