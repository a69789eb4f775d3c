"""A recurrent layer with a read-out on top: the net of most examples."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from lstmlib.numpy.checks import Array, Lengths, check_array, check_lengths, named
from lstmlib.numpy.layer import Cache, Layer, naming_part
from lstmlib.numpy.linear import Linear
from lstmlib.numpy.params import Parameters


class ModelCache(NamedTuple):
    """What ``SequenceModel.forward`` keeps for ``backward``."""

    recurrent: Any
    readout: Any
    lengths: Lengths | None


class SequenceModel(Layer):
    """A recurrent layer and a ``Linear`` read-out of its output at every step, as one layer with the same contract.

    Args:
        recurrent: any recurrent layer of ``lstmlib.numpy``.
        readout: the read-out; its ``input_size`` must be the recurrent layer's ``hidden_size``.

    Raises:
        TypeError, ValueError: no layers, or two of different sizes or dtypes.
    """

    def __init__(self, recurrent: Any, readout: Linear) -> None:
        for name, layer, size in (("recurrent", recurrent, "hidden_size"), ("readout", readout, "input_size")):
            if not hasattr(layer, size) or not hasattr(layer, "params") or not hasattr(layer, "backward"):
                raise TypeError(f"{name} is {named(layer)}, expected a layer with {size}")
        if (have := getattr(readout, "dtype", None)) != (want := getattr(recurrent, "dtype", have)):
            raise ValueError(f"readout.dtype is {have}, expected {want}, recurrent's")
        if readout.input_size != recurrent.hidden_size:
            raise ValueError(
                f"readout.input_size is {readout.input_size}, expected {recurrent.hidden_size}, recurrent's hidden_size"
            )
        self.recurrent, self.readout = recurrent, readout

    @property
    def num_parameters(self) -> int:
        """How many numbers the equations of both parts have, as the recurrent layer counts them."""
        return int(self.recurrent.num_parameters + self.readout.num_parameters)

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, as both parts count them."""
        return int(self.recurrent.num_operations + self.readout.num_operations)

    def _parameters(self) -> Parameters:
        """Return the arrays of both parts, by "recurrent.…" and "readout.…"."""
        return Parameters(_join(self.recurrent.params, self.readout.params))

    def _parts(self) -> Mapping[str, Any]:
        return {"recurrent": self.recurrent, "readout": self.readout}

    def initial_state(self, batch_size: int) -> Any:
        """Return the recurrent layer's state before the first step."""
        return self.recurrent.initial_state(batch_size)

    def forward(
        self, x: Array, state: Any = None, lengths: Lengths | None = None
    ) -> tuple[Array, Any, Cache[ModelCache]]:
        """Return the read-outs (T, N, O), the recurrent layer's last state, and the cache.

        Args:
            x: inputs (T, N, D).
            state: the recurrent layer's state before the first step; its own zeros if ``None``.
            lengths: how many steps each sequence has (N,); all T if ``None``. Past a sequence's end y is zero.
        """
        with naming_part(self, self._parts()):
            if lengths is None:
                h, state, recurrent_cache = self.recurrent.forward(x, state)
            else:
                h, state, recurrent_cache = self.recurrent.forward(x, state, lengths)
                lengths = check_lengths(lengths, h)  # a copy
            y, _, readout_cache = self.readout.forward(h)
        return _cut(y, lengths), state, self.keep(ModelCache(recurrent_cache, readout_cache, lengths))

    def backward(self, cache: Cache[ModelCache], dy: Array, dstate: Any = None) -> tuple[Array, Any, dict[str, Array]]:
        """Return the gradients for x, for the initial state and for every parameter.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every read-out (T, N, O); what it holds past a sequence's end is ignored.
            dstate: its gradient for the last state from beyond the sequence; zeros if ``None``.
        """
        (recurrent_cache, readout_cache, lengths), _ = self.recall(cache)
        if lengths is not None:
            shape = ("T", len(lengths), self.readout.output_size)
            dy = _cut(check_array("dy", dy, shape, lengths, self.dtype), lengths)
        with naming_part(self, self._parts()):
            dh, _, readout_grads = self.readout.backward(readout_cache, dy)
            dx, dstate, recurrent_grads = self.recurrent.backward(recurrent_cache, dh, dstate)
        return dx, dstate, _join(recurrent_grads, readout_grads)


def _cut(y: Array, lengths: Lengths | None) -> Array:
    """Return ``y`` with zeros past each sequence's end."""
    return y if lengths is None else np.where((np.arange(y.shape[0])[:, None] < lengths)[..., None], y, 0.0)


def _join(recurrent: dict[str, Array], readout: dict[str, Array]) -> dict[str, Array]:
    return {f"recurrent.{name}": value for name, value in recurrent.items()} | {
        f"readout.{name}": value for name, value in readout.items()
    }
