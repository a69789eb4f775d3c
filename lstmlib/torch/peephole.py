"""LSTM whose gates see the cell as an ``nn.Module``: the equations of ``lstmlib.numpy.PeepholeLSTM``."""

import torch
from torch import Tensor
from torch.nn.functional import linear

from lstmlib.torch.lstm import LSTM
from lstmlib.torch.recurrent import Kernel, Params
from lstmlib.torch.squashing import limit


class PeepholeLSTM(LSTM):
    """LSTM with peepholes: input and forget gate see the cell's old state, the output gate the new one.

    Each gate sees its own cell alone, through one weight. With the rest as in ``LSTM``::

        i(t) = logistic(W_ii x(t) + W_hi h(t-1) + w_ci * c(t-1) + b_i)
        f(t) = logistic(W_if x(t) + W_hf h(t-1) + w_cf * c(t-1) + b_f)
        c(t) = f(t) * c(t-1) + i(t) * g(t)
        o(t) = logistic(W_io x(t) + W_ho h(t-1) + w_co * c(t) + b_o)
        h(t) = o(t) * tanh(c(t))

    ``weight_ch_l0`` (3H,) holds w_ci, w_cf and w_co, in this order.

    Source: Gers, Schraudolph and Schmidhuber (2002), "Learning precise timing with LSTM recurrent networks", with g
    and the output squashed by tanh.

    Args, errors: as ``LSTM``; ``fast`` changes nothing, as torch has no kernel for it.
    """

    def layer_shapes(self, input_size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of ``LSTM``'s parameters, and of the peepholes."""
        return super().layer_shapes(input_size) | {"weight_ch": (3 * self.hidden_size,)}

    def kernel(self) -> Kernel | None:
        """Return ``None``: torch has no such layer."""
        return None

    def step(self, p: Params, net: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return (h(t), c(t)) from the input's part of the net inputs (N, 4H) and (h(t-1), c(t-1))."""
        h, c = state
        w_ci, w_cf, w_co = p["weight_ch"].chunk(3)  # each (H,)
        net = net + linear(h, p["weight_hh"], p["bias_hh"])
        i, f, g, o = net.chunk(4, dim=1)  # each (N, H)
        i, f, g = (limit(part, self.clip) for part in (i + w_ci * c, f + w_cf * c, g))
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(limit(o + w_co * c, self.clip)) * torch.tanh(c)
        return h, c
