"""Attention that writes a token at a time: what earlier steps were mapped to is kept, and only the new step is mapped.

A causal layer's step t sees steps up to t alone, and their keys and values don't change when more come. So a step needs
its own query, key and value, and those kept of all before it: the same outputs as ``forward`` gives all at once.
"""

import numpy as np

from lstmlib.numpy.attention import MultiHeadAttention, softmax
from lstmlib.numpy.checks import Array, check_array, check_size, named
from lstmlib.numpy.positional import alibi, rotated
from lstmlib.numpy.transformer import TransformerBlock


class KeyValueCache:
    """A causal attention, or a block with one, that is run a step at a time and keeps the keys and values of all steps.

    It grows by 2 E numbers a step and sequence, where a recurrent layer's state keeps its size::

        kept = KeyValueCache(layer, N, T)
        y = kept.step(x)                         # x (1, N, E), y (1, N, E), T times

    Args:
        layer: what is run; its parameters are used as they are at each step.
        batch_size: N, how many sequences.
        max_steps: for how many steps there is room.

    Raises:
        TypeError, ValueError: a layer that isn't causal, or a size that is not a positive integer.
    """

    def __init__(self, layer: MultiHeadAttention | TransformerBlock, batch_size: int, max_steps: int) -> None:
        if not isinstance(layer, MultiHeadAttention | TransformerBlock):
            raise TypeError(f"layer is {named(layer)}, expected a MultiHeadAttention or a TransformerBlock")
        attention = layer.self_attn if isinstance(layer, TransformerBlock) else layer
        if not attention.causal:
            raise ValueError("layer is not causal: its earlier steps change when a step is added, so none can be kept")
        self.layer, self.attention = layer, attention
        N, heads, E = check_size("batch_size", batch_size), attention.num_heads, attention.embed_size
        shape = (N, heads, check_size("max_steps", max_steps), E // heads)
        self.k, self.v = np.empty((2, *shape), attention.params["in_proj_weight"].dtype)
        self.steps = 0

    @property
    def num_numbers(self) -> int:
        """How many numbers are kept for each sequence, 2 E times the steps so far."""
        return 2 * self.steps * self.attention.embed_size

    def step(self, x: Array) -> Array:
        """Return the output of the next step (1, N, E), and keep its key and value.

        Args:
            x: the input of that step (1, N, E).

        Raises:
            TypeError, ValueError: an array of the wrong rank, size or dtype, NaN in it, or no room for one more step.
        """
        N, _, room, _ = self.k.shape
        x = check_array("x", x, (1, N, self.attention.embed_size), dtype=self.attention.dtype)
        if self.steps == room:
            raise ValueError(f"max_steps is {room}, and all are taken: expected room for one more step")
        layer = self.layer
        if isinstance(layer, MultiHeadAttention):
            return self._attend(x)
        if layer.norm == "pre":
            h: Array = x + self._attend(layer.norm1.forward(x)[0])
            return h + layer._feedforward(layer.norm2.forward(h)[0])[0]
        h = layer.norm1.forward(x + self._attend(x))[0]
        return layer.norm2.forward(h + layer._feedforward(h)[0])[0]

    def _attend(self, x: Array) -> Array:
        """Map the new step alone; look at it and at all before it."""
        N, heads, _, d = self.k.shape
        p = self.attention.params
        mapped = x[0] @ p["in_proj_weight"].T + p["in_proj_bias"]  # (N, 3E)
        q, key, self.v[:, :, self.steps] = mapped.reshape(N, 3, heads, d).swapaxes(0, 1)
        if self.attention.positions == "rope":
            q, key = (rotated(part[:, :, None], start=self.steps)[:, :, 0] for part in (q, key))
        self.k[:, :, self.steps] = key
        self.steps += 1
        k, v = self.k[:, :, : self.steps], self.v[:, :, : self.steps]  # (N, heads, S, d)
        scores = (k @ q[..., None])[..., 0] / d**0.5  # (N, heads, S)
        if self.attention.positions == "alibi":
            scores = scores + alibi(self.steps, heads)[:, -1].astype(scores.dtype)
        weights = softmax(scores, np.ones(self.steps, bool))  # all kept steps are in the past
        concat = (weights[:, :, None] @ v).reshape(1, N, heads * d)
        return concat @ p["out_proj.weight"].T + p["out_proj.bias"]


def token_operations(layer: MultiHeadAttention | TransformerBlock, num_steps: int) -> int:
    """Return how many multiply-adds step T takes where the T - 1 before it are kept.

    Everything that a whole sequence takes by the step, once; and for each step seen E for the scores, E for the mean.

    Args:
        layer: an attention or a block.
        num_steps: T, the new step counted.

    Raises:
        TypeError, ValueError: a layer of another kind; a number of steps below 1.
    """
    if not isinstance(layer, MultiHeadAttention | TransformerBlock):
        raise TypeError(f"layer is {named(layer)}, expected a MultiHeadAttention or a TransformerBlock")
    # A sequence of one step sees one step: what it takes beyond that comes with the steps seen.
    return layer.num_operations(1) + 2 * (check_size("num_steps", num_steps) - 1) * layer.embed_size
