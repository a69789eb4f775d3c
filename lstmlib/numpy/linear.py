"""The linear read-out: y = W x + b at every step."""

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_array, check_none, check_size
from lstmlib.numpy.initial import uniform_params
from lstmlib.numpy.layer import Cache, Layer, check_finite


class Linear(Layer):
    """The same affine map at every step: y(t) = W x(t) + b; parameters as in torch.nn.Linear.

    It has no state; ``forward`` and ``backward`` pass ``None`` where the other layers have one, so that the contract
    is the same for all.

    Args:
        input_size: D, the width of x(t).
        output_size: O, the width of y(t).
        rng: source of the initial weights, U[-1/sqrt(D), 1/sqrt(D)].
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.input_size = check_size("input_size", input_size)
        self.output_size = check_size("output_size", output_size)
        shapes = {"weight": (self.output_size, self.input_size), "bias": (self.output_size,)}
        self.params = uniform_params(shapes, self.input_size**-0.5, rng, dtype)

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, one a parameter, the bias as the weight of a 1."""
        return self.num_parameters

    def forward(self, x: Array, state: None = None) -> tuple[Array, None, Cache[Array]]:
        """Return y (T, N, O), ``None`` for the state, and the cache.

        Args:
            x: inputs (T, N, D).
            state: always ``None``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        check_none("state", state)
        x = check_array("x", x, ("T", "N", self.input_size), dtype=self.dtype).copy()
        y = x @ self.params["weight"].T + self.params["bias"]  # (T, N, O)
        check_finite(self, {"y": y}, lambda: [x], self.params)
        return y, None, self.keep(x)

    def backward(self, cache: Cache[Array], dy: Array, dstate: None = None) -> tuple[Array, None, dict[str, Array]]:
        """Return the gradients for x (T, N, D), ``None`` for the state, and for the parameters by name.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, O).
            dstate: always ``None``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        check_none("dstate", dstate)
        x, p = self.recall(cache)
        dy = check_array("dy", dy, (*x.shape[:2], self.output_size), dtype=self.dtype)
        flat = dy.reshape(-1, self.output_size)
        grads = {"weight": flat.T @ x.reshape(-1, self.input_size), "bias": flat.sum(0)}
        dx = dy @ p["weight"]
        check_finite(self, {"dx": dx, **grads}, lambda: [x, dy], p)
        return dx, None, grads
