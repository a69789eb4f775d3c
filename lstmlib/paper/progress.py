"""What people are told while trials run: each as it finishes, and how long the others will take."""

import contextlib
import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from lstmlib.paper.row import Row
from lstmlib.paper.store import Store

Tell = Callable[[str], Any]
SILENCE = 60.0  # seconds after which a line comes even if no trial has finished


class Progress:
    """A thread that tells of trials as they finish, and how long the others will take.

    Args:
        row: which.
        store: where finished trials are kept.
        missing: numbers of the trials that are to run.
        seed: of the trials.
        tell: is called with a line.
        expected: how many seconds the whole may take, as far as one knows before a trial has finished.
    """

    def __init__(
        self, row: Row, store: Store, missing: Sequence[int], seed: int, tell: Tell, expected: float | None
    ) -> None:
        self.row, self.store, self.seed, self.tell, self.expected = row, store, seed, tell, expected
        self.missing, self.told = set(missing), set[int]()
        self.started = self.spoke = time.monotonic()
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Tell of those that have finished last, and end."""
        self.stopped.set()
        self.thread.join()
        self.look()

    def look(self) -> None:
        """Tell of what has finished since the last look."""
        done = self._done()
        new = sorted(done - self.told)
        self.told |= done
        for trial in new:
            self._say(f"trial {trial}: {self._came_to(trial)}; ")
        if not new and not self.stopped.is_set() and time.monotonic() - self.spoke >= SILENCE:
            self._say("")

    def _watch(self) -> None:
        while not self.stopped.wait(0.5):
            self.look()

    def _done(self) -> set[int]:
        with contextlib.suppress(OSError):
            found = (re.fullmatch(rf"{self.seed}-(\d+)\.json", path.name) for path in self.store.parts.iterdir())
            return {int(match[1]) for match in found if match} & self.missing
        return set()

    def _say(self, what: str) -> None:
        count, total, passed = len(self.told), len(self.missing), time.monotonic() - self.started
        whole = passed / count * total if count else self.expected
        left = "" if whole is None or count == total else f", about {in_words(max(0.0, whole - passed))} left"
        self.tell(f"{self.row.name}: {what}{count} of {total} trials after {in_words(passed)}{left}")
        self.spoke = time.monotonic()

    def _came_to(self, trial: int) -> str:
        try:
            result = json.loads((self.store.parts / f"{self.seed}-{trial}.json").read_text(encoding="utf8"))
            word = self.row.success if result["solved"] else f"not {self.row.success}"
            return f"{word} after {result['sequences']:,} {self.row.unit}"
        except (OSError, ValueError, KeyError, TypeError):  # gathered by another process meanwhile
            return "finished"


def in_words(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def to_stderr(line: str) -> None:
    """Print a line for people; a terminal that has gone is no reason to stop computing."""
    if sys.stderr is None:
        return
    try:
        print(line, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        # What is left in its buffer must not fail once more at the end.
        with contextlib.suppress(AttributeError, OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
