"""Random models: every kind of layer that ONNX has an operator for, with what the operator can be told."""

from typing import Any

import numpy as np
from engines import Case, joined

import lstmlib.numpy as ln
from lstmlib.numpy.gradients import state_arrays

# Name -> how to make it, given the sizes and what else it takes; and how many models are drawn of it.
KINDS = {
    "RNN tanh": (lambda *sizes, **more: ln.RNN(*sizes, **more), 60),
    "RNN relu": (lambda *sizes, **more: ln.RNN(*sizes, nonlinearity="relu", **more), 40),
    "RNN logistic": (lambda *sizes, **more: ln.RNN(*sizes, nonlinearity="logistic", **more), 40),
    "LSTM": (lambda *sizes, **more: ln.LSTM(*sizes, **more), 120),
    "PeepholeLSTM": (lambda *sizes, **more: ln.PeepholeLSTM(*sizes, **more), 120),
    "CoupledLSTM": (lambda *sizes, **more: ln.CoupledLSTM(*sizes, **more), 60),
    "CoupledLSTM peephole": (lambda *sizes, **more: ln.CoupledLSTM(*sizes, peephole=True, **more), 60),
    "GRU after": (lambda *sizes, **more: ln.GRU(*sizes, **more), 100),
    "GRU before": (lambda *sizes, **more: ln.GRU(*sizes, reset="before", **more), 100),
}
MODELS = [(kind, seed) for kind, (_, count) in KINDS.items() for seed in range(count)]


def draw(kind: str, seed: int, dtype: Any = np.float32, **wanted: Any) -> tuple[Any, Case]:
    """Return a layer of one level and what it is given.

    Args:
        kind: one of ``KINDS``.
        seed: which of its models.
        dtype: of all numbers.
        wanted: what isn't left to chance: at least so many ``steps`` and ``units``;
            ``both_ways``, ``reverse``, ``lengths`` (one of them short), ``state``, ``zero_c``,
            ``no_bias``, ``clip`` (the limit, or False).
    """
    rng = np.random.default_rng([list(KINDS).index(kind), seed])
    T, N, D = rng.integers(wanted.get("steps", 1), 13), rng.integers(1, 7), rng.integers(1, 9)
    H = max(round(2 ** rng.uniform(0.0, 5.5)), wanted.get("units", 1))
    chance = {
        name: bool(rng.integers(0, high) == 0)
        for name, high in {"both_ways": 2, "lengths": 2, "state": 2, "zero_c": 4, "no_bias": 5, "clip": 3}.items()
    } | wanted
    make, _ = KINDS[kind]
    limit = float(rng.choice([0.2, 0.5, 1.0, 2.0])) if chance["clip"] else None
    limit = wanted.get("clip", limit) or None
    layer = make(D, H, clip=limit, rng=rng, dtype=dtype)
    if chance["both_ways"]:
        layer = ln.Bidirectional(layer, make(D, H, clip=limit, rng=rng, dtype=dtype))
    elif wanted.get("reverse", seed % 3 == 0):
        layer = ln.Reversed(layer)
    widen = rng.choice([1.0, 2.0])  # weights as at the start of training, or larger
    for name, value in layer.params.items():
        value *= 0.0 if chance["no_bias"] and name.startswith("bias") else widen
    lengths = rng.integers(1, T + 1, N).astype(np.int32) if chance["lengths"] else None
    if wanted.get("lengths"):
        lengths[0] = np.clip(lengths[0], 2, T - 1)  # so that one counts
    state = None
    if chance["state"]:
        parts = [rng.standard_normal(part.shape).astype(dtype) for part in state_arrays(layer.initial_state(N))]
        if len(parts) == 2 and chance["zero_c"]:
            parts[1][:] = 0.0
        state = joined(parts)
    return layer, Case(rng.standard_normal((T, N, D)).astype(dtype), lengths, state)
