"""ConvLSTM as an ``nn.Module``: the equations of ``lstmlib.numpy.ConvLSTM``."""

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from lstmlib.numpy.checks import check_flag, check_forget_bias, check_size, named
from lstmlib.numpy.convlstm import check_odd, conv_shapes
from lstmlib.torch.checks import check_tensor, read_parameter
from lstmlib.torch.initial import uniform
from lstmlib.torch.module import Module
from lstmlib.torch.padding import read_padded, zero_past_end

State = tuple[Tensor, Tensor]  # (h, c), each (N, M, height, width)


class ConvLSTM(Module):
    """ConvLSTM over a sequence of pictures: every place has its cells, and sees the places around it.

    With ``conv`` a convolution that keeps the picture's size (zeros around it), and the peepholes ``w_c``, one weight a
    channel, where asked for::

        i(t) = logistic(conv(W_xi, x(t)) + conv(W_hi, h(t-1)) + w_ci * c(t-1) + b_i)
        f(t) = logistic(conv(W_xf, x(t)) + conv(W_hf, h(t-1)) + w_cf * c(t-1) + b_f)
        g(t) =     tanh(conv(W_xg, x(t)) + conv(W_hg, h(t-1)) + b_g)
        c(t) = f(t) * c(t-1) + i(t) * g(t)
        o(t) = logistic(conv(W_xo, x(t)) + conv(W_ho, h(t-1)) + w_co * c(t) + b_o)
        h(t) = o(t) * tanh(c(t))

    Source: Shi et al. (2015), "Convolutional LSTM network: a machine learning approach for precipitation nowcasting",
    equation 3; parameters named, shaped and ordered as in ``lstmlib.numpy.ConvLSTM``, which says why.

    Args:
        in_channels: C, of x(t).
        hidden_channels: M, of the state.
        kernel_size: K, the height and width of the input's kernel; odd, so that it has a middle.
        hidden_kernel_size: that of the state's kernel; ``kernel_size`` if ``None``.
        peephole: whether the gates see the cell state.
        forget_bias: where the forget gates' bias starts; ``None`` leaves it random like the other biases.
        generator: source of the initial parameters, U[-b, b] with b = 1 / (K sqrt(M)), K of the state's kernel; torch's
            own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, or an even kernel.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        kernel_size: int,
        *,
        hidden_kernel_size: int | None = None,
        peephole: bool = False,
        forget_bias: float | None = None,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.in_channels = check_size("in_channels", in_channels)
        self.hidden_channels = M = check_size("hidden_channels", hidden_channels)
        self.kernel_size = K = check_odd("kernel_size", kernel_size)
        self.hidden_kernel_size = J = check_odd(
            "hidden_kernel_size", K if hidden_kernel_size is None else hidden_kernel_size
        )
        self.peephole = check_flag("peephole", peephole)
        for name, shape in self._shapes().items():
            self.register_parameter(name, uniform(shape, 1.0 / (J * M**0.5), generator, device, dtype))
        self.forget_bias = check_forget_bias(forget_bias)
        if forget_bias is not None:
            with torch.no_grad():
                self.get_parameter("bias")[M : 2 * M] = forget_bias

    def _setting(self, name: str) -> Any:
        """Return the value of one of the constructor's arguments."""
        same = name == "hidden_kernel_size" and self.hidden_kernel_size == self.kernel_size
        return None if same else getattr(self, name)

    @property
    def num_parameters(self) -> int:
        """How many numbers the layer learns."""
        return sum(math.prod(shape) for shape in self._shapes().values())

    def num_operations(self, height: int, width: int) -> int:
        """Return how many multiply-adds one step of one sequence takes: one a weight and place, the bias counted."""
        return self.num_parameters * check_size("height", height) * check_size("width", width)

    def initial_state(self, batch_size: int, height: int, width: int) -> State:
        """Return the state before the first step: zeros (h, c), each (N, M, height, width)."""
        bias = read_parameter(self, "bias", (4 * self.hidden_channels,))
        sizes = {"batch_size": batch_size, "height": height, "width": width}
        N, height, width = (check_size(*size) for size in sizes.items())
        h, c = bias.new_zeros(2, N, self.hidden_channels, height, width)
        return h, c

    def forward(self, x: Tensor, state: State | None = None, lengths: Tensor | None = None) -> tuple[Tensor, State]:
        """Run the layer over a batch of sequences of pictures.

        Args:
            x: inputs (T, N, C, height, width).
            state: (h, c) before the first step, each (N, M, height, width); zeros if ``None``.
            lengths: how many steps each sequence has (N,); T if ``None``. Past them y is 0, and the state stays as it
                was at the end.

        Returns:
            y (T, N, M, height, width), every h; and the last (h, c).

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, size, dtype or device, an empty one, NaN in it, or a
                length that is not from 1 to T.
        """
        p = {name: read_parameter(self, name, shape) for name, shape in self._shapes().items()}
        x, inside = read_padded("x", x, ("T", "N", self.in_channels, "height", "width"), lengths, p["bias"])
        T, N, _, height, width = x.shape
        if state is None:
            h, c = p["bias"].new_zeros(2, N, self.hidden_channels, height, width).unbind()
        else:
            h, c = self._check_state(state, x, p["bias"])
        w_c = p["weight_ch"] if self.peephole else p["bias"].new_zeros(3 * self.hidden_channels)
        w_i, w_f, w_o = w_c.view(3, -1, 1, 1)  # each (M, 1, 1)

        net_x = F.conv2d(x.flatten(0, 1), p["weight_ih"], p["bias"], padding="same")  # all steps at once
        net_x = net_x.view(T, N, *net_x.shape[1:])  # (T, N, 4M, height, width)
        y = []
        for t in range(T):
            net = net_x[t] + F.conv2d(h, p["weight_hh"], padding="same")  # (N, 4M, height, width)
            net_i, net_f, net_g, net_o = net.chunk(4, dim=1)
            i = torch.sigmoid(net_i + w_i * c)
            f = torch.sigmoid(net_f + w_f * c)
            new_c = f * c + i * torch.tanh(net_g)
            o = torch.sigmoid(net_o + w_o * new_c)
            new_h = o * torch.tanh(new_c)
            if inside is not None:
                going = inside[t, :, None, None, None]
                new_h, new_c = torch.where(going, new_h, h), torch.where(going, new_c, c)
            h, c = new_h, new_c
            y.append(h)
        return zero_past_end(torch.stack(y), inside), (h, c)

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return conv_shapes(
            self.in_channels, self.hidden_channels, self.kernel_size, self.hidden_kernel_size, self.peephole
        )

    def _check_state(self, state: Any, x: Tensor, like: Tensor) -> State:
        shape = (x.shape[1], self.hidden_channels, *x.shape[3:])
        if not isinstance(state, tuple) or len(state) != 2:
            raise TypeError(f"state is {named(state)}, expected a pair (h, c), each {shape}")
        h, c = (check_tensor(f"state[{k}] ({'hc'[k]})", part, shape, like) for k, part in enumerate(state))
        return h, c
