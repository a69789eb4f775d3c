"""Results on disk: kept at once, gathered, never silently read when damaged, never lost."""

import functools
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from lstmlib.paper import ROWS, archive, run
from lstmlib.paper.report import stored, stored_readings
from lstmlib.paper.rows import reading_of
from lstmlib.paper.store import Store, current
from lstmlib.paper.version import VERSION

ROW = ROWS["table-5/T100-N3"]  # a trial takes a fraction of a second


def result(trial, seed=0, **changes):
    return {"seed": seed, "trial": trial, "solved": True, "sequences": 1000 + trial, "version": VERSION} | changes


@pytest.fixture
def store(tmp_path):
    return Store(ROW, reading_of(ROW, {}), tmp_path)


def test_what_is_kept_is_loaded_and_gathered_in_order(store):
    for trial in (3, 0, 11, 2):
        store.keep(result(trial))
    store.keep(result(1, seed=5))
    expected = [result(0), result(2), result(3), result(11), result(1, seed=5)]
    assert store.load() == (expected, [])
    store.gather()
    assert store.load() == (expected, [])
    assert [json.loads(line) for line in store.lines.read_text().splitlines()] == expected
    assert [path.name for path in store.lines.parent.iterdir()] == [store.lines.name]
    store.keep(result(4))
    store.gather()
    assert len(store.load()[0]) == 6
    assert store.lines.name == "T100-N3.default.jsonl"


def test_readings_are_kept_apart(tmp_path):
    names = set()
    for chosen in ({}, {"initial": "0.5"}, {"gate-bias": "noisy", "initial": "0.5"}):
        other = Store(ROW, reading_of(ROW, chosen), tmp_path)
        other.keep(result(0))
        other.gather()
        names.add(other.lines.name)
    assert names == {
        "T100-N3.default.jsonl",
        "T100-N3.initial=0.5.jsonl",
        "T100-N3.gate-bias=noisy,initial=0.5.jsonl",
    }


def test_a_run_that_has_only_begun_is_no_reading_yet(store, tmp_path):
    """Its folder is there before its first trial is finished, and nothing can be said of no trials."""
    other = Store(ROW, reading_of(ROW, {"initial": "0.5"}), tmp_path)
    other.keep(result(0))
    store.prepare(0, 10)
    (store.parts / ".0-3.json.4f.new").touch()  # a trial that is just being written
    expected = [(reading_of(ROW, {"initial": "0.5"}), [result(0)])]
    assert stored_readings(ROW, tmp_path) == [expected[0][0]]
    assert stored(ROW, tmp_path) == (expected, [], [])
    assert len(archive.trials_of(tmp_path)) == 1
    store.keep(result(3))
    assert [reading for reading, _ in stored(ROW, tmp_path).readings] == stored_readings(ROW, tmp_path)
    assert len(archive.trials_of(tmp_path)) == 2


def test_a_file_without_a_good_line_is_told_and_is_no_reading(store, tmp_path):
    store.lines.parent.mkdir(parents=True)
    store.lines.write_text("{")
    found = stored(ROW, tmp_path)
    assert found.readings == found.unread == []
    assert len(found.trouble) == 1
    assert "0 good results kept" in found.trouble[0]


@pytest.mark.parametrize(
    "bad",
    ["", "{", '{"seed": 0}', "null", json.dumps(result(1, sequences="many")), json.dumps(result(1))[:-9], "\x00\x00"],
)
def test_damage_is_named_and_set_aside(store, bad):
    store.keep(result(0))
    store.gather()
    good = store.lines.read_text()
    store.lines.write_text(good + bad + "\n" + json.dumps(result(2)) + "\n")
    spoiled = store.lines.read_bytes()
    results, trouble = store.load()
    assert results == [result(0), result(2)]
    assert len(trouble) == 1
    assert re.search(r"default\.jsonl: damaged \(line 2\); set aside as .*\.damaged, 2 good results kept", trouble[0])
    assert store.lines.with_name(store.lines.name + ".damaged").read_bytes() == spoiled
    assert store.load() == (results, [])  # said once, then clean

    store.keep(result(3))
    (part,) = store.parts.iterdir()
    part.write_text(bad)
    results, trouble = store.load()
    assert results == [result(0), result(2)]
    assert len(trouble) == 1
    assert str(part) in trouble[0]
    assert store.load()[1] == []


def test_results_of_another_version_stay_and_do_not_count(store, tmp_path):
    store.keep(result(0, version=VERSION + 1, sequences=7))
    store.keep(result(1))
    store.gather()
    results, _ = store.load()
    assert len(results) == 2
    assert current(results) == [result(1)]
    lines = []
    found = run(ROW, 2, directory=tmp_path, workers=1, tell=lines.append)
    assert [r["trial"] for r in found] == [0, 1]
    assert found[1] == result(1)
    assert found[0]["sequences"] != 7
    assert any("1 results are by another version and don't count" in line for line in lines)
    assert {(r["version"], r["trial"]) for r in store.load()[0]} == {(VERSION + 1, 0), (VERSION, 0), (VERSION, 1)}


def test_a_full_disk_loses_nothing(store, monkeypatch, tmp_path):
    store.keep(result(0))

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.keep(result(1))
    with pytest.raises(OSError, match="No space left"):
        store.gather()
    with pytest.raises(OSError, match="No space left"):
        run(ROW, 2, directory=tmp_path, workers=1, tell=lambda line: None)
    monkeypatch.undo()
    assert store.load() == ([result(0)], [])
    assert [path.name for path in store.parts.iterdir()] == ["0-0.json"]


def start_run(tmp_path, trials, workers=1):
    command = [sys.executable, "-m", "lstmlib", "paper", "run", ROW.name, "--trials", str(trials)]
    command += ["--workers", str(workers), "--results", str(tmp_path)]
    # Who starts the tests may have told them to ignore Ctrl-C, as a shell does for what runs behind it.
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heed)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped_goes_on_where_it_was(tmp_path, by):
    store = Store(ROW, reading_of(ROW, {}), tmp_path)
    process = start_run(tmp_path, 400)
    try:
        deadline = time.monotonic() + 120
        while len(list(store.parts.glob("*.json"))) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(by)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    kept, trouble = store.load()
    assert not trouble
    assert 3 <= len(kept) < 400
    if by == signal.SIGINT:
        assert process.returncode == 130
        assert "stopped; finished trials are kept" in said
        assert "Traceback" not in said
    more = max(r["trial"] for r in kept) + 1
    lines = []
    found = run(ROW, more, directory=tmp_path, workers=1, tell=lines.append)
    assert [r["trial"] for r in found] == list(range(more))
    assert [r for r in found if r in kept] == kept  # not run again
    if more > len(kept):
        assert f"{more - len(kept)} trials to run, {len(kept)} there" in lines[0]


def test_workers_stop_when_their_parent_is_killed(tmp_path):
    store = Store(ROW, reading_of(ROW, {}), tmp_path)
    process = start_run(tmp_path, 400, workers=2)
    try:
        deadline = time.monotonic() + 120
        while len(list(store.parts.glob("*.json"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        process.kill()
    process.communicate(timeout=60)  # returns when the last worker is gone, and has let go of stderr
    there = len(store.load()[0])
    assert 2 <= there < 400


def test_the_number_of_workers_changes_nothing(tmp_path):
    found = [
        run(ROW, 5, seed=3, directory=tmp_path / str(workers), workers=workers, tell=lambda line: None)
        for workers in (1, 2)
    ]
    one, two = ([{k: v for k, v in r.items() if k != "seconds"} for r in results] for results in found)
    assert one == two
    assert {"lstmlib", "numpy", "numba", "version"} <= one[0].keys()
