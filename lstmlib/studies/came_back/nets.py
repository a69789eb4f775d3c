"""The frame in which every recurrence stands, so that nothing else differs: two blocks with residual connections."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstmlib.studies.came_back.layers import HEADS, LAYERS
from lstmlib.studies.side_by_side import Params, affine, part_of

BLOCKS = 2


def shapes(kind: str, D: int, O: int, H: int, E: int) -> dict[str, tuple[int, ...]]:  # noqa: E741
    """Return the shapes of a net's parameters.

    Args:
        kind: one of ``LAYERS``.
        D: the width of the inputs.
        O: that of the outputs.
        H: how many units the recurrence has.
        E: the width between the blocks.
    """
    layer, found = LAYERS[kind], {"enter.weight": (E, D), "enter.bias": (E,)}
    for block in range(BLOCKS):
        rows = layer.rows(H)
        parts = {"layer.in": (rows, E), "layer.bias": (rows,)}
        parts |= {f"layer.{name}": shape for name, shape in layer.extra(H).items()}
        parts |= {"out.weight": (E, layer.width(H)), "out.bias": (E,)}
        parts |= {"wide.weight": (2 * E, E), "wide.bias": (2 * E,), "narrow.weight": (E, 2 * E), "narrow.bias": (E,)}
        found |= {f"{block}.{name}": shape for name, shape in parts.items()}
    return found | {"leave.weight": (O, E), "leave.bias": (O,)}


def count(kind: str, D: int, O: int, H: int, E: int) -> int:  # noqa: E741
    """Return how many numbers a net has; arguments as ``shapes``."""
    return sum(torch.Size(shape).numel() for shape in shapes(kind, D, O, H, E).values())


def units(kind: str, D: int, O: int, E: int) -> int:  # noqa: E741
    """Return with how many units a net comes closest to the parameters of an LSTM with E units."""
    wanted, step = count("LSTM", D, O, E, E), HEADS if kind.startswith(("mLSTM", "delta")) else 1
    return min(range(step, 6 * E, step), key=lambda H: abs(count(kind, D, O, H, E) - wanted))


class Net(nn.Module):
    """One net's numbers; ``run`` computes with those of many.

    Weights are from U[-1/sqrt(n), 1/sqrt(n)], n being how many numbers a row hears, and biases 0.

    Args:
        kind: one of ``LAYERS``.
        D: the width of the inputs.
        O: that of the outputs.
        E: the width between the blocks.
        start: one of the layer's ``starts``.
        seed: of the initial numbers.
    """

    def __init__(self, kind: str, D: int, O: int, E: int, start: float, seed: int) -> None:  # noqa: E741
        super().__init__()
        self.kind, source = kind, torch.Generator().manual_seed(seed)
        made: Params = {}
        for name, shape in shapes(kind, D, O, units(kind, D, O, E), E).items():
            bound = 0.0 if "bias" in name else shape[-1] ** -0.5
            made[name] = bound * (2.0 * torch.rand(shape, generator=source) - 1.0)
        for block in range(BLOCKS):
            LAYERS[kind].start(part_of(made, f"{block}.layer."), start)
        for name, value in made.items():
            self.register_parameter(name.replace(".", "_"), nn.Parameter(value))


def run(kind: str, p: Params, x: Tensor) -> Tensor:
    """Return what K nets make of their sequences x (K, N, T, D): scores (K, N, T, O).

    Args:
        kind: one of ``LAYERS``.
        p: the parameters of all, by their names in ``Net``.
        x: inputs.
    """
    x = affine(x, p["enter_weight"], p["enter_bias"])
    for block in range(BLOCKS):
        b = part_of(p, f"{block}_")
        y = LAYERS[kind].run(part_of(b, "layer_"), normed(x))
        x = x + affine(y, b["out_weight"], b["out_bias"])
        y = torch.relu(affine(normed(x), b["wide_weight"], b["wide_bias"]))
        x = x + affine(y, b["narrow_weight"], b["narrow_bias"])
    return affine(normed(x), p["leave_weight"], p["leave_bias"])


def normed(x: Tensor) -> Tensor:
    """Return x with mean 0 and variance 1 at every step; the maps that follow have the scale and the shift."""
    return F.layer_norm(x, x.shape[-1:])
