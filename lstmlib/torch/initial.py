"""How parameters start: drawn as torch.nn draws them, from the caller's generator."""

import torch
from torch import nn


def uniform(
    shape: tuple[int, ...],
    bound: float,
    generator: torch.Generator | None,
    device: torch.device | str | None,
    dtype: torch.dtype | None,
) -> nn.Parameter:
    """Return a parameter of that shape, drawn from U[-bound, bound]."""
    return nn.Parameter(torch.empty(shape, device=device, dtype=dtype).uniform_(-bound, bound, generator=generator))
