"""Every layer and optimiser of ``lstmlib.numpy``, found in its ``__all__``, so that a new one can't be forgotten."""

import inspect

import numpy as np

import lstmlib.numpy as ln
from lstmlib.numpy.layer import Layer

T, N = 5, 3
LENGTHS = np.array([4, 5, 2])

# How to make each class, with the variants that its arguments give; the width of x at a step.
MAKES = {
    "RNN": [
        lambda **more: ln.RNN(3, 4, **more),
        lambda **more: ln.RNN(3, 4, nonlinearity="relu", **more),
        lambda **more: ln.RNN(3, 4, clip=0.5, **more),
    ],
    "LSTM": [
        lambda **more: ln.LSTM(3, 4, **more),
        lambda **more: ln.LSTM(3, 4, num_layers=2, **more),
        lambda **more: ln.LSTM(3, 4, clip=0.5, **more),
    ],
    "PeepholeLSTM": [
        lambda **more: ln.PeepholeLSTM(3, 4, **more),
        lambda **more: ln.PeepholeLSTM(3, 4, clip=0.5, **more),
    ],
    "CoupledLSTM": [
        lambda **more: ln.CoupledLSTM(3, 4, **more),
        lambda **more: ln.CoupledLSTM(3, 4, peephole=True, clip=0.5, **more),
    ],
    "ProjectedLSTM": [
        lambda **more: ln.ProjectedLSTM(3, 5, 4, **more),
        lambda **more: ln.ProjectedLSTM(3, 5, 4, clip=0.5, num_layers=2, **more),
    ],
    "GRU": [lambda **more: ln.GRU(3, 4, **more), lambda **more: ln.GRU(3, 4, reset="before", clip=0.5, **more)],
    "LSTM1997": [lambda **more: ln.LSTM1997(3, 2, 2, weight_range=0.5, **more)],
    "Carousel": [
        lambda **more: ln.Carousel(3, 4, g="tanh", h="tanh", loop="free", **more),
        lambda **more: ln.Carousel(3, 4, doors=True, **more),
    ],
    "Bidirectional": [lambda **more: ln.Bidirectional(ln.LSTM(3, 4, **more), ln.LSTM(3, 4, **more))],
    "Reversed": [
        lambda **more: ln.Reversed(ln.LSTM(3, 4, **more)),
        lambda **more: ln.Reversed(ln.GRU(3, 4, num_layers=2, **more)),
    ],
    "Stack": [lambda **more: ln.Stack(ln.GRU(3, 4, **more), ln.GRU(4, 4, **more))],
    "SequenceModel": [lambda **more: ln.SequenceModel(ln.LSTM(3, 4, **more), ln.Linear(4, 2, **more))],
    "Linear": [lambda **more: ln.Linear(3, 4, **more)],
    "LayerNorm": [lambda rng=None, **more: ln.LayerNorm(3, **more)],
    "Embedding": [lambda **more: ln.Embedding(7, 4, **more)],
    "PositionalEncoding": [lambda rng=None, dtype=None: ln.PositionalEncoding(3)],
    "ConvLSTM": [lambda **more: ln.ConvLSTM(2, 2, 3, peephole=True, **more)],
    "AdditiveAttention": [lambda **more: ln.AdditiveAttention(3, 4, 5, **more)],
    "MultiHeadAttention": [
        lambda **more: ln.MultiHeadAttention(4, 2, **more),
        lambda **more: ln.MultiHeadAttention(4, 2, causal=True, **more),
        lambda **more: ln.MultiHeadAttention(4, 2, causal=True, positions="alibi", **more),
        lambda **more: ln.MultiHeadAttention(4, 2, positions="rope", **more),
    ],
    "TransformerBlock": [
        lambda **more: ln.TransformerBlock(4, 2, 5, **more),
        lambda **more: ln.TransformerBlock(4, 2, norm="post", activation="gelu", **more),
        lambda **more: ln.TransformerBlock(4, 2, causal=True, positions="rope", **more),
    ],
}
CLASSES = {name: found for name in ln.__all__ if inspect.isclass(found := getattr(ln, name))}
LAYERS = {name: found for name, found in CLASSES.items() if issubclass(found, Layer)}
OPTIMIZERS = {name: found for name, found in CLASSES.items() if hasattr(found, "step")}
CASES = {f"{name} {k}".removesuffix(" 0"): make for name in LAYERS for k, make in enumerate(MAKES[name])}


def shake(layer, rng):
    """Move every parameter away from the 0 or 1 that some start from, which would hide errors."""
    for value in layer.params.values():
        value += 0.3 * rng.standard_normal(value.shape)
    return layer


def draw(name, rng, dtype=np.float64):
    """Return a layer, and what ``forward`` takes by name: x, and the state or memory."""
    layer = shake(CASES[name](rng=rng, dtype=dtype), rng)
    kind = name.split()[0]
    given = {}
    if kind == "Embedding":
        return layer, {"x": rng.integers(7, size=(T, N))}
    step = {"ConvLSTM": (2, 3, 4), "MultiHeadAttention": (4,), "TransformerBlock": (4,)}.get(kind, (3,))
    given["x"] = rng.standard_normal((T, N, *step)).astype(dtype)
    if kind == "AdditiveAttention" or name == "MultiHeadAttention":
        given["memory"] = rng.standard_normal((T + 2, N, 4)).astype(dtype)
    elif hasattr(layer, "initial_state"):
        zeros = layer.initial_state(N, *step[1:]) if kind == "ConvLSTM" else layer.initial_state(N)
        given["state"] = like(zeros, rng)
    return layer, given


def like(state, rng):
    """Return normal numbers in the form of a state."""
    if isinstance(state, tuple):
        return tuple(like(part, rng) for part in state)
    return rng.standard_normal(state.shape).astype(state.dtype)


def takes_lengths(layer):
    return "lengths" in inspect.signature(layer.forward).parameters


def arrays(value):
    """Return the arrays in results: of a tuple, a dict, or one alone."""
    if isinstance(value, np.ndarray):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return [array for part in parts for array in arrays(part)]


def copied(value):
    """Return the same with copies of its arrays."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, tuple):
        return tuple(copied(part) for part in value)
    return {name: copied(part) for name, part in value.items()} if isinstance(value, dict) else value
