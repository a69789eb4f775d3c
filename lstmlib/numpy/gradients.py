"""Is a hand-derived gradient right? Compare it with finite differences."""

from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array, check_plain, check_positive, check_rng


def state_arrays(state: Any) -> list[Array]:
    """Return the arrays of a state: none for ``None``, one for an array, all of a tuple's."""
    if state is None:
        return []
    return list(state) if isinstance(state, tuple) else [state]


def check_gradients(
    layer: Any, x: Array, state: Any = None, *, step: float = 1e-5, rng: np.random.Generator | None = None
) -> dict[str, float]:
    """Compare ``layer.backward`` with central differences, for the input, the initial state and every parameter.

    The loss is a random weighted sum of all outputs and of the last state, so that every path counts. Each entry of
    each array is moved by ``step`` both ways; use small sizes, and float64.

    Args:
        layer: any layer with the contract of ``lstmlib.numpy``.
        x: inputs (T, N, D), float64.
        state: the initial state; the layer's own if ``None``.
        step: how far each entry is moved. The differences' own error grows as step^2 and as 1e-16 / step.
        rng: source of the weights of the sum; seeded with 0 if ``None``.

    Returns:
        name -> largest difference, relative to the largest entry of that gradient; "x", "state[0]", ..., and the
        parameters' names. A right gradient gives about 1e-9, a wrong one about 1.

    Raises:
        TypeError: ``x``, the state or a parameter is not float64; in float32 differences drown in rounding.
    """
    check_positive("step", step)
    rng = np.random.default_rng(0) if rng is None else check_rng(rng)
    given = {"x": x, **{f"state[{k}]": array for k, array in enumerate(state_arrays(state))}, **layer.params}
    for name, array in given.items():
        array = check_plain(name, array, "a float64 array")
        if array.dtype != np.float64:
            shape, why = array.shape, "rounding drowns the differences"
            raise TypeError(f"{name} of shape {shape} has dtype {array.dtype}, expected float64: {why}")
    if state is None and hasattr(layer, "initial_state"):
        state = layer.initial_state(x.shape[1])
    y, last, cache = layer.forward(x, state)
    dy = rng.standard_normal(y.shape)
    dlast: Any = [rng.standard_normal(array.shape) for array in state_arrays(last)]
    weights = [dy, *dlast]
    dlast = tuple(dlast) if isinstance(last, tuple) else (dlast[0] if dlast else None)
    dx, dstate, grads = layer.backward(cache, dy, dlast)

    def loss() -> float:
        y, last, _ = layer.forward(x, state)
        return sum(float((w * array).sum()) for w, array in zip(weights, [y, *state_arrays(last)], strict=True))

    pairs = {"x": (x, dx)}
    for k, (array, gradient) in enumerate(zip(state_arrays(state), state_arrays(dstate), strict=True)):
        pairs[f"state[{k}]"] = (array, gradient)
    for name, array in layer.params.items():
        pairs[name] = (array, grads[name])
    return {name: _largest_difference(loss, array, gradient, step) for name, (array, gradient) in pairs.items()}


def _largest_difference(loss: Any, array: Array, gradient: Array, step: float) -> float:
    numeric = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        try:
            array[index] = kept + step
            above = loss()
            array[index] = kept - step
            below = loss()
        finally:
            array[index] = kept
        numeric[index] = (above - below) / (2.0 * step)
    return float(np.abs(numeric - gradient).max() / max(np.abs(numeric).max(), 1e-12))
