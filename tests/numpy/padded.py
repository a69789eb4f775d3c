"""The layers of ``lstmlib.numpy`` that take ``lengths``, beside the recurrent ones in ``cells``: for common tests."""

import lstmlib.numpy as ln

# Every entry draws (layer, x, state or memory, arguments of forward) for T steps and N sequences.


def additive(rng, T, N, lengths):
    S = T + 2
    arguments = {"lengths": lengths, "memory_lengths": None if lengths is None else lengths + 1}
    layer = ln.AdditiveAttention(3, 4, 5, rng=rng)
    return layer, rng.standard_normal((T, N, 3)), rng.standard_normal((S, N, 4)), arguments


def attention(**options):
    def draw(rng, T, N, lengths):
        layer = spread(ln.MultiHeadAttention(4, 2, rng=rng, **options), rng)
        return layer, rng.standard_normal((T, N, 4)), None, {"lengths": lengths}

    return draw


def cross_attention(rng, T, N, lengths):
    S = T + 2
    arguments = {"lengths": lengths, "memory_lengths": None if lengths is None else lengths + 1}
    layer = spread(ln.MultiHeadAttention(4, 2, rng=rng), rng)
    return layer, rng.standard_normal((T, N, 4)), rng.standard_normal((S, N, 4)), arguments


def block(**options):
    def draw(rng, T, N, lengths):
        layer = spread(ln.TransformerBlock(4, 2, 5, rng=rng, **options), rng)
        return layer, rng.standard_normal((T, N, 4)), None, {"lengths": lengths}

    return draw


def convlstm(**options):
    def draw(rng, T, N, lengths):
        layer = ln.ConvLSTM(2, 2, 3, rng=rng, **options)
        state = tuple(rng.standard_normal((N, 2, 3, 4)) for _ in range(2))
        return layer, rng.standard_normal((T, N, 2, 3, 4)), state, {"lengths": lengths}

    return draw


def spread(layer, rng):
    """Move every parameter away from the 0 or 1 that some start from, which would hide errors."""
    for value in layer.params.values():
        value += 0.3 * rng.standard_normal(value.shape)
    return layer


PADDED = {
    "AdditiveAttention": additive,
    "MultiHeadAttention": attention(),
    "MultiHeadAttention causal": attention(causal=True),
    "MultiHeadAttention of a memory": cross_attention,
    "TransformerBlock pre relu": block(),
    "TransformerBlock post gelu": block(norm="post", activation="gelu"),
    "TransformerBlock post relu causal": block(norm="post", causal=True),
    "TransformerBlock pre gelu causal": block(activation="gelu", causal=True),
    "ConvLSTM": convlstm(),
    "ConvLSTM peephole": convlstm(peephole=True, hidden_kernel_size=1),
}
