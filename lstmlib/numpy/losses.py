"""Losses: each returns the mean over the elements that count, and its gradient for the output it was given."""

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array, check_array
from lstmlib.numpy.rnn import sigmoid

Mask = NDArray[np.bool_]


def squared_error(y: Array, target: Array, mask: Mask | None = None) -> tuple[float, Array]:
    """Return mean (y - target)^2 over the steps that count, and its gradient (T, N, O).

    Args:
        y: outputs (T, N, O).
        target: what they should be (T, N, O).
        mask: True at the steps that count (T, N); all of them if ``None``.

    Raises:
        TypeError, ValueError: arrays of the wrong shape or dtype, NaN, or a mask that counts no step.
    """
    y = check_array("y", y, ("T", "N", "O"))
    target = check_array("target", target, y.shape)
    mask = check_mask(mask, y.shape[:2])
    difference = np.where(mask[..., None], y - target, 0.0)
    count = int(mask.sum()) * y.shape[2]
    return float((difference**2).sum() / count), 2.0 * difference / count


def cross_entropy(y: Array, target: NDArray[np.integer], mask: Mask | None = None) -> tuple[float, Array]:
    """Return the mean of -ln softmax(y)[target] over the steps that count, in nats, and its gradient (T, N, K).

    Args:
        y: scores before the softmax (T, N, K).
        target: the right class at every step (T, N), integers from 0 to K - 1.
        mask: True at the steps that count (T, N); all of them if ``None``.

    Raises:
        TypeError, ValueError: arrays of the wrong shape or dtype, NaN, a class that is not one of the K, or a mask
            that counts no step.
    """
    y = check_array("y", y, ("T", "N", "K"))
    mask = check_mask(mask, y.shape[:2])
    K = y.shape[2]
    if not isinstance(target, np.ndarray):
        raise TypeError(f"target is a {type(target).__name__}, expected an integer array of shape {y.shape[:2]}")
    if not np.issubdtype(target.dtype, np.integer):
        raise TypeError(
            f"target of shape {target.shape} has dtype {target.dtype}, expected integer classes of shape {y.shape[:2]}"
        )
    if target.shape != y.shape[:2]:
        raise ValueError(f"target has shape {target.shape}, expected {y.shape[:2]}")
    if ((target < 0) | (target >= K)).any():
        raise ValueError(f"target holds classes from {target.min()} to {target.max()}, expected 0 to {K - 1}")
    shifted = y - y.max(-1, keepdims=True)  # softmax is the same, and no exponential overflows
    log_p = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    count = int(mask.sum())
    right = np.take_along_axis(log_p, target[..., None], -1)[..., 0]
    dy = np.exp(log_p) - (target[..., None] == np.arange(K))
    return float(-np.where(mask, right, 0.0).sum() / count), np.where(mask[..., None], dy, 0.0) / count


def binary_cross_entropy(y: Array, target: Array, mask: Mask | None = None) -> tuple[float, Array]:
    """Return mean -(target ln p + (1 - target) ln(1 - p)) with p = sigmoid(y), in nats, and its gradient (T, N, O).

    Args:
        y: scores before the logistic function (T, N, O).
        target: probabilities from 0 to 1 (T, N, O).
        mask: True at the steps that count (T, N); all of them if ``None``.

    Raises:
        TypeError, ValueError: arrays of the wrong shape or dtype, NaN, a target outside [0, 1], or a mask that counts
            no step.
    """
    y = check_array("y", y, ("T", "N", "O"))
    target = check_array("target", target, y.shape)
    mask = check_mask(mask, y.shape[:2])
    if ((target < 0.0) | (target > 1.0)).any():
        raise ValueError(f"target runs from {target.min()} to {target.max()}, expected probabilities from 0 to 1")
    count = int(mask.sum()) * y.shape[2]
    # -ln p = ln(1 + exp(-y)), so the loss is ln(1 + exp(y)) - target * y.
    loss = np.where(mask[..., None], np.logaddexp(0.0, y) - target * y, 0.0)
    return float(loss.sum() / count), np.where(mask[..., None], sigmoid(y) - target, 0.0) / count


def check_mask(mask: Mask | None, shape: tuple[int, ...]) -> Mask:
    """Return ``mask``, or one that counts every step.

    Raises:
        TypeError, ValueError: not a boolean array of that shape, or no step counts.
    """
    if mask is None:
        return np.ones(shape, bool)
    if not isinstance(mask, np.ndarray):
        raise TypeError(f"mask is a {type(mask).__name__}, expected a boolean array of shape {shape}")
    if mask.dtype != bool:
        raise TypeError(f"mask of shape {mask.shape} has dtype {mask.dtype}, expected booleans of shape {shape}")
    if mask.shape != shape:
        raise ValueError(f"mask has shape {mask.shape}, expected {shape}")
    if not mask.any():
        raise ValueError(f"mask of shape {shape} is False everywhere, expected at least one step that counts")
    return mask
