"""LSTM whose gates see the cell: peephole connections (Gers, Schraudolph and Schmidhuber 2002)."""

from typing import ClassVar, NamedTuple

import numpy as np

from lstmlib.numpy.checks import Array
from lstmlib.numpy.lstm import LSTM, State
from lstmlib.numpy.recurrent import Params, by_gate, input_gradient, weight_gradients
from lstmlib.numpy.squashing import limited, sigmoid, slopes


class PeepholeCache(NamedTuple):
    """What one layer keeps for ``backward``."""

    x: Array  # (T, N, D)
    h: Array  # (T + 1, N, H), the initial state first
    c: Array  # (T + 1, N, H), the initial state first
    gates: Array  # (T, 4, N, H): i, f, g, o after their squashing functions
    tanh_c: Array  # (T, N, H)


class PeepholeLSTM(LSTM):
    """LSTM with peepholes: input and forget gate see the cell's old state, the output gate the new one.

    Each gate sees its own cell alone, through one weight. With the rest as in ``LSTM``::

        i(t) = logistic(W_ii x(t) + W_hi h(t-1) + w_ci * c(t-1) + b_i)
        f(t) = logistic(W_if x(t) + W_hf h(t-1) + w_cf * c(t-1) + b_f)
        c(t) = f(t) * c(t-1) + i(t) * g(t)
        o(t) = logistic(W_io x(t) + W_ho h(t-1) + w_co * c(t) + b_o)
        h(t) = o(t) * tanh(c(t))

    ``weight_ch_l0`` (3H,) holds w_ci, w_cf and w_co, in this order. The gradient is the full one; the paper truncates
    it.

    Source: Gers, Schraudolph and Schmidhuber (2002), "Learning precise timing with LSTM recurrent networks", with g
    and the output squashed by tanh. One layer has 4H(H + D + 1) + 3H parameters, one bias a unit.

    Args, errors: as ``LSTM``.
    """

    state_names: ClassVar[tuple[str, ...]] = ("h", "c")

    def layer_shapes(self, input_size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of ``LSTM``'s parameters, and of the peepholes."""
        return super().layer_shapes(input_size) | {"weight_ch": (3 * self.hidden_size,)}

    def forward_layer(self, p: Params, x: Array, state: State) -> tuple[Array, State, PeepholeCache]:  # type: ignore[override]
        """Run one layer; the equations of the class's docstring, step by step."""
        T, N, _ = x.shape
        H = self.hidden_size
        W_ih, W_hh, b_ih, b_hh = by_gate(p, 4)
        w_ci, w_cf, w_co = p["weight_ch"].reshape(3, H)
        b = b_ih + b_hh
        logistic, tanh = limited(sigmoid, self.clip), limited(np.tanh, self.clip)

        gates = x[:, None] @ W_ih  # (T, 4, N, H): what the gates get from the input, all steps at once
        h, c = np.empty((2, T + 1, N, H), gates.dtype)
        tanh_c = np.empty((T, N, H), gates.dtype)
        h[0], c[0] = state
        for t in range(T):
            gates[t] += h[t] @ W_hh + b
            i, f, g, o = gates[t]  # each (N, H)
            i += w_ci * c[t]
            f += w_cf * c[t]
            logistic(i, out=i)
            logistic(f, out=f)
            tanh(g, out=g)
            c[t + 1] = f * c[t] + i * g
            o += w_co * c[t + 1]
            logistic(o, out=o)
            tanh_c[t] = np.tanh(c[t + 1])
            h[t + 1] = o * tanh_c[t]
        return h[1:].copy(), (h[T].copy(), c[T].copy()), PeepholeCache(x, h, c, gates, tanh_c)

    def backward_layer(self, p: Params, cache: PeepholeCache, dy: Array, dstate: State) -> tuple[Array, State, Params]:  # type: ignore[override]
        """Send the error back through one layer, step by step; the peepholes bring more of it to the cell."""
        x, h, c, gates, tanh_c = cache
        T, N, H = dy.shape
        w_ci, w_cf, w_co = p["weight_ch"].reshape(3, H)

        dh, dc = dstate
        dnet = np.empty((T, N, 4, H), h.dtype)
        for t in reversed(range(T)):
            i, f, g, o = gates[t]
            slope_i, slope_f, slope_g, slope_o = slopes(gates[t], 2, self.clip)  # i (1 - i), ...; 1 - g^2
            dh = dh + dy[t]
            do = dh * tanh_c[t] * slope_o
            dc = dc + dh * o * (1.0 - tanh_c[t] ** 2) + do * w_co  # o(t) saw c(t)
            di = dc * g * slope_i
            df = dc * c[t] * slope_f
            dg = dc * i * slope_g
            dnet[t, :, 0], dnet[t, :, 1], dnet[t, :, 2], dnet[t, :, 3] = di, df, dg, do
            dc = dc * f + di * w_ci + df * w_cf  # i(t) and f(t) saw c(t-1)
            dh = dnet[t].reshape(N, 4 * H) @ p["weight_hh"]

        grads = weight_gradients(dnet, x, h[:-1])
        di, df, do = dnet[:, :, 0], dnet[:, :, 1], dnet[:, :, 3]  # each (T, N, H)
        seen = (di * c[:-1]).sum((0, 1)), (df * c[:-1]).sum((0, 1)), (do * c[1:]).sum((0, 1))
        grads["weight_ch"] = np.concatenate(seen)
        return input_gradient(p, dnet), (dh, dc), grads
