"""How parameters start: drawn as torch.nn draws them, from the caller's generator."""

from typing import Any

import torch
from torch import Tensor, nn

from lstmlib.numpy.checks import shown

DTYPES = (torch.float64, torch.float32, torch.bfloat16, torch.float16)


def empty(shape: tuple[int, ...], device: torch.device | str | None, dtype: Any) -> Tensor:
    """Return a tensor of that shape to be filled.

    Raises:
        TypeError: a dtype that no layer computes in.
    """
    if dtype is not None and dtype not in DTYPES:
        raise TypeError(f"dtype is {dtype}, expected one of {', '.join(str(known) for known in DTYPES)}, or None")
    return torch.empty(shape, device=device, dtype=dtype)


def uniform(
    shape: tuple[int, ...],
    bound: float,
    generator: torch.Generator | None,
    device: torch.device | str | None,
    dtype: torch.dtype | None,
) -> nn.Parameter:
    """Return a parameter of that shape, drawn from U[-bound, bound].

    Raises:
        TypeError: a dtype that no layer computes in, or a generator that is none.
    """
    values = empty(shape, device, dtype)
    return nn.Parameter(values.uniform_(-bound, bound, generator=check_generator(generator)))


def check_generator(generator: Any) -> torch.Generator | None:
    """Return ``generator`` if it is one, or ``None``.

    Raises:
        TypeError: it is something else, a seed for example.
    """
    if generator is not None and not isinstance(generator, torch.Generator):
        seed = generator if isinstance(generator, int) and not isinstance(generator, bool) else 0
        seeded = f"torch.Generator().manual_seed({shown(seed)})"
        raise TypeError(f"generator is {shown(generator)}, expected a torch.Generator, such as {seeded}, or None")
    return generator
