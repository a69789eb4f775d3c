"""Net inputs that are limited before they are squashed, as in ``lstmlib.numpy.squashing``."""

import torch
from torch import Tensor


def limit(net: Tensor, clip: float | None) -> Tensor:
    """Return net inputs limited to [-clip, clip], where no error flows back; as they are if ``clip`` is ``None``."""
    if clip is None:
        return net
    return torch.where(net.abs() < clip, net, net.detach().clamp(-clip, clip))
