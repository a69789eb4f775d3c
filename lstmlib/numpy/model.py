"""A recurrent layer with a read-out on top: the net of most examples."""

from typing import Any

from lstmlib.numpy.checks import Array
from lstmlib.numpy.linear import Linear


class SequenceModel:
    """A recurrent layer and a ``Linear`` read-out of its output at every step, as one layer with the same contract.

    Args:
        recurrent: any recurrent layer of ``lstmlib.numpy``.
        readout: the read-out; its ``input_size`` must be the recurrent layer's ``hidden_size``.

    Raises:
        ValueError: the two sizes differ.
    """

    def __init__(self, recurrent: Any, readout: Linear) -> None:
        if readout.input_size != recurrent.hidden_size:
            raise ValueError(
                f"readout.input_size is {readout.input_size}, expected {recurrent.hidden_size}, the hidden_size of recurrent"
            )
        self.recurrent, self.readout = recurrent, readout

    @property
    def params(self) -> dict[str, Array]:
        """The arrays of both parts, by "recurrent.…" and "readout.…"."""
        return _join(self.recurrent.params, self.readout.params)

    def initial_state(self, batch_size: int) -> Any:
        """Return the recurrent layer's state before the first step."""
        return self.recurrent.initial_state(batch_size)

    def forward(self, x: Array, state: Any = None) -> tuple[Array, Any, Any]:
        """Return the read-outs (T, N, O), the recurrent layer's last state, and the cache.

        Args:
            x: inputs (T, N, D).
            state: the recurrent layer's state before the first step; its own zeros if ``None``.
        """
        h, state, recurrent_cache = self.recurrent.forward(x, state)
        y, _, readout_cache = self.readout.forward(h)
        return y, state, (recurrent_cache, readout_cache)

    def backward(self, cache: Any, dy: Array, dstate: Any = None) -> tuple[Array, Any, dict[str, Array]]:
        """Return the gradients for x, for the initial state and for every parameter.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every read-out (T, N, O).
            dstate: its gradient for the last state from beyond the sequence; zeros if ``None``.
        """
        recurrent_cache, readout_cache = cache
        dh, _, readout_grads = self.readout.backward(readout_cache, dy)
        dx, dstate, recurrent_grads = self.recurrent.backward(recurrent_cache, dh, dstate)
        return dx, dstate, _join(recurrent_grads, readout_grads)


def _join(recurrent: dict[str, Array], readout: dict[str, Array]) -> dict[str, Array]:
    return {f"recurrent.{name}": value for name, value in recurrent.items()} | {
        f"readout.{name}": value for name, value in readout.items()
    }
