"""The Elman network: one hidden layer that sees the input and its own last output (Elman 1990)."""

from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_choice
from lstmlib.numpy.recurrent import Params, Recurrent, input_gradient, weight_gradients
from lstmlib.numpy.squashing import NONLINEARITIES as NONLINEARITIES
from lstmlib.numpy.squashing import check_clip, limited, limited_slope
from lstmlib.numpy.squashing import sigmoid as sigmoid


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
        clip: the net inputs are limited to [-clip, clip] before they are squashed, as in ONNX; no limit if ``None``.
        num_layers: L; each layer but the first sees the one below.
        rng: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)].
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, an unknown nonlinearity, or a ``clip`` that is not
            a positive number.
    """

    gates: ClassVar[int] = 1
    state_names: ClassVar[tuple[str, ...]] = ("h",)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        nonlinearity: str = "tanh",
        clip: float | None = None,
        num_layers: int = 1,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.nonlinearity, self.clip = check_choice("nonlinearity", nonlinearity, NONLINEARITIES), check_clip(clip)
        super().__init__(input_size, hidden_size, num_layers=num_layers, rng=rng, dtype=dtype)

    def forward_layer(self, p: Params, x: Array, state: Array) -> tuple[Array, Array, RNNCache]:
        """Run one layer; the equation of the class's docstring, step by step."""
        T, N, _ = x.shape
        f = limited(NONLINEARITIES[self.nonlinearity][0], self.clip)

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
        slope = limited_slope(*NONLINEARITIES[self.nonlinearity], self.clip)

        dh = dstate
        dnet = np.empty((T, N, H), h.dtype)
        for t in reversed(range(T)):
            dnet[t] = (dy[t] + dh) * slope(h[t + 1])
            dh = dnet[t] @ p["weight_hh"]
        return input_gradient(p, dnet), dh, weight_gradients(dnet, x, h[:-1])
