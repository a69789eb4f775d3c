"""Long Short-Term Memory as an ``nn.Module``: the equations of ``lstmlib.numpy.LSTM``."""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear

from lstmlib.numpy.checks import check_forget_bias
from lstmlib.numpy.squashing import check_clip
from lstmlib.torch.recurrent import Kernel, Params, Recurrent
from lstmlib.torch.squashing import limit


class LSTM(Recurrent):
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
        clip: the gates' and the cells' net inputs are limited to [-clip, clip], as in ONNX (the cells' contents are
            not); no limit if ``None``.
        num_layers: L; each layer but the first sees the one below.
        fast: run torch's own kernel, which has no clip; the readable loop if not.
        generator: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)]; torch's own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or a ``clip`` that is not a positive number.
    """

    gates: ClassVar[int] = 4
    state_names: ClassVar[tuple[str, ...]] = ("h", "c")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: float | None = None,
        clip: float | None = None,
        num_layers: int = 1,
        fast: bool = True,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            input_size,
            hidden_size,
            num_layers=num_layers,
            fast=fast,
            generator=generator,
            device=device,
            dtype=dtype,
        )
        self.clip = check_clip(clip)
        self.forget_bias = check_forget_bias(forget_bias)
        if forget_bias is not None:
            with torch.no_grad():
                for k in range(self.num_layers):
                    self.get_parameter(f"bias_ih_l{k}").view(4, -1)[1] = forget_bias
                    self.get_parameter(f"bias_hh_l{k}").view(4, -1)[1] = 0.0

    def kernel(self) -> Kernel | None:
        """Return torch's own function, which has no clip."""
        return torch.lstm if self.clip is None else None

    def step(self, p: Params, net: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return (h(t), c(t)) from the input's part of the net inputs (N, 4H) and (h(t-1), c(t-1))."""
        h, c = state
        net = net + linear(h, p["weight_hh"], p["bias_hh"])
        i, f, g, o = limit(net, self.clip).chunk(4, dim=1)  # each (N, H)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c
