"""Real-time recurrent learning (Williams and Zipser 1989): backpropagation's gradient through time, carried forward."""

from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array, check_array
from lstmlib.numpy.layer import Cache
from lstmlib.numpy.rnn import NONLINEARITIES, RNN


class RTRL:
    """The learner for an Elman layer: it never looks back, since it carries how h(t) depends on every weight.

    The sensitivities P = dh/dw obey the forward rule P(t) = diag(f'(net(t))) (W_hh P(t-1) + what w adds at step t);
    the gradient is the sum over steps of dy(t) P(t). It is the gradient of ``RNN.backward``, exactly, and there at
    every step; the price is H^2 (H + D + 1) numbers to carry for each sequence and about H^3 (H + D + 1)
    multiplications a step.

    Source: Williams and Zipser (1989), "A learning algorithm for continually running fully recurrent neural networks".

    Args:
        layer: the Elman network; its parameters are read at every step, so that they may change on the way. After a
            change the sensitivities are those of the old weights, and the gradient is near, no longer exact.
        batch_size: N, the sequences run side by side.
        state: the hidden state before the first step (N, H); zeros if ``None``. No weight moves it.

    Raises:
        TypeError, ValueError: a state of the wrong shape or dtype, or a net of more than one layer.
    """

    def __init__(self, layer: RNN, batch_size: int, state: Array | None = None) -> None:
        if getattr(layer, "num_layers", 1) != 1:
            raise ValueError(f"layer has num_layers {layer.num_layers}, expected 1: the sensitivities are one layer's")
        self.layer = layer
        H, D, dtype = layer.hidden_size, layer.input_size, layer.params["weight_hh_l0"].dtype
        given = layer.initial_state(batch_size) if state is None else check_array("state", state, (batch_size, H))
        self.state = given.copy()  # (N, H)
        # How unit k of h depends on the weight that leads from source s to unit u: [n, k, u, s]. The sources are the
        # layer's own H units, then the D inputs, then the constant 1 of the bias.
        self.sensitivity = np.zeros((batch_size, H, H, H + D + 1), dtype)
        self.gradient = np.zeros((H, H + D + 1), dtype)
        self.multiplications = 0  # of the sensitivities' recursion, counted as it runs

    def step(self, x: Array) -> Array:
        """Take one step and bring the sensitivities along.

        Args:
            x: the input at this step (N, D).

        Returns:
            the hidden state after it (N, H).

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        N, H = self.state.shape
        x = check_array("x", x, (N, self.layer.input_size))
        f, slope = NONLINEARITIES[self.layer.nonlinearity]
        p, P = self.layer.params, self.sensitivity

        source = np.concatenate([self.state, x, np.ones((N, 1), self.state.dtype)], axis=1)  # (N, S), S = H + D + 1
        net = self.state @ p["weight_hh_l0"].T + x @ p["weight_ih_l0"].T + p["bias_ih_l0"] + p["bias_hh_l0"]
        h = f(net)

        # What a weight did before reaches each unit k through the recurrent weights ...
        through = (p["weight_hh_l0"] @ P.reshape(N, H, -1)).reshape(P.shape)  # (N, H, H, S)
        # ... and at this step it acts on its own unit alone, by the size of its source.
        unit = np.arange(H)
        through[:, unit, unit, :] += source[:, None, :]
        self.sensitivity = slope(h)[:, :, None, None] * through
        self.multiplications += H * P.size + P.size

        self.state = h
        return h.copy()

    def add_error(self, dy: Array) -> None:
        """Add this step's share to the gradient.

        Args:
            dy: the loss's gradient for the hidden state that ``step`` has just returned (N, H).

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        N, H, _, S = self.sensitivity.shape
        dy = check_array("dy", dy, (N, H))
        self.gradient += (dy.reshape(-1) @ self.sensitivity.reshape(N * H, H * S)).reshape(H, S)

    def grads(self) -> dict[str, Array]:
        """Return the gradient of all the error so far, by the names of the layer's parameters, as copies."""
        H = self.layer.hidden_size
        recurrent, inputs, bias = np.split(self.gradient, [H, self.gradient.shape[1] - 1], axis=1)
        return {
            "weight_ih_l0": inputs.copy(),
            "weight_hh_l0": recurrent.copy(),
            "bias_ih_l0": bias[:, 0].copy(),
            "bias_hh_l0": bias[:, 0].copy(),
        }

    @property
    def nbytes(self) -> int:
        """The bytes that it must carry from step to step, for state, sensitivities and gradient."""
        return self.state.nbytes + self.sensitivity.nbytes + self.gradient.nbytes


def rtrl_gradient(layer: RNN, x: Array, dy: Array, state: Array | None = None) -> tuple[dict[str, Array], RTRL]:
    """Run a whole sequence forward, once, and return the gradient that ``RNN.backward`` gives, and the learner.

    Args:
        layer: the Elman network.
        x: inputs (T, N, D).
        dy: the loss's gradient for every hidden state (T, N, H).
        state: the hidden state before the first step (N, H); zeros if ``None``.

    Raises:
        TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
    """
    x = check_array("x", x, ("T", "N", layer.input_size))
    dy = check_array("dy", dy, (*x.shape[:2], layer.hidden_size))
    learner = RTRL(layer, x.shape[1], state)
    for x_t, dy_t in zip(x, dy, strict=True):
        learner.step(x_t)
        learner.add_error(dy_t)
    return learner.grads(), learner


def kept_bytes(cache: Any) -> int:
    """Return the bytes of the arrays in a layer's cache: what backpropagation through time must keep until it turns.

    Args:
        cache: what ``forward`` returned, or a part of it: an array, or a tuple or list of such, however nested.
    """
    if isinstance(cache, Cache):
        return kept_bytes(cache.kept)
    if isinstance(cache, np.ndarray):
        return cache.nbytes
    return sum(kept_bytes(part) for part in cache) if isinstance(cache, tuple | list) else 0
