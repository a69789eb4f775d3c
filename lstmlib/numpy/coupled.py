"""LSTM with coupled gates: what is written is as much as is forgotten (Greff et al. 2017)."""

from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_forget_bias
from lstmlib.numpy.recurrent import Params, Recurrent, by_gate, input_gradient, weight_gradients
from lstmlib.numpy.rnn import sigmoid

State = tuple[Array, Array]  # (h, c), each (N, H)


class CoupledCache(NamedTuple):
    """What one layer keeps for ``backward``."""

    x: Array  # (T, N, D)
    h: Array  # (T + 1, N, H), the initial state first
    c: Array  # (T + 1, N, H), the initial state first
    gates: Array  # (T, 3, N, H): f, g, o after their squashing functions
    tanh_c: Array  # (T, N, H)


class CoupledLSTM(Recurrent):
    """LSTM whose input gate is 1 minus its forget gate, so that the cell is a running mean of what it was shown.

    With f, o through the logistic function and g through tanh, each seeing x(t) and h(t-1)::

        c(t) = f(t) * c(t-1) + (1 - f(t)) * g(t)
        h(t) = o(t) * tanh(c(t))

    The cell's state stays in (-1, 1) if it begins there, which an LSTM's need not.

    Source: Greff et al. (2017), "LSTM: a search space odyssey", variant CIFG, here without peepholes. The parameters
    are an LSTM's without the input gate's rows: order f, g, o. One layer has 3H(H + D + 1), one bias a unit.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the number of cells.
        forget_bias: where the forget gates' bias starts (both bias vectors together); ``None`` leaves it random like
            the other biases.
        num_layers: L; each layer but the first sees the one below.
        rng: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)].
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    gates: ClassVar[int] = 3
    state_names: ClassVar[tuple[str, ...]] = ("h", "c")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: float | None = None,
        num_layers: int = 1,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.forget_bias = check_forget_bias(forget_bias)
        super().__init__(input_size, hidden_size, num_layers=num_layers, rng=rng, dtype=dtype)
        if forget_bias is not None:
            for k in range(self.num_layers):
                self.params[f"bias_ih_l{k}"][: self.hidden_size] = forget_bias
                self.params[f"bias_hh_l{k}"][: self.hidden_size] = 0.0

    def forward_layer(self, p: Params, x: Array, state: State) -> tuple[Array, State, CoupledCache]:
        """Run one layer; the equations of the class's docstring, step by step."""
        T, N, _ = x.shape
        H = self.hidden_size
        W_ih, W_hh, b_ih, b_hh = by_gate(p, 3)
        b = b_ih + b_hh

        gates = x[:, None] @ W_ih  # (T, 3, N, H): what the gates get from the input, all steps at once
        h, c = np.empty((2, T + 1, N, H), gates.dtype)
        tanh_c = np.empty((T, N, H), gates.dtype)
        h[0], c[0] = state
        for t in range(T):
            gates[t] += h[t] @ W_hh + b
            f, g, o = gates[t]  # each (N, H)
            sigmoid(f, out=f)
            np.tanh(g, out=g)
            sigmoid(o, out=o)
            c[t + 1] = f * c[t] + (1.0 - f) * g
            tanh_c[t] = np.tanh(c[t + 1])
            h[t + 1] = o * tanh_c[t]
        return h[1:].copy(), (h[T].copy(), c[T].copy()), CoupledCache(x, h, c, gates, tanh_c)

    def backward_layer(self, p: Params, cache: CoupledCache, dy: Array, dstate: State) -> tuple[Array, State, Params]:
        """Send the error back through one layer, step by step."""
        x, h, c, gates, tanh_c = cache
        T, N, H = dy.shape

        dh, dc = dstate
        dnet = np.empty((T, N, 3, H), h.dtype)
        for t in reversed(range(T)):
            f, g, o = gates[t]
            dh = dh + dy[t]
            dc = dc + dh * o * (1.0 - tanh_c[t] ** 2)
            dnet[t, :, 0] = dc * (c[t] - g) * f * (1.0 - f)
            dnet[t, :, 1] = dc * (1.0 - f) * (1.0 - g**2)
            dnet[t, :, 2] = dh * tanh_c[t] * o * (1.0 - o)
            dc = dc * f
            dh = dnet[t].reshape(N, 3 * H) @ p["weight_hh"]
        return input_gradient(p, dnet), (dh, dc), weight_gradients(dnet, x, h[:-1])
