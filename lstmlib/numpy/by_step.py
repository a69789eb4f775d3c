"""What each step of a sequence would do to a weight: the gradient's terms, before they are added up."""

from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array


def gradients_by_step(layer: Any, x: Array, dy: Array) -> dict[str, Array]:
    """Return every parameter's gradient as one term a step, summed over the sequences; the terms' sum is ``backward``'s.

    The shared weights are used once a step. Each step is run as a sequence of its own, so that each use has a gradient
    of its own; the error is handed from step to step.

    Args:
        layer: a recurrent layer with the contract of ``lstmlib.numpy``.
        x: inputs (T, N, D).
        dy: the loss's gradient for every output (T, N, H).

    Returns:
        name -> (T, *shape of the parameter).

    Raises:
        TypeError, ValueError: arrays that the layer refuses.
    """
    caches, state = [], None
    for t in range(len(x)):
        _, state, cache = layer.forward(x[t : t + 1], state)
        caches.append(cache)
    terms = {name: np.empty((len(x), *value.shape), value.dtype) for name, value in layer.params.items()}
    dstate = None
    for t in reversed(range(len(x))):
        _, dstate, grads = layer.backward(caches[t], dy[t : t + 1], dstate)
        for name, value in grads.items():
            terms[name][t] = value
    return terms


def cancellation(terms: Array) -> Array:
    """Return the share of the pushes on a weight that the other pushes undo: 0 if all agree, 1 if nothing is left.

    Args:
        terms: pushes on the weight (K, ...), whatever they belong to: steps, or groups of steps.

    Returns:
        1 - |sum| / sum of magnitudes, for every weight (...); 0 where nothing pushes.
    """
    total = np.abs(terms).sum(0)
    return np.asarray(1.0 - np.abs(terms.sum(0)) / np.where(total > 0.0, total, 1.0)) * (total > 0.0)
