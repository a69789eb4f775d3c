"""Two layers that read a sequence from both ends (Schuster and Paliwal 1997; Graves and Schmidhuber 2005)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from lstmlib.numpy.checks import Array, Lengths, check_array, check_padded, named
from lstmlib.numpy.layer import Cache, Layer, naming_part
from lstmlib.numpy.params import Parameters
from lstmlib.numpy.recurrent import Params, Recurrent, State


class BidirectionalCache(NamedTuple):
    """What ``forward`` keeps for ``backward``: each direction's cache, in its own order of steps."""

    forward: Any
    backward: Any
    steps: int  # T
    lengths: Lengths  # (N,)


class Bidirectional(Layer):
    """One layer reads a sequence from its first step, another from its last: y(t) is what both make of step t.

    Each sequence is turned within its own length, so that the backward layer starts at its last step and not in the
    padding. The backward layer's final state is therefore the one at the first step.

    Source: Schuster and Paliwal (1997), "Bidirectional recurrent neural networks"; Graves and Schmidhuber (2005) for
    the LSTM. The backward layer's parameters carry torch.nn's suffix, ``weight_ih_l0_reverse``, so that the weights of
    a torch.nn layer with ``bidirectional=True`` load as they are.

    Args:
        forward_layer: any recurrent layer of ``lstmlib.numpy`` with one layer.
        backward_layer: another of the same kind and sizes.

    Raises:
        TypeError, ValueError: no such layers, or two that don't fit together.
    """

    def __init__(self, forward_layer: Recurrent, backward_layer: Recurrent) -> None:
        check_directions(forward_layer, backward_layer, Recurrent)
        self.forward_layer, self.backward_layer = forward_layer, backward_layer
        self.input_size, self.hidden_size = forward_layer.input_size, 2 * forward_layer.hidden_size

    def _parameters(self) -> Parameters:
        """Return the arrays of both layers, the backward layer's with the suffix "_reverse"."""
        return Parameters(_join(self.forward_layer.params, self.backward_layer.params))

    def _parts(self) -> Mapping[str, Layer]:
        return {"forward_layer": self.forward_layer, "backward_layer": self.backward_layer}

    @property
    def num_parameters(self) -> int:
        """How many numbers the equations of both layers have, as each layer counts them."""
        return self.forward_layer.num_parameters + self.backward_layer.num_parameters

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, as each layer counts them."""
        return self.forward_layer.num_operations + self.backward_layer.num_operations

    def state_sizes(self) -> tuple[int, ...]:
        """Return the width of each array of the state."""
        return self.forward_layer.state_sizes()

    def initial_state(self, batch_size: int) -> State:
        """Return the states before each direction's first step: zeros, each array (2, N, H), the forward one first."""
        return _stack(self.forward_layer.initial_state(batch_size), self.backward_layer.initial_state(batch_size))

    def forward(
        self, x: Array, state: State = None, lengths: Lengths | None = None
    ) -> tuple[Array, State, Cache[BidirectionalCache]]:
        """Run both layers over a batch of sequences.

        Args:
            x: inputs (T, N, D).
            state: the states before each direction's first step, each array (2, N, H); zeros if ``None``.
            lengths: how many steps each sequence has (N,), integers from 1 to T; all T if ``None``.

        Returns:
            y (T, N, 2H), the forward layer's output first; the last states, the backward one's that at the first
            step; and the cache.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        x, given = check_padded("x", x, ("T", "N", self.input_size), lengths, dtype=self.dtype)
        T, N, _ = x.shape
        ends = np.full(N, T) if given is None else given
        there, back = _unstack("state", self.initial_state(N) if state is None else state, self.initial_state(N))
        with naming_part(self, self._parts()):
            y, last, forward_cache = self.forward_layer.forward(x, there, given)
            y_back, last_back, backward_cache = self.backward_layer.forward(turn(x, ends), back, given)
        y = np.concatenate([y, turn(y_back, ends)], axis=2)
        kept = BidirectionalCache(forward_cache, backward_cache, T, ends)
        return y, _stack(last, last_back), self.keep(kept)

    def backward(
        self, cache: Cache[BidirectionalCache], dy: Array, dstate: State = None
    ) -> tuple[Array, State, Params]:
        """Send the error back through both layers.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, 2H); what it holds past a sequence's end is ignored.
            dstate: its gradient for the last states, each array (2, N, H); zeros if ``None``.

        Returns:
            the gradients for x (T, N, D), for the initial states, and for every parameter, by name.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        (forward_cache, backward_cache, T, ends), _ = self.recall(cache)
        N, H = len(ends), self.forward_layer.hidden_size
        dy = check_array("dy", dy, (T, N, 2 * H), ends, self.dtype)
        zeros = self.initial_state(N)
        there, back = _unstack("dstate", zeros if dstate is None else dstate, zeros)
        with naming_part(self, self._parts()):
            dx, first, grads = self.forward_layer.backward(forward_cache, dy[:, :, :H], there)
            from_end = turn(dy[:, :, H:], ends)
            dx_back, first_back, grads_back = self.backward_layer.backward(backward_cache, from_end, back)
        return dx + turn(dx_back, ends), _stack(first, first_back), _join(grads, grads_back)


def turn(x: Array, lengths: Lengths) -> Array:
    """Return ``x`` (T, N, ...) with each sequence's steps in reverse order, and the padding where it was."""
    t = np.arange(x.shape[0])[:, None]
    return x[np.where(t < lengths, lengths - 1 - t, t), np.arange(x.shape[1])]


def check_directions(forward_layer: Any, backward_layer: Any, kind: Any) -> None:
    """Refuse two layers that can't be the two directions of one.

    Raises:
        TypeError, ValueError: not layers of that kind, of two kinds, of two sizes, or of several layers each.
    """
    layers: dict[str, Any] = {"forward_layer": forward_layer, "backward_layer": backward_layer}
    for name, layer in layers.items():
        if not isinstance(layer, kind):
            raise TypeError(f"{name} is {named(layer)}, expected a recurrent layer")
        if layer.num_layers != 1:
            raise ValueError(f"{name}.num_layers is {layer.num_layers}, expected 1: each level needs both directions")
    if forward_layer is backward_layer:
        raise ValueError("forward_layer and backward_layer are the same layer, expected two with their own parameters")
    if type(forward_layer) is not type(backward_layer):
        raise TypeError(f"backward_layer is {named(backward_layer)}, expected {named(forward_layer)}, as forward_layer")
    for size in ("input_size", "hidden_size", "dtype"):
        have, want = getattr(backward_layer, size, None), getattr(forward_layer, size, None)
        if have != want:
            raise ValueError(f"backward_layer.{size} is {have}, expected {want}, forward_layer's")
    if backward_layer.state_sizes() != forward_layer.state_sizes():
        have, want = backward_layer.state_sizes(), forward_layer.state_sizes()
        raise ValueError(f"backward_layer has states of widths {have}, expected {want}, forward_layer's")


def _join(there: Params, back: Params) -> Params:
    return there | {f"{name}_reverse": value for name, value in back.items()}


def _stack(there: State, back: State) -> State:
    if isinstance(there, tuple):
        return tuple(np.stack(pair) for pair in zip(there, back, strict=True))
    return np.stack([there, back])


def _unstack(name: str, state: State, like: State) -> tuple[State, State]:
    if not isinstance(like, tuple):
        check_array(name, state, like.shape, dtype=like.dtype)
        return state[0], state[1]
    if not isinstance(state, tuple) or len(state) != len(like):
        shapes = " and ".join(str(array.shape) for array in like)
        raise TypeError(f"{name} is {named(state)}, expected a tuple of arrays of shapes {shapes}")
    for k, (array, wanted) in enumerate(zip(state, like, strict=True)):
        check_array(f"{name}[{k}]", array, wanted.shape, dtype=wanted.dtype)
    return tuple(array[0] for array in state), tuple(array[1] for array in state)
