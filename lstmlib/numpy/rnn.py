"""The Elman network: one hidden layer that sees the input and its own last output (Elman 1990)."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_array, check_size
from lstmlib.numpy.initial import uniform_params


def sigmoid(x: Array) -> Array:
    """Return the logistic function 1 / (1 + exp(-x)), through tanh so that no exponential overflows."""
    return 0.5 * (1.0 + np.tanh(0.5 * x))


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
    """What ``RNN.forward`` keeps for ``RNN.backward``."""

    x: Array  # (T, N, D)
    h: Array  # (T + 1, N, H), the initial state first


class RNN:
    """Elman network over a whole sequence: h(t) = f(W_ih x(t) + b_ih + W_hh h(t-1) + b_hh).

    Source: Elman (1990), "Finding structure in time"; parameters named and shaped as in torch.nn.RNN.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the number of hidden units.
        nonlinearity: f, one of "tanh", "relu", "logistic".
        rng: source of the initial weights, U[-1/sqrt(H), 1/sqrt(H)].
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or an unknown nonlinearity.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        nonlinearity: str = "tanh",
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.input_size = D = check_size("input_size", input_size)
        self.hidden_size = H = check_size("hidden_size", hidden_size)
        if nonlinearity not in NONLINEARITIES:
            raise ValueError(f"nonlinearity is {nonlinearity!r}, expected one of {', '.join(NONLINEARITIES)}")
        self.nonlinearity = nonlinearity
        shapes = {"weight_ih_l0": (H, D), "weight_hh_l0": (H, H), "bias_ih_l0": (H,), "bias_hh_l0": (H,)}
        self.params = uniform_params(shapes, H**-0.5, rng, dtype)

    def initial_state(self, batch_size: int) -> Array:
        """Return the state before the first step: zeros (N, H)."""
        return np.zeros((batch_size, self.hidden_size), self.params["weight_hh_l0"].dtype)

    def forward(self, x: Array, state: Array | None = None) -> tuple[Array, Array, RNNCache]:
        """Run the net over a batch of sequences.

        Args:
            x: inputs (T, N, D).
            state: the hidden state before the first step (N, H); zeros if ``None``.

        Returns:
            y (T, N, H), every hidden state; the last of them (N, H); and the cache for ``backward``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        x = check_array("x", x, ("T", "N", self.input_size))
        T, N, _ = x.shape
        first = self.initial_state(N) if state is None else check_array("state", state, (N, self.hidden_size))
        f, _ = NONLINEARITIES[self.nonlinearity]
        p = self.params

        net = x @ p["weight_ih_l0"].T + (p["bias_ih_l0"] + p["bias_hh_l0"])  # (T, N, H), all steps at once
        h = np.empty((T + 1, N, self.hidden_size), net.dtype)
        h[0] = first
        for t in range(T):
            h[t + 1] = f(net[t] + h[t] @ p["weight_hh_l0"].T)
        return h[1:].copy(), h[T].copy(), RNNCache(x, h)

    def backward(
        self, cache: RNNCache, dy: Array, dstate: Array | None = None
    ) -> tuple[Array, Array, dict[str, Array]]:
        """Send the error back through every step (backpropagation through time, Werbos 1990).

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, H).
            dstate: its gradient for the last state from beyond the sequence (N, H); zeros if ``None``.

        Returns:
            the gradients for x (T, N, D), for the initial state (N, H), and for every parameter, by name.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        x, h = cache
        T, N, H = h.shape[0] - 1, h.shape[1], self.hidden_size
        dy = check_array("dy", dy, (T, N, H))
        dh = np.zeros((N, H), h.dtype) if dstate is None else check_array("dstate", dstate, (N, H))
        _, slope = NONLINEARITIES[self.nonlinearity]
        p = self.params

        dnet = np.empty((T, N, H), h.dtype)
        for t in reversed(range(T)):
            dnet[t] = (dy[t] + dh) * slope(h[t + 1])
            dh = dnet[t] @ p["weight_hh_l0"]

        flat = dnet.reshape(T * N, H)  # one product over all steps, after the loop
        bias = flat.sum(0)
        grads = {
            "weight_ih_l0": flat.T @ x.reshape(T * N, self.input_size),
            "weight_hh_l0": flat.T @ h[:-1].reshape(T * N, H),
            "bias_ih_l0": bias,
            "bias_hh_l0": bias.copy(),
        }
        return dnet @ p["weight_ih_l0"], dh, grads
