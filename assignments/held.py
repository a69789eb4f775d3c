"""What a submission holds of the machine, with all its processes together: a limit for each alone sets no sum."""

import contextlib
import os
import stat
import threading
from pathlib import Path

import psutil

MOST_MEMORY = 4 * 2**30  # bytes that its processes may hold together: as many as one of them may
MOST_STORED = 2**30  # bytes of its files
OFTEN = 0.5  # seconds between looks


def stored(folder: Path, processes: list[psutil.Process]) -> int:
    """Return how many bytes lie in a folder, and in files that processes have open and that no folder has any more."""
    found: dict[tuple[int, int], int] = {}

    def count(path: str, *, named: bool) -> None:
        with contextlib.suppress(OSError):  # it has gone meanwhile, or this system doesn't tell
            told = os.lstat(path) if named else os.stat(path)
            if stat.S_ISREG(told.st_mode) and (named or told.st_nlink == 0):
                found[told.st_dev, told.st_ino] = getattr(told, "st_blocks", told.st_size / 512) * 512

    for where, _, names in os.walk(folder):
        for name in names:
            count(os.path.join(where, name), named=True)
    for process in processes:
        with contextlib.suppress(OSError):
            for number in os.listdir(f"/proc/{process.pid}/fd"):
                count(f"/proc/{process.pid}/fd/{number}", named=False)
    return int(sum(found.values()))


def memory(processes: list[psutil.Process]) -> int:
    """Return how many bytes of memory processes hold; what several share counts once, where the system tells."""
    held = 0
    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            told = process.memory_full_info()
            held += getattr(told, "pss", told.uss)
    return held


class Held(threading.Thread):
    """Looks again and again what a submission holds, and ends all its processes if it is too much.

    Its processes are those that this process starts while it looks, and theirs.

    Args:
        folder: the submission's own.
    """

    over = ""  # what it held too much of, if it did

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder, self.done = folder, threading.Event()
        self.others = {child.pid for child in psutil.Process().children()}

    def processes(self) -> list[psutil.Process]:
        """Return the submission's processes."""
        found = list[psutil.Process]()
        for child in psutil.Process().children():
            if child.pid not in self.others:
                with contextlib.suppress(psutil.Error):
                    found += [child, *child.children(recursive=True)]
        return found

    def run(self) -> None:
        """Look until it is said to be done, or too much is held."""
        while not self.over and not self.done.wait(OFTEN):
            with contextlib.suppress(psutil.Error):
                processes = self.processes()
                if memory(processes) > MOST_MEMORY:
                    self.over = f"its processes held more than {MOST_MEMORY // 2**30} GiB of memory together"
                elif stored(self.folder, processes) > MOST_STORED:
                    self.over = f"it wrote more than {MOST_STORED // 2**30} GiB of files"
        while self.over and not self.done.wait(OFTEN / 10):  # what they start meanwhile, too
            for process in self.processes():
                with contextlib.suppress(psutil.Error):
                    process.kill()

    def __enter__(self) -> "Held":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.done.set()
        self.join()
