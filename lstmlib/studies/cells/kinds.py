"""The cells that are compared, each with as many units as bring a net closest to the same number of parameters."""

from typing import NamedTuple

import numpy as np

from lstmlib.numpy.checks import Array
from lstmlib.studies.variants.nets import VARIANTS

LSTM, GRU, RNN = range(3)
SQUARED, CLASSES, BINARY = range(3)  # losses
NAMES = ("ih", "hh", "bias", "ch", "gg", "out", "out_bias")  # a net's arrays, in order

# From the LSTM to a GRU, a part at a time; without an exit and its squashing, the cell is JANET's, without its beta.
STEPS: dict[str, tuple[str, ...]] = {
    "coupled": ("no peepholes", "coupled"),
    "no exit": ("no peepholes", "coupled", "no output gate"),
    "JANET": ("no peepholes", "coupled", "no output gate", "no output activation"),
}
CHANGED = VARIANTS | STEPS
OTHERS = {"GRU": GRU, "GRU before": GRU, "RNN": RNN}
CELLS = (*CHANGED, *OTHERS)
TITLES = {
    "V": "vanilla",
    "NIG": "no input gate",
    "NFG": "no forget gate",
    "NOG": "no output gate",
    "NIAF": "no input activation",
    "NOAF": "no output activation",
    "CIFG": "coupled gates",
    "NP": "LSTM (no peepholes)",
    "FGR": "full gate recurrence",
    "coupled": "coupled LSTM",
    "no exit": "coupled LSTM without output gate",
    "JANET": "one gate (JANET)",
    "GRU": "GRU",
    "GRU before": "GRU, reset before",
    "RNN": "plain tanh net",
}
UNBIASED = ("NFG", "RNN")  # without a gate that keeps, whose bias could be chosen


class Shape(NamedTuple):
    """A net, as the compiled code takes it."""

    kind: int  # LSTM, GRU or RNN
    D: int
    H: int
    O: int  # noqa: E741
    R: int  # rows of all blocks
    rows: tuple[int, ...]  # first row of the blocks i, f, g, o; -1 where there is none
    place: tuple[int, ...]  # first place among the gates that are there; -1 for g and where there is none
    at: tuple[int, ...]  # where each of ``NAMES`` begins in the net's row of numbers
    coupled: bool
    peepholes: bool
    recurrence: bool
    squash_g: bool
    squash_c: bool
    after: bool  # a GRU's reset gate after the product


def shape_of(cell: str, D: int, H: int, O: int) -> Shape:  # noqa: E741
    """Return a net of one cell as the compiled code takes it.

    Args:
        cell: a name in ``CELLS``.
        D: the width of the inputs.
        H: how many units.
        O: the width of the outputs.

    Raises:
        ValueError: no such cell.
    """
    if cell not in CELLS:
        raise ValueError(f"cell is {cell!r}, expected one of {', '.join(map(repr, CELLS))}")
    rows: tuple[int, ...]
    place: tuple[int, ...]
    if cell in OTHERS:
        blocks, rows, place = 1 if cell == "RNN" else 3, (0, H, 2 * H, -1), (-1,) * 4
        changes: tuple[str, ...] = ("no peepholes",)
        ch = H if cell == "GRU" else 0
    else:
        changes = CHANGED[cell]
        blocks, rows, place = blocks_of(changes, H)
        ch = 0 if "no peepholes" in changes else H * sum(first >= 0 for first in place)
    gg = 3 * H if "gate recurrence" in changes else 0
    sizes = (blocks * H * D, blocks * H * H, blocks * H, ch, gg * gg, O * H)
    at = tuple(int(part) for part in np.cumsum((0, *sizes)))
    return Shape(
        OTHERS.get(cell, LSTM), D, H, O, blocks * H, rows, place, at, "coupled" in changes,
        "no peepholes" not in changes, gg > 0, "no input activation" not in changes,
        "no output activation" not in changes, cell == "GRU",
    )  # fmt: skip


def blocks_of(changes: tuple[str, ...], H: int) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """Return how many blocks of rows a cell has, where i, f, g and o begin, and where the gates' peepholes do."""
    coupled = "coupled" in changes
    there = {"i": not coupled and "no input gate" not in changes, "g": True}
    there |= {"f": "no forget gate" not in changes, "o": "no output gate" not in changes}
    blocks = [block for block in "ifgo" if there[block]]
    gates = [block for block in "ifo" if there[block]]
    rows = tuple(H * blocks.index(block) if block in blocks else -1 for block in "ifgo")
    return len(blocks), rows, tuple(H * gates.index(block) if block in gates else -1 for block in "ifgo")


def count(shape: Shape) -> int:
    """Return how many numbers a net has, its read-out's included."""
    return shape.at[-1] + shape.O


def arrays(row: Array, shape: Shape) -> dict[str, Array]:
    """Return a net's arrays by name, views of its row of numbers; those of matrices as (rows, width)."""
    ends = (*shape.at[1:], count(shape))
    found = {name: row[a:b] for name, a, b in zip(NAMES, shape.at, ends, strict=True)}
    gates = round(found["gg"].size ** 0.5)
    widths = {"ih": shape.D, "hh": shape.H, "out": shape.H, "gg": gates}
    return {name: part.reshape(-1, widths[name]) if widths.get(name) else part for name, part in found.items()}


def units(cell: str, D: int, O: int, parameters: int) -> int:  # noqa: E741
    """Return with how many units a net comes closest to so many parameters, the read-out's included."""
    return min(range(1, 65), key=lambda H: abs(count(shape_of(cell, D, H, O)) - parameters))


def start(shape: Shape, bias: float | None, rng: np.random.Generator) -> Array:
    """Return the four rows of numbers with which a net starts: weights, and zeros for gradients and Adam's means.

    Weights are from U[-1/sqrt(H), 1/sqrt(H)], the read-out's bias 0.

    Args:
        shape: of the net.
        bias: where the gate that keeps starts: the forget gate, a GRU's update gate; ``None`` leaves it random.
        rng: source of the weights; the same draws whatever the bias.
    """
    flat = np.zeros((4, count(shape)))
    flat[0] = rng.uniform(-(shape.H**-0.5), shape.H**-0.5, flat.shape[1])
    flat[0, shape.at[-1] :] = 0.0
    if bias is not None and shape.rows[1] >= 0 and shape.kind != RNN:
        first = shape.at[2] + shape.rows[1]
        flat[0, first : first + shape.H] = bias
    return flat
