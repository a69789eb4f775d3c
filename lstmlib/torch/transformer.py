"""The transformer's block as an ``nn.Module``: the equations of ``lstmlib.numpy.TransformerBlock``."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstmlib.numpy.checks import check_none, check_size
from lstmlib.numpy.transformer import check_choices
from lstmlib.torch.attention import MultiHeadAttention
from lstmlib.torch.checks import read_parameter
from lstmlib.torch.layernorm import LayerNorm
from lstmlib.torch.linear import Linear
from lstmlib.torch.module import Module
from lstmlib.torch.padding import read_padded, zero_past_end

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": F.relu, "gelu": F.gelu}


class TransformerBlock(Module):
    """A transformer's block: self-attention, then a feed-forward net on each step, each added to what came in.

    With FF(x) = W_2 f(W_1 x + b_1) + b_2, and the normalisation either after each sum ("post", as in the paper) or
    before each part ("pre", which leaves a path from output to input that nothing but sums lies on)::

        post:  h = LN_1(x + Attention(x))        pre:  h = x + Attention(LN_1(x))
               y = LN_2(h + FF(h))                     y = h + FF(LN_2(h))

    Dropout is left out. A stack of "pre" blocks wants one more ``LayerNorm`` on top.

    Source: Vaswani et al. (2017), "Attention is all you need", sections 3.1 and 3.3, equation 2; "pre" as in Xiong et
    al. (2020), "On layer normalization in the transformer architecture". Parameters named and shaped as in
    torch.nn.TransformerEncoderLayer, whose weights load as they are.

    Args:
        embed_size: E, the width of x(t) and y(t).
        num_heads: how many heads the attention has; E must be a multiple of it.
        feedforward_size: F, the width of the feed-forward net between its two maps; 4 E if ``None``.
        norm: "pre" or "post".
        activation: f, "relu" or "gelu".
        causal: whether a step sees only itself and the steps before it.
        positions: the attention's: "alibi", "rope" or ``None``.
        fast: whether the attention may take torch's fused one; see ``MultiHeadAttention``.
        generator: source of the initial weights; each part's own distribution; torch's own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, heads that don't divide ``embed_size``, an unknown
            ``norm``, ``activation`` or ``positions``, or "rope" for heads of an odd width.
    """

    def __init__(
        self,
        embed_size: int,
        num_heads: int,
        feedforward_size: int | None = None,
        *,
        norm: str = "pre",
        activation: str = "relu",
        causal: bool = False,
        positions: str | None = None,
        fast: bool = True,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        check_choices(norm, activation)
        self.embed_size = E = check_size("embed_size", embed_size)
        self.feedforward_size = H = check_size(
            "feedforward_size", 4 * E if feedforward_size is None else feedforward_size
        )
        self.norm, self.activation = norm, activation
        self.self_attn = MultiHeadAttention(
            E,
            num_heads,
            causal=causal,
            positions=positions,
            fast=fast,
            generator=generator,
            device=device,
            dtype=dtype,
        )
        self.linear1 = Linear(E, H, generator=generator, device=device, dtype=dtype)
        self.linear2 = Linear(H, E, generator=generator, device=device, dtype=dtype)
        self.norm1, self.norm2 = (LayerNorm(E, device=device, dtype=dtype) for _ in range(2))

    def _setting(self, name: str) -> Any:
        """Return the value of one of the constructor's arguments; four of them are the attention's."""
        if name == "feedforward_size" and self.feedforward_size == 4 * self.embed_size:
            return None
        return getattr(self.self_attn if name in ("num_heads", "causal", "positions", "fast") else self, name)

    @property
    def num_parameters(self) -> int:
        """How many numbers the layer learns: the sum over the parts."""
        parts = self.self_attn, self.linear1, self.linear2, self.norm1, self.norm2
        return sum(part.num_parameters for part in parts)

    def num_operations(self, num_steps: int) -> int:
        """Return how many multiply-adds a whole sequence of T steps takes: the sum over the parts."""
        num_steps = check_size("num_steps", num_steps)
        each_step = sum(part.num_operations for part in (self.linear1, self.linear2, self.norm1, self.norm2))
        return self.self_attn.num_operations(num_steps) + num_steps * each_step

    def forward(
        self, x: Tensor, state: None = None, lengths: Tensor | None = None, *, need_weights: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Run the block over a batch of sequences.

        Args:
            x: inputs (T, N, E).
            state: always ``None``.
            lengths: how many steps each sequence has (N,); T if ``None``. Past them y is 0, and they are never
                attended to.
            need_weights: whether to return the attention's weights.

        Returns:
            y (T, N, E); and the weights (N, heads, T, T), or ``None``.

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, width, dtype or device, an empty one, NaN, or a length
                that is not from 1 to T.
        """
        check_none("state", state)
        like = read_parameter(self.norm1, "weight", (self.embed_size,))
        x, inside = read_padded("x", x, ("T", "N", self.embed_size), lengths, like)
        if self.norm == "pre":
            attended, weights = self._attend(self._part(self.norm1, x), lengths, need_weights)
            h = x + attended  # (T, N, E)
            y = h + self._feedforward(self._part(self.norm2, h))
        else:
            attended, weights = self._attend(x, lengths, need_weights)
            h = self._part(self.norm1, x + attended)  # (T, N, E)
            y = self._part(self.norm2, h + self._feedforward(h))
        return zero_past_end(y, inside), weights

    def _attend(self, x: Tensor, lengths: Tensor | None, need_weights: bool) -> tuple[Tensor, Tensor | None]:
        attended: tuple[Tensor, Tensor | None] = self.self_attn(
            x, lengths=lengths, need_weights=need_weights, checked=True
        )
        return attended

    def _feedforward(self, x: Tensor) -> Tensor:
        """Return W_2 f(W_1 x + b_1) + b_2 (T, N, E)."""
        net = self._part(self.linear1, x)  # (T, N, F)
        return self._part(self.linear2, ACTIVATIONS[self.activation](net))

    @staticmethod
    def _part(layer: nn.Module, x: Tensor) -> Tensor:
        """Return what a part makes of x; called, so that hooks run, those of pruning among them."""
        y: Tensor = layer(x, checked=True)[0]
        return y
