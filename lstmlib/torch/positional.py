"""Positions: the sinusoids of ``lstmlib.numpy.PositionalEncoding`` as an ``nn.Module``, ALiBi and RoPE."""

import torch
from torch import Tensor

from lstmlib.numpy.checks import check_none, check_size
from lstmlib.torch.checks import check_tensor
from lstmlib.torch.module import Module


def sinusoids(num_steps: int, embed_size: int, device: torch.device | str | None = None) -> Tensor:
    """Return the encoding of the steps 0 to T - 1, as float64 (T, E); float32 where the device has no float64.

    Each pair of entries 2i, 2i + 1 turns like the hand of a clock::

        PE(t, 2i)     = sin(t / 10000^(2i / E))
        PE(t, 2i + 1) = cos(t / 10000^(2i / E))

    Source: Vaswani et al. (2017), "Attention is all you need", section 3.5.

    Args:
        num_steps: T, how many steps.
        embed_size: E; if odd, the last sine has no cosine.
        device: where to make it.
    """
    dtype = torch.float32 if torch.device(device or "cpu").type == "mps" else torch.float64
    entry = torch.arange(embed_size, device=device)
    step = torch.arange(num_steps, device=device, dtype=dtype)
    angle = step[:, None] / 10000.0 ** ((entry - entry % 2).to(dtype) / embed_size)  # (T, E)
    return torch.where(entry % 2 == 0, angle.sin(), angle.cos())


def alibi(num_steps: int, num_heads: int, device: torch.device | str | None = None) -> Tensor:
    """Return what ALiBi adds to the scores, ``-m(k) |i - j|`` with m(k) = 2^(-8 k / h), as float64 (heads, T, T).

    Source: Press, Smith and Lewis (2022), section 3; ``lstmlib.numpy.positional.alibi`` says more.

    Args:
        num_steps: T, how many steps.
        num_heads: h, how many heads; k counts them from 1.
        device: where to make it; float32 where the device has no float64.
    """
    dtype = torch.float32 if torch.device(device or "cpu").type == "mps" else torch.float64
    slope = 2.0 ** (-8.0 * torch.arange(1, num_heads + 1, device=device, dtype=dtype) / num_heads)
    step = torch.arange(num_steps, device=device, dtype=dtype)
    return -slope[:, None, None] * (step[:, None] - step).abs()


def rotated(x: Tensor) -> Tensor:
    """Return RoPE's turn of queries or keys: pair i of step t by the angle t 10000^(-2i / d).

    Source: Su et al. (2021), section 3.2; ``lstmlib.numpy.positional.rotated`` says more.

    Args:
        x: one vector a step (..., T, d), d even.
    """
    *_, T, d = x.shape
    dtype = torch.float32 if x.device.type == "mps" else torch.float64
    pair = torch.arange(d // 2, device=x.device, dtype=dtype)
    angle = torch.arange(T, device=x.device, dtype=dtype)[:, None] / 10000.0 ** (2.0 * pair / d)  # (T, d / 2)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    even, odd = x[..., ::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)


class PositionalEncoding(Module):
    """Add to each x(t) the sinusoids that say which step t is: y(t) = x(t) + PE(t).

    It has no parameters, no state and no longest sequence. Steps are counted from 0 at the start of ``x``.

    Source: Vaswani et al. (2017), "Attention is all you need", section 3.5.

    Args:
        embed_size: E, the width of x(t).

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    def __init__(self, embed_size: int) -> None:
        super().__init__()
        self.embed_size = check_size("embed_size", embed_size)

    @property
    def num_parameters(self) -> int:
        """How many numbers the layer learns, which is none."""
        return 0

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes. None; the sinusoids are only added."""
        return 0

    def forward(self, x: Tensor, state: None = None) -> tuple[Tensor, None]:
        """Return y (T, N, E), and ``None`` for the state.

        Args:
            x: inputs (T, N, E), of any float dtype, anywhere.
            state: always ``None``.

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        check_none("state", state)
        x = check_tensor("x", x, ("T", "N", self.embed_size), x)
        return x + sinusoids(x.shape[0], self.embed_size, x.device).to(x.dtype)[:, None], None
