"""An LSTM read step by step, so that a gate can be held at single places: what ``lstmlib.numpy.LSTM`` computes."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

GATES = {"input": 0, "forget": 1, "output": 3}  # where they stand among the four rows of the weights

Numbers = NDArray[np.float32]


class Cells(NamedTuple):
    """One layer's weights: rows of input gates, forget gates, candidates and output gates."""

    x: Numbers  # (4H, D)
    h: Numbers  # (4H, H)
    bias: Numbers  # (4H,)

    @property
    def size(self) -> int:
        """H."""
        return self.h.shape[1]


class Reading(NamedTuple):
    """What cells did at each step, (T, N, H) each."""

    input: Numbers
    forget: Numbers
    output: Numbers
    c: Numbers
    h: Numbers


class Held(NamedTuple):
    """A gate that stands still."""

    gate: str  # one of ``GATES``
    value: Numbers  # (H,)
    where: NDArray[np.bool_] | None = None  # (T, N); everywhere if None


def cells_of(values: Mapping[str, Any], layer: str = "recurrent", end: str = "_l0") -> Cells:
    """Return a layer's weights from parameters by name, as torch and the library call them."""
    x, h, one, two = (
        np.asarray(values[f"{layer}.{name}{end}"], np.float32)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    return Cells(x, h, one + two)


def read(cells: Cells, x: NDArray[Any], state: tuple[Numbers, Numbers] | None = None, *held: Held) -> Reading:
    """Return what cells do as they read sequences.

    Args:
        cells: the layer.
        x: (T, N, D), or (T, N) whole numbers, which stand for the columns of the input weights.
        state: c and h before the first step, (N, H) each; zeros if ``None``.
        held: gates that stand still.

    Raises:
        ValueError: sequences of another shape.
    """
    by_column = np.issubdtype(x.dtype, np.integer)
    if x.ndim != (2 if by_column else 3):
        raise ValueError(f"x has shape {x.shape}, expected (T, N, D), or (T, N) whole numbers")
    (T, N), H = x.shape[:2], cells.size
    found = Reading(*np.empty((5, T, N, H), np.float32))
    c, h = state or (np.zeros((N, H), np.float32), np.zeros((N, H), np.float32))
    columns, back = np.ascontiguousarray(cells.x.T), np.ascontiguousarray(cells.h.T)
    for t in range(T):
        drive = columns[x[t]] if by_column else x[t] @ columns
        a = (drive + h @ back + cells.bias).reshape(N, 4, H)
        gates = 0.5 * (1.0 + np.tanh(0.5 * a))  # (N, 4, H); the third is not a gate
        for one in held:
            k = GATES[one.gate]
            gates[:, k] = one.value if one.where is None else np.where(one.where[t][:, None], one.value, gates[:, k])
        c = gates[:, 1] * c + gates[:, 0] * np.tanh(a[:, 2])
        h = gates[:, 3] * np.tanh(c)
        for k, value in enumerate((gates[:, 0], gates[:, 1], gates[:, 3], c, h)):
            found[k][t] = value
    return found


def means(reading: Reading) -> dict[str, Numbers]:
    """Return each gate's mean over all steps, by name, (H,)."""
    return {name: getattr(reading, name).mean((0, 1)) for name in GATES}


def held_still(fixed: Mapping[str, Numbers]) -> dict[str, tuple[Held, ...]]:
    """Return what to hold so that one gate stands still everywhere, by its name; and "all": every one of them."""
    each = {gate: Held(gate, fixed[gate]) for gate in GATES}
    return {**{gate: (held,) for gate, held in each.items()}, "all": tuple(each.values())}


def before(reading: Reading, places: NDArray[np.int64]) -> tuple[Numbers, Numbers]:
    """Return c and h before each place (n, 2), which is no sequence's first step: (n, H) each."""
    t, n = places.T
    return reading.c[t - 1, n], reading.h[t - 1, n]
