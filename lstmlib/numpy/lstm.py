"""Long Short-Term Memory with a forget gate: Hochreiter and Schmidhuber (1997), Gers et al. (2000)."""

from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_forget_bias
from lstmlib.numpy.recurrent import Params, Recurrent, by_gate, input_gradient, weight_gradients
from lstmlib.numpy.squashing import check_clip, limit, slopes

State = tuple[Array, Array]  # (h, c), each (N, H)

# The logistic function is a tanh at half the slope, of half the height and moved up: 1/2 + 1/2 tanh(z/2). With these,
# one for each of i, f, g and o, all four gates go through a single call of tanh.
SCALE = np.array([0.5, 0.5, 1.0, 0.5])[:, None, None]
SHIFT = np.array([0.5, 0.5, 0.0, 0.5])[:, None, None]


class LSTMCache(NamedTuple):
    """What one layer keeps for ``backward``."""

    x: Array  # (T, N, D)
    h: Array  # (T + 1, N, H), the initial state first
    c: Array  # (T + 1, N, H), the initial state first
    gates: Array  # (T, 4, N, H): i, f, g, o after their squashing functions
    tanh_c: Array  # (T, N, H)


class LSTM(Recurrent):
    """LSTM over a whole sequence: the cell state is a sum that gates may write to, keep and show.

    With i, f, o through the logistic function and g through tanh, each seeing x(t) and h(t-1)::

        c(t) = f(t) * c(t-1) + i(t) * g(t)
        h(t) = o(t) * tanh(c(t))

    Source: Gers, Schmidhuber and Cummins (2000), "Learning to forget", with g and the output squashed by tanh, as is
    usual since; parameters named, shaped and ordered (i, f, g, o) as in torch.nn.LSTM, whose weights load as they are.
    One layer has 4H(H + D + 1) parameters, one bias a unit.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the number of cells.
        forget_bias: where the forget gates' bias starts (both bias vectors together); ``None`` leaves it random like
            the other biases, as torch.nn.LSTM does. 1 or more keeps the gates open at the start.
        clip: the gates' and the cells' net inputs are limited to [-clip, clip], as in ONNX
            (the cells' contents are not); no limit if ``None``.
        num_layers: L; each layer but the first sees the one below.
        rng: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)].
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or a ``clip`` that is not a positive number.
    """

    gates: ClassVar[int] = 4
    state_names: ClassVar[tuple[str, ...]] = ("h", "c")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: float | None = None,
        clip: float | None = None,
        num_layers: int = 1,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.forget_bias = check_forget_bias(forget_bias)
        super().__init__(input_size, hidden_size, num_layers=num_layers, rng=rng, dtype=dtype)
        self.clip = check_clip(clip)
        if forget_bias is not None:
            for k in range(self.num_layers):
                self.params[f"bias_ih_l{k}"].reshape(4, -1)[1] = forget_bias
                self.params[f"bias_hh_l{k}"].reshape(4, -1)[1] = 0.0

    def forward_layer(self, p: Params, x: Array, state: State) -> tuple[Array, State, LSTMCache]:
        """Run one layer; the equations of the class's docstring, step by step."""
        T, N, _ = x.shape
        H = self.hidden_size
        W_ih, W_hh, b_ih, b_hh = by_gate(p, 4)
        b = b_ih + b_hh

        gates = x[:, None] @ W_ih  # (T, 4, N, H): what the gates get from the input, all steps at once
        h, c = np.empty((2, T + 1, N, H), gates.dtype)
        tanh_c = np.empty((T, N, H), gates.dtype)
        scale, shift = SCALE.astype(gates.dtype), SHIFT.astype(gates.dtype)
        h[0], c[0] = state
        for t in range(T):
            gates[t] += h[t] @ W_hh + b
            squash(gates[t], scale, shift, self.clip)  # logistic for i, f and o, tanh for g
            i, f, g, o = gates[t]  # each (N, H)
            c[t + 1] = f * c[t] + i * g
            tanh_c[t] = np.tanh(c[t + 1])
            h[t + 1] = o * tanh_c[t]
        return h[1:].copy(), (h[T].copy(), c[T].copy()), LSTMCache(x, h, c, gates, tanh_c)

    def backward_layer(self, p: Params, cache: LSTMCache, dy: Array, dstate: State) -> tuple[Array, State, Params]:
        """Send the error back through one layer, step by step: the full gradient (Graves and Schmidhuber 2005)."""
        x, h, c, gates, tanh_c = cache
        T, N, H = dy.shape

        dh, dc = dstate
        dnet = np.empty((T, N, 4, H), h.dtype)
        for t in reversed(range(T)):
            i, f, g, o = gates[t]
            slope_i, slope_f, slope_g, slope_o = slopes(gates[t], 2, self.clip)  # i (1 - i), ...; 1 - g^2
            dh = dh + dy[t]
            dc = dc + dh * o * (1.0 - tanh_c[t] ** 2)
            dnet[t, :, 0] = dc * g * slope_i
            dnet[t, :, 1] = dc * c[t] * slope_f
            dnet[t, :, 2] = dc * i * slope_g
            dnet[t, :, 3] = dh * tanh_c[t] * slope_o
            dc = dc * f
            dh = dnet[t].reshape(N, 4 * H) @ p["weight_hh"]
        return input_gradient(p, dnet), (dh, dc), weight_gradients(dnet, x, h[:-1])


def squash(gates: Array, scale: Array, shift: Array, clip: float | None = None) -> None:
    """Put net inputs (4, N, H) through their squashing functions, in place: ``SCALE`` and ``SHIFT`` say which."""
    gates *= scale
    np.tanh(gates, out=gates)
    gates *= scale
    gates += shift
    limit(gates, 2, clip)
