"""A layer that reads a sequence from its last step to its first, as an ``nn.Module``: as ``lstmlib.numpy.Reversed``."""

from torch import Tensor

from lstmlib.numpy.checks import named
from lstmlib.torch.bidirectional import turn
from lstmlib.torch.naming import NamedAsTorch
from lstmlib.torch.padding import read_padded
from lstmlib.torch.recurrent import Recurrent, State


class Reversed(NamedAsTorch):
    """A recurrent layer that runs backward in time: y(t) is what it makes of step t and of all that come after.

    Each sequence is turned within its own length, so that the layer starts at its last step and not in the padding;
    the last state is the one at the first step. In a ``state_dict`` the parameters have the layer's own names.

    Source: Schuster and Paliwal (1997), "Bidirectional recurrent neural networks", the part for the negative time
    direction. ONNX calls it ``direction="reverse"``.

    Args:
        layer: any recurrent layer of ``lstmlib.torch``; of several levels, all run backward.

    Raises:
        TypeError: no such layer.
    """

    def __init__(self, layer: Recurrent) -> None:
        super().__init__()
        if not isinstance(layer, Recurrent):
            raise TypeError(f"layer is {named(layer)}, expected a recurrent layer")
        self.layer = layer
        self.input_size, self.hidden_size, self.num_layers = layer.input_size, layer.hidden_size, layer.num_layers

    def outer_name(self, path: str) -> str:
        """Return the name that the layer has for it."""
        return path.removeprefix("layer.")

    def inner_path(self, name: str) -> str | None:
        """Undo ``outer_name``."""
        return f"layer.{name}" if "_l" in name and not name.startswith("layer.") else None

    @property
    def num_parameters(self) -> int:
        """How many numbers the equations have, as the layer counts them."""
        return self.layer.num_parameters

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, as the layer counts them."""
        return self.layer.num_operations

    def state_sizes(self) -> tuple[int, ...]:
        """Return the width of each tensor of the state."""
        return self.layer.state_sizes()

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first step that is read, which is a sequence's last: the layer's own."""
        return self.layer.initial_state(batch_size)

    def forward(self, x: Tensor, state: State = None, lengths: Tensor | None = None) -> tuple[Tensor, State]:
        """Run the layer over a batch of sequences, from their ends.

        Args:
            x: inputs (T, N, D).
            state: the state before the first step that is read, as the layer's own; zeros if ``None``.
            lengths: how many steps each sequence has (N,), integers from 1 to T; all T if ``None``.

        Returns:
            y (T, N, H), in the order of x; and the last state, which is that at the first step.

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, width, dtype or device, an empty one, or NaN in it.
        """
        x, _ = read_padded("x", x, ("T", "N", self.input_size), lengths, self.layer.like())
        y, last = self.layer(turn(x, lengths), state, lengths)
        return turn(y, lengths), last
