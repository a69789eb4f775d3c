"""Positional encoding as an ``nn.Module``: the sinusoids of ``lstmlib.numpy.PositionalEncoding``."""

import torch
from torch import Tensor

from lstmlib.numpy.checks import check_size
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
        x = check_tensor("x", x, ("T", "N", self.embed_size), x)
        return x + sinusoids(x.shape[0], self.embed_size, x.device).to(x.dtype)[:, None], None
