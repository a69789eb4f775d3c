"""Parameters in half precision: so a page's net is kept, half as large, and judged as it is kept."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch


def halves(net: "torch.nn.Module") -> dict[str, NDArray[np.float16]]:
    """Return a net's parameters rounded to half precision, by name; the net itself takes the rounded ones, too."""
    import torch

    found = {}
    with torch.no_grad():
        for name, value in net.named_parameters():
            value.copy_(value.half().float())
            found[name] = value.numpy().astype(np.float16)
    return found


def kept(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the parameters in a safetensors file of half precision, in single precision."""
    from safetensors.numpy import load_file

    return {name: value.astype(np.float32) for name, value in load_file(path).items()}
