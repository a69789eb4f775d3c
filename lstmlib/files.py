"""Save a layer's parameters, and load them again in either backend.

::

    from lstmlib.files import load, save
    save(layer, "model.safetensors")    # a layer of lstmlib.numpy, or any torch.nn.Module
    load(layer, "model.safetensors")    # into a layer of the same kind and size, of either backend

The file holds numbers, names and text, nothing that could run (https://github.com/huggingface/safetensors).
"""

import importlib
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import lstmlib

# What changes the meaning of a layer's parameters, but neither their names nor their shapes: it goes into the file too.
SETTINGS = (
    "activation",
    "block_size",
    "causal",
    "clip",
    "doors",
    "eps",
    "g",
    "h",
    "nonlinearity",
    "norm",
    "num_heads",
    "peephole",
    "reset",
)
FLOATS = ("F16", "F32", "F64")  # as safetensors calls them


def save(layer: Any, path: str | os.PathLike[str]) -> None:
    """Write a layer's parameters to a file, which another program sees either whole or not at all.

    Beside them the file says, as text, which layer of which version of lstmlib they are from, and those of its
    settings that can't be told from the parameters' shapes.

    Args:
        layer: a layer or model of ``lstmlib.numpy``, or a ``torch.nn.Module``, on any device.
        path: where to write; a file that is there is replaced.

    Raises:
        ImportError: safetensors is not installed.
        TypeError: ``layer`` has no parameters to save.
        OSError: the file can't be written; what was there before still is.
    """
    arrays = _arrays(layer)
    metadata = {
        "layer": _kind(layer),
        "lstmlib": lstmlib.__version__,
        "settings": json.dumps(_settings(layer), sort_keys=True),
    }
    if _is_module(layer):
        # Copies: parameters that share their memory would be refused.
        tensors = {name: value.detach().cpu().contiguous().clone() for name, value in arrays.items()}
        data = _safetensors("torch").save(tensors, metadata)
    else:
        data = _safetensors("numpy").save({name: np.ascontiguousarray(v) for name, v in arrays.items()}, metadata)
    _write(Path(path), data)


def load(layer: Any, path: str | os.PathLike[str]) -> None:
    """Read a layer's parameters from a file, in place; all of them or, after an error, none.

    Numbers are converted to the layer's own float type, and go to its own device.

    Args:
        layer: a layer or model of ``lstmlib.numpy``, or a ``torch.nn.Module``.
        path: a file from ``save``, or any safetensors file with the same names and shapes.

    Raises:
        ImportError: safetensors is not installed.
        TypeError: ``layer`` has no parameters to load.
        FileNotFoundError: there is no such file.
        ValueError: not a safetensors file, or a truncated one; or its layer, settings, names, shapes or number types
            are not the layer's. The error says all that differs.
    """
    arrays, module = _arrays(layer), _is_module(layer)
    safetensors = _safetensors()
    try:
        with safetensors.safe_open(path, framework="pt" if module else "np") as file:
            differences = list(_differences(layer, arrays, file))
            if differences:
                raise ValueError(f"{os.fspath(path)} is not for this {type(layer).__name__}: {'; '.join(differences)}")
            values = {name: file.get_tensor(name) for name in arrays}
    except safetensors.SafetensorError as error:
        raise ValueError(f"{os.fspath(path)} is not a safetensors file, or a truncated one: {error}") from error
    for name, value in values.items():
        if module:
            arrays[name].copy_(value)
        else:
            arrays[name][...] = value


def _differences(layer: Any, arrays: dict[str, Any], file: Any) -> Iterator[str]:
    """Say in words everything that keeps the file's parameters from being the layer's."""
    metadata = file.metadata() or {}
    kind, have = _kind(layer), metadata.get("layer", "")
    if have != kind and have.startswith("lstmlib.") and kind.startswith("lstmlib."):
        yield f"it holds an {have}, expected an {kind}"
    stored = _read_settings(metadata.get("settings", "{}"))
    if stored is None:
        yield "its settings can't be read"
    for name, value in _settings(layer).items():
        if stored and stored.get(name, value) != value:
            yield f"its {name} is {stored[name]!r}, expected {value!r}"
    names = set(file.keys())
    if missing := arrays.keys() - names:
        yield f"it lacks {', '.join(sorted(missing))}"
    if extra := names - arrays.keys():
        yield f"it has {', '.join(sorted(extra))} too"
    floats = (*FLOATS, "BF16") if _is_module(layer) else FLOATS
    for name in sorted(names & arrays.keys()):
        part = file.get_slice(name)
        shape, expected = tuple(part.get_shape()), tuple(arrays[name].shape)
        if shape != expected:
            yield f"{name} has shape {shape}, expected {expected}"
        if part.get_dtype() not in floats:
            yield f"{name} has numbers of type {part.get_dtype()}, expected one of {', '.join(floats)}"


def _is_module(layer: Any) -> bool:
    """Whether it is a ``torch.nn.Module``: asked without importing torch, which may not be there."""
    return callable(getattr(layer, "state_dict", None))


def _arrays(layer: Any) -> dict[str, Any]:
    """Return the layer's own arrays or tensors by name: what is written into them is in the layer."""
    arrays = layer.state_dict() if _is_module(layer) else getattr(layer, "params", None)
    if not isinstance(arrays, dict):
        raise TypeError(f"layer is a {type(layer).__name__}, expected a layer of lstmlib.numpy or a torch.nn.Module")
    return dict(arrays)


def _kind(layer: Any) -> str:
    """Return the name of the layer's class, the same in both backends."""
    room, name = type(layer).__module__, type(layer).__qualname__
    return f"lstmlib.{name}" if room.startswith("lstmlib.") else f"{room}.{name}"


def _settings(layer: Any) -> dict[str, Any]:
    """Return those of ``SETTINGS`` that the layer and the layers within it have, by "<path>.<name>"."""
    return {
        f"{path}.{name}".lstrip("."): getattr(part, name)
        for path, part in _parts("", layer)
        for name in SETTINGS
        if isinstance(getattr(part, name, None), bool | int | float | str)
    }


def _read_settings(text: str) -> dict[str, Any] | None:
    """Return what ``_settings`` returned when the file was written, or ``None`` if the text is something else."""
    try:
        settings = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return settings if isinstance(settings, dict) else None


def _parts(path: str, layer: Any) -> Iterator[tuple[str, Any]]:
    """Yield the layer and every layer within it, each with its path."""
    if _is_module(layer):
        yield from layer.named_modules()
        return
    yield path, layer
    for name, value in vars(layer).items():
        if hasattr(value, "params"):
            yield from _parts(f"{path}.{name}".lstrip("."), value)


def _write(path: Path, data: bytes) -> None:
    """Write a file beside its place and then move it there, in one step of the file system."""
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _safetensors(part: str = "") -> Any:
    """Return the package or one of its modules; only ``save`` and ``load`` need it."""
    try:
        return importlib.import_module(f"safetensors.{part}".rstrip("."))
    except ImportError as error:
        raise ImportError("saving and loading needs safetensors: pip install safetensors") from error
