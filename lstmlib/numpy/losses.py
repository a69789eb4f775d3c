"""Losses: each returns the mean over the elements that count, and its gradient for the output it was given.

What doesn't count may hold anything: outputs and targets are looked at only where the mask is True.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array, Mask, check_form, check_mask, check_plain
from lstmlib.numpy.rnn import sigmoid


def squared_error(y: Array, target: Array, mask: Mask | None = None) -> tuple[float, Array]:
    """Return mean (y - target)^2 over the steps that count, and its gradient (T, N, O), of the dtype of ``y``.

    Args:
        y: outputs (T, N, O).
        target: what they should be (T, N, O).
        mask: True at the steps that count (T, N); all of them if ``None``.

    Raises:
        TypeError, ValueError: arrays of the wrong shape or dtype, NaN or infinity where it counts, or a mask that
            counts no step.
    """
    y, target, mask = read_outputs(y, target, mask)
    difference = y - target
    count = int(mask.sum()) * y.shape[2]
    return float((difference**2).sum() / count), (2.0 * difference / count).astype(y.dtype, copy=False)


def cross_entropy(y: Array, target: NDArray[np.integer], mask: Mask | None = None) -> tuple[float, Array]:
    """Return the mean of -ln softmax(y)[target] over the steps that count, in nats, and its gradient (T, N, K).

    Args:
        y: scores before the softmax (T, N, K); minus infinity excludes a class.
        target: the right class at every step (T, N), integers from 0 to K - 1.
        mask: True at the steps that count (T, N); all of them if ``None``.

    Raises:
        TypeError, ValueError: arrays of the wrong shape or dtype, NaN or infinity where it counts, a class that is not
            one of the K, or is excluded, or a mask that counts no step.
    """
    y, _ = check_form("y", y, ("T", "N", "K"))
    mask = check_mask(mask, y.shape[:2])
    y = check_counted("y", y, mask, lowest=True)
    K, shape = y.shape[2], y.shape[:2]
    target = check_plain("target", target, f"an integer array of shape {shape}")
    if not np.issubdtype(target.dtype, np.integer):
        raise TypeError(
            f"target of shape {target.shape} has dtype {target.dtype}, expected integer classes of shape {shape}"
        )
    if target.shape != shape:
        raise ValueError(f"target has shape {target.shape}, expected {shape}")
    target = np.where(mask, target, 0)
    if ((target < 0) | (target >= K)).any():
        raise ValueError(f"target holds classes from {target.min()} to {target.max()}, expected 0 to {K - 1}")
    largest = y.max(-1, keepdims=True)
    right = np.take_along_axis(y, target[..., None], -1)
    if (bad := ~np.isfinite(right[..., 0])).any():
        t, n = (int(k) for k in np.argwhere(bad)[0])
        raise ValueError(f"y of shape {y.shape} excludes the class {target[t, n]} at index {(t, n)}, the target")
    shifted = y - largest  # softmax is the same, and no exponential overflows
    log_sum = np.log(np.exp(shifted).sum(-1, keepdims=True))
    count = int(mask.sum())
    losses = (log_sum - (right - largest))[..., 0]
    dy = np.exp(shifted - log_sum) - (target[..., None] == np.arange(K))
    return float(np.where(mask, losses, 0.0).sum() / count), np.where(mask[..., None], dy, 0.0) / count


def binary_cross_entropy(y: Array, target: Array, mask: Mask | None = None) -> tuple[float, Array]:
    """Return mean -(target ln p + (1 - target) ln(1 - p)) with p = sigmoid(y), in nats, and its gradient (T, N, O).

    Args:
        y: scores before the logistic function (T, N, O).
        target: probabilities from 0 to 1 (T, N, O).
        mask: True at the steps that count (T, N); all of them if ``None``.

    Raises:
        TypeError, ValueError: arrays of the wrong shape or dtype, NaN or infinity where it counts, a target outside
            [0, 1], or a mask that counts no step.
    """
    y, target, mask = read_outputs(y, target, mask)
    if ((target < 0.0) | (target > 1.0)).any():
        raise ValueError(f"target runs from {target.min()} to {target.max()}, expected probabilities from 0 to 1")
    count = int(mask.sum()) * y.shape[2]
    # -ln p = ln(1 + exp(-y)), so the loss is ln(1 + exp(y)) - target * y.
    loss = np.where(mask[..., None], np.logaddexp(0.0, y) - target * y, 0.0)
    dy = np.where(mask[..., None], sigmoid(y) - target, 0.0) / count
    return float(loss.sum() / count), dy.astype(y.dtype, copy=False)


def read_outputs(y: Any, target: Any, mask: Any) -> tuple[Array, Array, Mask]:
    """Return outputs and targets (T, N, O), both 0 where nothing counts, and the mask (T, N).

    Raises:
        TypeError, ValueError: arrays of the wrong shape or dtype, NaN or infinity where it counts, or a mask that
            counts no step.
    """
    y, _ = check_form("y", y, ("T", "N", "O"))
    target, _ = check_form("target", target, y.shape)
    mask = check_mask(mask, y.shape[:2])
    return check_counted("y", y, mask), check_counted("target", target, mask), mask


def check_counted(name: str, value: Array, mask: Mask, *, lowest: bool = False) -> Array:
    """Return an array (T, N, ...) with 0 where nothing counts, if it is finite where something does.

    Args:
        name: what the caller calls the array, for the error.
        value: the array.
        mask: True at the steps that count (T, N).
        lowest: whether minus infinity is let through.

    Raises:
        ValueError: it is not.
    """
    value = np.where(mask.reshape(*mask.shape, *(1,) * (value.ndim - 2)), value, 0.0)
    bad = ~np.isfinite(value)
    if lowest:
        bad &= value != -np.inf
    if bad.any():
        first = tuple(int(index) for index in np.argwhere(bad)[0])
        what = "NaN" if np.isnan(value[first]) else "infinite"
        raise ValueError(f"{name} of shape {value.shape} is {what} at index {first}, expected finite numbers")
    return value
