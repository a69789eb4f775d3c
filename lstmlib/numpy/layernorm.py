"""Layer normalisation: every step's vector gets mean 0 and variance 1 across its entries (Ba et al. 2016)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_array, check_dtype, check_none, check_positive, check_size
from lstmlib.numpy.layer import Cache, Layer, check_finite


class LayerNormCache(NamedTuple):
    """What ``LayerNorm.forward`` keeps for ``LayerNorm.backward``."""

    x_hat: Array  # (T, N, D): x with mean 0 and variance 1
    scale: Array  # (T, N, 1): 1 / sigma


class LayerNorm(Layer):
    """Normalise each x(t) across its D entries, then let every entry have its own gain and offset.

    With the mean mu and the variance sigma^2 taken over the entries of one x(t), not over the batch::

        y(t) = weight * (x(t) - mu(t)) / sqrt(sigma(t)^2 + eps) + bias

    It has no state, and looks at one step at a time, so that padding can't leak into other steps.

    Source: Ba, Kiros and Hinton (2016), "Layer normalization"; parameters named and shaped as in torch.nn.LayerNorm.

    Args:
        size: D, the width of x(t).
        eps: added to the variance, so that a constant x(t) divides by no zero.
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or an ``eps`` that is not positive.
    """

    def __init__(self, size: int, *, eps: float = 1e-5, dtype: DTypeLike = np.float64) -> None:
        self.size = check_size("size", size)
        self.eps, dtype = check_positive("eps", eps), check_dtype(dtype)
        self.params = {"weight": np.ones(self.size, dtype), "bias": np.zeros(self.size, dtype)}

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, D for the variance, D for the gains and offsets."""
        return 2 * self.size

    def forward(self, x: Array, state: None = None) -> tuple[Array, None, Cache[LayerNormCache]]:
        """Return y (T, N, D), ``None`` for the state, and the cache.

        Args:
            x: inputs (T, N, D).
            state: always ``None``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        check_none("state", state)
        x, p = check_array("x", x, ("T", "N", self.size), dtype=self.dtype), self.params
        centred = x - x.mean(-1, keepdims=True)
        variance = (centred**2).mean(-1, keepdims=True)  # (T, N, 1)
        scale = 1.0 / np.sqrt(variance + self.eps)  # (T, N, 1)
        x_hat = centred * scale
        y: Array = p["weight"] * x_hat + p["bias"]
        check_finite(self, {"y": y, "the variance": variance}, lambda: [x], p)
        return y, None, self.keep(LayerNormCache(x_hat, scale))

    def backward(
        self, cache: Cache[LayerNormCache], dy: Array, dstate: None = None
    ) -> tuple[Array, None, dict[str, Array]]:
        """Return the gradients for x (T, N, D), ``None`` for the state, and for the parameters by name.

        Moving all of x(t) by a constant, or (but for eps) stretching it, changes nothing, so the error loses its part
        in these two directions: its mean, and its projection on x_hat.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, D).
            dstate: always ``None``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        check_none("dstate", dstate)
        (x_hat, scale), p = self.recall(cache)
        dy = check_array("dy", dy, x_hat.shape, dtype=self.dtype)
        dx_hat = dy * p["weight"]  # (T, N, D)
        along = (dx_hat * x_hat).mean(-1, keepdims=True)  # (T, N, 1)
        dx = scale * (dx_hat - dx_hat.mean(-1, keepdims=True) - x_hat * along)
        grads: dict[str, Array] = {"weight": (dy * x_hat).sum((0, 1)), "bias": dy.sum((0, 1))}
        check_finite(self, {"dx": dx, **grads}, lambda: [dy, x_hat], p)
        return dx, None, grads
