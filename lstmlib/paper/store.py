"""Where results are kept: a file of lines for each row and reading, one JSON object for each trial.

    results/table-7/T100.default.jsonl          what is there
    results/table-7/T100.default.parts/0-3.json a trial that has just finished: seed 0, number 3

A finished trial is written at once, whole or not at all, to a file of its own; later these are gathered into the file
of lines, which is also replaced whole. So a process that is killed loses the trials it was running and nothing else.
What is good is always written again before the file that it came from is replaced or removed.
"""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lstmlib.paper import disk
from lstmlib.paper.result import Result, read_line, write_line
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.rows import label
from lstmlib.paper.version import VERSION

RESULTS = Path(__file__).parent / "results"  # what the chapters show
OWN = Path("results")  # where a reader's own runs go: in the folder in which they are


class _File(NamedTuple):
    """A file of results, as it was read."""

    content: bytes
    good: list[Result]
    bad: list[int]  # numbers of lines

    @property
    def damaged(self) -> str:
        """What is wrong with it; empty if nothing is."""
        if self.bad:
            return f"line {', '.join(map(str, self.bad[:10]))}{', ...' if len(self.bad) > 10 else ''}"
        return "" if self.good else "nothing in it"


class Store:
    """The results of one row under one reading.

    Args:
        row: which.
        reading: the option of every reading that concerns it.
        directory: where all results are; what comes with the library if nothing is said.
    """

    def __init__(self, row: Row, reading: Reading, directory: Path = RESULTS) -> None:
        self.directory = Path(directory)
        base = self.directory / row.table
        name = f"{row.name.split('/')[1]}.{label(row, reading).replace(' ', '-')}"
        self.lines, self.parts = base / f"{name}.jsonl", base / f"{name}.parts"

    def prepare(self, seed: int, trials: int) -> None:
        """Find out whether results can be kept, before the first is there.

        Args:
            seed: of the trials.
            trials: one more than the highest number.

        Raises:
            OSError: they can't.
        """
        try:
            self.parts.mkdir(parents=True, exist_ok=True)
            disk.probe(self._part(seed, trials - 1))
            with self._locked():
                disk.probe(self.lines)
        except OSError as error:
            with contextlib.suppress(OSError):  # not there, or something lies in it
                os.rmdir(self.parts)
            reason = error.strerror or str(error)
            raise OSError(f"results can't be kept in {self.lines.parent}, so nothing was run: {reason}") from error

    def keep(self, result: Mapping[str, Any]) -> None:
        """Keep a finished trial.

        Raises:
            OSError: it can't be written; what was kept before still is.
        """
        path = self._part(result["seed"], result["trial"])
        for last in [False] * 99 + [True]:
            try:
                self.parts.mkdir(parents=True, exist_ok=True)
                disk.replace(path, write_line(dict(result)))
                return
            except (FileNotFoundError, FileExistsError):  # another process has gathered, and removed the folder
                if last:
                    raise

    def load(self) -> tuple[list[Result], list[str]]:
        """Return all results by seed and trial, those of other versions among them, and what was wrong with files.

        A line or file that is damaged is set aside under another name, so that nothing reads it again; where that
        can't be done, its good lines count all the same.

        Raises:
            OSError: a file can't be read.
        """
        files = self._read()
        if not any(file.damaged for file in files.values()):
            return _together(files), []
        try:
            with self._locked():
                files = self._read()  # another process may have been quicker
                return _together(files), [self._set_aside(path, file) for path, file in _damaged(files)]
        except OSError as error:
            reason = error.strerror or str(error)
            return _together(files), [
                f"{path}: damaged ({file.damaged}); it can't be set aside ({reason}), "
                f"its {len(file.good)} good results count"
                for path, file in _damaged(files)
            ]

    def gather(self) -> list[str]:
        """Put what lies in single files into the file of lines; return what was wrong with files.

        What processes that were killed have left is removed.

        Raises:
            OSError: it can't be written; what was kept before still is.
        """
        if not self.lines.parent.is_dir():
            return []
        with self._locked():
            files = self._read()
            trouble = [self._set_aside(path, file) for path, file in _damaged(files)]
            if any(file.good for path, file in files.items() if path != self.lines):
                disk.replace(self.lines, b"".join(map(write_line, _together(files))))
            for path in files:
                if path != self.lines:
                    with contextlib.suppress(FileNotFoundError):  # nothing in it was good
                        os.unlink(path)
            disk.clear(self.parts)
            disk.clear(self.lines.parent, self.lines.name)
            with contextlib.suppress(OSError):  # not there, or something else lies in it
                os.rmdir(self.parts)
        return trouble

    def _part(self, seed: int, trial: int) -> Path:
        return self.parts / f"{seed}-{trial}.json"

    def _locked(self) -> contextlib.AbstractContextManager[None]:
        return disk.locked(self.lines.with_suffix(".lock"))

    def _read(self) -> dict[Path, _File]:
        """Return all files. Parts first: what another process gathers meanwhile is in the file of lines by then."""
        files = {}
        for path in [*_finished(self.parts), self.lines]:
            content = disk.read(path)
            if content is not None:
                files[path] = _parse(content)
        return files

    def _set_aside(self, path: Path, file: _File) -> str:
        """Keep a copy of a damaged file under another name, then leave its good lines in its place; say so."""
        aside, count = path.with_name(path.name + ".damaged"), 1
        while disk.read(aside) not in (None, file.content):  # the same if one was killed after it had made the copy
            count += 1
            aside = path.with_name(f"{path.name}.damaged-{count}")
        disk.replace(aside, file.content)
        if file.good:
            disk.replace(path, b"".join(map(write_line, file.good)))
        else:
            os.unlink(path)
        return f"{path}: damaged ({file.damaged}); set aside as {aside.name}, {len(file.good)} good results kept"


def current(results: list[Result], seed: int | None = None) -> list[Result]:
    """Return the results of this version, and of one seed if it is given."""
    return [r for r in results if r["version"] == VERSION and (seed is None or r["seed"] == seed)]


def only_begun(parts: Path) -> bool:
    """Return whether a folder of finished trials has none yet, and none were gathered; no if it can't be read."""
    try:
        return not _finished(parts) and not parts.with_suffix(".jsonl").exists()
    except OSError:
        return False


def _finished(parts: Path) -> list[Path]:
    """Return the files of finished trials in a folder, not those that are still being written."""
    found = [parts / name for name in disk.names(parts) if not name.startswith(".")]
    return [path for path in found if path.suffix == ".json"]


def _parse(content: bytes) -> _File:
    good, bad = [], []
    for number, line in enumerate(content.splitlines(), 1):
        try:
            good.append(read_line(line))
        except ValueError:
            bad.append(number)
    return _File(content, good, bad)


def _together(files: Mapping[Path, _File]) -> list[Result]:
    """Return the good results of all files, each once; a part counts before what was gathered."""
    found = {}
    for file in reversed(list(files.values())):
        for result in file.good:
            found[result["version"], result["seed"], result["trial"]] = result
    return [found[key] for key in sorted(found)]


def _damaged(files: Mapping[Path, _File]) -> list[tuple[Path, _File]]:
    return [(path, file) for path, file in files.items() if file.damaged]
