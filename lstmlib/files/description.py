"""What a layer computes beside its numbers, in words that go into a file and are compared when it is read.

A description is a flat dict. For every part of a layer, at "<path>.class", it holds what the part is, and at
"<path>.<name>" every setting that changes what it computes: ``{"class": "lstmlib.TransformerBlock", "norm": "pre",
"self_attn.class": "lstmlib.MultiHeadAttention", "self_attn.num_heads": 2, ...}``. Left out are settings that are
``None`` or False, which say that something isn't there; and what names and shapes of the parameters tell.

Recurrent layers are described level by level, so that one net has one description however it is put together: a
layer of two levels, a ``Stack`` of two, and torch.nn's with ``num_layers=2`` are all "l0", "l1"; the other direction
is "l0_reverse". These are the ends of their parameters' names.
"""

import functools
import inspect
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import SimpleNamespace
from typing import Any

import numpy as np

import lstmlib.numpy as ln
from lstmlib.numpy.recurrent import Recurrent

Description = dict[str, Any]

# Settings of our layers that names and shapes of the parameters tell.
SHAPES = {
    "attention_size",
    "biased",
    "embed_size",
    "feedforward_size",
    "hidden_channels",
    "hidden_kernel_size",
    "hidden_size",
    "in_channels",
    "input_size",
    "kernel_size",
    "key_size",
    "loop",
    "num_blocks",
    "num_cells",
    "num_layers",
    "num_symbols",
    "output_size",
    "peephole",
    "proj_size",
    "query_size",
    "size",
}
# Settings of our layers that change how they compute, start or learn, and not what they compute.
ASIDE = {"fast", "forget_bias", "gradient", "input_gate_bias", "output_gate_bias", "weight_range"}
# What people write on their own layers and is no setting.
NOTES = {"device", "dtype", "name", "training"}
# Ours that no other layer, ours or torch.nn's, shares names and shapes of all parameters with.
TOLD = {
    f"lstmlib.{name}"
    for name in ("AdditiveAttention", "ConvLSTM", "Embedding", "LSTM", "Linear", "PeepholeLSTM", "ProjectedLSTM")
}
LONGEST = 80  # characters of a name or value in a message
MOST = 8  # differences in a message


def describe(layer: Any) -> Description:
    """Return the description of a layer of ``lstmlib.numpy`` or of a ``torch.nn.Module``."""
    found: Description = {}
    if is_module(layer):
        from lstmlib.files import modules

        parts = modules.parts(layer)
    else:
        parts = _parts("", layer, ())
    for path, kind, settings in parts:
        at = f"{path}." if path else ""
        found[f"{at}class"] = kind
        found |= {f"{at}{name}": value for name, value in settings.items() if value is not None and value is not False}
    return found


def is_module(layer: Any) -> bool:
    """Whether it is a ``torch.nn.Module``: asked without importing torch, which may not be there."""
    return callable(getattr(layer, "state_dict", None)) and callable(getattr(layer, "named_modules", None))


def differences(stated: Description, wanted: Description, ignore: Collection[str] = ()) -> Iterator[str]:
    """Say in words in what two descriptions differ; where a part is another, no more is said of it."""
    stated, wanted = _by_level(stated, wanted), _by_level(wanted, stated)
    other: set[str] = set()
    for key in sorted(stated.keys() | wanted.keys(), key=lambda key: (not key.endswith("class"), key)):
        have, want = stated.get(key), wanted.get(key)
        path, _, name = key.rpartition(".")
        ours = str(stated.get(f"{path}.class".lstrip("."))).startswith("lstmlib.")
        if have == want or path in other or key in ignore or (ours and name in ASIDE):
            continue
        if key == "class":
            other.add(path)
            yield f"it holds an {shown(have)}, expected an {shown(want)}"
        elif key.endswith(".class"):
            other.add(path)
            yield f"its {shown(path)} is {_part(have, 'missing')}, expected {_part(want, 'none')}"
        else:
            yield f"its {shown(key)} is {_value(have, want)}, expected {_value(want, have)}"


def _by_level(one: Description, other: Description) -> Description:
    """Return a description with "l0" for a single layer, where the other has several levels or directions."""
    levels = {key.removesuffix("l0.class") for key in other if key == "l0.class" or key.endswith(".l0.class")}
    renamed = dict(one)
    for at in levels:
        for key in one if f"{at}class" in one else ():
            name = key.removeprefix(at)
            if key.startswith(at) and "." not in name:
                renamed[f"{at}l0.{name}"] = renamed.pop(key)
    return renamed


def not_told(wanted: Description, ignore: Collection[str] = ()) -> list[str]:
    """Return what of a description a file without one leaves open: classes that others look like, and settings."""
    return [
        f"{shown(key)} {_value(value)}"
        for key, value in wanted.items()
        if key not in ignore and not (key.rpartition(".")[2] == "class" and value in TOLD)
    ]


def shown(name: Any, longest: int = LONGEST) -> str:
    """Return a name for a message, its middle left out if it is long."""
    text = str(name).encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= longest else f"{text[: longest // 2]}…{text[1 - longest // 2 :]}"


def listed(items: Collection[str], separator: str = ", ") -> str:
    """Return the first few items for a message, and how many more there are."""
    few = list(items)[:MOST]
    return separator.join(few) + (f" and {len(items) - MOST} more" if len(items) > MOST else "")


def kind_of(cls: type) -> str:
    """Return the name of a class: the same in both backends for ours, without the module for people's own."""
    room = cls.__module__.partition(".")[0]
    if room == "lstmlib":
        return f"lstmlib.{cls.__qualname__}"
    return f"{cls.__module__}.{cls.__qualname__}" if room == "torch" else cls.__name__


def settings_of(part: Any, cls: type) -> Description:
    """Return the settings of one part, of our layers and of people's own; ``cls`` is its class."""
    # The constructor's arguments, its bases' too; one of them may be kept under its name with an underscore.
    made_by = [vars(base)["__init__"] for base in cls.__mro__[:-1] if "__init__" in vars(base)]
    arguments = {name for function in made_by for name in inspect.signature(function).parameters}
    ours = cls.__module__.startswith("lstmlib.")
    known = any(base.__module__.startswith("lstmlib.") for base in cls.__mro__)
    found: Description = {}
    for name, value in vars(part).items():
        public = name.removeprefix("_") if name.removeprefix("_") in arguments else name
        if public.startswith("_") or (ours and public not in arguments):
            continue
        if public in (SHAPES | ASIDE | NOTES if known else NOTES):
            continue
        try:
            written = plain(value)
        except RecursionError:  # a list that holds itself
            continue
        if written is not ...:
            found[public] = written
    return found


def plain(value: Any) -> Any:
    """Return a setting's value as JSON has it; ``...`` for what is no setting: an array, a layer, a generator."""
    if value is None or isinstance(value, bool | int | str):
        return value if not isinstance(value, Enum) else value.name
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else repr(float(value))
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, complex | bytes | range | slice):
        return repr(value)
    if isinstance(value, functools.partial):
        return [plain(value.func), plain(value.args), plain(value.keywords)]
    if is_dataclass(value) and not isinstance(value, type):
        return plain({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, SimpleNamespace):
        return plain(vars(value))
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return _all({str(key): plain(item) for key, item in value.items()})
    if isinstance(value, set | frozenset):
        return _all(sorted((plain(item) for item in value), key=repr))
    if isinstance(value, list | tuple):
        return _all([plain(item) for item in value])
    name = getattr(value, "__qualname__", getattr(value, "__name__", None))
    if callable(value) and isinstance(name, str):  # a function or a class; people's own without the module, as layers
        room = getattr(value, "__module__", None) or "numpy"
        return f"{room}.{name}" if room.partition(".")[0] in ("torch", "numpy", "lstmlib") else name
    return ...


def _all(items: Any) -> Any:
    """Return a container of plain values, or ``...`` if it holds anything else."""
    values = items.values() if isinstance(items, dict) else items
    return ... if any(item is ... for item in values) else items


def _parts(path: str, layer: Any, above: tuple[Any, ...]) -> Iterator[tuple[str, str, Description]]:
    """Yield path, class and settings of a NumPy layer and of every layer within it."""
    if type(layer) in (ln.Stack, ln.Bidirectional) or isinstance(layer, Recurrent):
        yield from levels_of(path, layer, (ln.Stack, ln.Bidirectional))
        return
    yield path, kind_of(type(layer)), settings_of(layer, type(layer))
    for name, value in vars(layer).items():
        for at, part in inside(name, value, lambda item: hasattr(item, "params") and hasattr(item, "forward")):
            if all(part is not other for other in (*above, layer)):
                yield from _parts(f"{path}.{at}".lstrip("."), part, (*above, layer))


def levels_of(path: str, net: Any, kinds: tuple[Any, Any]) -> Iterator[tuple[str, str, Description]]:
    """Yield path, class and settings of every level and direction of a recurrent net of either backend.

    Args:
        path: where the net is.
        net: a recurrent layer, or one of ``kinds`` of them.
        kinds: the backend's ``Stack`` and ``Bidirectional``.
    """
    stack, both = kinds
    levels = list(net.layers) if type(net) is stack else [net] * getattr(net, "num_layers", 1)
    alone = len(levels) == 1 and type(levels[0]) is not both
    for k, level in enumerate(levels):
        ways = [level.forward_layer, level.backward_layer] if type(level) is both else [level]
        for way, end in zip(ways, ("", "_reverse"), strict=False):
            cls = plain_class(type(way))
            at = path if alone else f"{path}.l{k}{end}".lstrip(".")
            yield at, kind_of(cls), settings_of(way, cls)


def plain_class(cls: type) -> type:
    """Return a class as it was before ``torch.nn.utils.parametrize`` made a subclass of it."""
    return cls.__mro__[1] if cls.__module__ == "torch.nn.utils.parametrize" and len(cls.__mro__) > 2 else cls


def inside(
    path: str, value: Any, is_layer: Callable[[Any], bool], above: tuple[Any, ...] = ()
) -> Iterator[tuple[str, Any]]:
    """Yield every layer in an attribute, which may be one, or hold some in tuples, lists and dicts, with its path."""
    if is_layer(value):
        yield path, value
    elif isinstance(value, Mapping | list | tuple) and all(value is not other for other in above):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, item in items:
            yield from inside(f"{path}.{key}", item, is_layer, (*above, value))


def _part(kind: Any, otherwise: str) -> str:
    return otherwise if kind is None else shown(kind)


def _value(value: Any, other: Any = None) -> str:
    if value is None:
        return "False" if other is True else "not set"
    return shown(repr(value))
