"""Attention: look at all of a sequence at once and take the mean of it, weighted by what is asked for."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, Lengths, Mask, check_choice, check_dtype, check_flag, check_none, check_size
from lstmlib.numpy.initial import uniform_params
from lstmlib.numpy.layer import Cache, Layer, check_finite
from lstmlib.numpy.padding import read_gradient, read_padded, zero_past_end
from lstmlib.numpy.positional import alibi, rotated

POSITIONS = ("alibi", "rope")


class AdditiveAttentionCache(NamedTuple):
    """What ``AdditiveAttention.forward`` keeps for ``backward``, and for a picture of the alignment."""

    x: Array  # (T, N, Q), zeros past each sequence's end
    memory: Array  # (S, N, K), zeros past each sequence's end
    hidden: Array  # (N, T, S, A): tanh(W_a s + U_a h)
    weights: Array  # (N, T, S): alpha, the share of each memory in a query's mean; 0 for queries past the end
    inside: Mask  # (T, N): True up to the end of each sequence of queries


class AdditiveAttention(Layer):
    """Additive attention: a small net scores how well each memory h(j) answers a query s(i).

    The scores e become weights alpha by a softmax over j, and y(i) is the mean of the memories under them::

        e(i, j)     = v . tanh(W_a s(i) + U_a h(j))
        alpha(i, j) = exp(e(i, j)) / sum_k exp(e(i, k))
        y(i)        = sum_j alpha(i, j) h(j)

    The memory takes the place of the state in the contract of ``lstmlib.numpy``: it goes in second, and its gradient
    comes out second. The weights are in the cache.

    Source: Bahdanau, Cho and Bengio (2015), "Neural machine translation by jointly learning to align and translate",
    equations 5 and 6 and appendix A.1.2. W_a is ``weight_query`` (A, Q), U_a is ``weight_key`` (A, K), v is
    ``weight_score`` (A,).

    Args:
        query_size: Q, the width of a query.
        key_size: K, the width of a memory.
        attention_size: A, the number of hidden units of the scoring net.
        rng: source of the initial weights, U[-b, b] with b one over the root of what is summed: Q, K and A.
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    def __init__(
        self,
        query_size: int,
        key_size: int,
        attention_size: int,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.query_size = Q = check_size("query_size", query_size)
        self.key_size = K = check_size("key_size", key_size)
        self.attention_size = A = check_size("attention_size", attention_size)
        self.params = {
            **uniform_params({"weight_query": (A, Q)}, Q**-0.5, rng, dtype),
            **uniform_params({"weight_key": (A, K)}, K**-0.5, rng, dtype),
            **uniform_params({"weight_score": (A,)}, A**-0.5, rng, dtype),
        }

    def num_operations(self, num_steps: int, memory_steps: int) -> int:
        """Return how many multiply-adds a whole sequence takes, of T queries and S memories: it grows as T times S.

        Every query and every memory is mapped once; then each pair takes A for its score and K for its share in the
        mean. Left out are tanh and the softmax.
        """
        T, S = check_size("num_steps", num_steps), check_size("memory_steps", memory_steps)
        Q, K, A = self.query_size, self.key_size, self.attention_size
        return T * A * Q + S * A * K + T * S * (A + K)

    def forward(
        self,
        x: Array,
        memory: Array,
        lengths: Lengths | None = None,
        memory_lengths: Lengths | None = None,
    ) -> tuple[Array, None, Cache[AdditiveAttentionCache]]:
        """Answer every query out of the memory.

        Args:
            x: queries (T, N, Q).
            memory: what is attended to (S, N, K): keys and values in one.
            lengths: how many queries each sequence has (N,); T if ``None``. Past them y is 0.
            memory_lengths: how many memories each sequence has (N,); S if ``None``. Those past them weigh 0.

        Returns:
            y (T, N, K); ``None`` for the state; and the cache, with the weights (N, T, S).

        Raises:
            TypeError, ValueError: an array of the wrong rank, size or dtype, an empty one, NaN, or a length that is
                not from 1 to the number of steps.
        """
        x, inside = read_padded("x", x, ("T", "N", self.query_size), lengths, dtype=self.dtype)
        shape = ("S", x.shape[1], self.key_size)
        memory, memory_inside = read_padded("memory", memory, shape, memory_lengths, "memory_lengths", self.dtype)
        p = self.params

        queries = batch_first(x @ p["weight_query"].T)  # (N, T, A)
        keys = batch_first(memory @ p["weight_key"].T)  # (N, S, A)
        hidden = np.tanh(queries[:, :, None] + keys[:, None])  # (N, T, S, A)
        scores = hidden @ p["weight_score"]  # (N, T, S)
        weights = softmax(scores, memory_inside.T[:, None]) * inside.T[..., None]  # (N, T, S)
        y = batch_first(weights @ batch_first(memory))  # (T, N, K)
        check_finite(self, {"y": y}, lambda: [x, memory], p)
        return y, None, self.keep(AdditiveAttentionCache(x, memory, hidden, weights, inside))

    def backward(
        self, cache: Cache[AdditiveAttentionCache], dy: Array, dstate: None = None
    ) -> tuple[Array, Array, dict[str, Array]]:
        """Return the gradients for the queries (T, N, Q), for the memory (S, N, K), and for the parameters by name.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, K).
            dstate: always ``None``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        check_none("dstate", dstate)
        (x, memory, hidden, weights, inside), p = self.recall(cache)
        T, N, _ = x.shape
        A = self.attention_size
        dy = batch_first(read_gradient(dy, (T, N, self.key_size), inside, self.dtype))  # (N, T, K)

        dmemory = batch_first(weights.swapaxes(1, 2) @ dy)  # (S, N, K), as values
        dweights = dy @ memory.transpose(1, 2, 0)  # (N, T, S)
        dscores = softmax_backward(weights, dweights)  # (N, T, S)
        dnet = dscores[..., None] * p["weight_score"] * (1.0 - hidden**2)  # (N, T, S, A)
        dqueries: Array = batch_first(dnet.sum(2))  # (T, N, A)
        dkeys: Array = batch_first(dnet.sum(1))  # (S, N, A)

        grads: dict[str, Array] = {
            "weight_query": dqueries.reshape(-1, A).T @ x.reshape(-1, self.query_size),
            "weight_key": dkeys.reshape(-1, A).T @ memory.reshape(-1, self.key_size),
            "weight_score": dscores.reshape(-1) @ hidden.reshape(-1, A),
        }
        dx, dmemory = dqueries @ p["weight_query"], dmemory + dkeys @ p["weight_key"]
        check_finite(self, {"dx": dx, "dmemory": dmemory, **grads}, lambda: [dy, x, memory], p)
        return dx, dmemory, grads


class MultiHeadAttentionCache(NamedTuple):
    """What ``MultiHeadAttention.forward`` keeps for ``backward``, and for pictures of the heads."""

    x: Array  # (T, N, E), zeros past each sequence's end
    memory: Array | None  # (S, N, E), zeros past each sequence's end; None where x attends to itself
    q: Array  # (N, heads, T, E / heads), turned if the positions are "rope"
    k: Array  # (N, heads, S, E / heads), the same
    v: Array  # (N, heads, S, E / heads)
    weights: Array  # (N, heads, T, S): the share of each memory in a query's mean; 0 for queries past the end
    concat: Array  # (T, N, E): what the heads found, side by side
    inside: Mask  # (T, N): True up to the end of each sequence of queries


class MultiHeadAttention(Layer):
    """Multi-head attention: several small attentions side by side, each with its own view of queries and memory.

    For every head, with Q = W_Q x + b_Q, K = W_K m + b_K, V = W_V m + b_V of width d = E / heads::

        Attention(Q, K, V) = softmax(Q K^T / sqrt(d)) V
        y                  = W_O Concat(head_1, ..., head_h) + b_O

    With ``positions`` a step's place enters the scores and nothing else: "alibi" takes something off for every step
    between two (``lstmlib.numpy.positional.alibi``), "rope" turns Q and K by an angle that grows with the step
    (``rotated``).

    Called with ``x`` alone it is self-attention: m is x, and the layer fits the contract of ``lstmlib.numpy`` with
    ``None`` for the state. Called with a memory, that takes the place of the state: it goes in second, and its
    gradient comes out second. The weights are in the cache.

    Source: Vaswani et al. (2017), "Attention is all you need", equation 1 and section 3.2.2; parameters named and
    shaped as in torch.nn.MultiheadAttention, whose weights load as they are: ``in_proj_weight`` (3E, E) holds W_Q, W_K
    and W_V, one below the other and each with its heads one below the other.

    Args:
        embed_size: E, the width of x(t) and of the memory.
        num_heads: how many heads; E must be a multiple of it.
        causal: whether a step sees only itself and the steps before it (self-attention only).
        positions: "alibi" or "rope" (self-attention only); ``None`` leaves the layer without.
        rng: source of the initial weights, U[-sqrt(6 / 4E), sqrt(6 / 4E)] for ``in_proj_weight``, U[-1/sqrt(E),
            1/sqrt(E)] for ``out_proj.weight``, as torch.nn does; the biases start at 0.
        dtype: of the parameters; float64 unless told.

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
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.embed_size, self.num_heads = E, _ = check_heads(embed_size, num_heads)
        self.causal, dtype = check_flag("causal", causal), check_dtype(dtype)
        self.positions = check_positions(positions, E, num_heads)
        self.params = {
            **uniform_params({"in_proj_weight": (3 * E, E)}, (6 / (4 * E)) ** 0.5, rng, dtype),
            "in_proj_bias": np.zeros(3 * E, dtype),
            **uniform_params({"out_proj.weight": (E, E)}, E**-0.5, rng, dtype),
            "out_proj.bias": np.zeros(E, dtype),
        }

    def num_operations(self, num_steps: int, memory_steps: int | None = None) -> int:
        """Return how many multiply-adds a whole sequence takes, of T steps and S memories (T if ``None``).

        What one step takes depends on how many it sees, so this is not counted by the step as in a recurrent layer.
        Every step is mapped to its queries, keys, values and outputs, biases counted; then each pair of steps takes E
        for its scores and E for its share in the means, all heads together. Left out is the softmax. A causal layer
        counts like any other: the pairs in the future are computed and thrown away.
        """
        T, E = check_size("num_steps", num_steps), self.embed_size
        S = T if memory_steps is None else check_size("memory_steps", memory_steps)
        return (2 * T + 2 * S) * E * (E + 1) + 2 * T * S * E

    def forward(
        self,
        x: Array,
        memory: Array | None = None,
        lengths: Lengths | None = None,
        memory_lengths: Lengths | None = None,
    ) -> tuple[Array, None, Cache[MultiHeadAttentionCache]]:
        """Let every step of ``x`` look at all of the memory, or of ``x`` itself.

        Args:
            x: queries (T, N, E).
            memory: what they attend to (S, N, E): keys and values in one; ``x`` if ``None``.
            lengths: how many steps each sequence of ``x`` has (N,); T if ``None``. Past them y is 0, and they are
                never attended to.
            memory_lengths: how many steps each memory has (N,); S if ``None``. Only together with ``memory``.

        Returns:
            y (T, N, E); ``None`` for the state; and the cache, with the weights (N, heads, T, S).

        Raises:
            TypeError, ValueError: an array of the wrong rank, size or dtype, an empty one, NaN, a length that is not
                from 1 to the number of steps, a memory for a layer that is causal or has positions, or
                ``memory_lengths`` without a memory.
        """
        x, inside = read_padded("x", x, ("T", "N", self.embed_size), lengths, dtype=self.dtype)
        T, N, E = x.shape
        check_memory(memory is not None, memory_lengths is not None, self.causal, self.positions)
        if memory is None:
            attended, attended_inside = x, inside
        else:
            shape = ("S", N, E)
            memory, attended_inside = read_padded("memory", memory, shape, memory_lengths, "memory_lengths", self.dtype)
            attended = memory
        seen = attended_inside.T[:, None, None]  # (N, 1, 1, S)
        if self.causal:
            seen = seen & np.tri(T, dtype=bool)  # (N, 1, T, S)
        p = self.params
        W_q, W_k, W_v = np.split(p["in_proj_weight"], 3)
        b_q, b_k, b_v = np.split(p["in_proj_bias"], 3)

        q = self._split_heads(x @ W_q.T + b_q)  # (N, heads, T, d)
        k = self._split_heads(attended @ W_k.T + b_k)  # (N, heads, S, d)
        v = self._split_heads(attended @ W_v.T + b_v)  # (N, heads, S, d)
        if self.positions == "rope":
            q, k = rotated(q), rotated(k)
        scores = q @ k.swapaxes(2, 3) / q.shape[3] ** 0.5  # (N, heads, T, S)
        if self.positions == "alibi":
            scores += alibi(T, self.num_heads).astype(x.dtype)
        weights = softmax(scores, seen) * inside.T[:, None, :, None]
        concat = self._join_heads(weights @ v)  # (T, N, E)
        y = zero_past_end(concat @ p["out_proj.weight"].T + p["out_proj.bias"], inside)  # (T, N, E)
        check_finite(self, {"y": y}, lambda: [x, memory], p)
        return y, None, self.keep(MultiHeadAttentionCache(x, memory, q, k, v, weights, concat, inside))

    def backward(
        self, cache: Cache[MultiHeadAttentionCache], dy: Array, dstate: None = None
    ) -> tuple[Array, Array | None, dict[str, Array]]:
        """Return the gradients for x (T, N, E), for the memory (S, N, E) if there was one, and for the parameters.

        Args:
            cache: what ``forward`` returned.
            dy: the loss's gradient for every output (T, N, E).
            dstate: always ``None``.

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, an empty one, or NaN in it.
        """
        check_none("dstate", dstate)
        (x, memory, q, k, v, weights, concat, inside), p = self.recall(cache)
        attended = x if memory is None else memory
        E = self.embed_size
        dy = read_gradient(dy, x.shape, inside, self.dtype)
        W_q, W_k, W_v = np.split(p["in_proj_weight"], 3)

        dheads = self._split_heads(dy @ p["out_proj.weight"])  # (N, heads, T, d)
        dweights = dheads @ v.swapaxes(2, 3)  # (N, heads, T, S)
        dscores = softmax_backward(weights, dweights) / q.shape[3] ** 0.5
        dq, dk = dscores @ k, dscores.swapaxes(2, 3) @ q  # (N, heads, T, d), (N, heads, S, d)
        if self.positions == "rope":
            dq, dk = rotated(dq, back=True), rotated(dk, back=True)
        dq, dk = self._join_heads(dq), self._join_heads(dk)  # (T, N, E), (S, N, E)
        dv = self._join_heads(weights.swapaxes(2, 3) @ dheads)  # (S, N, E)

        flat_q, flat_k, flat_v, flat_y = (part.reshape(-1, E) for part in (dq, dk, dv, dy))
        flat_attended = attended.reshape(-1, E)
        grads = {
            "in_proj_weight": np.concatenate(
                [flat_q.T @ x.reshape(-1, E), flat_k.T @ flat_attended, flat_v.T @ flat_attended]
            ),
            "in_proj_bias": np.concatenate([flat_q.sum(0), flat_k.sum(0), flat_v.sum(0)]),
            "out_proj.weight": flat_y.T @ concat.reshape(-1, E),
            "out_proj.bias": flat_y.sum(0),
        }
        dx, dattended = dq @ W_q, dk @ W_k + dv @ W_v
        dx, dmemory = (dx + dattended, None) if memory is None else (dx, dattended)
        check_finite(self, {"dx": dx, "dmemory": dmemory, **grads}, lambda: [dy, x, memory], p)
        return dx, dmemory, grads

    def _split_heads(self, x: Array) -> Array:
        """Return (N, heads, T, E / heads) from (T, N, E)."""
        T, N, E = x.shape
        return x.reshape(T, N, self.num_heads, E // self.num_heads).transpose(1, 2, 0, 3)

    def _join_heads(self, x: Array) -> Array:
        """Return (T, N, E) from (N, heads, T, E / heads)."""
        N, _, T, _ = x.shape
        return x.transpose(2, 0, 1, 3).reshape(T, N, self.embed_size)


def softmax(scores: Array, seen: Mask) -> Array:
    """Return weights that sum to 1 over the last dimension, and are exactly 0 where ``seen`` (broadcast) is False."""
    scores = np.where(seen, scores, -np.inf)
    powers = np.exp(scores - scores.max(-1, keepdims=True))  # the same weights, and no exponential overflows
    return powers / powers.sum(-1, keepdims=True)


def softmax_backward(weights: Array, dweights: Array) -> Array:
    """Return the gradient for the scores: each weight's own, less the mean of all under the weights."""
    return weights * (dweights - (weights * dweights).sum(-1, keepdims=True))


def batch_first(x: Array) -> Array:
    """Return (N, T, ...) from (T, N, ...), and the other way round."""
    return x.swapaxes(0, 1)


def check_heads(embed_size: Any, num_heads: Any) -> tuple[int, int]:
    """Return both as ints.

    Raises:
        TypeError, ValueError: not positive integers, or the first is not a multiple of the second.
    """
    embed_size, num_heads = check_size("embed_size", embed_size), check_size("num_heads", num_heads)
    if embed_size % num_heads:
        raise ValueError(f"embed_size is {embed_size}, expected a multiple of num_heads, which is {num_heads}")
    return embed_size, num_heads


def check_positions(positions: Any, embed_size: int, num_heads: int) -> str | None:
    """Return them.

    Raises:
        ValueError: not one of the choices, or "rope" for heads of an odd width.
    """
    if positions is None:
        return None
    if check_choice("positions", positions, POSITIONS) == "rope" and embed_size // num_heads % 2:
        wide = f"{embed_size} / {num_heads} = {embed_size // num_heads}"
        raise ValueError(f"positions is 'rope', which turns pairs, and a head is {wide} wide: expected an even width")
    return str(positions)


def check_memory(has_memory: bool, has_lengths: bool, causal: bool, positions: str | None = None) -> None:
    """Refuse lengths of a memory that is not there, and a memory for a layer that knows where in x a step stands.

    Raises:
        ValueError: either came.
    """
    if has_lengths and not has_memory:
        raise ValueError("memory_lengths came without memory: in self-attention, lengths says how long x is")
    if has_memory and causal:
        raise ValueError("memory came to a causal layer, which attends to x alone: expected causal=False")
    if has_memory and positions is not None:
        raise ValueError(f"memory came to a layer with positions={positions!r}, which are those of x: expected None")
