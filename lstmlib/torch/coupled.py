"""LSTM with coupled gates as an ``nn.Module``: the equations of ``lstmlib.numpy.CoupledLSTM``."""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear

from lstmlib.numpy.checks import check_flag, check_forget_bias
from lstmlib.numpy.squashing import check_clip
from lstmlib.torch.recurrent import Params, Recurrent
from lstmlib.torch.squashing import limit


class CoupledLSTM(Recurrent):
    """LSTM whose input gate is 1 minus its forget gate, so that the cell is a running mean of what it was shown.

    With f, o through the logistic function and g through tanh, each seeing x(t) and h(t-1)::

        c(t) = f(t) * c(t-1) + (1 - f(t)) * g(t)
        h(t) = o(t) * tanh(c(t))

    With ``peephole=True`` the forget gate sees the cell's old state too and the output gate the new one, each gate its
    own cell, w_cf * c(t-1) and w_co * c(t) among their net inputs; ``weight_ch_l0`` (2H,) holds w_cf and w_co.

    Source: Greff et al. (2017), "LSTM: a search space odyssey", variant CIFG, which has the peepholes. The parameters
    are an LSTM's without the input gate's rows: order f, g, o.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the number of cells.
        forget_bias: where the forget gates' bias starts (both bias vectors together); ``None`` leaves it random like
            the other biases.
        peephole: whether the gates see the cell.
        clip: the gates' and the cells' net inputs are limited to [-clip, clip], as in ONNX (the cells' contents are
            not); no limit if ``None``.
        num_layers: L; each layer but the first sees the one below.
        generator: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)]; torch's own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or a ``clip`` that is not a positive number.
    """

    gates: ClassVar[int] = 3
    state_names: ClassVar[tuple[str, ...]] = ("h", "c")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: float | None = None,
        peephole: bool = False,
        clip: float | None = None,
        num_layers: int = 1,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        self.peephole, self.clip = check_flag("peephole", peephole), check_clip(clip)
        super().__init__(
            input_size, hidden_size, num_layers=num_layers, generator=generator, device=device, dtype=dtype
        )
        self.forget_bias = check_forget_bias(forget_bias)
        if forget_bias is not None:
            with torch.no_grad():
                for k in range(self.num_layers):
                    self.get_parameter(f"bias_ih_l{k}")[: self.hidden_size] = forget_bias
                    self.get_parameter(f"bias_hh_l{k}")[: self.hidden_size] = 0.0

    def layer_shapes(self, input_size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of one layer's parameters, the peepholes last."""
        return super().layer_shapes(input_size) | ({"weight_ch": (2 * self.hidden_size,)} if self.peephole else {})

    def step(self, p: Params, net: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return (h(t), c(t)) from the input's part of the net inputs (N, 3H) and (h(t-1), c(t-1))."""
        h, c = state
        net = net + linear(h, p["weight_hh"], p["bias_hh"])
        f, g, o = net.chunk(3, dim=1)  # each (N, H)
        w_cf, w_co = p["weight_ch"].chunk(2) if self.peephole else (0.0, 0.0)
        f, g = torch.sigmoid(limit(f + w_cf * c, self.clip)), torch.tanh(limit(g, self.clip))
        c = f * c + (1.0 - f) * g
        h = torch.sigmoid(limit(o + w_co * c, self.clip)) * torch.tanh(c)
        return h, c
