"""Trials on a real Dask cluster of processes: the same as without, kept here, whatever happens to the others."""

import gc
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from dataclasses import replace

import pytest
from distributed import Client, LocalCluster
from distributed.scheduler import KilledWorker

from lstmlib.paper import ROWS, cluster, run
from lstmlib.paper.rows import reading_of
from lstmlib.paper.store import Store

ROW = ROWS["table-9/6a"]


def quiet(line):
    pass


@pytest.fixture(scope="module")
def dask():
    started = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0")
    yield started
    started.close()


def without_time(results):
    return [{name: value for name, value in result.items() if name != "seconds"} for result in results]


def test_a_cluster_gives_the_same_trials(dask, tmp_path):
    row = ROW
    here = run(row, 3, seed=5, directory=tmp_path / "here", workers=1, tell=quiet)
    there = run(row, 3, seed=5, directory=tmp_path / "there", scheduler=dask.scheduler_address, tell=quiet)
    assert without_time(there) == without_time(here)
    lines = []
    assert run(row, 3, seed=5, directory=tmp_path / "there", scheduler="tcp://nowhere:1", tell=lines.append) == there
    assert len(lines) == 1  # nothing was missing, so nobody was asked
    assert "none run" in lines[0]


def test_each_trial_comes_back_when_it_is_finished_and_workers_stop_when_nobody_wants_more(dask, tmp_path):
    store = Store(ROW, reading_of(ROW, {}), tmp_path)

    def full_after_two(result):
        if len(list(store.parts.glob("*.json"))) >= 2:
            raise OSError("no space left on device")
        Store.keep(store, result)

    full = replace_keep(store, full_after_two)
    with pytest.raises(OSError, match="no space left"):
        cluster.run_on_cluster(ROW, reading_of(ROW, {}), 0, range(60), full, dask.scheduler_address)
    assert len(list(store.parts.glob("*.json"))) == 2
    with Client(dask, set_as_default=False) as client:
        deadline = time.monotonic() + 60
        while any(running(client)) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not any(running(client))


def running(client):
    """Return how many threads of each worker have a task in hand, wanted or not."""
    return client.run(lambda dask_worker: len(dask_worker.active_threads)).values()


def replace_keep(store, keep):
    class Full(Store):
        def __init__(self):
            self.__dict__ = store.__dict__

        def keep(self, result):
            keep(result)

    return Full()


@pytest.mark.parametrize(
    ("address", "said"), [("tcp://127.0.0.1:9", "no Dask scheduler at"), ("not an address", "no Dask scheduler at")]
)
def test_nobody_there(address, said, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=said):
        run(replace(ROW, cap=1000), 2, directory=tmp_path, scheduler=address, tell=quiet)
    # Nor is a half-made client left over, whose end could come in the middle of another's beginning.
    assert not [one for one in gc.get_objects() if type(one) is Client and one.status != "closed"]


def test_a_scheduler_without_workers(tmp_path):
    with (
        LocalCluster(n_workers=0, dashboard_address=":0") as empty,
        pytest.raises(ValueError, match="has no workers: start some"),
    ):
        run(ROW, 2, directory=tmp_path, scheduler=empty.scheduler_address, tell=quiet)


CLUSTER = """
import time
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as started:
        print(started.scheduler_address, flush=True)
        time.sleep(3600)
"""


def test_a_scheduler_that_goes_is_named_and_nothing_is_lost(tmp_path):
    program = tmp_path / "cluster.py"
    program.write_text(CLUSTER)
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True, "start_new_session": True}
    others = subprocess.Popen([sys.executable, program], **options)
    try:
        address = others.stdout.readline().strip()
        command = [sys.executable, "-m", "lstmlib", "paper", "run", "table-5/T100-N3", "--trials", "400"]
        command += ["--scheduler", address, "--results", str(tmp_path)]
        running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        store = Store(ROWS["table-5/T100-N3"], reading_of(ROWS["table-5/T100-N3"], {}), tmp_path)
        deadline = time.monotonic() + 600
        while len(list(store.parts.glob("*.json"))) < 2 and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        os.killpg(others.pid, signal.SIGKILL)
    said = running.communicate(timeout=600)[1]
    others.communicate()
    assert running.returncode == 1, said
    assert f"the Dask scheduler at {address!r} has gone. Trials that were finished before are kept, and" in said
    assert "Traceback" not in said
    assert len(store.load()[0]) >= 2


class Failed:
    def __init__(self, error):
        self.error = error

    def result(self):
        raise self.error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CancelledError(), "the Dask scheduler at 'tcp://a:1' has gone"),
        (KilledWorker("task", None, 3), "workers of the cluster were killed again and again"),
        (
            ModuleNotFoundError("No module named 'numba'"),
            "a worker of the cluster failed: ModuleNotFoundError: No module",
        ),
        (MemoryError(), "a worker of the cluster failed: MemoryError"),
    ],
)
def test_what_became_of_a_worker_is_one_line(error, said):
    with pytest.raises(cluster.Lost, match=said):
        cluster._result(Failed(error), "tcp://a:1")


class Without:
    """A client whose scheduler has lost its workers."""

    status = "running"

    def nthreads(self):
        return {}


class Waiting:
    def done(self):
        return False


def test_a_cluster_without_workers_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(cluster, "LOOK", 0.0)
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with pytest.raises(cluster.Lost, match="has had no workers for 0 s"):
        cluster._wait(Without(), [Waiting()], "tcp://a:1", [])


def test_workers_of_another_version_are_refused(dask, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "VERSION", 0)
    with pytest.raises(cluster.Lost, match="workers have version 1 of the trials, expected 0"):
        run(ROW, 1, directory=tmp_path, scheduler=dask.scheduler_address, tell=quiet)
