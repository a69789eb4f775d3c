"""A layer that reads a sequence from its last step to its first: one of ``Bidirectional``'s two, alone."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from lstmlib.numpy.bidirectional import turn
from lstmlib.numpy.checks import Array, Lengths, check_array, check_padded, named
from lstmlib.numpy.layer import Cache, Layer, naming_part
from lstmlib.numpy.params import Parameters
from lstmlib.numpy.recurrent import Params, Recurrent, State


class ReversedCache(NamedTuple):
    """What ``forward`` keeps for ``backward``."""

    own: Any  # the layer's own cache, in its own order of steps
    steps: int  # T
    lengths: Lengths  # (N,)


class Reversed(Layer):
    """A recurrent layer that runs backward in time: y(t) is what it makes of step t and of all that come after.

    Each sequence is turned within its own length, so that the layer starts at its last step and not in the padding;
    the last state is the one at the first step. Parameters and states are named and shaped as the layer's own.

    Source: Schuster and Paliwal (1997), "Bidirectional recurrent neural networks", the part for the negative time
    direction. ONNX calls it ``direction="reverse"``.

    Args:
        layer: any recurrent layer of ``lstmlib.numpy``; of several levels, all run backward.

    Raises:
        TypeError: no such layer.
    """

    def __init__(self, layer: Recurrent) -> None:
        if not isinstance(layer, Recurrent):
            raise TypeError(f"layer is {named(layer)}, expected a recurrent layer")
        self.layer = layer
        self.input_size, self.hidden_size, self.num_layers = layer.input_size, layer.hidden_size, layer.num_layers

    def _parameters(self) -> Parameters:
        """Return the layer's own arrays."""
        return self.layer.params

    def _parts(self) -> Mapping[str, Layer]:
        return {"layer": self.layer}

    @property
    def num_parameters(self) -> int:
        """How many numbers the equations have, as the layer counts them."""
        return self.layer.num_parameters

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, as the layer counts them."""
        return self.layer.num_operations

    def state_sizes(self) -> tuple[int, ...]:
        """Return the width of each array of the state."""
        return self.layer.state_sizes()

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first step that is read, which is a sequence's last: the layer's own."""
        return self.layer.initial_state(batch_size)

    def forward(
        self, x: Array, state: State = None, lengths: Lengths | None = None
    ) -> tuple[Array, State, Cache[ReversedCache]]:
        """Run the layer over a batch of sequences, from their ends.

        Args:
            x: inputs (T, N, D).
            state: the state before the first step that is read, as the layer's own; zeros if ``None``.
            lengths: how many steps each sequence has (N,), integers from 1 to T; all T if ``None``.

        Returns:
            y (T, N, H), in the order of x; the last state, which is that at the first step; and the cache.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        x, given = check_padded("x", x, ("T", "N", self.input_size), lengths, dtype=self.dtype)
        T, N, _ = x.shape
        ends = np.full(N, T) if given is None else given
        with naming_part(self, self._parts()):
            y, last, own = self.layer.forward(turn(x, ends), state, given)
        return turn(y, ends), last, self.keep(ReversedCache(own, T, ends))

    def backward(self, cache: Cache[ReversedCache], dy: Array, dstate: State = None) -> tuple[Array, State, Params]:
        """Send the error back through the layer, which is forward in time.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, H); what it holds past a sequence's end is ignored.
            dstate: its gradient for the last state; zeros if ``None``.

        Returns:
            the gradients for x (T, N, D), for the initial state, and for every parameter, by name.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        (own, T, ends), _ = self.recall(cache)
        dy = check_array("dy", dy, (T, len(ends), self.hidden_size), ends, self.dtype)
        with naming_part(self, self._parts()):
            dx, first, grads = self.layer.backward(own, turn(dy, ends), dstate)
        return turn(dx, ends), first, grads
