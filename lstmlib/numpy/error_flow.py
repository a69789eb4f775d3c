"""How much of an error reaches the step q before it: the one measurement that every chapter repeats."""

from typing import Any, Literal

import numpy as np

from lstmlib.numpy.checks import Array, check_array
from lstmlib.numpy.gradients import state_arrays
from lstmlib.numpy.model import SequenceModel
from lstmlib.numpy.rnn import NONLINEARITIES, RNN


def error_flow(
    layer: Any,
    x: Array,
    *,
    wrt: Literal["input", "state"] = "input",
    dy_last: Array | None = None,
    rng: np.random.Generator | None = None,
) -> Array:
    """Return the norm of the loss's gradient at step T - 1 - q, for every lag q, when the loss sees the last step only.

    Args:
        layer: any layer or model with the contract of ``lstmlib.numpy``.
        x: inputs (T, N, D).
        wrt: "input" takes the gradient for x(t), which every layer has; "state" takes the one for the state after
            step t, all its parts together (h, and c where there is one), which is what the analysis of 1991 follows.
            The state's costs a forward and a backward call a step.
        dy_last: the loss's gradient for the last output (N, O); a random unit vector a sequence if ``None``.
        rng: source of those vectors; seeded with 0 if ``None``.

    Returns:
        norms (T, N): row q holds those at lag q, one a sequence. Not normalised: divide by row 0 for what is left.

    Raises:
        TypeError, ValueError: arrays that the layer refuses, or a ``wrt`` it has not.
    """
    if wrt not in ("input", "state"):
        raise ValueError(f"wrt is {wrt!r}, expected 'input' or 'state'")
    if wrt == "state" and not hasattr(layer, "initial_state"):
        raise ValueError(f"wrt is 'state', but {type(layer).__name__} has no state: expected 'input'")
    y, _, cache = layer.forward(x)
    T, N, size = y.shape
    if dy_last is None:
        dy_last = (np.random.default_rng(0) if rng is None else rng).standard_normal((N, size)).astype(y.dtype)
        dy_last /= np.linalg.norm(dy_last, axis=-1, keepdims=True)
    dy = np.zeros_like(y)
    dy[-1] = check_array("dy_last", dy_last, (N, size))

    if wrt == "input":
        dx, _, _ = layer.backward(cache, dy)
        return np.linalg.norm(dx[::-1], axis=-1)

    if isinstance(layer, SequenceModel):
        return error_flow(layer.recurrent, x, wrt="state", dy_last=dy_last @ layer.readout.params["weight"])
    caches, state = [], None
    for t in range(T):
        _, state, cache = layer.forward(x[t : t + 1], state)
        caches.append(cache)
    flow, dstate = np.empty((T, N), y.dtype), None
    flow[0] = np.linalg.norm(dy_last, axis=-1)  # the last state meets the loss through its output alone
    for q in range(1, T):
        t = T - q
        _, dstate, _ = layer.backward(caches[t], dy[t : t + 1], dstate)
        flow[q] = np.sqrt(sum((part**2).sum(-1) for part in state_arrays(dstate)))
    return flow


def error_scaling(layer: RNN, x: Array) -> Array:
    """Return the largest |d theta_v(t-q) / d theta_u(t)| over all units u and v, for every lag q, from the last step.

    theta is the error at a unit's net input, the quantity that the analysis of 1991 follows: each step back multiplies
    it by W^T and by the slope of the squashing function.

    Source: Hochreiter and Schmidhuber (1997), equation 2.

    Args:
        layer: an Elman network.
        x: inputs (T, N, D).

    Returns:
        (T, N): row q holds the factors over q steps, one a sequence; row 0 is 1.
    """
    _, _, cache = layer.forward(x)
    _, slope = NONLINEARITIES[layer.nonlinearity]
    T, N, H = cache.h.shape[0] - 1, cache.h.shape[1], layer.hidden_size
    factor = np.broadcast_to(np.eye(H), (N, H, H))
    largest = np.ones((T, N))
    for q in range(1, T):
        factor = slope(cache.h[T - q])[:, :, None] * (layer.params["weight_hh_l0"].T @ factor)
        largest[q] = np.abs(factor).max((1, 2))
    return largest


def vanishing_bound(weight_hh: Array, lags: Array, *, slope_max: float = 0.25, norm: str = "largest") -> Array:
    """Return the bound on what ``error_scaling`` can measure over q steps.

    Source: Hochreiter (1991); Hochreiter and Schmidhuber (1997), section 3.1.

    Args:
        weight_hh: the recurrent weights (n, n).
        lags: the numbers of steps q.
        slope_max: the squashing function's largest slope: 1/4 for the logistic function, 1 for tanh and relu.
        norm: "largest" gives n tau^q with tau = n * max|w| * slope_max, which is below 1 where max|w| < 4/n;
            "row sum" gives the sharper n (slope_max * max_r sum_s |w_rs|)^q.

    Raises:
        TypeError, ValueError: weights that are not square, or an unknown norm.
    """
    weight_hh = check_array("weight_hh", weight_hh, ("n", "n"))
    n = weight_hh.shape[0]
    if weight_hh.shape[1] != n:
        raise ValueError(f"weight_hh has shape {weight_hh.shape}, expected a square one")
    if norm not in ("largest", "row sum"):
        raise ValueError(f"norm is {norm!r}, expected 'largest' or 'row sum'")
    size = n * np.abs(weight_hh).max() if norm == "largest" else np.abs(weight_hh).sum(1).max()
    return n * (slope_max * size) ** np.asarray(lags, float)
