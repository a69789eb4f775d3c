"""How much of an error reaches the step q before it: the one measurement that every chapter repeats."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from lstmlib.numpy.bidirectional import Bidirectional
from lstmlib.numpy.checks import (
    Array,
    check_array,
    check_choice,
    check_plain,
    check_positive,
    check_rng,
    listed,
    named,
    shown,
)
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
        x: inputs (T, N, ...), as the layer takes them: (T, N, D) for most.
        wrt: "input" takes the gradient for x(t), which every layer has; "state" takes the one for the state after
            step t, all its parts and layers together (h, and c where there is one), which is what the analysis of
            1991 follows. For the state the layer runs step by step, so it must read forwards and take a state.
        dy_last: the loss's gradient for the last output (N, ...); a random unit vector a sequence if ``None``.
        rng: source of those vectors; seeded with 0 if ``None``.

    Returns:
        norms (T, N): row q holds those at lag q, one a sequence. Not normalised: divide by row 0 for what is left. An
        error so small that its square is below the smallest number of the dtype (1e-162 for float64) counts as 0.

    Raises:
        TypeError, ValueError: arrays that the layer refuses, or a ``wrt`` it has not.
    """
    check_choice("wrt", wrt, ("input", "state"))
    if not callable(getattr(layer, "backward", None)):
        raise TypeError(f"layer is {named(layer)}, expected a layer or a model of lstmlib.numpy")
    if wrt == "state" and isinstance(layer, SequenceModel) and _hands_on_a_state(layer):
        x = check_array("x", x, ("T", "N", "D"), dtype=layer.dtype)
        if dy_last is None:
            dy_last = _unit_vectors((x.shape[1], layer.readout.output_size), x.dtype, rng)
        dy_last = check_array("dy_last", dy_last, (x.shape[1], layer.readout.output_size), dtype=x.dtype)
        return error_flow(layer.recurrent, x, wrt="state", dy_last=dy_last @ layer.readout.params["weight"])
    if wrt == "state" and not _hands_on_a_state(layer):
        raise ValueError(f"wrt is 'state', but {type(layer).__name__} hands none from step to step: expected 'input'")
    y, _, cache = layer.forward(x)
    T = y.shape[0]
    if dy_last is None:
        dy_last = _unit_vectors(y.shape[1:], y.dtype, rng)
    dy = np.zeros_like(y)
    dy[-1] = check_array("dy_last", dy_last, y.shape[1:], dtype=y.dtype)
    if wrt == "input":
        dx, _, _ = layer.backward(cache, dy)
        return np.linalg.norm(dx[::-1].reshape(T, y.shape[1], -1), axis=-1)

    caches = _step_by_step(layer, x)
    flow, dstate = np.empty((T, y.shape[1]), y.dtype), None
    # The last state meets the loss through its output alone.
    flow[0] = np.linalg.norm(dy_last.reshape(len(dy_last), -1), axis=-1)
    for q in range(1, T):
        _, dstate, _ = layer.backward(caches[T - q], dy[T - q : T - q + 1], dstate)
        flow[q] = np.sqrt(sum(_square_sums(layer, part) for part in state_arrays(dstate)))
    return flow


UNITS = 16  # of the nets that the chapters compare


def error_left(make: Callable[[np.random.Generator], Any], lags: int, *, seeds: int = 5) -> Array:
    """Return what share of an error is left at the state, lag by lag: the measurement that the chapters repeat.

    Place, noise and direction are the same wherever the book measures it, so that the curves can be laid over each
    other: untrained nets with one input read the same noise from U[-1, 1], an error of random direction and length 1
    starts at the last output, and its length at the state is divided by that.

    Args:
        make: returns a recurrent layer of one input, and by custom of ``UNITS`` units, drawn from a generator.
        lags: how far back.
        seeds: how many nets, from seeds 0, 1, 2, ...

    Returns:
        (seeds, lags + 1): a net a row, 1 at lag 0.

    Raises:
        TypeError, ValueError: a layer that hands on no state.
    """
    noise = np.random.default_rng(0).uniform(-1.0, 1.0, (lags + 1, 1, 1))
    flows = [error_flow(make(np.random.default_rng(seed)), noise, wrt="state")[:, 0] for seed in range(seeds)]
    return np.array([flow / flow[0] for flow in flows])


def gradient_by_lag(layer: Any, x: Array, dy: Array, name: str = "weight_hh_l0") -> Array:
    """Return what each step's copy of a parameter adds to its gradient, the last step first.

    Unrolled, a net has one copy of every parameter a step, and the parameter's gradient is the sum of the copies'. An
    error at the last step alone makes row q what the gradient knows of lag q.

    Source: Werbos (1990), the sum over time steps.

    Args:
        layer: a recurrent layer of ``lstmlib.numpy``, or a ``SequenceModel`` on one.
        x: inputs (T, N, D).
        dy: the loss's gradient for every output (T, N, O).
        name: a key of ``layer.params``; those of a model begin with "recurrent." or "readout.".

    Returns:
        (T, ...): row q is the contribution of step T - 1 - q, shaped as the parameter; the rows add up to
        ``layer.backward``'s gradient.

    Raises:
        KeyError: the layer has no parameter of that name.
        TypeError, ValueError: arrays that the layer refuses, or a layer that can't run step by step.
    """
    if not _hands_on_a_state(layer):
        raise ValueError(f"{type(layer).__name__} hands no state from step to step, expected a recurrent layer")
    if not isinstance(name, str) or name not in layer.params:
        raise KeyError(f"{shown(name)} is no parameter, expected one of {listed(layer.params)}")
    caches = _step_by_step(layer, x)
    dy = check_plain("dy", dy, "a float array (T, N, O)")
    if dy.shape[:1] != x.shape[:1]:
        raise ValueError(f"dy has shape {np.shape(dy)}, expected one gradient for each of {x.shape[0]} steps")
    copies, dstate = [], None
    for t in reversed(range(x.shape[0])):
        _, dstate, grads = layer.backward(caches[t], dy[t : t + 1], dstate)
        copies.append(grads[name])
    return np.stack(copies)


def error_scaling(layer: RNN, x: Array) -> Array:
    """Return how much of an error at one unit reaches another q steps before, at most: for every lag q.

    That is the largest absolute value of ``d theta_v(t-q) / d theta_u(t)`` over all units u and v, t the last step.

    theta is the error at a unit's net input, the quantity that the analysis of 1991 follows: each step back multiplies
    it by W^T and by the slope of the squashing function.

    Source: Hochreiter and Schmidhuber (1997), equation 1; equation 2 is the same, summed over all paths.

    Args:
        layer: an Elman network of one layer.
        x: inputs (T, N, D).

    Returns:
        (T, N): row q holds the factors over q steps, one a sequence; row 0 is 1.

    Raises:
        TypeError, ValueError: a layer of another kind, or arrays that it refuses.
    """
    if not isinstance(layer, RNN) or layer.num_layers != 1:
        raise TypeError(f"layer is {type(layer).__name__}, expected an RNN of one layer")
    _, _, cache = layer.forward(x)
    _, slope = NONLINEARITIES[layer.nonlinearity]
    T, N, H = cache.h.shape[0] - 1, cache.h.shape[1], layer.hidden_size
    W = layer.params["weight_hh_l0"]
    largest = np.ones((T, N))
    factor = np.broadcast_to(np.eye(H), (N, H, H))  # rows v, columns u
    for q in range(1, T):
        factor = slope(cache.h[T - q])[:, :, None] * (W.T @ factor)
        largest[q] = np.abs(factor).max((1, 2))
    return largest


def vanishing_bound(weight_hh: Array, lags: Array, *, slope_max: float = 0.25, norm: str = "largest") -> Array:
    """Return the bound on what ``error_scaling`` can measure over q steps.

    Source: Hochreiter (1991) and Hochreiter and Schmidhuber (1997), section 3.1, for "largest" and "row sum".

    Args:
        weight_hh: the recurrent weights (n, n).
        lags: the numbers of steps q.
        slope_max: the squashing function's largest slope: 1/4 for the logistic function, 1 for tanh and relu.
        norm: "largest" gives n tau^q with tau = n * w_max * slope_max and w_max the largest absolute weight: below 1
            where w_max < 4/n and slope_max is 1/4; "row sum" gives the sharper n (slope_max * r)^q with r the largest
            sum of a row's absolute weights; "spectral" gives (slope_max * largest singular value)^q, since no entry
            of a product is larger than the product of the factors' spectral norms.

    Raises:
        TypeError, ValueError: weights that are not square, lags that are no numbers from 0 up, or an unknown norm.
    """
    weight_hh = check_array("weight_hh", weight_hh, ("n", "n"))
    check_positive("slope_max", slope_max)
    n = weight_hh.shape[0]
    if weight_hh.shape[1] != n:
        raise ValueError(f"weight_hh has shape {weight_hh.shape}, expected a square one")
    check_choice("norm", norm, ("largest", "row sum", "spectral"))
    lags = np.asarray(lags)
    if lags.dtype.kind not in "iuf" or not (np.isfinite(lags) & (lags >= 0)).all():
        raise ValueError(f"lags are {shown(lags)}, expected numbers of steps, 0 or more")
    if norm == "largest":
        size, before = n * np.abs(weight_hh).max(), n
    elif norm == "row sum":
        size, before = np.abs(weight_hh).sum(1).max(), n
    else:
        size, before = np.linalg.norm(weight_hh, 2), 1
    return before * (slope_max * size) ** lags.astype(float)


def _hands_on_a_state(layer: Any) -> bool:
    """Tell whether the layer can run a step at a time."""
    return hasattr(layer, "initial_state") and not isinstance(getattr(layer, "recurrent", layer), Bidirectional)


def _square_sums(layer: Any, part: Array) -> Array:
    """Return the sum of squares of one array of the state, for every sequence (N,)."""
    batch_axis = 1 if getattr(layer, "num_layers", 1) > 1 else 0  # (L, N, H) where there are layers
    return (np.moveaxis(part, batch_axis, 0).reshape(part.shape[batch_axis], -1) ** 2).sum(-1)


def _step_by_step(layer: Any, x: Array) -> list[Any]:
    """Run the layer a step at a time; return every step's cache."""
    caches, state = [], None
    check_plain("x", x, "a float array (T, N, D)")
    for t in range(x.shape[0]):
        _, state, cache = layer.forward(x[t : t + 1], state)
        caches.append(cache)
    return caches


def _unit_vectors(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator | None) -> Array:
    """Return a random vector of length 1 for every sequence, shaped (N, ...)."""
    vectors = (np.random.default_rng(0) if rng is None else check_rng(rng)).standard_normal(
        (shape[0], int(np.prod(shape[1:])))
    )
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors.reshape(shape).astype(dtype)
