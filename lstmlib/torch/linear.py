"""The linear read-out as an ``nn.Module``: the equation of ``lstmlib.numpy.Linear``."""

import torch
from torch import Tensor
from torch.nn import functional as F

from lstmlib.numpy.checks import check_none, check_size
from lstmlib.torch.checks import check_tensor, read_parameter
from lstmlib.torch.initial import uniform
from lstmlib.torch.module import Module


class Linear(Module):
    """The same affine map at every step: y(t) = W x(t) + b; parameters as in torch.nn.Linear.

    Args:
        input_size: D, the width of x(t).
        output_size: O, the width of y(t).
        generator: source of the initial parameters, U[-1/sqrt(D), 1/sqrt(D)]; torch's own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.input_size = D = check_size("input_size", input_size)
        self.output_size = check_size("output_size", output_size)
        self.weight = uniform((self.output_size, D), D**-0.5, generator, device, dtype)
        self.bias = uniform((self.output_size,), D**-0.5, generator, device, dtype)

    @property
    def num_parameters(self) -> int:
        """How many numbers the layer learns."""
        return self.output_size * (self.input_size + 1)

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, one a parameter, the bias as the weight of a 1."""
        return self.num_parameters

    def forward(self, x: Tensor, state: None = None, *, checked: bool = False) -> tuple[Tensor, None]:
        """Return y (T, N, O), and ``None`` for the state.

        Args:
            x: inputs (T, N, D).
            state: always ``None``.
            checked: whether a layer that has this one inside has looked at x already.

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, width, dtype or device, an empty one, or NaN in it.
        """
        check_none("state", state)
        weight = read_parameter(self, "weight", (self.output_size, self.input_size))
        bias = read_parameter(self, "bias", (self.output_size,))
        if not checked:
            x = check_tensor("x", x, ("T", "N", self.input_size), weight)
        return F.linear(x, weight, bias), None
