"""Sequences of different length, padded to the longest: what lies past an end is never looked at."""

from typing import Any

import torch
from torch import Tensor

from lstmlib.torch.checks import check_form, check_lengths, check_numbers


def read_padded(
    name: str,
    x: Any,
    shape: tuple[int | str, ...],
    lengths: Tensor | None,
    like: Tensor,
    lengths_name: str = "lengths",
) -> tuple[Tensor, Tensor | None]:
    """Return ``x`` (T, N, ...) with zeros past each sequence's end, and which of its steps lie before it (T, N).

    The second is ``None`` where all sequences have all T steps.

    Args:
        name: what the caller calls the tensor, for the error.
        x: the tensor.
        shape: what ``check_tensor`` expects.
        lengths: how many steps each sequence has (N,); all T if ``None``.
        like: a parameter of the layer.
        lengths_name: what the caller calls the lengths, for the error.

    Raises:
        TypeError, ValueError: what ``check_tensor`` and ``check_lengths`` refuse.
    """
    x, inside = check_form(name, x, shape, like), None
    if lengths is not None:
        T, N = x.shape[:2]
        inside = steps_inside(T, check_lengths(lengths_name, lengths, T, N, like))
        x = zero_past_end(x, inside)
    return check_numbers(name, x, shape), inside


def steps_inside(num_steps: int, lengths: Tensor) -> Tensor:
    """Return which of the steps lie before each sequence's end (T, N)."""
    return torch.arange(num_steps, device=lengths.device)[:, None] < lengths


def zero_past_end(x: Tensor, inside: Tensor | None) -> Tensor:
    """Return ``x`` (T, N, ...) with 0 where ``inside`` (T, N) is False, whatever was there: no gradient goes there."""
    return x if inside is None else torch.where(inside.view(*inside.shape, *(1,) * (x.ndim - 2)), x, 0.0)
