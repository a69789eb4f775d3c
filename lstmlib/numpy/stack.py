"""Recurrent layers on top of each other where ``num_layers`` can't say it: two directions at every level."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstmlib.numpy.bidirectional import Bidirectional
from lstmlib.numpy.checks import Array, Lengths, check_array, named
from lstmlib.numpy.layer import Cache, Layer, naming_part
from lstmlib.numpy.params import Parameters
from lstmlib.numpy.recurrent import Params, Recurrent, State
from lstmlib.numpy.reversed import Reversed


class Stack(Layer):
    """Layers on top of each other: each but the first sees all outputs of the one below, at every step.

    ``Stack(Bidirectional(f0, b0), Bidirectional(f1, b1))`` is the deep bidirectional net of Graves et al. (2013): the
    upper level's two directions both see both of the lower level's. Parameters are named and states laid out as in
    torch.nn with ``num_layers=2, bidirectional=True``, whose weights load as they are. One direction alone needs no
    ``Stack``, but may have one.

    Source: Graves, Mohamed and Hinton (2013), "Speech recognition with deep recurrent neural networks".

    Args:
        layers: from the lowest up, recurrent layers, ``Bidirectional`` or ``Reversed``, each of one level; each one's
            ``input_size`` is the ``hidden_size`` of the one below, and all have states of the same widths.

    Raises:
        TypeError, ValueError: no layers, or layers that don't fit on top of each other.
    """

    def __init__(self, *layers: Recurrent | Bidirectional | Reversed) -> None:
        check_levels(layers, (Recurrent, Bidirectional, Reversed))
        self.layers = layers
        self.input_size, self.hidden_size = layers[0].input_size, layers[-1].hidden_size

    def _parameters(self) -> Parameters:
        """Return the arrays of all layers, those of level k by names with "_l{k}"."""
        return Parameters(_join([layer.params for layer in self.layers]))

    def _parts(self) -> Mapping[str, Layer]:
        return {f"layers[{k}]": layer for k, layer in enumerate(self.layers)}

    @property
    def num_parameters(self) -> int:
        """How many numbers the equations of all layers have, as each layer counts them."""
        return sum(layer.num_parameters for layer in self.layers)

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, as each layer counts them."""
        return sum(layer.num_operations for layer in self.layers)

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first step: zeros, each array (levels x directions, N, H), level by level."""
        return _pile([layer.initial_state(batch_size) for layer in self.layers])

    def forward(self, x: Array, state: State = None, lengths: Lengths | None = None) -> tuple[Array, State, Cache[Any]]:
        """Run all layers over a batch of sequences.

        Args:
            x: inputs (T, N, D).
            state: the state before the first step, each array (levels x directions, N, H); zeros if ``None``.
            lengths: how many steps each sequence has (N,), integers from 1 to T; all T if ``None``.

        Returns:
            y (T, N, H), the top layer's output; the last state; and every layer's cache.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        states = [None] * len(self.layers) if state is None else self._unpile("state", state)
        last, caches = [], []
        with naming_part(self, self._parts()):
            for layer, first in zip(self.layers, states, strict=True):
                x, after, cache = layer.forward(x, first, lengths)
                last.append(after)
                caches.append(cache)
        return x, _pile(last), self.keep(caches)

    def backward(self, cache: Cache[Any], dy: Array, dstate: State = None) -> tuple[Array, State, Params]:
        """Send the error back through all layers.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, H); what it holds past a sequence's end is ignored.
            dstate: its gradient for the last state, each array (levels x directions, N, H); zeros if ``None``.

        Returns:
            the gradients for x (T, N, D), for the initial state, and for every parameter, by name.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        caches, _ = self.recall(cache)
        dstates = [None] * len(self.layers) if dstate is None else self._unpile("dstate", dstate)
        first: list[State] = []
        grads: list[Params] = []
        with naming_part(self, self._parts()):
            for layer, part, dlast in reversed(list(zip(self.layers, caches, dstates, strict=True))):
                dy, before, more = layer.backward(part, dy, dlast)
                first.insert(0, before)
                grads.insert(0, more)
        return dy, _pile(first), _join(grads)

    def _unpile(self, name: str, state: State) -> list[State]:
        """Return each layer's own state, after a look at the shapes."""
        arrays = state if isinstance(state, tuple) else (state,)
        N = np.shape(arrays[0])[1] if np.ndim(arrays[0]) == 3 else 1
        zeros = self.initial_state(N)
        want = zeros if isinstance(zeros, tuple) else (zeros,)
        if isinstance(state, tuple) != isinstance(zeros, tuple) or len(arrays) != len(want):
            shapes = " and ".join(str((array.shape[0], "N", array.shape[2])).replace("'", "") for array in want)
            raise TypeError(f"{name} is {named(state)}, expected {len(want)} of shapes {shapes}")
        for k, (array, like) in enumerate(zip(arrays, want, strict=True)):
            called, shape = name if len(want) == 1 else f"{name}[{k}]", (like.shape[0], "N", like.shape[2])
            check_array(called, array, shape, dtype=like.dtype)
        states, row = [], 0
        for layer in self.layers:
            if isinstance(layer, Bidirectional):
                parts, row = [array[row : row + 2] for array in arrays], row + 2
            else:
                parts, row = [array[row] for array in arrays], row + 1
            states.append(tuple(parts) if isinstance(zeros, tuple) else parts[0])
        return states


def check_levels(layers: Any, kinds: Any) -> None:
    """Refuse layers that can't stand on top of each other.

    Raises:
        TypeError, ValueError: none, not of those kinds, of several levels themselves, or of sizes that don't fit.
    """
    if not layers:
        raise ValueError("layers is empty, expected at least one layer")
    for k, layer in enumerate(layers):
        if not isinstance(layer, kinds):
            raise TypeError(f"layers[{k}] is {named(layer)}, expected a recurrent layer or Bidirectional")
        if getattr(layer, "num_layers", 1) != 1:
            raise ValueError(f"layers[{k}].num_layers is {layer.num_layers}, expected 1: give each level by itself")
        if k and layer.input_size != layers[k - 1].hidden_size:
            have, want = layer.input_size, layers[k - 1].hidden_size
            raise ValueError(f"layers[{k}].input_size is {have}, expected {want}, the hidden_size of layers[{k - 1}]")
        if (have := getattr(layer, "dtype", None)) != (want := getattr(layers[0], "dtype", None)):
            raise ValueError(f"layers[{k}].dtype is {have}, expected {want}, that of layers[0]")
        if layer.state_sizes() != layers[0].state_sizes():
            have, want = layer.state_sizes(), layers[0].state_sizes()
            raise ValueError(f"layers[{k}] has states of widths {have}, expected {want}, those of layers[0]")


def _join(params: list[Params]) -> Params:
    return {name.replace("_l0", f"_l{k}"): value for k, layer in enumerate(params) for name, value in layer.items()}


def _pile(states: list[State]) -> State:
    def rows(array: Array) -> Array:
        return array if array.ndim == 3 else array[None]

    if isinstance(states[0], tuple):
        return tuple(np.concatenate([rows(array) for array in parts]) for parts in zip(*states, strict=True))
    return np.concatenate([rows(array) for array in states])
