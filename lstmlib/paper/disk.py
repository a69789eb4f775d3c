"""Files that others see whole or not at all, and locks that end with the process that holds them.

Whoever is killed, at any point, leaves at most a hidden file or a lock that nobody holds; the next one takes it over.
"""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ModuleNotFoundError:  # Windows, where one runs one process at a time
    fcntl = None  # type: ignore[assignment]


def read(path: Path) -> bytes | None:
    """Return what is in a file, or ``None`` if it isn't there.

    Raises:
        OSError: it can't be read, or is a folder, a pipe or a device.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise OSError(f"{path} is not a file")
        return path.read_bytes()
    except FileNotFoundError:
        return None


def names(folder: Path) -> list[str]:
    """Return the names of what is in a folder, in order; none if it isn't there."""
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return []


def replace(path: Path, content: bytes) -> None:
    """Write a file that others see whole or not at all, and that is on the disk when this returns.

    Raises:
        OSError: it can't be written; what was there before still is.
    """
    temporary = _temporary(path)
    descriptor = _take(temporary, need=False)
    assert descriptor is not None
    try:
        left = content
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
        if fcntl is None:  # an open file can't be moved there
            os.close(descriptor)
            descriptor = -1
        os.replace(temporary, path)
        _sync(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            if _is_at(descriptor, temporary):
                os.unlink(temporary)
        raise
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def probe(path: Path) -> None:
    """Find out whether a file of this name could be written, and leave nothing.

    Raises:
        OSError: it could not.
    """
    temporary = _temporary(path)
    descriptor = _take(temporary, need=False)
    assert descriptor is not None
    try:
        os.write(descriptor, b"\n" * 4096)
        os.fsync(descriptor)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        os.close(descriptor)


def clear(folder: Path, start: str = "") -> None:
    """Remove what processes that were killed have left in a folder: files half written that nobody writes any more.

    Args:
        folder: where.
        start: of the names of the files that were to be written.
    """
    for name in names(folder):
        if not (name.startswith(f".{start}") and name.endswith(".new")):
            continue
        with contextlib.suppress(OSError):
            descriptor = _take(folder / name, wait=False)
            if descriptor is not None:
                os.unlink(folder / name)
                os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes out of what follows; a lock file of this name is there meanwhile.

    Raises:
        OSError: it can't be made.
    """
    descriptor = _take(path)
    assert descriptor is not None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)  # while it is held: those who wait for it see that it is no longer there, and start over
        os.close(descriptor)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")


def _take(path: Path, *, wait: bool = True, need: bool = True) -> int | None:
    """Open a file and hold it; the system lets go when this process ends.

    Who waited for it may hold a file that has been moved or removed meanwhile. So it counts only if it is still there.

    Args:
        path: of the file, which is made if it isn't there.
        wait: for others to let go; else ``None`` is returned if one holds it.
        need: to hold it; else it is enough to have it open, where the disk is one that knows no locks.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if fcntl:
                _flock(descriptor, wait, need)
            if _is_at(descriptor, path):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _flock(descriptor: int, wait: bool, need: bool) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        if need or error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
            raise


def _is_at(descriptor: int, path: Path) -> bool:
    """Return whether the open file is the one that is there under this name."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except OSError:
        return False


def _sync(folder: Path) -> None:
    """Have the system write down which files are in a folder, where it can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
