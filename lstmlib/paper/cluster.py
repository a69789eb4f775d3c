"""Run trials on a cluster through Dask: each comes back as soon as it is finished, so that no shared disk is needed."""

import contextlib
import gc
import logging
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

from lstmlib.paper.row import Reading, Row
from lstmlib.paper.rows import ROWS
from lstmlib.paper.store import Store
from lstmlib.paper.version import VERSION, versions

LOOK = 5.0  # seconds between two looks whether there are workers
PATIENCE = 60.0  # seconds without one after which nobody is expected to come back


class Lost(RuntimeError):
    """Whoever ran trials has gone before they were finished: a worker, or the scheduler."""


def run_on_cluster(row: Row, reading: Reading, seed: int, trials: Sequence[int], store: Store, scheduler: str) -> None:
    """Run trials on a cluster's workers, and keep each here when it is finished.

    Args:
        row: which.
        reading: the option of every reading that concerns it.
        seed: of all trials.
        trials: their numbers.
        store: where they are kept, on this machine.
        scheduler: the address of a Dask scheduler, such as ``tcp://host:8786``.

    Raises:
        ValueError: there is no scheduler at that address, or it has no workers.
        OSError: a result can't be written; those before are kept.
        Lost: the scheduler has gone, a worker was killed again and again, or one can't run trials.
        KeyboardInterrupt: stopped; the workers stop, too.
    """
    with _client(scheduler) as client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ValueError(f"the Dask scheduler at {scheduler!r} has no workers: start some, and run this again")
        kept, trouble = set[int](), list[Exception]()

        def keep(result: dict[str, Any]) -> None:
            if result["trial"] in kept:
                return
            if result["version"] != VERSION:
                trouble.append(Lost(f"workers have version {result['version']} of the trials, expected {VERSION}"))
                return
            try:
                store.keep(result)
                kept.add(result["trial"])
            except OSError as error:
                trouble.append(error)

        topic = f"lstmlib-{uuid.uuid4().hex}"
        client.subscribe_topic(topic, lambda event: keep(event[1]["result"]))
        count = min(threads, len(trials))
        groups = [list(trials[k::count]) for k in range(count)]
        # Not pure: the same group may be run again after it was stopped.
        futures = [client.submit(_group, row.name, reading, seed, group, topic, pure=False) for group in groups]
        try:
            _wait(client, futures, scheduler, trouble)
            for future in futures if not trouble else ():
                for result in _result(future, scheduler):
                    keep(result)  # those whose telling got lost
        finally:
            with contextlib.suppress(Exception):  # there may be nobody left to tell
                client.cancel(futures)
        if trouble:
            raise trouble[0]


@contextlib.contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    """Connect to a scheduler, and let go of it at the end, whether or not it is still there."""
    from distributed import Client

    # Dask writes a traceback of its own when its scheduler goes; the one line that says what to do is enough.
    log = logging.getLogger("distributed.client")
    level = log.level
    client, reason = None, ""
    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error)
    if client is None:
        # The client that came to nothing closes itself when it is collected. It must not be kept by an exception until
        # then: collected while another one starts, it waits for a lock that this one holds, and both wait for ever.
        gc.collect()
        raise ValueError(f"there is no Dask scheduler at {scheduler!r}: {reason}")
    log.setLevel(logging.CRITICAL)
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=5)
        log.setLevel(level)


def _wait(client: Any, futures: list[Any], scheduler: str, trouble: list[Exception]) -> None:
    """Wait until all trials have finished, something is wrong, or nobody is left to run them.

    Raises:
        Lost: nobody is.
    """
    seen = looked = time.monotonic()
    while not all(future.done() for future in futures) and not trouble:
        time.sleep(0.2)
        if client.status != "running":
            raise Lost(f"the Dask scheduler at {scheduler!r} has gone")
        now = time.monotonic()
        if now - looked < LOOK:
            continue
        looked = now
        try:
            seen = now if client.nthreads() else seen
        except (OSError, CancelledError) as error:
            raise Lost(f"the Dask scheduler at {scheduler!r} doesn't answer: {error}") from error
        if now - seen > PATIENCE:
            raise Lost(f"the Dask scheduler at {scheduler!r} has had no workers for {PATIENCE:.0f} s")


def _result(future: Any, scheduler: str) -> list[dict[str, Any]]:
    """Return what a worker found.

    Raises:
        Lost: the worker or the scheduler has gone, or the worker can't run trials.
    """
    from distributed.scheduler import KilledWorker

    try:
        found: list[dict[str, Any]] = future.result()
        return found
    except CancelledError as error:
        raise Lost(f"the Dask scheduler at {scheduler!r} has gone") from error
    except KilledWorker as error:
        raise Lost("workers of the cluster were killed again and again, as happens where memory runs out") from error
    except Exception as error:
        raise Lost(f"a worker of the cluster failed: {type(error).__name__}: {error}") from error


def _group(name: str, reading: Reading, seed: int, trials: Sequence[int], topic: str) -> list[dict[str, Any]]:
    """Run some trials in this worker, tell of each as it finishes, and return them all.

    When the task is cancelled, or its client is gone, the worker stops at the next chance.
    """
    from distributed import get_worker

    from lstmlib.paper.trials import run_trials

    worker, found = get_worker(), list[dict[str, Any]]()
    key = worker.get_current_task()

    def finished(result: dict[str, Any]) -> None:
        found.append(result | versions())
        worker.log_event(topic, {"result": found[-1]})

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state == "executing"

    run_trials(ROWS[name], reading, seed, trials, finished, wanted)
    return found
