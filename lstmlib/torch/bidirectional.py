"""Two layers that read a sequence from both ends, as an ``nn.Module``: as ``lstmlib.numpy.Bidirectional``."""

import re

import torch
from torch import Tensor

from lstmlib.numpy.bidirectional import check_directions
from lstmlib.numpy.checks import named
from lstmlib.torch.checks import check_tensor
from lstmlib.torch.naming import NamedAsTorch
from lstmlib.torch.padding import read_padded
from lstmlib.torch.recurrent import Recurrent, State


class Bidirectional(NamedAsTorch):
    """One layer reads a sequence from its first step, another from its last: y(t) is what both make of step t.

    Each sequence is turned within its own length, so that the backward layer starts at its last step and not in the
    padding. The backward layer's final state is therefore the one at the first step.

    Source: Schuster and Paliwal (1997), "Bidirectional recurrent neural networks"; Graves and Schmidhuber (2005) for
    the LSTM. In a ``state_dict`` the backward layer's parameters carry torch.nn's suffix, ``weight_ih_l0_reverse``, so
    that it loads from and into a torch.nn layer with ``bidirectional=True``.

    Args:
        forward_layer: any recurrent layer of ``lstmlib.torch`` with one layer.
        backward_layer: another of the same kind and sizes.

    Raises:
        TypeError, ValueError: no such layers, or two that don't fit together.
    """

    def __init__(self, forward_layer: Recurrent, backward_layer: Recurrent) -> None:
        super().__init__()
        check_directions(forward_layer, backward_layer, Recurrent)
        self.forward_layer, self.backward_layer = forward_layer, backward_layer
        self.input_size, self.hidden_size = forward_layer.input_size, 2 * forward_layer.hidden_size

    def outer_name(self, path: str) -> str:
        """Return the name without its layer, the backward layer's with "_reverse" behind "_l0"."""
        layer, _, name = path.partition(".")
        return name if layer == "forward_layer" else re.sub(r"_l0|$", r"\g<0>_reverse", name, count=1)

    def inner_path(self, name: str) -> str | None:
        """Undo ``outer_name``."""
        found = re.search(r"_l0(_reverse)?", name)
        if found is None:
            return None
        layer = "backward_layer" if found[1] else "forward_layer"
        return f"{layer}.{name.replace('_l0_reverse', '_l0', 1)}"

    @property
    def num_parameters(self) -> int:
        """How many numbers the equations of both layers have, as each layer counts them."""
        return self.forward_layer.num_parameters + self.backward_layer.num_parameters

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, as each layer counts them."""
        return self.forward_layer.num_operations + self.backward_layer.num_operations

    def state_sizes(self) -> tuple[int, ...]:
        """Return the width of each tensor of the state."""
        return self.forward_layer.state_sizes()

    def initial_state(self, batch_size: int) -> State:
        """Return the states before each direction's first step: zeros, each tensor (2, N, H), the forward one first."""
        return _stack(self.forward_layer.initial_state(batch_size), self.backward_layer.initial_state(batch_size))

    def forward(self, x: Tensor, state: State = None, lengths: Tensor | None = None) -> tuple[Tensor, State]:
        """Run both layers over a batch of sequences.

        Args:
            x: inputs (T, N, D).
            state: the states before each direction's first step, each tensor (2, N, H); zeros if ``None``.
            lengths: how many steps each sequence has (N,), integers from 1 to T; all T if ``None``.

        Returns:
            y (T, N, 2H), the forward layer's output first; and the last states, the backward one's that at the first
            step.

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, width, dtype or device, an empty one, or NaN in it.
        """
        like = self.forward_layer.like()
        x, _ = read_padded("x", x, ("T", "N", self.input_size), lengths, like)
        zeros = self.initial_state(x.shape[1])
        there, back = _unstack(zeros if state is None else state, zeros, like)
        y, last = self.forward_layer(x, there, lengths)
        y_back, last_back = self.backward_layer(turn(x, lengths), back, lengths)
        return torch.cat([y, turn(y_back, lengths)], dim=2), _stack(last, last_back)


def turn(x: Tensor, lengths: Tensor | None) -> Tensor:
    """Return ``x`` (T, N, ...) with each sequence's steps in reverse order, and the padding where it was."""
    if lengths is None:
        return x.flip(0)
    t = torch.arange(x.shape[0], device=x.device)[:, None]
    return x[torch.where(t < lengths, lengths - 1 - t, t), torch.arange(x.shape[1], device=x.device)]


def _stack(there: State, back: State) -> State:
    if isinstance(there, tuple):
        return tuple(torch.stack(pair) for pair in zip(there, back, strict=True))
    return torch.stack([there, back])


def _unstack(state: State, like: State, parameter: Tensor) -> tuple[State, State]:
    if not isinstance(like, tuple):
        check_tensor("state", state, like.shape, parameter)
        return state[0], state[1]
    if not isinstance(state, tuple) or len(state) != len(like):
        shapes = " and ".join(str(tuple(part.shape)) for part in like)
        raise TypeError(f"state is {named(state)}, expected a tuple of tensors of shapes {shapes}")
    for k, (part, wanted) in enumerate(zip(state, like, strict=True)):
        check_tensor(f"state[{k}]", part, wanted.shape, parameter)
    return tuple(part[0] for part in state), tuple(part[1] for part in state)
