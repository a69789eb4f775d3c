"""Embedding as an ``nn.Module``: the table of ``lstmlib.numpy.Embedding``."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstmlib.numpy.checks import check_none, check_size, named
from lstmlib.torch.checks import any_true, check_dense, read_parameter
from lstmlib.torch.initial import check_generator, empty
from lstmlib.torch.module import Module


class Embedding(Module):
    """Look up a vector for every symbol: y(t) is row x(t) of the table.

    Source: Bengio et al. (2003), "A neural probabilistic language model"; the table is named and shaped as in
    torch.nn.Embedding.

    Args:
        num_symbols: V, how many symbols there are.
        embed_size: E, the width of their vectors.
        generator: source of the initial table, normal with mean 0 and variance 1; torch's own if ``None``.
        device: where the table is.
        dtype: of the table; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    def __init__(
        self,
        num_symbols: int,
        embed_size: int,
        *,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.num_symbols = V = check_size("num_symbols", num_symbols)
        self.embed_size = E = check_size("embed_size", embed_size)
        self.weight = nn.Parameter(empty((V, E), device, dtype).normal_(generator=check_generator(generator)))

    @property
    def num_parameters(self) -> int:
        """How many numbers the layer learns."""
        return self.num_symbols * self.embed_size

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes. None; a row is looked up."""
        return 0

    def forward(self, x: Tensor, state: None = None) -> tuple[Tensor, None]:
        """Return y (T, N, E), and ``None`` for the state.

        Args:
            x: symbols (T, N), int64 or int32, from 0 to V - 1.
            state: always ``None``.

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, dtype or device, an empty one, or a symbol that is not
                of the V.
        """
        check_none("state", state)
        weight = read_parameter(self, "weight", (self.num_symbols, self.embed_size))
        return F.embedding(check_symbols("x", x, self.num_symbols, weight), weight), None


def check_symbols(name: str, value: Any, num_symbols: int, like: Tensor) -> Tensor:
    """Return ``value`` if it is a tensor (T, N) of integers from 0 to ``num_symbols`` - 1, where ``like`` is.

    The range is looked at only where a value can be branched on: not in the graphs of ``torch.compile``, not in
    ``torch.func.vmap``. On a GPU the look waits for the device.

    Raises:
        TypeError: not a tensor, or not int64 or int32.
        ValueError: a wrong rank, an empty dimension, another device, or an integer outside the range.
    """
    wanted = f"integers from 0 to {num_symbols - 1} of shape (T, N)"
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} is {named(value)}, expected {wanted}")
    check_dense(name, value, wanted)
    have = tuple(value.shape)
    if value.dtype not in (torch.int64, torch.int32):
        raise TypeError(f"{name} of shape {have} has dtype {value.dtype}, expected {wanted}, int64 or int32")
    if value.ndim != 2 or value.numel() == 0:
        raise ValueError(f"{name} has shape {have}, expected {wanted}, T and N at least 1")
    if value.device != like.device:
        raise ValueError(f"{name} is on {value.device}, expected {wanted} on {like.device}, where the parameters are")
    outside = (value < 0) | (value >= num_symbols)
    if any_true(outside):
        first = tuple(int(index) for index in outside.nonzero()[0])
        raise ValueError(f"{name} of shape {have} is {int(value[first])} at index {first}, expected {wanted}")
    return value
