"""Recurrent layers on top of each other, two directions at every level if you like: as ``lstmlib.numpy.Stack``."""

import re

import torch
from torch import Tensor, nn

from lstmlib.numpy.checks import named
from lstmlib.numpy.stack import check_levels
from lstmlib.torch.bidirectional import Bidirectional
from lstmlib.torch.checks import check_tensor
from lstmlib.torch.naming import NamedAsTorch
from lstmlib.torch.recurrent import Recurrent, State
from lstmlib.torch.reversed import Reversed


class Stack(NamedAsTorch):
    """Layers on top of each other: each but the first sees all outputs of the one below, at every step.

    ``Stack(Bidirectional(f0, b0), Bidirectional(f1, b1))`` is the deep bidirectional net of Graves et al. (2013).
    A ``state_dict`` names parameters as torch.nn does with ``num_layers=2, bidirectional=True``, and states are laid
    out as there.

    Source: Graves, Mohamed and Hinton (2013), "Speech recognition with deep recurrent neural networks".

    Args:
        layers: from the lowest up, recurrent layers, ``Bidirectional`` or ``Reversed``, each of one level; each one's
            ``input_size`` is the ``hidden_size`` of the one below, and all have states of the same widths.

    Raises:
        TypeError, ValueError: no layers, or layers that don't fit on top of each other.
    """

    def __init__(self, *layers: Recurrent | Bidirectional | Reversed) -> None:
        super().__init__()
        check_levels(layers, (Recurrent, Bidirectional, Reversed))
        self.layers = nn.ModuleList(layers)
        self.input_size, self.hidden_size = layers[0].input_size, layers[-1].hidden_size

    def outer_name(self, path: str) -> str:
        """Return the name without its layer: the level stands behind "_l"."""
        _, level, name = path.split(".", 2)
        return name.replace("_l0", f"_l{level}", 1) if "_l0" in name else path

    def inner_path(self, name: str) -> str | None:
        """Undo ``outer_name``."""
        found = re.search(r"_l(\d+)", name)
        if found is None or name.startswith("layers."):
            return None
        return f"layers.{found[1]}.{name.replace(found[0], '_l0', 1)}"

    @property
    def num_parameters(self) -> int:
        """How many numbers the equations of all layers have, as each layer counts them."""
        return sum(layer.num_parameters for layer in self.layers)  # type: ignore[misc]

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, as each layer counts them."""
        return sum(layer.num_operations for layer in self.layers)  # type: ignore[misc]

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first step: zeros, each tensor (levels x directions, N, H), level by level."""
        return _pile([layer.initial_state(batch_size) for layer in self.layers])  # type: ignore[operator]

    def forward(self, x: Tensor, state: State = None, lengths: Tensor | None = None) -> tuple[Tensor, State]:
        """Run all layers over a batch of sequences.

        Args:
            x: inputs (T, N, D).
            state: the state before the first step, each tensor (levels x directions, N, H); zeros if ``None``.
            lengths: how many steps each sequence has (N,), integers from 1 to T; all T if ``None``.

        Returns:
            y (T, N, H), the top layer's output; and the last state.

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, width, dtype or device, an empty one, or NaN in it.
        """
        states = [None] * len(self.layers) if state is None else self._unpile(state)
        last = []
        for layer, first in zip(self.layers, states, strict=True):
            x, after = layer(x, first, lengths)
            last.append(after)
        return x, _pile(last)

    def _unpile(self, state: State) -> list[State]:
        """Return each layer's own state, after a look at the shapes."""
        zeros = self.initial_state(1)
        parts, want = (value if isinstance(value, tuple) else (value,) for value in (state, zeros))
        if isinstance(state, tuple) != isinstance(zeros, tuple) or len(parts) != len(want):
            shapes = " and ".join(f"({part.shape[0]}, N, {part.shape[2]})" for part in want)
            raise TypeError(f"state is {named(state)}, expected {len(want)} of shapes {shapes}")
        for k, (part, like) in enumerate(zip(parts, want, strict=True)):
            name = "state" if len(want) == 1 else f"state[{k}]"
            check_tensor(name, part, (like.shape[0], "N", like.shape[2]), like)
        states, row = [], 0
        for layer in self.layers:
            if isinstance(layer, Bidirectional):
                own, row = [part[row : row + 2] for part in parts], row + 2
            else:
                own, row = [part[row] for part in parts], row + 1
            states.append(tuple(own) if isinstance(zeros, tuple) else own[0])
        return states


def _pile(states: list[State]) -> State:
    def rows(part: Tensor) -> Tensor:
        return part if part.ndim == 3 else part[None]

    if isinstance(states[0], tuple):
        return tuple(torch.cat([rows(part) for part in parts]) for parts in zip(*states, strict=True))
    return torch.cat([rows(part) for part in states])
