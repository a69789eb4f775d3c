"""Every layer of ``lstmlib.torch`` with something to read, for tests of what holds for all of them."""

from typing import Any, NamedTuple

import numpy as np
import other_twins
import torch
import twins

import lstmlib.torch as lt

T, N, D, H = 4, 3, 3, 4


class Case(NamedTuple):
    """A layer in float64, and what to call it with; the batch is the second dimension of each tensor's first part."""

    layer: torch.nn.Module
    x: torch.Tensor
    arguments: dict[str, Any]


def _cell(name: str, fast: bool, **shape: Any) -> Case:
    torch.manual_seed(0)
    more = {"fast": fast} if name in twins.KERNELS else {}
    return Case(
        twins.make(lt, name, D, H, dtype=torch.float64, **more, **shape), torch.randn(T, N, D, dtype=torch.float64), {}
    )


def _reversed(name: str, fast: bool, **shape: Any) -> Case:
    case = _cell(name, fast, **shape)
    return case._replace(layer=lt.Reversed(case.layer))


def _other(name: str) -> Case:
    torch.manual_seed(0)
    x, state, _ = other_twins.draw(name, np.random.default_rng(0), T, N, None)
    layer = other_twins.make(lt, name, dtype=torch.float64)
    with torch.no_grad():
        for value in layer.parameters():  # away from the 0 or 1 that some start from
            value += 0.3 * torch.randn_like(value)
    if name.startswith("ConvLSTM") or state is None:
        return Case(layer, torch.as_tensor(x), {})
    return Case(layer, torch.as_tensor(x), {"memory": torch.as_tensor(state)})


CASES = {
    **{f"{name}, loop": (lambda name=name: _cell(name, False)) for name in twins.CELLS},
    **{f"{name}, kernel": (lambda name=name: _cell(name, True)) for name in twins.KERNELS},
    **{f"{name}, two layers": (lambda name=name: _cell(name, True, num_layers=2)) for name in ("LSTM", "Carousel")},
    **{
        f"{name}, both ways": (lambda name=name: _cell(name, True, both_ways=True))
        for name in ("GRU after", "LSTM1997")
    },
    "LSTM, two levels both ways": lambda: _cell("LSTM", True, num_layers=2, both_ways=True),
    "Reversed, kernel": lambda: _reversed("LSTM", True),
    "Reversed, two levels": lambda: _reversed("GRU before", False, num_layers=2),
    **{name: (lambda name=name: _other(name)) for name in other_twins.LAYERS},
    "Embedding": lambda: Case(
        lt.Embedding(5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)),
        torch.arange(T * N).view(T, N) % 5,
        {},
    ),
    "PositionalEncoding": lambda: Case(lt.PositionalEncoding(4), torch.ones(T, N, 4, dtype=torch.float64), {}),
}
LEARNING = [name for name in CASES if name != "PositionalEncoding"]


def run(case: Case, layer: torch.nn.Module | None = None) -> torch.Tensor:
    """Return y."""
    y: torch.Tensor = (case.layer if layer is None else layer)(case.x, **case.arguments)[0]
    return y


def owners(layer: torch.nn.Module) -> list[tuple[torch.nn.Module, str, torch.nn.Parameter]]:
    """Return every parameter with the module that has it, and its name there."""
    return [
        (module, name, value) for module in layer.modules() for name, value in module.named_parameters(recurse=False)
    ]
