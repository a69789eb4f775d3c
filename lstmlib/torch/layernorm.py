"""Layer normalisation as an ``nn.Module``: the equation of ``lstmlib.numpy.LayerNorm``."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstmlib.numpy.checks import check_none, check_positive, check_size
from lstmlib.torch.checks import check_tensor, read_parameter
from lstmlib.torch.initial import empty
from lstmlib.torch.module import Module


class LayerNorm(Module):
    """Normalise each x(t) across its D entries, then let every entry have its own gain and offset.

    With the mean mu and the variance sigma^2 taken over the entries of one x(t), not over the batch::

        y(t) = weight * (x(t) - mu(t)) / sqrt(sigma(t)^2 + eps) + bias

    Source: Ba, Kiros and Hinton (2016), "Layer normalization"; parameters named and shaped as in torch.nn.LayerNorm.

    Args:
        size: D, the width of x(t).
        eps: added to the variance, so that a constant x(t) divides by no zero.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or an ``eps`` that is not positive.
    """

    def __init__(
        self,
        size: int,
        *,
        eps: float = 1e-5,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.size = check_size("size", size)
        self.eps = check_positive("eps", eps)
        self.weight = nn.Parameter(empty((self.size,), device, dtype).fill_(1.0))
        self.bias = nn.Parameter(empty((self.size,), device, dtype).fill_(0.0))

    @property
    def num_parameters(self) -> int:
        """How many numbers the layer learns."""
        return 2 * self.size

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, D for the variance, D for the gains and offsets."""
        return 2 * self.size

    def forward(self, x: Tensor, state: None = None, *, checked: bool = False) -> tuple[Tensor, None]:
        """Return y (T, N, D), and ``None`` for the state.

        Args:
            x: inputs (T, N, D).
            state: always ``None``.
            checked: whether a layer that has this one inside has looked at x already.

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, width, dtype or device, an empty one, or NaN in it.
        """
        check_none("state", state)
        weight, bias = (read_parameter(self, name, (self.size,)) for name in ("weight", "bias"))
        if not checked:
            x = check_tensor("x", x, ("T", "N", self.size), weight)
        return F.layer_norm(x, (self.size,), weight, bias, self.eps), None
