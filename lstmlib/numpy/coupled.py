"""LSTM with coupled gates: what is written is as much as is forgotten (Greff et al. 2017)."""

from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_flag, check_forget_bias
from lstmlib.numpy.recurrent import Params, Recurrent, by_gate, input_gradient, weight_gradients
from lstmlib.numpy.squashing import check_clip, limited, sigmoid, slopes

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

    With ``peephole=True`` the forget gate sees the cell's old state too and the output gate the new one, each gate its
    own cell, w_cf * c(t-1) and w_co * c(t) among their net inputs; ``weight_ch_l0`` (2H,) holds w_cf and w_co.

    Source: Greff et al. (2017), "LSTM: a search space odyssey", variant CIFG, which has the peepholes. The parameters
    are an LSTM's without the input gate's rows: order f, g, o. One layer has 3H(H + D + 1), one bias a unit, and 2H
    more with peepholes.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the number of cells.
        forget_bias: where the forget gates' bias starts (both bias vectors together); ``None`` leaves it random like
            the other biases.
        peephole: whether the gates see the cell.
        clip: the gates' and the cells' net inputs are limited to [-clip, clip], as in ONNX (the cells' contents are
            not); no limit if ``None``.
        num_layers: L; each layer but the first sees the one below.
        rng: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)].
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or a ``clip`` that is not a positive number.
    """

    gates: ClassVar[int] = 3
    state_names: ClassVar[tuple[str, ...]] = ("h", "c")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: float | None = None,
        peephole: bool = False,
        clip: float | None = None,
        num_layers: int = 1,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.forget_bias = check_forget_bias(forget_bias)
        self.peephole, self.clip = check_flag("peephole", peephole), check_clip(clip)
        super().__init__(input_size, hidden_size, num_layers=num_layers, rng=rng, dtype=dtype)
        if forget_bias is not None:
            for k in range(self.num_layers):
                self.params[f"bias_ih_l{k}"][: self.hidden_size] = forget_bias
                self.params[f"bias_hh_l{k}"][: self.hidden_size] = 0.0

    def layer_shapes(self, input_size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of one layer's parameters, the peepholes last."""
        return super().layer_shapes(input_size) | ({"weight_ch": (2 * self.hidden_size,)} if self.peephole else {})

    def forward_layer(self, p: Params, x: Array, state: State) -> tuple[Array, State, CoupledCache]:
        """Run one layer; the equations of the class's docstring, step by step."""
        T, N, _ = x.shape
        H = self.hidden_size
        W_ih, W_hh, b_ih, b_hh = by_gate(p, 3)
        b = b_ih + b_hh
        w_cf, w_co = self._peepholes(p)
        logistic, tanh = limited(sigmoid, self.clip), limited(np.tanh, self.clip)

        gates = x[:, None] @ W_ih  # (T, 3, N, H): what the gates get from the input, all steps at once
        h, c = np.empty((2, T + 1, N, H), gates.dtype)
        tanh_c = np.empty((T, N, H), gates.dtype)
        h[0], c[0] = state
        for t in range(T):
            gates[t] += h[t] @ W_hh + b
            f, g, o = gates[t]  # each (N, H)
            f += w_cf * c[t]
            logistic(f, out=f)
            tanh(g, out=g)
            c[t + 1] = f * c[t] + (1.0 - f) * g
            o += w_co * c[t + 1]  # 0 without peepholes
            logistic(o, out=o)
            tanh_c[t] = np.tanh(c[t + 1])
            h[t + 1] = o * tanh_c[t]
        return h[1:].copy(), (h[T].copy(), c[T].copy()), CoupledCache(x, h, c, gates, tanh_c)

    def backward_layer(self, p: Params, cache: CoupledCache, dy: Array, dstate: State) -> tuple[Array, State, Params]:
        """Send the error back through one layer, step by step."""
        x, h, c, gates, tanh_c = cache
        T, N, H = dy.shape
        w_cf, w_co = self._peepholes(p)

        dh, dc = dstate
        dnet = np.empty((T, N, 3, H), h.dtype)
        for t in reversed(range(T)):
            f, g, o = gates[t]
            slope_f, slope_g, slope_o = slopes(gates[t], 1, self.clip)  # f (1 - f), ...; 1 - g^2
            dh = dh + dy[t]
            do = dh * tanh_c[t] * slope_o
            dc = dc + dh * o * (1.0 - tanh_c[t] ** 2) + do * w_co  # o(t) saw c(t)
            df = dc * (c[t] - g) * slope_f
            dg = dc * (1.0 - f) * slope_g
            dnet[t, :, 0], dnet[t, :, 1], dnet[t, :, 2] = df, dg, do
            dc = dc * f + df * w_cf  # f(t) saw c(t-1)
            dh = dnet[t].reshape(N, 3 * H) @ p["weight_hh"]

        grads = weight_gradients(dnet, x, h[:-1])
        if self.peephole:
            df, do = dnet[:, :, 0], dnet[:, :, 2]  # each (T, N, H)
            grads["weight_ch"] = np.concatenate([(df * c[:-1]).sum((0, 1)), (do * c[1:]).sum((0, 1))])
        return input_gradient(p, dnet), (dh, dc), grads

    def _peepholes(self, p: Params) -> tuple[Array, Array]:
        """Return w_cf and w_co, each (H,); zeros if there are none."""
        w_cf, w_co = p.get("weight_ch", np.zeros(2 * self.hidden_size, p["weight_hh"].dtype)).reshape(2, -1)
        return w_cf, w_co
