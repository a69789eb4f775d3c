"""Long Short-Term Memory with a forget gate: Hochreiter and Schmidhuber (1997), Gers et al. (2000)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_array, check_size
from lstmlib.numpy.initial import uniform_params
from lstmlib.numpy.rnn import sigmoid

State = tuple[Array, Array]  # (h, c), each (N, H)


class LSTMCache(NamedTuple):
    """What ``LSTM.forward`` keeps for ``LSTM.backward``."""

    x: Array  # (T, N, D)
    h: Array  # (T + 1, N, H), the initial state first
    c: Array  # (T + 1, N, H), the initial state first
    gates: Array  # (T, 4, N, H): i, f, g, o after their squashing functions
    tanh_c: Array  # (T, N, H)


class LSTM:
    """LSTM over a whole sequence: the cell state is a sum that gates may write to, keep and show.

    With i, f, o through the logistic function and g through tanh, each seeing x(t) and h(t-1)::

        c(t) = f(t) * c(t-1) + i(t) * g(t)
        h(t) = o(t) * tanh(c(t))

    Source: Gers, Schmidhuber and Cummins (2000), "Learning to forget", with g and the output squashed by tanh, as is
    usual since; parameters named, shaped and ordered (i, f, g, o) as in torch.nn.LSTM, whose weights load as they are.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the number of cells.
        forget_bias: where the forget gates' bias starts (both bias vectors together); ``None`` leaves it random like
            the other biases, as torch.nn.LSTM does. 1 or more keeps the gates open at the start.
        rng: source of the initial weights, U[-1/sqrt(H), 1/sqrt(H)].
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: float | None = None,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.input_size = D = check_size("input_size", input_size)
        self.hidden_size = H = check_size("hidden_size", hidden_size)
        shapes = {
            "weight_ih_l0": (4 * H, D),
            "weight_hh_l0": (4 * H, H),
            "bias_ih_l0": (4 * H,),
            "bias_hh_l0": (4 * H,),
        }
        self.params = uniform_params(shapes, H**-0.5, rng, dtype)
        if forget_bias is not None:
            self.params["bias_ih_l0"][H : 2 * H] = forget_bias
            self.params["bias_hh_l0"][H : 2 * H] = 0.0

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first step: zeros (h, c), each (N, H)."""
        shape, dtype = (batch_size, self.hidden_size), self.params["weight_hh_l0"].dtype
        return np.zeros(shape, dtype), np.zeros(shape, dtype)

    def forward(self, x: Array, state: State | None = None) -> tuple[Array, State, LSTMCache]:
        """Run the layer over a batch of sequences.

        Args:
            x: inputs (T, N, D).
            state: (h, c) before the first step, each (N, H); zeros if ``None``.

        Returns:
            y (T, N, H), every h; the last (h, c); and the cache for ``backward``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        x = check_array("x", x, ("T", "N", self.input_size))
        T, N, _ = x.shape
        H, p = self.hidden_size, self.params
        h0, c0 = self.initial_state(N) if state is None else check_state("state", state, N, H)

        net_x = x @ p["weight_ih_l0"].T + (p["bias_ih_l0"] + p["bias_hh_l0"])  # (T, N, 4H), all steps at once
        h, c = np.empty((2, T + 1, N, H), net_x.dtype)
        gates, tanh_c = np.empty((T, 4, N, H), net_x.dtype), np.empty((T, N, H), net_x.dtype)
        h[0], c[0] = h0, c0
        for t in range(T):
            net = net_x[t] + h[t] @ p["weight_hh_l0"].T  # (N, 4H)
            i, f, g, o = gates[t]
            i[:] = sigmoid(net[:, :H])
            f[:] = sigmoid(net[:, H : 2 * H])
            g[:] = np.tanh(net[:, 2 * H : 3 * H])
            o[:] = sigmoid(net[:, 3 * H :])
            c[t + 1] = f * c[t] + i * g
            tanh_c[t] = np.tanh(c[t + 1])
            h[t + 1] = o * tanh_c[t]
        return h[1:].copy(), (h[T].copy(), c[T].copy()), LSTMCache(x, h, c, gates, tanh_c)

    def backward(
        self, cache: LSTMCache, dy: Array, dstate: State | None = None
    ) -> tuple[Array, State, dict[str, Array]]:
        """Send the error back through every step: the full gradient (Graves and Schmidhuber 2005).

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, H).
            dstate: its gradient for the last (h, c) from beyond the sequence, each (N, H); zeros if ``None``.

        Returns:
            the gradients for x (T, N, D), for the initial (h, c), and for every parameter, by name.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        x, h, c, gates, tanh_c = cache
        T, N, H = tanh_c.shape
        dy = check_array("dy", dy, (T, N, H))
        dh, dc = self.initial_state(N) if dstate is None else check_state("dstate", dstate, N, H)
        p = self.params

        dnet = np.empty((T, N, 4 * H), h.dtype)
        for t in reversed(range(T)):
            i, f, g, o = gates[t]
            dh = dy[t] + dh
            dc = dc + dh * o * (1.0 - tanh_c[t] ** 2)
            dnet[t, :, :H] = dc * g * i * (1.0 - i)
            dnet[t, :, H : 2 * H] = dc * c[t] * f * (1.0 - f)
            dnet[t, :, 2 * H : 3 * H] = dc * i * (1.0 - g**2)
            dnet[t, :, 3 * H :] = dh * tanh_c[t] * o * (1.0 - o)
            dc = dc * f
            dh = dnet[t] @ p["weight_hh_l0"]

        flat = dnet.reshape(T * N, 4 * H)  # one product over all steps, after the loop
        bias = flat.sum(0)
        grads = {
            "weight_ih_l0": flat.T @ x.reshape(T * N, self.input_size),
            "weight_hh_l0": flat.T @ h[:-1].reshape(T * N, H),
            "bias_ih_l0": bias,
            "bias_hh_l0": bias.copy(),
        }
        return dnet @ p["weight_ih_l0"], (dh, dc), grads


def check_state(name: str, state: State, batch_size: int, hidden_size: int) -> State:
    """Return (h, c) if both are arrays (N, H) as ``check_array`` wants them.

    Raises:
        TypeError, ValueError: not a pair, or one of the two is not such an array.
    """
    if not isinstance(state, tuple) or len(state) != 2:
        raise TypeError(f"{name} is a {type(state).__name__}, expected a pair (h, c), each ({batch_size}, {hidden_size})")
    shape = (batch_size, hidden_size)
    return check_array(f"{name}[0] (h)", state[0], shape), check_array(f"{name}[1] (c)", state[1], shape)
