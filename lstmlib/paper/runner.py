"""Run trials on all cores; keep each as soon as it is finished; go on where a run was stopped."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Any

from lstmlib.paper.cluster import Lost, run_on_cluster
from lstmlib.paper.progress import Progress, Tell, in_words, to_stderr
from lstmlib.paper.row import Reading, Row
from lstmlib.paper.rows import ROWS, label, reading_of
from lstmlib.paper.store import OWN, Store, current
from lstmlib.paper.version import versions

MOST_TRIALS = 1_000_000


def run(
    row: Row,
    trials: int | None = None,
    *,
    seed: int = 0,
    chosen: Mapping[str, str] | None = None,
    directory: Path = OWN,
    workers: int | None = None,
    scheduler: str | None = None,
    tell: Tell = to_stderr,
) -> list[dict[str, Any]]:
    """Run a row's trials that are not there yet, and return all of them.

    Args:
        row: which.
        trials: how many there shall be, numbered from 0; as many as in the paper if ``None``, and ten where the paper
            quotes others.
        seed: of all trials.
        chosen: options of readings; defaults for the others.
        directory: where results are kept. Those that the chapters show are in ``lstmlib.paper.store.RESULTS``.
        workers: processes; as many as there are cores if ``None``. A trial's result does not depend on them.
        scheduler: the address of a Dask scheduler, such as ``tcp://host:8786``: its workers run the trials, in place of
            this machine's cores. Each result is kept here at once.
        tell: is called with a line for people about what happens; prints to stderr if nothing is said.

    Raises:
        ValueError: numbers that can't be, a reading that the row doesn't have, a row that the library has no learner
            for, or no scheduler with workers at that address.
        OSError: results can't be read, or not be written; the latter is found out before the first trial where it can
            be. Those before are kept.
        Lost: a worker or the scheduler has gone; finished trials are kept.
        KeyboardInterrupt: stopped; finished trials are kept.
    """
    count = at_least("trials", 1, (row.trials or 10) if trials is None else trials)
    if count > MOST_TRIALS:
        raise ValueError(f"trials is {count}, expected at most {MOST_TRIALS}")
    seed = at_least("seed", 0, seed)
    workers = None if workers is None else at_least("workers", 1, workers)
    if not row.runnable:
        raise ValueError(f"{row.name}: the library has no learner for its method, {row.method}")
    reading = reading_of(row, chosen or {})
    store = Store(row, reading, directory)
    results = _load(store, tell)
    others = len(results) - len(current(results))
    if others:
        tell(f"{row.name}: {others} results are by another version and don't count")
    there = {result["trial"] for result in current(results, seed)}
    missing = [trial for trial in range(count) if trial not in there]
    name = f"{row.name} ({label(row, reading)})"
    if missing:
        store.prepare(seed, count)
        tell(f"{name}: {len(missing)} trials to run, {count - len(missing)} there; they go to {store.lines.parent}")
        _run_missing(row, reading, seed, missing, store, workers, scheduler, tell)
        results = _load(store, tell)
    else:
        tell(
            f"{name}: {count} stored trials shown, none run: they are in {store.lines.parent}. "
            "To run them anew, name another folder (--results DIR); to run others, another seed (--seed N)"
        )
    return [result for result in current(results, seed) if result["trial"] < count]


def _run_missing(
    row: Row,
    reading: Reading,
    seed: int,
    missing: Sequence[int],
    store: Store,
    workers: int | None,
    scheduler: str | None,
    tell: Tell,
) -> None:
    """Run trials here or on a cluster, tell of each, and gather what was finished, whatever happens."""
    spread = min(workers or _cores(), len(missing)) if scheduler is None else None
    progress = Progress(row, store, missing, seed, tell, _expected(row, reading, len(missing), spread, tell))
    try:
        if spread is not None:
            _spread(row, reading, seed, missing, store.directory, spread)
        else:
            run_on_cluster(row, reading, seed, missing, store, str(scheduler))
    finally:
        progress.stop()
        _gather(row, store, tell)


def at_least(name: str, least: int, value: Any) -> int:
    """Return a number that was given, if it can be.

    Raises:
        ValueError: it is no whole number, or too small.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ValueError(f"{name} is {value!r}, expected a whole number, at least {least}")
    if value < least:
        raise ValueError(f"{name} is {value}, expected at least {least}")
    return int(value)


def run_group(
    name: str, reading: Reading, seed: int, trials: Sequence[int], directory: Path, parent: int | None = None
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


def _load(store: Store, tell: Tell) -> list[dict[str, Any]]:
    """Return what is stored, and tell what is wrong with it."""
    results, trouble = store.load()
    for line in trouble:
        tell(line)
    return results


def _gather(row: Row, store: Store, tell: Tell) -> None:
    """Gather what was finished; if that can't be done now, it is kept as it is, and the next run does it."""
    try:
        for line in store.gather():
            tell(line)
    except OSError as error:
        tell(f"{row.name}: finished trials are kept one by one in {store.parts}, since they can't be gathered: {error}")


def _cores() -> int:
    from joblib import cpu_count

    return int(cpu_count())


def _expected(row: Row, reading: Reading, count: int, workers: int | None, tell: Tell) -> float | None:
    """Return how many seconds so many trials may take, by those that come with the library; tell it."""
    try:
        stored = [result.get("seconds", 0.0) for result in current(Store(row, reading).load()[0])]
    except OSError:
        return None
    if not stored:
        return None
    each = sum(stored) / len(stored)
    most = "" if len(stored) == 1 else f", the longest {in_words(max(stored))}"
    tell(f"{row.name}: a trial that comes with the library took {in_words(each)} of computing on average{most}")
    return None if workers is None else each * count / workers


def _spread(row: Row, reading: Reading, seed: int, trials: Sequence[int], directory: Path, workers: int) -> None:
    from joblib import Parallel, delayed

    if workers == 1:
        run_group(row.name, reading, seed, trials, directory)
        return
    # One group a worker, which runs eight at a time; a trial's number says in which group it is.
    groups = [trials[k::workers] for k in range(workers)]
    given = (row.name, reading, seed)
    try:
        Parallel(n_jobs=workers)(delayed(run_group)(*given, group, directory, os.getpid()) for group in groups)
    except BrokenExecutor as error:
        raise Lost("a worker process was killed from outside, as happens where memory runs out") from error


def threads_alone() -> None:
    """Keep NumPy's linear algebra from starting threads of its own beside the workers."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
