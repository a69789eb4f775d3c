"""Which part of a net explodes, found after the fact: a look at every part in training would wait for the GPU."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from lstmlib.numpy.checks import listed, shown
from lstmlib.numpy.layer import NotFinite


def check_finite(net: nn.Module, *inputs: Any, **arguments: Any) -> None:
    """Run a net once more, and say which of its parts makes infinity or NaN of finite numbers, if one does.

    To be called when a loss is not finite: ``if not loss.isfinite(): check_finite(net, x)``.

    Args:
        net: any module; its parts may be of torch.nn as well as of ``lstmlib.torch``.
        inputs: what it was called with.
        arguments: the same, by name.

    Raises:
        NotFinite: a part does; the error names it as ``net.named_modules()`` does, and says at which step where its
            output is (T, N, ...); or parameters are not finite; or what came in.
    """
    hooks = []
    try:
        for path, part in net.named_modules():
            hooks.append(part.register_forward_pre_hook(_before(path, part), with_kwargs=True))
            hooks.append(part.register_forward_hook(_after(path, part), with_kwargs=True))
        with torch.no_grad():
            net(*inputs, **arguments)
    finally:
        for hook in hooks:
            hook.remove()


def _before(path: str, part: nn.Module) -> Callable[..., None]:
    def look(_: nn.Module, inputs: Any, arguments: Any) -> None:
        named = part.named_parameters(recurse=False)
        if bad := [name for name, value in named if not _finite(value)]:
            raise NotFinite(f"{_name(part)} has parameters that are not finite: {listed(bad)}", path, part)
        if not path and not _finite((inputs, arguments)):
            raise NotFinite("what comes in is not finite", path, part)

    return look


def _after(path: str, part: nn.Module) -> Callable[..., None]:
    def look(_: nn.Module, inputs: Any, arguments: Any, output: Any) -> None:
        for value in _tensors(output):
            if not _finite(value):
                bad = ~value.isfinite()
                first = tuple(int(index) for index in bad.nonzero()[0])
                when = f" from step {first[0]} on" if value.ndim > 1 else ""
                where = f"its output is not finite{when}, {float(value[first])} at index {first}"
                raise NotFinite(f"{_name(part)} explodes: {where}, although what came in is finite", path, part)

    return look


def _name(part: nn.Module) -> str:
    return shown(f"{type(part).__name__}({part.extra_repr()})").strip("'\"")


def _finite(value: Any) -> bool:
    return all(bool(tensor.isfinite().all()) for tensor in _tensors(value))


def _tensors(value: Any) -> Iterator[Tensor]:
    """Yield the tensors of floats in what a module takes or returns."""
    if isinstance(value, Tensor):
        if value.is_floating_point():
            yield value
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _tensors(item)
