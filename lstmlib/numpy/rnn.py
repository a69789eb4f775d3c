"""The Elman network: one hidden layer that sees the input and its own last output (Elman 1990)."""

from collections.abc import Callable
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_choice
from lstmlib.numpy.recurrent import Params, Recurrent, input_gradient, weight_gradients


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


class RNNCache(NamedTuple):
    """What one layer keeps for ``backward``."""

    x: Array  # (T, N, D)
    h: Array  # (T + 1, N, H), the initial state first


class RNN(Recurrent):
    """Elman network over a whole sequence: h(t) = f(W_ih x(t) + b_ih + W_hh h(t-1) + b_hh).

    Source: Elman (1990), "Finding structure in time"; parameters named and shaped as in torch.nn.RNN.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the number of hidden units.
        nonlinearity: f, one of "tanh", "relu", "logistic".
        num_layers: L; each layer but the first sees the one below.
        rng: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)].
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or an unknown nonlinearity.
    """

    gates: ClassVar[int] = 1
    state_names: ClassVar[tuple[str, ...]] = ("h",)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        nonlinearity: str = "tanh",
        num_layers: int = 1,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.nonlinearity = check_choice("nonlinearity", nonlinearity, NONLINEARITIES)
        super().__init__(input_size, hidden_size, num_layers=num_layers, rng=rng, dtype=dtype)

    def forward_layer(self, p: Params, x: Array, state: Array) -> tuple[Array, Array, RNNCache]:
        """Run one layer; the equation of the class's docstring, step by step."""
        T, N, _ = x.shape
        f, _ = NONLINEARITIES[self.nonlinearity]

        net = x @ p["weight_ih"].T + (p["bias_ih"] + p["bias_hh"])  # (T, N, H)
        h = np.empty((T + 1, N, self.hidden_size), net.dtype)
        h[0] = state
        for t in range(T):
            h[t + 1] = f(net[t] + h[t] @ p["weight_hh"].T)
        return h[1:].copy(), h[T].copy(), RNNCache(x, h)

    def backward_layer(self, p: Params, cache: RNNCache, dy: Array, dstate: Array) -> tuple[Array, Array, Params]:
        """Send the error back through one layer, step by step."""
        x, h = cache
        T, N, H = dy.shape
        _, slope = NONLINEARITIES[self.nonlinearity]

        dh = dstate
        dnet = np.empty((T, N, H), h.dtype)
        for t in reversed(range(T)):
            dnet[t] = (dy[t] + dh) * slope(h[t + 1])
            dh = dnet[t] @ p["weight_hh"]
        return input_gradient(p, dnet), dh, weight_gradients(dnet, x, h[:-1])
