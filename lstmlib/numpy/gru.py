"""The gated recurrent unit: two gates, no cell beside the hidden state (Cho et al. 2014)."""

from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_choice
from lstmlib.numpy.recurrent import Params, Recurrent, by_gate, input_gradient, weight_gradients
from lstmlib.numpy.squashing import check_clip, limited, sigmoid, slopes

RESETS = ("after", "before")


class GRUCache(NamedTuple):
    """What one layer keeps for ``backward``."""

    x: Array  # (T, N, D)
    h: Array  # (T + 1, N, H), the initial state first
    gates: Array  # (T, 3, N, H): r, z, n after their squashing functions
    recurrent: Array  # (T, N, H): what the reset gate lets through or shuts off, before it does


class GRU(Recurrent):
    """GRU over a whole sequence: the new state is a mean of the old one and a candidate n, weighted by a gate z.

    With the reset gate r and the update gate z through the logistic function, each seeing x(t) and h(t-1)::

        n(t) = tanh(W_in x(t) + b_in + r(t) * (W_hn h(t-1) + b_hn))       reset="after"
        n(t) = tanh(W_in x(t) + b_in + W_hn (r(t) * h(t-1)) + b_hn)       reset="before"
        h(t) = (1 - z(t)) * n(t) + z(t) * h(t-1)

    "after" resets what the recurrent weights made of the state; all recurrent products are then one, which is why
    cuDNN, torch.nn.GRU and, unless told otherwise, Keras compute this form. "before" resets the state itself: the form
    of Cho et al. (2014) and Chung et al. (2014), and of Keras with ``reset_after=False``. The two are different
    functions: weights trained for one don't serve the other. Chung et al. write z for our 1 - z.

    Source: Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder", equations 5 to 8;
    parameters named, shaped and ordered (r, z, n) as in torch.nn.GRU. One layer has 3H(H + D + 1) parameters, one bias
    a unit, and H more for "after", where b_hn is not simply added to b_in.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the number of units.
        reset: "after" or "before".
        clip: the gates' and the candidate's net inputs are limited to [-clip, clip], as in ONNX; no limit if ``None``.
        num_layers: L; each layer but the first sees the one below.
        rng: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)].
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, an unknown ``reset``, or a ``clip`` that is
            not a positive number.
    """

    gates: ClassVar[int] = 3
    state_names: ClassVar[tuple[str, ...]] = ("h",)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        reset: str = "after",
        clip: float | None = None,
        num_layers: int = 1,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.reset, self.clip = check_choice("reset", reset, RESETS), check_clip(clip)
        super().__init__(input_size, hidden_size, num_layers=num_layers, rng=rng, dtype=dtype)

    @property
    def num_parameters(self) -> int:
        """How many numbers the equations have, with one bias a unit, and b_hn beside b_in for "after".

        The arrays in ``params`` hold 3H more a layer for "before" and 2H more for "after": torch.nn's second biases.
        """
        return super().num_parameters + (self.num_layers * self.hidden_size if self.reset == "after" else 0)

    def forward_layer(self, p: Params, x: Array, state: Array) -> tuple[Array, Array, GRUCache]:
        """Run one layer; the equations of the class's docstring, step by step."""
        T, N, _ = x.shape
        H = self.hidden_size
        W_ih, W_hh, b_ih, b_hh = by_gate(p, 3)
        W_hn, b_hn = W_hh[2], b_hh[2]
        logistic, tanh = limited(sigmoid, self.clip), limited(np.tanh, self.clip)

        gates = x[:, None] @ W_ih + b_ih  # (T, 3, N, H): what the gates get from the input, all steps at once
        h = np.empty((T + 1, N, H), gates.dtype)
        recurrent = np.empty((T, N, H), gates.dtype)
        h[0] = state
        for t in range(T):
            gates[t, :2] += h[t] @ W_hh[:2] + b_hh[:2]
            r, z, n = gates[t]  # each (N, H)
            logistic(r, out=r)
            logistic(z, out=z)
            if self.reset == "after":
                recurrent[t] = h[t] @ W_hn + b_hn
                n += r * recurrent[t]
            else:
                recurrent[t] = h[t]
                n += (r * recurrent[t]) @ W_hn + b_hn
            tanh(n, out=n)
            h[t + 1] = (1.0 - z) * n + z * h[t]
        return h[1:].copy(), h[T].copy(), GRUCache(x, h, gates, recurrent)

    def backward_layer(self, p: Params, cache: GRUCache, dy: Array, dstate: Array) -> tuple[Array, Array, Params]:
        """Send the error back through one layer, step by step."""
        x, h, gates, recurrent = cache
        T, N, H = dy.shape
        W_hr, W_hz, W_hn = p["weight_hh"].reshape(3, H, H)

        dh = dstate
        dnet = np.empty((T, N, 3, H), h.dtype)
        for t in reversed(range(T)):
            r, z, n = gates[t]
            slope_r, slope_z, slope_n = slopes(gates[t], 2, self.clip)  # r(1 - r), z(1 - z), 1 - n^2
            dh = dh + dy[t]
            dn = dh * (1.0 - z) * slope_n
            dz = dh * (h[t] - n) * slope_z
            dh = dh * z
            if self.reset == "after":
                dr = dn * recurrent[t] * slope_r
                dh = dh + (dn * r) @ W_hn
            else:
                dreset = dn @ W_hn  # the error at r * h(t-1)
                dr = dreset * recurrent[t] * slope_r
                dh = dh + dreset * r
            dh = dh + dr @ W_hr + dz @ W_hz
            dnet[t, :, 0], dnet[t, :, 1], dnet[t, :, 2] = dr, dz, dn

        grads = weight_gradients(dnet, x, h[:-1])
        # The candidate's recurrent weights didn't see h(t-1), or weren't seen by n, but through the reset gate.
        dn, reset = dnet[:, :, 2].reshape(T * N, H), gates[:, 0].reshape(T * N, H)
        if self.reset == "after":
            grads["weight_hh"][2 * H :] = (dn * reset).T @ h[:-1].reshape(T * N, H)
            grads["bias_hh"][2 * H :] = (dn * reset).sum(0)
        else:
            grads["weight_hh"][2 * H :] = dn.T @ (reset * recurrent.reshape(T * N, H))
        return input_gradient(p, dnet), dh, grads
