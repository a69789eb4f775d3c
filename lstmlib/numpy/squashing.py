"""Squashing functions and their slopes; and net inputs that are limited before they are squashed.

A squashing function f never falls, so that f of a net input limited to [-clip, clip] is f(net) limited to
[f(-clip), f(clip)], which is how it is computed here. Whether a net input was limited, where the slope is 0, then shows
in the output alone, and nothing else need be kept for it.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array


def sigmoid(x: Array, out: Array | None = None) -> Array:
    """Return the logistic function 1 / (1 + exp(-x)), through tanh so that no exponential overflows.

    Args:
        x: any array.
        out: where to put the result, ``x`` itself if you like; a new array if ``None``.
    """
    if out is None:
        return 0.5 * (1.0 + np.tanh(0.5 * x))
    np.tanh(np.multiply(x, 0.5, out=out), out=out)
    out *= 0.5
    out += 0.5
    return out


def relu(x: Array) -> Array:
    """Return max(0, x)."""
    return np.maximum(x, 0.0)


# Each squashing function with its slope, written in terms of the function's own output h = f(net).
NONLINEARITIES: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "tanh": (np.tanh, lambda h: 1.0 - h * h),
    "relu": (relu, lambda h: (h > 0.0).astype(h.dtype)),
    "logistic": (sigmoid, lambda h: h * (1.0 - h)),
}


def check_clip(clip: Any) -> float | None:
    """Return ``clip`` if it is a positive number, or ``None``.

    Raises:
        TypeError, ValueError: it is neither.
    """
    if clip is None:
        return None
    if isinstance(clip, bool) or not isinstance(clip, int | float | np.integer | np.floating):
        raise TypeError(f"clip is {clip!r}, expected a positive number or None")
    if not 0.0 < clip < np.inf:
        raise ValueError(f"clip is {clip}, expected a positive number or None")
    return float(clip)


def limited(f: Callable[..., Array], clip: float | None) -> Callable[..., Array]:
    """Return f of net inputs limited to [-clip, clip]; f itself if ``clip`` is ``None``."""
    if clip is None:
        return f
    low, high = _ends(f, clip)

    def limited_f(net: Array, **out: Any) -> Array:
        return np.clip(f(net, **out), low, high, **out)

    return limited_f


def limited_slope(
    f: Callable[..., Array], slope: Callable[[Array], Array], clip: float | None
) -> Callable[[Array], Array]:
    """Return the slope of ``limited(f, clip)`` in terms of its output: f's own, and 0 where the limit is reached."""
    if clip is None:
        return slope
    low, high = _ends(f, clip)
    return lambda h: slope(h) * ((low < h) & (h < high))


def slopes(gates: Array, tanh: int, clip: float | None = None) -> Array:
    """Return the slopes of a cell's squashing functions (G, N, H) in terms of their outputs.

    Args:
        gates: the outputs (G, N, H), all of the logistic function but one.
        tanh: which of the G is tanh's.
        clip: the net inputs' limit.
    """
    slope = gates * (1.0 - gates)
    slope[tanh] = 1.0 - gates[tanh] ** 2
    if clip is not None:
        for k, h in enumerate(gates):
            low, high = _ends(np.tanh if k == tanh else sigmoid, clip)
            slope[k] *= (low < h) & (h < high)
    return slope


def limit(gates: Array, tanh: int, clip: float | None) -> None:
    """Limit a cell's squashed net inputs (G, N, H), in place, to what they would be with ``limited`` functions.

    Args:
        gates: the outputs (G, N, H), all of the logistic function but one.
        tanh: which of the G is tanh's.
        clip: the net inputs' limit; nothing is done for ``None``.
    """
    if clip is not None:
        for k, h in enumerate(gates):
            np.clip(h, *_ends(np.tanh if k == tanh else sigmoid, clip), out=h)


@cache
def _ends(f: Callable[..., Array], clip: float) -> tuple[float, float]:
    """Return f(-clip) and f(clip)."""
    low, high = f(np.array([-clip, clip])).tolist()
    return low, high
