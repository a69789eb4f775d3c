"""A linear-chain conditional random field: scores of labels and of their neighbourhoods, summed over whole sequences.

A labelling z of a sequence has the score

    S(z) = A[K, z(1)] + sum_t y(t)[z(t)] + sum_t A[z(t-1), z(t)] + A[z(T), K]

and the probability p(z) = exp S(z) / Z, where Z sums exp S over all K^T labellings. A is (K + 1, K + 1): row K scores
the first label, column K the last, and A[K, K] is never used. Z takes T steps and not K^T, because what a prefix adds
up to depends on its last label alone: that is the forward algorithm. With max in place of the sum it is Viterbi's.

Source: Lafferty, McCallum and Pereira (2001); on the scores of a recurrent net, Huang, Xu and Yu (2015) and Lample et
al. (2016), equation 1. The forward algorithm and its backward twin are Baum's, as Rabiner (1989) tells them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array, Lengths, check_array, check_form, check_lengths, check_plain

Labels = NDArray[np.integer]


def chain_loss(
    y: Array, transitions: Array, target: Labels, lengths: Lengths | None = None
) -> tuple[float, Array, Array]:
    """Return the mean of -ln p(target) over the sequences, in nats, and its gradients for ``y`` and ``transitions``.

    The gradient of ln Z for a score is the probability of what the score is paid for; so the gradient of the loss is
    that probability, less 1 where the target has it.

    Args:
        y: scores of the labels (T, N, K); what they are past a sequence's end doesn't count.
        transitions: A (K + 1, K + 1).
        target: the right label at every step (T, N), integers from 0 to K - 1; past an end anything.
        lengths: how many steps each sequence has (N,); all T if ``None``.

    Returns:
        the loss; its gradient for y (T, N, K), 0 past the ends; that for the transitions (K + 1, K + 1).

    Raises:
        TypeError, ValueError: arrays of the wrong shape or dtype, NaN in them, or a label that is not one of the K.
    """
    y, A, inside = _checked(y, transitions, lengths)
    T, N, K = y.shape
    z = _labels("target", target, inside, K)
    log_z, before, after = _both_ways(y, A, inside)
    p = np.exp(before + after - log_z[:, None]) * inside[..., None]  # (T, N, K), of each label at each step
    dA = np.zeros_like(A)
    dA[K, :K], last = p[0].sum(0), _last(inside)
    dA[:K, K] = p[last, np.arange(N)].sum(0)
    for t in range(1, T):  # p(z(t-1), z(t)) is exp(before) exp(A) exp(y + after) / Z; exp(A) is the same for all
        n = np.flatnonzero(inside[t])
        left, right = before[t - 1, n], y[t, n] + after[t, n]
        top, high = left.max(1), right.max(1)
        right = np.exp(right - high[:, None]) * np.exp(top + high - log_z[n])[:, None]
        dA[:K, :K] += np.exp(A[:K, :K]) * (np.exp(left - top[:, None]).T @ right)
    score = chain_score(y, A, z, inside.sum(0))
    dy = p - (z[..., None] == np.arange(K)) * inside[..., None]
    np.subtract.at(dA, (np.full(N, K), z[0]), 1.0)
    np.subtract.at(dA, (z[last, np.arange(N)], np.full(N, K)), 1.0)
    np.subtract.at(dA, (z[:-1][inside[1:]], z[1:][inside[1:]]), 1.0)
    dtype = y.dtype
    return float((log_z - score).mean()), (dy / N).astype(dtype), (dA / N).astype(dtype)


def chain_score(y: Array, transitions: Array, labels: Labels, lengths: Lengths | None = None) -> Array:
    """Return S of one labelling of each sequence, (N,).

    Args:
        y: scores of the labels (T, N, K).
        transitions: A (K + 1, K + 1).
        labels: of every step (T, N), integers from 0 to K - 1.
        lengths: how many steps each sequence has (N,); all T if ``None``.

    Raises:
        TypeError, ValueError: as ``chain_loss`` refuses.
    """
    y, A, inside = _checked(y, transitions, lengths)
    N, K = y.shape[1:]
    z = _labels("labels", labels, inside, K)
    paid = np.take_along_axis(y, z[..., None], 2)[..., 0]
    paid[1:] += A[z[:-1], z[1:]]
    score: Array = np.where(inside, paid, 0.0).sum(0) + A[K, z[0]] + A[z[_last(inside), np.arange(N)], K]
    return score


def log_partition(y: Array, transitions: Array, lengths: Lengths | None = None) -> Array:
    """Return ln Z of each sequence, (N,), by the forward algorithm.

    Args:
        y: scores of the labels (T, N, K).
        transitions: A (K + 1, K + 1).
        lengths: how many steps each sequence has (N,); all T if ``None``.

    Raises:
        TypeError, ValueError: as ``chain_loss`` refuses.
    """
    y, A, inside = _checked(y, transitions, lengths)
    K = y.shape[2]
    return _log_sum(_forward(y, A, inside)[-1] + A[:K, K], 1)


def marginals(y: Array, transitions: Array, lengths: Lengths | None = None) -> Array:
    """Return the probability of each label at each step, whatever the others are: (T, N, K), 0 past the ends.

    Args:
        y: scores of the labels (T, N, K).
        transitions: A (K + 1, K + 1).
        lengths: how many steps each sequence has (N,); all T if ``None``.

    Raises:
        TypeError, ValueError: as ``chain_loss`` refuses.
    """
    y, A, inside = _checked(y, transitions, lengths)
    log_z, before, after = _both_ways(y, A, inside)
    return np.exp(before + after - log_z[:, None]) * inside[..., None]


def viterbi(y: Array, transitions: Array, lengths: Lengths | None = None) -> tuple[Labels, Array]:
    """Return the labelling with the highest score of each sequence (T, N), 0 past the ends, and its score S (N,).

    Source: Viterbi (1967); Rabiner (1989), section III.B.

    Args:
        y: scores of the labels (T, N, K).
        transitions: A (K + 1, K + 1).
        lengths: how many steps each sequence has (N,); all T if ``None``.

    Raises:
        TypeError, ValueError: as ``chain_loss`` refuses.
    """
    y, A, inside = _checked(y, transitions, lengths)
    T, N, K = y.shape
    best, came = A[K, :K] + y[0], np.zeros((T, N, K), np.int64)  # best score of all prefixes that end in a label
    for t in range(1, T):
        through = best[:, :, None] + A[:K, :K]  # (N, from, to)
        came[t] = np.where(inside[t][:, None], through.argmax(1), np.arange(K))
        best = np.where(inside[t][:, None], through.max(1) + y[t], best)
    best = best + A[:K, K]
    z = np.zeros((T, N), np.int64)
    z[-1] = best.argmax(1)
    for t in range(T - 1, 0, -1):
        z[t - 1] = came[t, np.arange(N), z[t]]
    return z * inside, best.max(1)


def _forward(y: Array, A: Array, inside: NDArray[np.bool_]) -> Array:
    """Return ln of the sum of exp S over all prefixes that end in a label, (T, N, K); past an end it stands still."""
    K = y.shape[2]
    found = np.empty_like(y)
    found[0] = A[K, :K] + y[0]
    for t in range(1, len(y)):
        new = _product(found[t - 1], A[:K, :K]) + y[t]
        found[t] = np.where(inside[t][:, None], new, found[t - 1])
    return found


def _both_ways(y: Array, A: Array, inside: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Return ln Z (N,), what ``_forward`` returns, and the same for what follows a label, without its own score."""
    T, _N, K = y.shape
    before, after = _forward(y, A, inside), np.empty_like(y)
    after[-1] = A[:K, K]
    for t in range(T - 2, -1, -1):
        new = _product(y[t + 1] + after[t + 1], A[:K, :K].T)
        after[t] = np.where(inside[t + 1][:, None], new, A[:K, K])
    return _log_sum(before[-1] + A[:K, K], 1), before, after


def _product(a: Array, B: Array) -> Array:
    """Return ln(exp(a) exp(B)) for a (N, K) and B (K, K), each of the two shifted so that nothing overflows."""
    high, top = a.max(1, keepdims=True), B.max()
    with np.errstate(divide="ignore"):
        found: Array = np.log(np.exp(a - high) @ np.exp(B - top)) + high + top
    return found


def _log_sum(a: Array, axis: int) -> Array:
    high = a.max(axis, keepdims=True)
    found: Array = (np.log(np.exp(a - high).sum(axis, keepdims=True)) + high).squeeze(axis)
    return found


def _last(inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    return inside.sum(0) - 1


def _checked(y: Any, transitions: Any, lengths: Any) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return the scores with zeros past the ends, the transitions, and which steps are inside (T, N)."""
    y, _ = check_form("y", y, ("T", "N", "K"))
    T, N, K = y.shape
    A = check_array("transitions", transitions, (K + 1, K + 1), dtype=y.dtype)
    ends = np.full(N, T) if lengths is None else check_lengths(lengths, y)
    inside = np.arange(T)[:, None] < ends
    y = np.where(inside[..., None], y, np.zeros((), y.dtype))
    if not np.isfinite(y).all():
        raise ValueError(f"y of shape {y.shape} holds NaN or infinity before a sequence's end, expected finite numbers")
    return y, A, inside


def _labels(name: str, value: Any, inside: NDArray[np.bool_], K: int) -> Labels:
    """Return labels (T, N), 0 past the ends, if they are integers from 0 to K - 1 before those.

    Raises:
        TypeError, ValueError: they aren't.
    """
    wanted = f"integers from 0 to {K - 1} of shape {inside.shape}"
    z = check_plain(name, value, wanted)
    if not np.issubdtype(z.dtype, np.integer):
        raise TypeError(f"{name} has dtype {z.dtype}, expected {wanted}")
    if z.shape != inside.shape:
        raise ValueError(f"{name} has shape {z.shape}, expected {wanted}")
    z = np.where(inside, z, 0)
    if ((z < 0) | (z >= K)).any():
        raise ValueError(f"{name} runs from {z.min()} to {z.max()}, expected {wanted}")
    return z
