"""A finished trial is never lost: not to a kill or a full disk at any file operation, nor to others meanwhile."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import stopped

from lstmlib.paper import disk

PROGRAM = Path(stopped.__file__)


@pytest.mark.parametrize("how", ["kill", "full", "once"])
@pytest.mark.parametrize(("scenario", "least"), [("keep", 6), ("gather", 12), ("repair", 30)])
def test_whatever_stops_it_nothing_is_lost_and_nothing_is_left_over(scenario, least, how, tmp_path):
    """Stopped at each operation in turn: killed, or a disk that is full from then on, or one call that fails."""
    command = [sys.executable, PROGRAM, scenario, how, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= least


def test_processes_that_gather_at_the_same_time_lose_nothing(tmp_path):
    processes, rounds = 6, 40
    running = [
        subprocess.Popen([sys.executable, PROGRAM, "race", tmp_path, str(process), str(rounds)], stderr=subprocess.PIPE)
        for process in range(processes)
    ]
    while len(list(tmp_path.glob("ready-*"))) < processes and not any(process.poll() for process in running):
        time.sleep(0.05)
    (tmp_path / "go").touch()
    said = [process.communicate()[1] for process in running]
    assert not any(said), said
    store = stopped.store_in(tmp_path)
    there = [(line["seed"], line["trial"]) for line in map(json.loads, store.lines.read_text().splitlines())]
    assert there == [(process, trial) for process in range(processes) for trial in range(rounds)]
    assert [path.name for path in store.lines.parent.iterdir()] == [store.lines.name]


def test_who_waited_for_a_lock_that_is_gone_takes_the_new_one(tmp_path):
    """Three in a row: the second waits on the first one's file, which is removed; it must not pass beside the third."""
    path = tmp_path / "lock"
    with disk.locked(path):
        assert disk._take(path, wait=False) is None
    assert not path.exists()
    path.touch()  # left by one that was killed: nobody holds it
    with disk.locked(path):
        pass
    assert not path.exists()


def test_a_file_that_is_being_written_is_not_cleared_away(tmp_path):
    held = disk._take(tmp_path / ".a.json.1.new")
    (tmp_path / ".b.json.2.new").touch()
    (tmp_path / ".c.json").touch()
    disk.clear(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.json.1.new", ".c.json"]
    disk.os.close(held)
    disk.clear(tmp_path, "b")
    assert (tmp_path / ".a.json.1.new").exists()
    disk.clear(tmp_path, "a")
    assert not (tmp_path / ".a.json.1.new").exists()


def test_what_is_no_file_is_not_read(tmp_path):
    disk.os.mkfifo(tmp_path / "pipe")
    for name in (".", "pipe"):
        with pytest.raises(OSError, match="is not a file"):
            disk.read(tmp_path / name)
    assert disk.read(tmp_path / "nothing") is None
    assert disk.names(tmp_path / "nothing") == []


def test_a_probe_leaves_nothing(tmp_path):
    disk.probe(tmp_path / "a.json")
    assert not list(tmp_path.iterdir())
    with pytest.raises(OSError, match="name too long"):
        disk.probe(tmp_path / ("9" * 250 + ".json"))
    with pytest.raises(FileNotFoundError):
        disk.probe(tmp_path / "nowhere" / "a.json")
