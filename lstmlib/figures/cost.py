"""What recurrence and attention cost against the length of a sequence, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

import traitlets as t

from lstmlib.numpy.attention import MultiHeadAttention
from lstmlib.numpy.generation import token_operations
from lstmlib.numpy.lstm import LSTM
from lstmlib.numpy.transformer import TransformerBlock
from lstmlib.page import bundle
from lstmlib.page.figure import Figure

LONGEST = 8192


class CostOfLength(Figure):
    """Counts of an LSTM, and of self-attention or a transformer's block of the same width, against the length.

    One layer, one sequence, inputs as wide as the layer; operations are multiply-adds as ``num_operations`` counts
    them, memory is in numbers, not bytes.

    Args:
        length: T, 1 to 8192, where the counts are read.
        width: d, a power of 2 from 16 to 1024.
        heads: 1, 2, 4, 8 or 16.
        part: what stands beside the LSTM, "attention" or "block".
        show: "operations", "memory" (kept for the backward pass) or "steps" of a whole sequence; "token" (operations)
            or "kept" (memory) for one token written.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "cost"
    _esm = bundle.module_script("cost")
    _state = ("length", "width", "heads", "part", "show")

    length = t.Int(256, min=1, max=LONGEST).tag(sync=True)
    width = t.Enum([16, 32, 64, 128, 256, 512, 1024], default_value=64).tag(sync=True)
    heads = t.Enum([1, 2, 4, 8, 16], default_value=4).tag(sync=True)
    part = t.Enum(["attention", "block"], default_value="attention").tag(sync=True)
    show = t.Enum(["operations", "memory", "steps", "token", "kept"], default_value="operations").tag(sync=True)

    def _shown_still(self) -> bool:
        return not self._changed()

    def layers(self) -> tuple[LSTM, MultiHeadAttention | TransformerBlock]:
        """Return the two from the library: the figure's numbers are theirs."""
        d = self.width
        beside = MultiHeadAttention if self.part == "attention" else TransformerBlock
        return LSTM(d, d), beside(d, self.heads, causal=True)

    def counts(self) -> dict[str, list[int]]:
        """Return what the figure shows at its length, by the names of ``show``.

        Returns:
            name -> the LSTM's number; the attention's or block's; and for "token" and "kept" a third, of attention
            that keeps no keys and values, but reads all inputs again for every token.
        """
        lstm, layer = self.layers()
        T, d = self.length, self.width
        return {
            "operations": [T * lstm.num_operations, layer.num_operations(T)],
            "memory": [_kept_for_backward(which, T) for which in (lstm, layer)],
            "steps": [T, 1],
            "token": [lstm.num_operations, token_operations(layer, T), layer.num_operations(T)],
            "kept": [2 * d, 2 * T * d, T * d],
        }

    def crossing(self) -> int | None:
        """Return the shortest length at which attention has more of what is shown than the LSTM; None if none has."""
        figure = CostOfLength(**{name: getattr(self, name) for name in self._state})
        for T in range(1, LONGEST + 1):
            figure.length = T
            lstm, attention, *_ = figure.counts()[self.show]
            if attention > lstm:
                return T
        return None


def _kept_for_backward(layer: LSTM | MultiHeadAttention | TransformerBlock, T: int) -> int:
    """Return what ``stored_numbers`` counts after T steps of one sequence, without running them."""
    if isinstance(layer, LSTM):
        return 8 * T * layer.hidden_size + 2 * layer.hidden_size  # x, h, c, four gates and tanh c; the initial state
    if isinstance(layer, MultiHeadAttention):
        return 5 * T * layer.embed_size + layer.num_heads * T**2  # x, q, k, v and the heads' findings; the weights
    # Two layer norms, and the feed-forward net's input, slope and hidden units.
    return (
        _kept_for_backward(layer.self_attn, T)
        + 2 * T * (layer.embed_size + 1)
        + T * (layer.embed_size + 2 * layer.feedforward_size)
    )
