"""Reading and writing a file whole: what another program sees is the old file or the new one."""

import errno
import json
import os
import shutil
import uuid
from pathlib import Path
from typing import Any

from lstmlib.files.description import shown


def write(path: Path, data: bytes) -> None:
    """Write a file beside its place and then move it there, in one step of the file system.

    Raises:
        OSError: it can't be written; what was there before still is.
    """
    place = Path(os.path.realpath(path))  # a link stays one
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder, expected the path of a file", str(path))
    if place.exists() and not place.is_file():
        raise OSError(errno.EINVAL, "is no regular file", str(path))
    if not place.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, f"there is no folder {place.parent} for it", str(path))
    temporary = place.with_name(f"{uuid.uuid4().hex}.part")  # not the file's name and more, which might be too long
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            shutil.copymode(place, temporary)
        temporary.replace(place)
    except OSError as error:
        raise type(error)(error.errno, error.strerror or str(error), str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def read(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        OSError: there is no such file, it is a folder or a device, or it can't be read.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder, expected a file", str(path))
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "is no regular file", str(path))
    return path.read_bytes()


def header(data: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a safetensors file says of each tensor, by name, and its metadata.

    Raises:
        ValueError: a name stands in it twice.
    """
    size = int.from_bytes(data[:8], "little")
    entries = parse(data[8 : 8 + size])
    return {name: entry for name, entry in entries.items() if name != "__metadata__"}, entries.get("__metadata__") or {}


def parse(text: bytes | str) -> Any:
    """Return what a JSON text says.

    Raises:
        ValueError: it is no such text, or an object in it has a name twice.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise ValueError(f"it has {shown(name)} twice")
            found[name] = value
        return found

    try:
        return json.loads(text, object_pairs_hook=once)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
