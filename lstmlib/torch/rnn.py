"""The Elman network as an ``nn.Module``: the equations of ``lstmlib.numpy.RNN``."""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear

from lstmlib.numpy.checks import check_choice
from lstmlib.numpy.squashing import NONLINEARITIES, check_clip
from lstmlib.torch.recurrent import Kernel, Params, Recurrent
from lstmlib.torch.squashing import limit

FUNCTIONS = {"tanh": torch.tanh, "relu": torch.relu, "logistic": torch.sigmoid}


class RNN(Recurrent):
    """Elman network over a whole sequence: h(t) = f(W_ih x(t) + b_ih + W_hh h(t-1) + b_hh).

    Source: Elman (1990), "Finding structure in time"; parameters named and shaped as in torch.nn.RNN.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the number of hidden units.
        nonlinearity: f, one of "tanh", "relu", "logistic".
        clip: the net inputs are limited to [-clip, clip] before they are squashed, as in ONNX; no limit if ``None``.
        num_layers: L; each layer but the first sees the one below.
        fast: run torch's own kernel for "tanh" and "relu" without a clip, which it has; the readable loop if
            not.
        generator: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)]; torch's own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, an unknown nonlinearity, or a ``clip`` that is not
            a positive number.
    """

    gates: ClassVar[int] = 1
    state_names: ClassVar[tuple[str, ...]] = ("h",)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        nonlinearity: str = "tanh",
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
        self.nonlinearity, self.clip = check_choice("nonlinearity", nonlinearity, NONLINEARITIES), check_clip(clip)

    def kernel(self) -> Kernel | None:
        """Return torch's own function for "tanh" and "relu", which have no clip."""
        if self.clip is not None:
            return None
        return {"tanh": torch.rnn_tanh, "relu": torch.rnn_relu}.get(self.nonlinearity)

    def step(self, p: Params, net: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return (h(t),) from the input's part of the net input (N, H) and (h(t-1),)."""
        (h,) = state
        f = FUNCTIONS[self.nonlinearity]
        return (f(limit(net + linear(h, p["weight_hh"], p["bias_hh"]), self.clip)),)
