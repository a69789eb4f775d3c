"""Save a layer's parameters, and load them again in either backend.

::

    from lstmlib.files import load, save
    save(layer, "model.safetensors")    # a layer of lstmlib.numpy, or any torch.nn.Module
    load(layer, "model.safetensors")    # into a layer that computes the same, of either backend

The file holds numbers, names and text, nothing that could run (https://github.com/huggingface/safetensors). The text
says what the layer computes: the class of every part, and every setting that changes what it computes. torch.nn's own
classes are said to be ours where ours compute the same, so that a file of ``torch.nn.GRU`` loads into
``GRU(reset="after")``, and into nothing else.

Not in the file is what doesn't change the outputs of a trained net: dropout, the layout of a batch (``batch_first``),
``padding_idx`` of an embedding, the gradient of ``LSTM1997``, what is chosen for speed.
"""

import importlib
import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

import lstmlib
from lstmlib.files import disk, numbers
from lstmlib.files.description import (
    Description,
    describe,
    differences,
    is_module,
    listed,
    not_told,
    shown,
)
from lstmlib.numpy.checks import named

__all__ = ["load", "save"]


def save(layer: Any, path: str | os.PathLike[str]) -> None:
    """Write a layer's parameters to a file, which another program sees either whole or not at all.

    Beside them the file says, as text, what every part of the layer is, and those settings that can't be told from the
    parameters' shapes. Settings of your own classes are what their objects have as public attributes, or were given
    as arguments: numbers, text, functions by name, and tuples, lists, dicts and dataclasses of them.

    Args:
        layer: a layer or model of ``lstmlib.numpy``, or a ``torch.nn.Module``, on any device. Modules that it holds in
            plain lists, tuples and dicts are saved as well, although a ``state_dict`` leaves them out.
        path: where to write; a file that is there is replaced.

    Raises:
        ImportError: safetensors is not installed.
        TypeError: ``layer`` has no parameters to save, or something that is no array of numbers.
        ValueError: a parameter is NaN or infinite, or has no numbers yet (on the meta device, not yet initialised).
        OSError: the file can't be written; what was there before still is.
    """
    where = shown(os.fspath(path), 1000)
    layer, arrays, learnt = _open(layer)
    for name, value in arrays.items():
        _check_own(where, name, value)
        if name in learnt and numbers.is_float(value):
            _named(where, numbers.check_finite, name, value)
    metadata = {
        "layer": _name(layer),
        "lstmlib": lstmlib.__version__,
        "settings": json.dumps(describe(layer), sort_keys=True),
    }
    module = is_module(layer)
    if module:
        # Copies: parameters that share their memory would be refused.
        plain = {name: value.cpu().contiguous().clone() for name, value in arrays.items()}
    else:
        plain = {name: np.array(v, v.dtype.newbyteorder("="), order="C") for name, v in arrays.items()}
    try:
        data = _safetensors("torch" if module else "numpy").save(plain, metadata)
    except (KeyError, ValueError, TypeError, _safetensors().SafetensorError) as error:
        kinds = listed(sorted({str(value.dtype) for value in arrays.values()}))
        raise TypeError(f"{where}: safetensors can't hold these arrays, of {kinds}: {shown(error)}") from error
    disk.write(Path(path), data)


def load(layer: Any, path: str | os.PathLike[str], *, saved_from: Any = None, ignore: Collection[str] = ()) -> None:
    """Read a layer's parameters from a file, in place; all of them or, after an error, none.

    Floats are converted to the layer's own float type, and integers to its own integer type; all go to its own device.
    bfloat16, which NumPy doesn't have, loads into torch alone.

    Args:
        layer: a layer or model of ``lstmlib.numpy``, or a ``torch.nn.Module``.
        path: a file from ``save``, or any safetensors file with the same names and shapes.
        saved_from: what a file is from that doesn't say it, as files of other programs don't: a layer of that kind and
            with those settings, say ``torch.nn.GRU(3, 4)``; or ``layer`` itself, if you know that it computes the
            same. Without it such a file is refused, unless names and shapes tell all, as they do for ``LSTM`` and
            ``Linear``.
        ignore: names of settings not to compare, as the error writes them: counters, for example, that your class
            keeps in public attributes.

    Raises:
        ImportError: safetensors is not installed.
        TypeError: ``layer`` has no parameters to load, or something that is no array of numbers.
        OSError: there is no such file, or it can't be read.
        ValueError: not a safetensors file, or a truncated one; its parts, settings, names, shapes or number types are
            not the layer's; a parameter is NaN or infinite, or a number too large for the layer's type; or the layer is
            on the meta device. The error says all that differs, as far as it fits on a few lines.
    """
    where = shown(os.fspath(path), 1000)
    layer, arrays, learnt = _open(layer)
    for name, value in arrays.items():
        _check_own(where, name, value)
    module, safetensors = is_module(layer), _safetensors()
    data = disk.read(Path(path))
    try:
        safetensors.deserialize(data)
    except safetensors.SafetensorError as error:
        raise ValueError(f"{where} is not a safetensors file, or a truncated one: {shown(error)}") from error
    entries, metadata = _named(where, disk.header, data)
    wrong = _function(describe(layer), metadata, saved_from, ignore)
    wrong += _misfits(entries, arrays, module)
    if wrong:
        raise ValueError(f"{where} is not for this {type(layer).__name__}: {listed(wrong, '; ')}")
    values = _safetensors("torch" if module else "numpy").load(data)
    values = {
        name: _named(where, numbers.convert, name, values[name], own, name in learnt) for name, own in arrays.items()
    }
    _check_shared(where, values, arrays, module)
    _copy(values, arrays, module)


def _function(wanted: Description, metadata: dict[str, str], saved_from: Any, ignore: Collection[str]) -> list[str]:
    """Say in words in what the file's layer computes something else, or that the file doesn't tell."""
    try:
        stated = disk.parse(metadata.get("settings", "{}"))
    except ValueError as error:
        return [f"its settings can't be read: {shown(error)}"]
    if not isinstance(stated, dict):
        return ["its settings can't be read"]
    described = any(key.rpartition(".")[2] == "class" for key in stated)
    if not described and metadata.get("layer", "").startswith("lstmlib."):  # as written before parts were described
        stated["class"], described = metadata["layer"], True
    given = None if saved_from is None else describe(_open(saved_from)[0])
    if described:
        wrong = list(differences(stated, wanted, ignore))
        return wrong if given is None else wrong + list(differences(stated, given, ignore))
    if given is not None:
        return list(differences(given, wanted, ignore))
    if open_ := not_told(wanted, ignore):
        return [f"it doesn't say what it is from ({listed(open_)}?): pass saved_from, a layer of that kind"]
    return []


def _misfits(entries: dict[str, Any], arrays: dict[str, Any], module: bool) -> list[str]:
    """Say in words which names, shapes and types of numbers are not the layer's."""
    wrong = []
    if missing := sorted(arrays.keys() - entries.keys()):
        wrong.append(f"it lacks {listed([shown(name) for name in missing])}")
    if extra := sorted(entries.keys() - arrays.keys()):
        wrong.append(f"it has {listed([shown(name) for name in extra])} too")
    for name in sorted(entries.keys() & arrays.keys()):
        wrong += numbers.misfits(name, entries[name], arrays[name], module)
    return wrong


def _open(layer: Any) -> tuple[Any, dict[str, Any], set[str]]:
    """Return the layer, its own arrays or tensors by name, and which are parameters: what is written goes into it."""
    if is_module(layer):
        from lstmlib.files import modules

        layer = modules.unwrapped(layer)
        return layer, *modules.tensors(layer)
    arrays = getattr(layer, "params", None)
    if not isinstance(arrays, dict):
        raise TypeError(f"layer is {named(layer)}, expected a layer of lstmlib.numpy or a torch.nn.Module")
    return layer, dict(arrays), set(arrays)


def _check_own(where: str, name: Any, value: Any) -> None:
    """Refuse what a layer may have and a file of numbers can't hold.

    Raises:
        TypeError: not text for a name, or no array.
        ValueError: a tensor without numbers, or a name that the format needs for itself.
    """
    if not isinstance(name, str):
        raise TypeError(f"{where}: a parameter's name is {name!r:.80}, expected text")
    if name == "__metadata__":
        raise ValueError(f"{where}: a parameter's name is __metadata__, which the format keeps for itself")
    uninitialised = type(value).__name__.startswith("Uninitialized")
    if uninitialised or getattr(getattr(value, "device", None), "type", "") == "meta":
        why = "is not initialised yet" if uninitialised else "is on the meta device, which holds no numbers"
        how = "run the layer once" if uninitialised else "layer.to_empty(device='cpu')"
        raise ValueError(f"{where}: {shown(name)} {why}: {how} first")
    dense = str(getattr(value, "layout", "torch.strided")) == "torch.strided"
    if not (hasattr(value, "dtype") and hasattr(value, "shape") and dense) or getattr(value, "is_quantized", False):
        raise TypeError(f"{where}: {shown(name)} is {named(value)}, expected a dense array of numbers")


def _check_shared(where: str, values: dict[str, Any], arrays: dict[str, Any], module: bool) -> None:
    """Refuse different numbers for what is one array in the layer, and arrays that can't be written.

    Raises:
        ValueError: there are some.
    """
    first: dict[Any, str] = {}
    for name, own in arrays.items():
        if not module and not own.flags.writeable:
            raise ValueError(f"{where}: {shown(name)} of the layer is read-only, expected an array to write into")
        start = own.data_ptr() if module else own.__array_interface__["data"][0]
        size = own.numel() if module else own.size
        other = first.setdefault((start, tuple(own.shape), str(own.dtype)), name) if size else name
        if other != name and not numbers.same(values[other], values[name]):
            pair = f"{shown(other)} and {shown(name)}"
            raise ValueError(f"{where} has different numbers for {pair}, which are one array in this layer")


def _copy(values: dict[str, Any], arrays: dict[str, Any], module: bool) -> None:
    """Write all values into the layer's arrays, or none: what was written before an error is taken back."""
    before: dict[str, Any] = {}
    try:
        for name, value in values.items():
            before[name] = arrays[name].clone() if module else arrays[name].copy()
            _put(arrays[name], value, module)
    except BaseException:
        for name, value in list(before.items())[:-1]:
            _put(arrays[name], value, module)
        raise


def _put(own: Any, value: Any, module: bool) -> None:
    if module:
        own.copy_(value)
    else:
        own[...] = value


def _named(where: str, call: Any, *arguments: Any) -> Any:
    """Return what a call returns, its errors with the file's path before them."""
    try:
        return call(*arguments)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def _name(layer: Any) -> str:
    """Return the full name of the layer's class, for whoever opens the file."""
    room, name = type(layer).__module__, type(layer).__qualname__
    return f"lstmlib.{name}" if room.startswith("lstmlib.") else f"{room}.{name}"


def _safetensors(part: str = "") -> Any:
    """Return the package or one of its modules; only ``save`` and ``load`` need it."""
    try:
        return importlib.import_module(f"safetensors.{part}".rstrip("."))
    except ImportError as error:
        raise ImportError("saving and loading needs safetensors: pip install safetensors") from error
