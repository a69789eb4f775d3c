"""Attention as ``nn.Module``: the equations of ``lstmlib.numpy.AdditiveAttention`` and ``MultiHeadAttention``."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstmlib.numpy.attention import check_heads, check_memory, check_positions
from lstmlib.numpy.checks import check_flag, check_size
from lstmlib.torch.checks import read_parameter
from lstmlib.torch.initial import empty, uniform
from lstmlib.torch.linear import Linear
from lstmlib.torch.module import Module
from lstmlib.torch.padding import read_padded, steps_inside, zero_past_end
from lstmlib.torch.positional import alibi, rotated


class AdditiveAttention(Module):
    """Additive attention: a small net scores how well each memory h(j) answers a query s(i).

    The scores e become weights alpha by a softmax over j, and y(i) is the mean of the memories under them::

        e(i, j)     = v . tanh(W_a s(i) + U_a h(j))
        alpha(i, j) = exp(e(i, j)) / sum_k exp(e(i, k))
        y(i)        = sum_j alpha(i, j) h(j)

    Source: Bahdanau, Cho and Bengio (2015), "Neural machine translation by jointly learning to align and translate",
    equations 5 and 6 and appendix A.1.2. W_a is ``weight_query`` (A, Q), U_a is ``weight_key`` (A, K), v is
    ``weight_score`` (A,).

    Args:
        query_size: Q, the width of a query.
        key_size: K, the width of a memory.
        attention_size: A, the number of hidden units of the scoring net.
        generator: source of the initial parameters, U[-b, b] with b one over the root of what is summed: Q, K and A;
            torch's own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    def __init__(
        self,
        query_size: int,
        key_size: int,
        attention_size: int,
        *,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.query_size = Q = check_size("query_size", query_size)
        self.key_size = K = check_size("key_size", key_size)
        self.attention_size = A = check_size("attention_size", attention_size)
        self.weight_query = uniform((A, Q), Q**-0.5, generator, device, dtype)
        self.weight_key = uniform((A, K), K**-0.5, generator, device, dtype)
        self.weight_score = uniform((A,), A**-0.5, generator, device, dtype)

    @property
    def num_parameters(self) -> int:
        """How many numbers the layer learns."""
        return self.attention_size * (self.query_size + self.key_size + 1)

    def num_operations(self, num_steps: int, memory_steps: int) -> int:
        """Return how many multiply-adds a whole sequence takes, of T queries and S memories: it grows as T times S."""
        T, S = check_size("num_steps", num_steps), check_size("memory_steps", memory_steps)
        Q, K, A = self.query_size, self.key_size, self.attention_size
        return T * A * Q + S * A * K + T * S * (A + K)

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        lengths: Tensor | None = None,
        memory_lengths: Tensor | None = None,
        *,
        need_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Answer every query out of the memory.

        Args:
            x: queries (T, N, Q).
            memory: what is attended to (S, N, K): keys and values in one.
            lengths: how many queries each sequence has (N,); T if ``None``. Past them y is 0.
            memory_lengths: how many memories each sequence has (N,); S if ``None``. Those past them weigh 0.
            need_weights: whether to return the weights.

        Returns:
            y (T, N, K); and the weights (N, T, S), 0 for queries past the end, or ``None``.

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, size, dtype or device, an empty one, NaN, or a length
                that is not from 1 to the number of steps.
        """
        weight_query, weight_key, weight_score = (read_parameter(self, *wanted) for wanted in self._shapes().items())
        like = weight_score
        x, inside = read_padded("x", x, ("T", "N", self.query_size), lengths, like)
        shape = ("S", x.shape[1], self.key_size)
        memory, memory_inside = read_padded("memory", memory, shape, memory_lengths, like, "memory_lengths")

        queries = F.linear(x, weight_query).transpose(0, 1)  # (N, T, A)
        keys = F.linear(memory, weight_key).transpose(0, 1)  # (N, S, A)
        hidden = torch.tanh(queries[:, :, None] + keys[:, None])  # (N, T, S, A)
        scores = hidden @ weight_score  # (N, T, S)
        if memory_inside is not None:
            scores = scores.masked_fill(~memory_inside.T[:, None], -torch.inf)
        weights = scores.softmax(-1)
        if inside is not None:
            weights = weights * inside.T[..., None]
        y = (weights @ memory.transpose(0, 1)).transpose(0, 1)  # (T, N, K)
        return y, weights if need_weights else None

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        Q, K, A = self.query_size, self.key_size, self.attention_size
        return {"weight_query": (A, Q), "weight_key": (A, K), "weight_score": (A,)}


class MultiHeadAttention(Module):
    """Multi-head attention: several small attentions side by side, each with its own view of queries and memory.

    For every head, with Q = W_Q x + b_Q, K = W_K m + b_K, V = W_V m + b_V of width d = E / heads::

        Attention(Q, K, V) = softmax(Q K^T / sqrt(d)) V
        y                  = W_O Concat(head_1, ..., head_h) + b_O

    With ``positions`` a step's place enters the scores and nothing else: "alibi" takes something off for every step
    between two, "rope" turns Q and K by an angle that grows with the step (``lstmlib.torch.positional``).

    Called with ``x`` alone it is self-attention: m is x.

    Source: Vaswani et al. (2017), "Attention is all you need", equation 1 and section 3.2.2; parameters named and
    shaped as in torch.nn.MultiheadAttention, whose weights load as they are.

    Args:
        embed_size: E, the width of x(t) and of the memory.
        num_heads: how many heads; E must be a multiple of it.
        causal: whether a step sees only itself and the steps before it (self-attention only).
        positions: "alibi" or "rope" (self-attention only); ``None`` leaves the layer without.
        fast: whether torch's fused attention may take the place of the lines that read like the equation. It need not
            hold all weights at once, so it gives none (asked for them, the layer takes the readable lines); nor, in
            torch 2.13 on a CPU, a second derivative.
        generator: source of the initial weights, as torch.nn draws them; torch's own if ``None``. The biases start at
            0.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, heads that don't divide ``embed_size``, unknown
            ``positions``, or "rope" for heads of an odd width.
    """

    def __init__(
        self,
        embed_size: int,
        num_heads: int,
        *,
        causal: bool = False,
        positions: str | None = None,
        fast: bool = True,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.embed_size, self.num_heads = E, _ = check_heads(embed_size, num_heads)
        self.causal, self.fast = check_flag("causal", causal), check_flag("fast", fast)
        self.positions = check_positions(positions, E, num_heads)
        self.in_proj_weight = uniform((3 * E, E), (6 / (4 * E)) ** 0.5, generator, device, dtype)
        self.in_proj_bias = nn.Parameter(empty((3 * E,), device, dtype).fill_(0.0))
        self.out_proj = Linear(E, E, generator=generator, device=device, dtype=dtype)
        nn.init.zeros_(self.out_proj.bias)

    @property
    def num_parameters(self) -> int:
        """How many numbers the layer learns."""
        return 4 * self.embed_size * (self.embed_size + 1)

    def num_operations(self, num_steps: int, memory_steps: int | None = None) -> int:
        """Return how many multiply-adds a whole sequence takes, of T steps and S memories (T if ``None``)."""
        T, E = check_size("num_steps", num_steps), self.embed_size
        S = T if memory_steps is None else check_size("memory_steps", memory_steps)
        return (2 * T + 2 * S) * E * (E + 1) + 2 * T * S * E

    def forward(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        lengths: Tensor | None = None,
        memory_lengths: Tensor | None = None,
        *,
        need_weights: bool = False,
        checked: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Let every step of ``x`` look at all of the memory, or of ``x`` itself.

        Args:
            x: queries (T, N, E).
            memory: what they attend to (S, N, E): keys and values in one; ``x`` if ``None``.
            lengths: how many steps each sequence of ``x`` has (N,); T if ``None``. Past them y is 0, and they are
                never attended to.
            memory_lengths: how many steps each memory has (N,); S if ``None``. Only together with ``memory``.
            need_weights: whether to return the weights.
            checked: whether a layer that has this one inside has looked at x and its lengths already.

        Returns:
            y (T, N, E); and the weights (N, heads, T, S), 0 for queries past the end, or ``None``.

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, size, dtype or device, an empty one, NaN, a length that
                is not from 1 to the number of steps, a memory for a layer that is causal or has positions, or
                ``memory_lengths`` without a memory.
        """
        E = self.embed_size
        weight = read_parameter(self, "in_proj_weight", (3 * E, E))
        bias = read_parameter(self, "in_proj_bias", (3 * E,))
        if checked:
            inside = None if lengths is None else steps_inside(len(x), lengths)
        else:
            x, inside = read_padded("x", x, ("T", "N", E), lengths, weight)
        check_memory(memory is not None, memory_lengths is not None, self.causal, self.positions)
        if memory is None:
            return self._attend(x, x, inside, inside, weight, bias, need_weights)
        shape = ("S", x.shape[1], E)
        memory, memory_inside = read_padded("memory", memory, shape, memory_lengths, weight, "memory_lengths")
        return self._attend(x, memory, inside, memory_inside, weight, bias, need_weights)

    def _attend(
        self,
        x: Tensor,
        attended: Tensor,
        inside: Tensor | None,
        attended_inside: Tensor | None,
        weight: Tensor,
        offsets: Tensor,
        need_weights: bool,
    ) -> tuple[Tensor, Tensor | None]:
        """Return what ``forward`` does, after its look at the arguments.

        Args:
            x: queries (T, N, E).
            attended: the memory (S, N, E), or ``x``.
            inside: True where a step of x lies before its sequence's end (T, N); ``None`` for all.
            attended_inside: the same for the memory (S, N).
            weight: W_Q, W_K and W_V (3E, E).
            offsets: their biases (3E,).
            need_weights: whether to return the weights.
        """
        T, N, E = x.shape
        W_q, W_k, W_v = weight.chunk(3)
        b_q, b_k, b_v = offsets.chunk(3)

        q = self._split_heads(F.linear(x, W_q, b_q))  # (N, heads, T, d)
        k = self._split_heads(F.linear(attended, W_k, b_k))  # (N, heads, S, d)
        v = self._split_heads(F.linear(attended, W_v, b_v))  # (N, heads, S, d)
        if self.positions == "rope":
            q, k = rotated(q), rotated(k)
        bias = alibi(T, self.num_heads, x.device).to(q.dtype) if self.positions == "alibi" else None  # (heads, T, S)
        seen = None if attended_inside is None else attended_inside.T[:, None, None]  # (N, 1, 1, S)
        weights = None
        if self.fast and not need_weights and seen is None and bias is None:
            heads = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        else:
            if self.causal:
                past = torch.ones(T, T, dtype=torch.bool, device=x.device).tril()
                seen = past if seen is None else seen & past  # (N, 1, T, S)
            if self.fast and not need_weights:
                mask = seen if bias is None else bias if seen is None else bias.masked_fill(~seen, -torch.inf)
                heads = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
            else:
                scores = q @ k.transpose(2, 3) / q.shape[3] ** 0.5  # (N, heads, T, S)
                scores = scores if bias is None else scores + bias
                if seen is not None:
                    scores = scores.masked_fill(~seen, -torch.inf)
                weights = scores.softmax(-1)
                if inside is not None:
                    weights = weights * inside.T[:, None, :, None]
                heads = weights @ v  # (N, heads, T, d)
        y, _ = self.out_proj(heads.permute(2, 0, 1, 3).reshape(T, N, E), checked=True)
        return zero_past_end(y, inside), weights if need_weights else None

    def _split_heads(self, x: Tensor) -> Tensor:
        """Return (N, heads, T, E / heads) from (T, N, E)."""
        T, N, E = x.shape
        return x.view(T, N, self.num_heads, E // self.num_heads).permute(1, 2, 0, 3)
