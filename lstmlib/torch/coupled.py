"""LSTM with coupled gates as an ``nn.Module``: the equations of ``lstmlib.numpy.CoupledLSTM``."""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear

from lstmlib.torch.recurrent import Params, Recurrent


class CoupledLSTM(Recurrent):
    """LSTM whose input gate is 1 minus its forget gate, so that the cell is a running mean of what it was shown.

    With f, o through the logistic function and g through tanh, each seeing x(t) and h(t-1)::

        c(t) = f(t) * c(t-1) + (1 - f(t)) * g(t)
        h(t) = o(t) * tanh(c(t))

    Source: Greff et al. (2017), "LSTM: a search space odyssey", variant CIFG, here without peepholes. The parameters
    are an LSTM's without the input gate's rows: order f, g, o.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the number of cells.
        forget_bias: where the forget gates' bias starts (both bias vectors together); ``None`` leaves it random like
            the other biases.
        num_layers: L; each layer but the first sees the one below.
        generator: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)]; torch's own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    gates: ClassVar[int] = 3
    state_names: ClassVar[tuple[str, ...]] = ("h", "c")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: float | None = None,
        num_layers: int = 1,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            input_size, hidden_size, num_layers=num_layers, generator=generator, device=device, dtype=dtype
        )
        if forget_bias is not None:
            with torch.no_grad():
                for k in range(self.num_layers):
                    self.get_parameter(f"bias_ih_l{k}")[: self.hidden_size] = forget_bias
                    self.get_parameter(f"bias_hh_l{k}")[: self.hidden_size] = 0.0

    def step(self, p: Params, net: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return (h(t), c(t)) from the input's part of the net inputs (N, 3H) and (h(t-1), c(t-1))."""
        h, c = state
        net = net + linear(h, p["weight_hh"], p["bias_hh"])
        f, g, o = net.chunk(3, dim=1)  # each (N, H)
        f = torch.sigmoid(f)
        c = f * c + (1.0 - f) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c
