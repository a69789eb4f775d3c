"""The parallel scan: all states of a linear recurrence h(t) = a(t) h(t-1) + b(t), in rounds instead of steps."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import check_plain, check_size

# One round: cell to[k] takes in cell earlier[k], all k at once.
Round = tuple[NDArray[Any], NDArray[Any]]


def combine(later: tuple[Any, Any], earlier: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return the pair (a, b) that does in one step what ``earlier`` and then ``later`` do in two.

    The operation is associative. Source: Blelloch (1990), "Prefix sums and their applications".

    Args:
        later: (a, b) of the steps that come after; numbers or arrays that broadcast.
        earlier: (a, b) of the steps before them.
    """
    (a, b), (a_earlier, b_earlier) = later, earlier
    return a * a_earlier, a * b_earlier + b


def one_by_one(length: int) -> list[Round]:
    """Return the plan of the loop: step t takes in step t - 1, one a round. T - 1 rounds of one combination."""
    length = check_size("length", length)
    return [(np.array([t]), np.array([t - 1])) for t in range(1, length)]


def doubling(length: int) -> list[Round]:
    """Return the plan of Hillis and Steele (1986): every cell takes in the one 1, then 2, then 4, ... places before it.

    The fewest rounds, ceil(log2 T), and T ceil(log2 T) - 2^ceil(log2 T) + 1 combinations.
    """
    rounds: list[Round] = []
    d, length = 1, check_size("length", length)
    while d < length:
        to = np.arange(d, length)
        rounds.append((to, to - d))
        d *= 2
    return rounds


def sweeps(length: int) -> list[Round]:
    """Return a plan whose work is in proportion to T: up a tree of pairs, then down it.

    For T a power of two, 2 log2(T) - 1 rounds and 2T - 2 - log2(T) combinations. Source: Blelloch (1990), "Prefix sums
    and their applications", in the variant in which a cell's own step counts.
    """
    rounds: list[Round] = []
    d, length = 1, check_size("length", length)
    while d < length:
        to = np.arange(2 * d - 1, length, 2 * d)
        rounds.append((to, to - d))
        d *= 2
    while d > 1:
        d //= 2
        to = np.arange(3 * d - 1, length, 2 * d)
        if len(to):
            rounds.append((to, to - d))
    return rounds


def scan(
    a: NDArray[Any], b: NDArray[Any], h0: NDArray[Any] | None = None, plan: Callable[[int], list[Round]] = sweeps
) -> NDArray[Any]:
    """Return all states of h(t) = a(t) h(t-1) + b(t), element by element.

    Source: Martin & Cundy (2018), "Parallelizing linear recurrent neural nets over sequence length".

    Args:
        a: factors (T, ...), real or complex; of the same rank as ``b``, and broadcast to its shape: (1, ...) is a
            factor that never changes.
        b: what comes in (T, ...).
        h0: the state before the first step (...), 0 if ``None``.
        plan: ``one_by_one``, ``doubling`` or ``sweeps``: which cells are combined in which round.

    Returns:
        h (T, ...): h[t] is the state after step t.

    Raises:
        TypeError: ``a`` or ``b`` is not an array of floating-point or complex numbers.
        ValueError: the shapes don't fit.
    """
    a, b = _check(a, b, h0)
    if h0 is not None:
        b[0] = a[0] * h0 + b[0]
    for to, earlier in plan(len(b)):
        # All cells of a round read before any of them writes.
        a[to], b[to] = combine((a[to], b[to]), (a[earlier], b[earlier]))
    return b


def scan_backward(
    a: NDArray[Any], h: NDArray[Any], dh: NDArray[Any], h0: NDArray[Any] | None = None
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the loss's gradients for ``a``, ``b`` and ``h0``; real numbers only.

    The error e(t) at h(t) obeys e(t) = dh(t) + a(t+1) e(t+1): the same recurrence, read from the other end, so it is
    a scan as well. Then db(t) = e(t), da(t) = e(t) h(t-1), and dh0 = a(1) e(1).

    Args:
        a: the factors (T, ...) that ``scan`` was given.
        h: what it returned (T, ...).
        dh: the loss's gradient for every state, the direct part (T, ...).
        h0: the state before the first step (...), 0 if ``None``.

    Returns:
        da, db, each of the shape of ``h``, and dh0 (...). Where ``a`` was broadcast, sum da over those axes.

    Raises:
        TypeError, ValueError: as ``scan``.
    """
    a, e = _check(a, dh, h0, "dh")
    h = _check_numbers("h", h)
    if h.shape != e.shape:
        raise ValueError(f"h has shape {h.shape}, expected {e.shape}, that of dh")
    later = np.concatenate([np.zeros_like(a[:1]), a[:0:-1]])  # a(t+1), last step first
    e = scan(later, e[::-1])[::-1]
    before = np.concatenate([np.zeros_like(h[:1]) if h0 is None else h0[None], h[:-1]])
    return e * before, e, a[0] * e[0]


def _check_numbers(name: str, value: Any) -> NDArray[Any]:
    """Return ``value`` if it is an array of floating-point or complex numbers, free of NaN."""
    expected = "an array of floating-point or complex numbers"
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} is of {type(value).__name__}, expected {expected}")
    value = check_plain(name, value, expected)
    if value.dtype.char not in "fdFD":
        raise TypeError(f"{name} is of {value.dtype}, expected {expected} in single or double precision")
    if np.isnan(value).any():
        raise ValueError(f"{name} of shape {value.shape} holds NaN, expected numbers")
    return value


def _check(
    a: NDArray[Any], b: NDArray[Any], h0: NDArray[Any] | None, name: str = "b"
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return copies of both, of one shape and dtype."""
    for called, value in (("a", a), (name, b)):
        _check_numbers(called, value)
    fits = a.ndim == b.ndim >= 1 and all(have in (1, want) for have, want in zip(a.shape, b.shape, strict=True))
    if not fits or not b.size:
        raise ValueError(
            f"a has shape {a.shape} and {name} {b.shape}, expected (T, ...) both, sizes of a as in {name} or 1"
        )
    if h0 is not None and _check_numbers("h0", h0).shape != b.shape[1:]:
        raise ValueError(f"h0 has shape {np.shape(h0)}, expected {b.shape[1:]}")
    dtype = np.result_type(a, b) if h0 is None else np.result_type(a, b, h0)
    return np.broadcast_to(a, b.shape).astype(dtype), b.astype(dtype)
