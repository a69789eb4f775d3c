"""The LSTM of ``lstmlib.numpy`` without its backward: HIPS autograd tapes the forward and differentiates the tape."""

from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
from autograd import grad

from lstmlib.numpy.checks import Array


def taped_lstm(params: dict[str, Array], x: Array, dy: Array) -> Callable[[], Any]:
    """Return a function that computes the gradients of sum(y * dy) for the parameters and for x (T, N, D).

    Args:
        params: those of an ``lstmlib.numpy.LSTM`` of one layer.
        x: inputs (T, N, D).
        dy: the loss's gradient for every output (T, N, H).
    """
    T, N, H = dy.shape

    def sigmoid(z: Any) -> Any:
        return 0.5 * (1.0 + anp.tanh(0.5 * z))

    def loss(p: dict[str, Any], x: Any) -> Any:
        h, c, total = anp.zeros((N, H)), anp.zeros((N, H)), 0.0
        W_ih, W_hh, b = p["weight_ih_l0"].T, p["weight_hh_l0"].T, p["bias_ih_l0"] + p["bias_hh_l0"]
        for t in range(T):
            net = anp.dot(x[t], W_ih) + anp.dot(h, W_hh) + b
            i, f = sigmoid(net[:, :H]), sigmoid(net[:, H : 2 * H])
            g, o = anp.tanh(net[:, 2 * H : 3 * H]), sigmoid(net[:, 3 * H :])
            c = f * c + i * g
            h = o * anp.tanh(c)
            total = total + anp.sum(h * dy[t])
        return total

    gradients = grad(loss, (0, 1))
    return lambda: gradients(dict(params), x)  # Autograd knows no subclass
