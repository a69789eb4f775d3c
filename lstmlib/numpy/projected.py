"""LSTM whose output is a projection of its cells: many cells, few recurrent weights (Sak et al. 2014)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_size
from lstmlib.numpy.lstm import LSTM, SCALE, SHIFT, State, squash
from lstmlib.numpy.recurrent import Params, by_gate, input_gradient, weight_gradients
from lstmlib.numpy.squashing import slopes


class ProjectedCache(NamedTuple):
    """What one layer keeps for ``backward``."""

    x: Array  # (T, N, D)
    h: Array  # (T + 1, N, P), the initial state first
    c: Array  # (T + 1, N, C), the initial state first
    gates: Array  # (T, 4, N, C): i, f, g, o after their squashing functions
    tanh_c: Array  # (T, N, C)


class ProjectedLSTM(LSTM):
    """LSTM of C cells that shows P numbers: what the cells put out goes through a matrix, and that is h(t).

    The gates, as in ``LSTM``, see the P numbers of h(t-1) and not the C outputs of the cells::

        c(t) = f(t) * c(t-1) + i(t) * g(t)
        h(t) = W_hr (o(t) * tanh(c(t)))

    so that the recurrent weights are 4CP and not 4C^2: memory is bought with cells, and paid for with few weights.

    Source: Sak, Senior and Beaufays (2014), "Long short-term memory recurrent neural network architectures for large
    scale acoustic modeling", equation 7 (r(t) = W_rm m(t)), without peepholes and without the second, non-recurrent
    projection. Parameters are named, shaped and ordered as those of torch.nn.LSTM with ``hidden_size=C, proj_size=P``,
    whose weights load as they are: ``weight_hr_l0`` is (P, C). One layer has 4C(P + D + 1) + PC parameters, one bias a
    unit.

    Args:
        input_size: D, the width of x(t).
        num_cells: C, the number of cells, and the width of c(t).
        proj_size: P, the width of h(t) and y(t); it is the layer's ``hidden_size``, as y's width is everywhere.
        forget_bias: as in ``LSTM``.
        clip: as in ``LSTM``; h(t) is not limited.
        num_layers: L; each layer but the first sees the one below.
        rng: source of the initial parameters, U[-1/sqrt(C), 1/sqrt(C)].
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or a ``clip`` that is not a positive number.
    """

    def __init__(
        self,
        input_size: int,
        num_cells: int,
        proj_size: int,
        *,
        forget_bias: float | None = None,
        clip: float | None = None,
        num_layers: int = 1,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.num_cells, self.proj_size = check_size("num_cells", num_cells), check_size("proj_size", proj_size)
        super().__init__(
            input_size, proj_size, forget_bias=forget_bias, clip=clip, num_layers=num_layers, rng=rng, dtype=dtype
        )

    def layer_shapes(self, input_size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of one layer's parameters, the projection last."""
        C, P = self.num_cells, self.proj_size
        weights = {"weight_ih": (4 * C, input_size), "weight_hh": (4 * C, P)}
        return weights | {"bias_ih": (4 * C,), "bias_hh": (4 * C,), "weight_hr": (P, C)}

    def state_sizes(self) -> tuple[int, ...]:
        """Return (P, C)."""
        return self.proj_size, self.num_cells

    def initial_bound(self) -> float:
        """Return 1/sqrt(C), as in torch.nn."""
        return float(self.num_cells**-0.5)

    def forward_layer(self, p: Params, x: Array, state: State) -> tuple[Array, State, ProjectedCache]:  # type: ignore[override]
        """Run one layer; the equations of the class's docstring, step by step."""
        T, N, _ = x.shape
        W_ih, W_hh, b_ih, b_hh = by_gate(p, 4)
        W_hr, b = p["weight_hr"].T, b_ih + b_hh

        gates = x[:, None] @ W_ih  # (T, 4, N, C): what the gates get from the input, all steps at once
        h = np.empty((T + 1, N, self.proj_size), gates.dtype)
        c = np.empty((T + 1, N, self.num_cells), gates.dtype)
        tanh_c = np.empty((T, N, self.num_cells), gates.dtype)
        scale, shift = SCALE.astype(gates.dtype), SHIFT.astype(gates.dtype)
        h[0], c[0] = state
        for t in range(T):
            gates[t] += h[t] @ W_hh + b
            squash(gates[t], scale, shift, self.clip)  # logistic for i, f and o, tanh for g
            i, f, g, o = gates[t]  # each (N, C)
            c[t + 1] = f * c[t] + i * g
            tanh_c[t] = np.tanh(c[t + 1])
            h[t + 1] = (o * tanh_c[t]) @ W_hr
        return h[1:].copy(), (h[T].copy(), c[T].copy()), ProjectedCache(x, h, c, gates, tanh_c)

    def backward_layer(self, p: Params, cache: ProjectedCache, dy: Array, dstate: State) -> tuple[Array, State, Params]:  # type: ignore[override]
        """Send the error back through one layer, step by step: to the cells by the projection."""
        x, h, c, gates, tanh_c = cache
        T, N, _ = dy.shape

        dh, dc = dstate
        dnet = np.empty((T, N, 4, self.num_cells), h.dtype)
        dshown = np.empty_like(dy)  # (T, N, P): the error at h(t), from above and from the step after
        for t in reversed(range(T)):
            i, f, g, o = gates[t]
            slope_i, slope_f, slope_g, slope_o = slopes(gates[t], 2, self.clip)  # i (1 - i), ...; 1 - g^2
            dshown[t] = dh + dy[t]
            dm = dshown[t] @ p["weight_hr"]  # the error at what the cells put out
            dc = dc + dm * o * (1.0 - tanh_c[t] ** 2)
            dnet[t, :, 0] = dc * g * slope_i
            dnet[t, :, 1] = dc * c[t] * slope_f
            dnet[t, :, 2] = dc * i * slope_g
            dnet[t, :, 3] = dm * tanh_c[t] * slope_o
            dc = dc * f
            dh = dnet[t].reshape(N, -1) @ p["weight_hh"]

        grads = weight_gradients(dnet, x, h[:-1])
        m = gates[:, 3] * tanh_c  # (T, N, C): what the cells put out
        grads["weight_hr"] = dshown.reshape(T * N, -1).T @ m.reshape(T * N, -1)
        return input_gradient(p, dnet), (dh, dc), grads
