"""The layers that are not recurrent, and ConvLSTM, in both backends, in the variants that their arguments give."""

import numpy as np
import torch

import lstmlib.numpy as ln
import lstmlib.torch as lt

# Name -> how to make it given the backend and what else it takes; the shape of a step of x; that of a step of the
# memory, or of a part of the state; and whether it takes lengths.
LAYERS = {
    "Linear": (lambda lib, **more: lib.Linear(4, 3, **more), (4,), None, False),
    "LayerNorm": (lambda lib, rng=None, generator=None, **more: lib.LayerNorm(4, **more), (4,), None, False),
    "AdditiveAttention": (lambda lib, **more: lib.AdditiveAttention(3, 4, 5, **more), (3,), (4,), True),
    "MultiHeadAttention": (lambda lib, **more: lib.MultiHeadAttention(6, 2, **more), (6,), None, True),
    "MultiHeadAttention causal": (
        lambda lib, **more: lib.MultiHeadAttention(6, 3, causal=True, **more),
        (6,),
        None,
        True,
    ),
    "MultiHeadAttention alibi causal": (
        lambda lib, **more: lib.MultiHeadAttention(6, 3, causal=True, positions="alibi", **more),
        (6,),
        None,
        True,
    ),
    "MultiHeadAttention alibi": (
        lambda lib, **more: lib.MultiHeadAttention(6, 2, positions="alibi", **more),
        (6,),
        None,
        True,
    ),
    "MultiHeadAttention rope causal": (
        lambda lib, **more: lib.MultiHeadAttention(8, 2, causal=True, positions="rope", **more),
        (8,),
        None,
        True,
    ),
    "MultiHeadAttention of a memory": (lambda lib, **more: lib.MultiHeadAttention(6, 2, **more), (6,), (6,), True),
    "TransformerBlock pre": (lambda lib, **more: lib.TransformerBlock(4, 2, **more), (4,), None, True),
    "TransformerBlock post": (lambda lib, **more: lib.TransformerBlock(4, 2, 5, norm="post", **more), (4,), None, True),
    "TransformerBlock gelu causal": (
        lambda lib, **more: lib.TransformerBlock(4, 1, 5, activation="gelu", causal=True, **more),
        (4,),
        None,
        True,
    ),
    "TransformerBlock rope causal": (
        lambda lib, **more: lib.TransformerBlock(4, 2, 5, causal=True, positions="rope", **more),
        (4,),
        None,
        True,
    ),
    "ConvLSTM": (lambda lib, **more: lib.ConvLSTM(2, 3, 3, **more), (2, 3, 4), (3, 3, 4), True),
    "ConvLSTM peephole": (
        lambda lib, **more: lib.ConvLSTM(2, 3, 1, hidden_kernel_size=5, peephole=True, forget_bias=1.0, **more),
        (2, 3, 4),
        (3, 3, 4),
        True,
    ),
}


def make(lib, name, **more):
    """Return a layer of ``lstmlib.numpy`` or ``lstmlib.torch``."""
    return LAYERS[name][0](lib, **more)


def has_fast_path(name):
    return name.startswith(("Multi", "Transformer"))


def pair(name, rng, **more):
    """Return the same layer in both backends, float64, every parameter away from the 0 or 1 that some start from."""
    from parity import copy_params

    layer = make(ln, name, rng=rng)
    for value in layer.params.values():
        value += 0.3 * rng.standard_normal(value.shape)
    twin = make(lt, name, dtype=torch.float64, **more)
    copy_params(layer, twin)
    return layer, twin


def draw(name, rng, T, N, lengths):
    """Return x, the state or memory, and the other arguments of ``forward``."""
    _, step, other, takes_lengths = LAYERS[name]
    x, state, arguments = rng.standard_normal((T, N, *step)), None, {}
    if takes_lengths and lengths is not None:
        arguments["lengths"] = np.array(lengths)
    if other is not None and name.startswith("Conv"):
        state = tuple(rng.standard_normal((N, *other)) for _ in range(2))
    elif other is not None:
        S = T + 2
        state = rng.standard_normal((S, N, *other))
        if lengths is not None:
            arguments["memory_lengths"] = np.array(lengths) + 1
    return x, state, arguments
