"""The gated recurrent unit as an ``nn.Module``: the equations of ``lstmlib.numpy.GRU``."""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear

from lstmlib.numpy.checks import check_choice
from lstmlib.numpy.gru import RESETS
from lstmlib.numpy.squashing import check_clip
from lstmlib.torch.recurrent import Kernel, Params, Recurrent
from lstmlib.torch.squashing import limit


class GRU(Recurrent):
    """GRU over a whole sequence: the new state is a mean of the old one and a candidate n, weighted by a gate z.

    With the reset gate r and the update gate z through the logistic function, each seeing x(t) and h(t-1)::

        n(t) = tanh(W_in x(t) + b_in + r(t) * (W_hn h(t-1) + b_hn))       reset="after"
        n(t) = tanh(W_in x(t) + b_in + W_hn (r(t) * h(t-1)) + b_hn)       reset="before"
        h(t) = (1 - z(t)) * n(t) + z(t) * h(t-1)

    "after" is the form of cuDNN, of torch.nn.GRU and of Keras unless told otherwise; "before" that of Cho et al.
    (2014) and Chung et al. (2014). ``lstmlib.numpy.GRU`` says more.

    Source: Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder", equations 5 to 8;
    parameters named, shaped and ordered (r, z, n) as in torch.nn.GRU.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the number of units.
        reset: "after" or "before".
        clip: the gates' and the candidate's net inputs are limited to [-clip, clip], as in ONNX; no limit if ``None``.
        num_layers: L; each layer but the first sees the one below.
        fast: run torch's own kernel for "after" without a clip, which it has; the readable loop if not.
        generator: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)]; torch's own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, an unknown ``reset``, or a ``clip`` that is
            not a positive number.
    """

    gates: ClassVar[int] = 3
    state_names: ClassVar[tuple[str, ...]] = ("h",)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        reset: str = "after",
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
        self.reset, self.clip = check_choice("reset", reset, RESETS), check_clip(clip)

    @property
    def num_parameters(self) -> int:
        """How many numbers the equations have, with one bias a unit, and b_hn beside b_in for "after"."""
        return super().num_parameters + (self.num_layers * self.hidden_size if self.reset == "after" else 0)

    def kernel(self) -> Kernel | None:
        """Return torch's own function for "after", which has no clip."""
        return torch.gru if self.reset == "after" and self.clip is None else None

    def step(self, p: Params, net: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return (h(t),) from the input's part of the net inputs (N, 3H) and (h(t-1),)."""
        (h,) = state
        H = self.hidden_size
        W, b = p["weight_hh"], p["bias_hh"]
        net_rz = net[:, : 2 * H] + linear(h, W[: 2 * H], b[: 2 * H])
        r, z = torch.sigmoid(limit(net_rz, self.clip)).chunk(2, dim=1)  # each (N, H)
        if self.reset == "after":
            net_n = net[:, 2 * H :] + r * linear(h, W[2 * H :], b[2 * H :])
        else:
            net_n = net[:, 2 * H :] + linear(r * h, W[2 * H :], b[2 * H :])
        n = torch.tanh(limit(net_n, self.clip))
        return ((1.0 - z) * n + z * h,)
