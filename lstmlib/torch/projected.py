"""LSTM with a projection as an ``nn.Module``: the equations of ``lstmlib.numpy.ProjectedLSTM``."""

import torch
from torch import Tensor
from torch.nn.functional import linear

from lstmlib.numpy.checks import check_size
from lstmlib.torch.lstm import LSTM
from lstmlib.torch.recurrent import Kernel, Params


class ProjectedLSTM(LSTM):
    """LSTM of C cells that shows P numbers: what the cells put out goes through a matrix, and that is h(t).

    The gates, as in ``LSTM``, see the P numbers of h(t-1) and not the C outputs of the cells::

        c(t) = f(t) * c(t-1) + i(t) * g(t)
        h(t) = W_hr (o(t) * tanh(c(t)))

    Source: Sak, Senior and Beaufays (2014), "Long short-term memory recurrent neural network architectures for large
    scale acoustic modeling", equation 7, without peepholes and without the second, non-recurrent projection.
    Parameters are named, shaped and ordered as those of torch.nn.LSTM with ``hidden_size=C, proj_size=P``.

    Args:
        input_size: D, the width of x(t).
        num_cells: C, the number of cells, and the width of c(t).
        proj_size: P, the width of h(t) and y(t); it is the layer's ``hidden_size``, as y's width is everywhere.
        forget_bias: as in ``LSTM``.
        clip: as in ``LSTM``; h(t) is not limited.
        num_layers: L; each layer but the first sees the one below.
        fast: run torch's own kernel, which has no clip, for P < C, which it asks for; the readable loop if not.
        generator: source of the initial parameters, U[-1/sqrt(C), 1/sqrt(C)]; torch's own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or a ``clip`` that is not a positive number.
    """

    def __init__(
        self,
        input_size: int,
        num_cells: int,
        proj_size: int,
        *,
        forget_bias: float | None = None,
        clip: float | None = None,
        num_layers: int = 1,
        fast: bool = True,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        # nn.Module takes plain attributes before its own __init__, which asks for the shapes that follow from them.
        self.num_cells, self.proj_size = check_size("num_cells", num_cells), check_size("proj_size", proj_size)
        super().__init__(
            input_size,
            proj_size,
            forget_bias=forget_bias,
            clip=clip,
            num_layers=num_layers,
            fast=fast,
            generator=generator,
            device=device,
            dtype=dtype,
        )

    def layer_shapes(self, input_size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of one layer's parameters, the projection last."""
        C, P = self.num_cells, self.proj_size
        weights = {"weight_ih": (4 * C, input_size), "weight_hh": (4 * C, P)}
        return weights | {"bias_ih": (4 * C,), "bias_hh": (4 * C,), "weight_hr": (P, C)}

    def state_sizes(self) -> tuple[int, ...]:
        """Return (P, C)."""
        return self.proj_size, self.num_cells

    def initial_bound(self) -> float:
        """Return 1/sqrt(C), as in torch.nn."""
        return float(self.num_cells**-0.5)

    def kernel(self) -> Kernel | None:
        """Return torch's own function where it takes these sizes."""
        return super().kernel() if self.proj_size < self.num_cells else None

    def step(self, p: Params, net: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return (h(t), c(t)) from the input's part of the net inputs (N, 4C) and (h(t-1), c(t-1))."""
        m, c = super().step(p, net, state)  # what the cells put out (N, C)
        return linear(m, p["weight_hr"]), c
