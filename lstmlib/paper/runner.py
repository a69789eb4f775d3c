"""Run trials on all cores; keep each as soon as it is finished; go on where a run was stopped."""

import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lstmlib.paper.cluster import run_on_cluster
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.rows import ROWS, label, reading_of
from lstmlib.paper.store import Store, current
from lstmlib.paper.version import versions


def run(
    row: Row,
    trials: int | None = None,
    *,
    seed: int = 0,
    chosen: Mapping[str, str] | None = None,
    directory: Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    tell: Any = None,
) -> list[dict[str, Any]]:
    """Run a row's trials that are not there yet, and return all of them.

    Args:
        row: which.
        trials: how many there shall be, numbered from 0; as many as in the paper if ``None``, and ten where the paper
            quotes others.
        seed: of all trials.
        chosen: options of readings; defaults for the others.
        directory: where results are; the package's own if ``None``.
        workers: processes; as many as there are cores if ``None``. A trial's result does not depend on them.
        scheduler: the address of a Dask scheduler, such as ``tcp://host:8786``: its workers run the trials, in place of
            this machine's cores. Each result is kept here as soon as it is finished.
        tell: is called with a line for people about what happens; prints to stderr if ``None``.

    Raises:
        ValueError: no trials, a reading that the row doesn't have, a row that the library has no learner for, or no
            scheduler with workers at that address.
        OSError: a result can't be written; those before are kept.
        KeyboardInterrupt: stopped; finished trials are kept.
    """
    tell = tell or _print
    count = (row.trials or 10) if trials is None else trials
    if count < 1:
        raise ValueError(f"trials is {count}, expected at least 1")
    if not row.runnable:
        raise ValueError(f"{row.name}: the library has no learner for its method, {row.method}")
    reading = reading_of(row, chosen or {})
    store = Store(row, reading, directory)
    results, trouble = store.load()
    for line in trouble:
        tell(line)
    others = len(results) - len(current(results))
    if others:
        tell(f"{row.name}: {others} results are by another version and don't count")
    there = {result["trial"] for result in current(results, seed)}
    missing = [trial for trial in range(count) if trial not in there]
    if missing:
        tell(f"{row.name} ({label(row, reading)}): {len(missing)} trials to run, {count - len(missing)} there")
        watcher = _Watcher(row, store, missing, seed, tell)
        try:
            if scheduler is None:
                _spread(row, reading, seed, missing, directory, workers)
            else:
                run_on_cluster(row, reading, seed, missing, store, scheduler)
        finally:
            watcher.stop()
            store.gather()
    results, trouble = store.load()
    for line in trouble:
        tell(line)
    return [result for result in current(results, seed) if result["trial"] < count]


def run_group(
    name: str, reading: Reading, seed: int, trials: Sequence[int], directory: Path | None, parent: int | None = None
) -> None:
    """Run some trials of a row in this process, and keep each when it is finished.

    A worker whose parent has been killed is nobody's any more: it stops.
    """
    from lstmlib.paper.trials import run_trials

    row = ROWS[name]
    store = Store(row, reading, directory)

    def wanted() -> bool:
        return parent is None or os.getppid() == parent

    run_trials(row, reading, seed, trials, lambda result: store.keep(result | versions()), wanted)
    if not wanted():
        os._exit(1)  # else the worker would wait for more work from where none comes


def _spread(
    row: Row, reading: Reading, seed: int, trials: Sequence[int], directory: Path | None, workers: int | None
) -> None:
    from joblib import Parallel, cpu_count, delayed

    workers = min(workers or cpu_count(), len(trials))
    if workers == 1:
        run_group(row.name, reading, seed, trials, directory)
        return
    # One group a worker, which runs eight at a time; a trial's number says in which group it is.
    groups = [trials[k::workers] for k in range(workers)]
    given = (row.name, reading, seed)
    Parallel(n_jobs=workers)(delayed(run_group)(*given, group, directory, os.getpid()) for group in groups)


class _Watcher:
    """A thread that tells of trials as they finish, and how long the others will take."""

    def __init__(self, row: Row, store: Store, missing: Sequence[int], seed: int, tell: Any) -> None:
        self.row, self.store, self.seed, self.tell = row, store, seed, tell
        self.missing, self.told = set(missing), set[int]()
        self.started = time.monotonic()
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self) -> None:
        while not self.stopped.wait(0.5):
            self.look()

    def look(self) -> None:
        done = {int(path.stem.split("-")[1]) for path in self.store.parts.glob(f"{self.seed}-*.json")} & self.missing
        if done <= self.told:
            return
        self.told |= done
        passed = time.monotonic() - self.started
        left = passed / len(done) * (len(self.missing) - len(done))
        progress = f"{len(done)} of {len(self.missing)} trials after {_time(passed)}"
        self.tell(f"{self.row.name}: {progress}, about {_time(left)} left")

    def stop(self) -> None:
        self.stopped.set()
        self.thread.join()
        self.look()


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def threads_alone() -> None:
    """Keep NumPy's linear algebra from starting threads of its own beside the workers."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
