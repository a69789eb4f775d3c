"""Checks of what callers pass in: the errors are those of ``lstmlib.numpy``, and the device's beside them."""

from typing import Any

import torch
from torch import Tensor, nn

from lstmlib.numpy.checks import fits, named, written


def read_parameter(layer: nn.Module, name: str, shape: tuple[int, ...]) -> Tensor:
    """Return a layer's parameter, stored or computed, if it has the shape that the layer asks for.

    Raises:
        TypeError: it is no tensor.
        ValueError: another shape, which torch might broadcast in silence.
    """
    value: Any = getattr(layer, name, None)
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} is {named(value)}, expected a float tensor of shape {written(shape)}")
    if value.shape != shape:
        raise ValueError(f"{name} has shape {tuple(value.shape)}, expected {written(shape)}")
    return value


def batched() -> bool:
    """Return whether ``torch.func`` makes one call of many (vmap), or carries derivatives forward (jvp)."""
    if torch.compiler.is_compiling():
        return False
    levels = torch._C._functorch.get_interpreter_stack() or ()  # type: ignore[attr-defined]
    return any(level.key().name in ("Vmap", "Jvp") for level in levels)


def any_true(mask: Tensor) -> bool:
    """Return whether any entry is True; False where nobody can know: in a graph, in ``vmap``, on the meta device."""
    if torch.compiler.is_compiling() or mask.device.type == "meta":
        return False
    if mask.is_cuda and torch.cuda.is_current_stream_capturing():
        return False
    try:
        return bool(mask.any())
    except RuntimeError as error:  # said by vmap, by fake tensors, by tracers
        if any(word in str(error) for word in ("vmap", "_local_scalar_dense", "tracing tensor")):
            return False
        raise


def check_tensor(name: str, value: Any, shape: tuple[int | str, ...], like: Tensor) -> Tensor:
    """Return ``value`` if it is a tensor of that shape, free of NaN, of the dtype and on the device of ``like``.

    NaN is looked for only where a value can be branched on: not in the graphs of ``torch.compile``, not in
    ``torch.func.vmap``. On a GPU the look waits for the device.

    Args:
        name: what the caller calls the tensor, for the error.
        value: the tensor.
        shape: one entry a dimension: an int where the size is fixed, a letter where any size from 1 up will do.
        like: a parameter of the layer.

    Raises:
        TypeError: not a tensor, not of a floating-point dtype, or not of the parameters'.
        ValueError: a wrong rank or size, an empty dimension, another device, or NaN.
    """
    return check_numbers(name, check_form(name, value, shape, like), shape)


def check_form(name: str, value: Any, shape: tuple[int | str, ...], like: Tensor) -> Tensor:
    """Return ``value`` if it is what ``check_tensor`` asks for, whatever numbers are in it.

    Raises:
        TypeError, ValueError: it is not.
    """
    expected = written(shape)
    if not isinstance(value, Tensor):
        argument = name.partition(" ")[0]  # "state[0] (h)" is state[0]
        hints = {"ndarray": f": pass torch.as_tensor({argument})"}
        hints["PackedSequence"] = f": pass {argument}, lengths = torch.nn.utils.rnn.pad_packed_sequence({argument})"
        hint = hints.get(type(value).__name__, "")
        raise TypeError(f"{name} is {named(value)}, expected a float tensor of shape {expected}{hint}")
    check_dense(name, value, f"a dense float tensor of shape {expected}")
    if not like.is_floating_point():
        raise TypeError(f"the layer's parameters are {like.dtype}, expected floats: layer.to(torch.float32)")
    have = tuple(value.shape)
    if not fits(have, shape):
        more = have[:1] == (1,) and fits(have[1:], shape)
        hint = " without a leading dimension of 1, torch.nn's for layers" if more else ""
        hint += f": pass {name.partition(' ')[0]}[0]" if more else ""
        raise ValueError(f"{name} has shape {have}, expected {expected}{hint}")
    if value.numel() == 0:
        raise ValueError(f"{name} has shape {have}, which is empty; expected {expected} with sizes of at least 1")
    if not value.is_floating_point():
        raise TypeError(
            f"{name} of shape {have} has dtype {value.dtype}, expected floats of shape {expected}: "
            f"pass {name.partition(' ')[0]}.to({like.dtype})"  # "state[0] (h)" is state[0]
        )
    if value.device != like.device:
        raise ValueError(
            f"{name} of shape {have} is on {value.device}, expected {like.device}, where the parameters are"
        )
    if value.dtype != like.dtype and not (like.device.type != "meta" and torch.is_autocast_enabled(like.device.type)):
        argument = name.partition(" ")[0]
        raise TypeError(
            f"{name} of shape {have} has dtype {value.dtype}, expected {like.dtype}, the parameters': "
            f"pass {argument}.to({like.dtype}), or make the layer's parameters so: layer.to({value.dtype})"
        )
    return value


def check_numbers(name: str, value: Tensor, shape: tuple[int | str, ...]) -> Tensor:
    """Return ``value`` if it is free of NaN, as far as ``check_tensor`` looks.

    Raises:
        ValueError: it is not.
    """
    nan = value.isnan()
    if any_true(nan):
        first, have = tuple(int(index) for index in nan.nonzero()[0]), tuple(value.shape)
        hint = "; if it comes from another layer, lstmlib.torch.explosions.check_finite(net, ...) says which explodes"
        raise ValueError(
            f"{name} of shape {have} is NaN at index {first}, expected numbers of shape {written(shape)}{hint}"
        )
    return value


def check_dense(name: str, value: Tensor, wanted: str) -> None:
    """Refuse tensors that are not laid out as one block of numbers.

    Raises:
        TypeError: a sparse or a nested tensor, or one with a mask of its own.
    """
    if value.is_nested:
        how = "torch.nested.to_padded_tensor(x, 0.0), and lengths with it"
        raise TypeError(f"{name} is a nested tensor, expected {wanted}: pass {how}")
    if value.layout != torch.strided:
        raise TypeError(
            f"{name} has layout {value.layout}, expected {wanted}: pass {name.partition(' ')[0]}.to_dense()"
        )
    if type(value).__name__ == "MaskedTensor":
        raise TypeError(f"{name} is a MaskedTensor, expected {wanted}; lengths say where sequences end")


def check_lengths(name: str, value: Any, num_steps: int, batch_size: int, like: Tensor) -> Tensor:
    """Return ``value`` if it is a tensor (N,) of integers from 1 to T, where ``like`` is; all T if it is ``None``.

    Like NaN in ``check_tensor``, the range is looked at only where a value can be branched on.

    Raises:
        TypeError: not a tensor, or not of an integer dtype.
        ValueError: another shape or device, or a length outside the range.
    """
    if value is None:
        return torch.full((batch_size,), num_steps, device=like.device)
    wanted = f"integers from 1 to {num_steps} of shape ({batch_size},)"
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} is {named(value)}, expected {wanted}: pass torch.as_tensor({name})")
    check_dense(name, value, wanted)
    have = tuple(value.shape)
    if value.dtype not in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8):
        raise TypeError(f"{name} of shape {have} has dtype {value.dtype}, expected {wanted}")
    if have != (batch_size,):
        raise ValueError(f"{name} has shape {have}, expected {wanted}")
    if value.device != like.device:
        raise ValueError(f"{name} is on {value.device}, expected {wanted} on {like.device}, where the parameters are")
    if any_true((value < 1) | (value > num_steps)):
        raise ValueError(f"{name} runs from {int(value.min())} to {int(value.max())}, expected {wanted}")
    return value
