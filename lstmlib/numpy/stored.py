"""How much a layer keeps between forward and backward."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array, named
from lstmlib.numpy.layer import Cache


def stored_numbers(cache: Any) -> int:
    """Return how many floating-point numbers a cache holds, each array counted once however often it is named.

    An array that is a view of another counts as the whole of what it views, since that is what stays in memory. Masks
    of booleans don't count, nor do the parameters, which all caches of a layer share.

    Args:
        cache: what a layer's ``forward`` returned: arrays, and tuples, lists or dicts of them.

    Raises:
        TypeError: something else, such as the layer.
    """
    if not isinstance(cache, np.ndarray | Cache | Mapping | tuple | list):
        raise TypeError(f"cache is {named(cache)}, expected what a layer's forward returned")
    owners: dict[int, Array] = {}
    _gather(cache, owners)
    return sum(array.size for array in owners.values())


def _gather(part: Any, owners: dict[int, Array]) -> None:
    if isinstance(part, np.ndarray):
        while isinstance(part.base, np.ndarray):
            part = part.base
        if np.issubdtype(part.dtype, np.floating):
            owners[id(part)] = part
    elif isinstance(part, Cache):
        _gather(part.kept, owners)
    elif isinstance(part, Mapping):
        _gather(list(part.values()), owners)
    elif isinstance(part, tuple | list):
        for inner in part:
            _gather(inner, owners)
