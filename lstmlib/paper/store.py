"""Where results are kept: a file of lines for each row and reading, one JSON object for each trial.

    results/table-7/T100.default.jsonl          what is there
    results/table-7/T100.default.parts/0-3.json a trial that has just finished: seed 0, number 3

A finished trial is written at once, whole or not at all, to a file of its own; later these are gathered into the file
of lines, which is also replaced whole. So a process that is killed loses the trials it was running and nothing else.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lstmlib.paper.row import Reading, Row
from lstmlib.paper.rows import label
from lstmlib.paper.version import VERSION

RESULTS = Path(__file__).parent / "results"
NEEDED = {"seed": int, "trial": int, "solved": bool, "sequences": int, "version": int}
Result = dict[str, Any]


class Store:
    """The results of one row under one reading.

    Args:
        row: which.
        reading: the option of every reading that concerns it.
        directory: where all results are; the package's own if ``None``.
    """

    def __init__(self, row: Row, reading: Reading, directory: Path | None = None) -> None:
        base = (directory or RESULTS) / row.table
        name = f"{row.name.split('/')[1]}.{label(row, reading).replace(' ', '-')}"
        self.lines, self.parts = base / f"{name}.jsonl", base / f"{name}.parts"

    def keep(self, result: Mapping[str, Any]) -> None:
        """Keep a finished trial.

        Raises:
            OSError: it can't be written; what was kept before still is.
        """
        self.parts.mkdir(parents=True, exist_ok=True)
        _replace(self.parts / f"{result['seed']}-{result['trial']}.json", json.dumps(dict(result)) + "\n")

    def load(self) -> tuple[list[Result], list[str]]:
        """Return all results by seed and trial, those of other versions among them, and what was wrong with files.

        A line or file that is damaged is set aside under another name, so that nothing reads it again.

        Raises:
            OSError: a file can't be read, or a damaged one not be set aside.
        """
        found, trouble = {}, []
        for path in [self.lines, *sorted(self.parts.glob("*.json"))]:
            results, damaged = _read(path)
            if damaged:
                trouble.append(f"{path}: {damaged}")
            for result in results:
                found[result["version"], result["seed"], result["trial"]] = result
        return [found[key] for key in sorted(found)], trouble

    def gather(self) -> None:
        """Put what lies in single files into the file of lines.

        Raises:
            OSError: it can't be written; what was kept before still is.
        """
        if not self.parts.is_dir():
            return
        with _locked(self.lines.with_suffix(".lock")):
            parts = sorted(self.parts.glob("*.json"))
            results, _ = self.load()
            if parts and results:
                _replace(self.lines, "".join(json.dumps(result) + "\n" for result in results))
            for path in parts:
                path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # not empty: something else lies there
                self.parts.rmdir()


def current(results: list[Result], seed: int | None = None) -> list[Result]:
    """Return the results of this version, and of one seed if it is given."""
    return [r for r in results if r["version"] == VERSION and (seed is None or r["seed"] == seed)]


def _read(path: Path) -> tuple[list[Result], str]:
    """Return the good results of a file, and what is wrong with it; set it aside if something is."""
    try:
        text = path.read_text(encoding="utf8", errors="replace")
    except FileNotFoundError:
        return [], ""
    good, bad = [], []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            result = json.loads(line)
            wrong = [name for name, kind in NEEDED.items() if type(result[name]) is not kind]
            if wrong:
                raise ValueError(f"{wrong[0]} is {result[wrong[0]]!r}")
            good.append(result)
        except (ValueError, KeyError, TypeError):
            bad.append(number)
    if not bad and good:
        return good, ""
    aside = path.with_name(path.name + ".damaged")
    count = 1
    while aside.exists():
        count += 1
        aside = path.with_name(f"{path.name}.damaged-{count}")
    os.replace(path, aside)
    if good:
        _replace(path, "".join(json.dumps(result) + "\n" for result in good))
    what = f"line {', '.join(map(str, bad))}" if bad else "nothing in it"
    return good, f"damaged ({what}); set aside as {aside.name}, {len(good)} good results kept"


def _replace(path: Path, text: str) -> None:
    """Write a file that others see whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "w", encoding="utf8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other processes from gathering at the same time; the system lets go if this one is killed."""
    try:
        import fcntl
    except ModuleNotFoundError:  # not on Windows: there one runs one process at a time
        yield
        return
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
