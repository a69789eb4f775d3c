"""``lstmlib paper`` as a program: what it says, and with what status it ends, whatever is the matter around it."""

import contextlib
import functools
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from lstmlib import cli
from lstmlib.paper import ROWS
from lstmlib.paper.rows import reading_of
from lstmlib.paper.store import Store
from lstmlib.paper.version import VERSION

ROW = "table-5/T100-N3"  # a trial takes a fraction of a second
LONG = "table-7/T1000"  # a trial takes an hour
COMMAND = [sys.executable, "-m", "lstmlib", "paper"]
ROOT = Path(__file__).parents[2]


def paper(*arguments, **options):
    command = [*COMMAND, *map(str, arguments)]
    options = {"capture_output": True, "text": True, "cwd": ROOT} | options
    return subprocess.run(command, **options)


def shell(line, folder):
    """Run a line in which PAPER stands for the command."""
    line = line.replace("PAPER", " ".join(COMMAND))
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=folder, env=environment())


def environment():
    return os.environ | {"PYTHONPATH": str(ROOT)}


def store_in(folder):
    return Store(ROWS[ROW], reading_of(ROWS[ROW], {}), folder)


def fill(folder, count=3):
    store = store_in(folder)
    for trial in range(count):
        store.keep({"seed": 0, "trial": trial, "solved": True, "sequences": 1000 + trial, "version": VERSION})
    store.gather()
    return store


def well_said(done, status, *parts):
    """Assert that it ended so, with one clear line and no traceback."""
    said = done.stderr + (done.stdout or "")
    assert done.returncode == status, said
    assert "Traceback" not in said
    for part in parts:
        assert part in said, said


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["run", ROW, "--workers", "-3"], 1, "workers is -3, expected at least 1"),
        (["run", ROW, "--workers", "0"], 1, "workers is 0, expected at least 1"),
        (["run", ROW, "--workers", "nan"], 2, "--workers: invalid int value: 'nan'"),
        (["run", ROW, "--workers", "1.5"], 2, "--workers: invalid int value: '1.5'"),
        (["run", ROW, "--seed", "-1"], 1, "seed is -1, expected at least 0"),
        (["show", ROW, "--seed", "-1"], 1, "seed is -1, expected at least 0"),
        (["run", ROW, "--trials", "-2"], 1, "trials is -2, expected at least 1"),
        (["run", ROW, "--trials", "1000000000"], 1, "trials is 1000000000, expected at most"),
        (["run", "table-77/x"], 1, "there is no row or table 'table-77/x'; there are table-1, "),
        (["show", ""], 1, "there is no row or table ''"),
        (["run", ROW, "--reading", "colour=red"], 1, "leaves no reading 'colour' open"),
        (["run", ROW, "--seed", "9" * 300], 1, "so nothing was run: File name too long"),
        (
            ["run", ROW, "--results", "/proc/nowhere"],
            1,
            "results can't be kept in /proc/nowhere/table-5, so nothing was run",
        ),
        (["run", ROW, "--results", "/dev/null"], 1, "Not a directory: '/dev/null/table-5"),
        (["run", ROW, "--results", "here", "--store"], 2, "not allowed with argument"),
        (["list", "--results", "/nowhere"], 1, "--results /nowhere: it is not there"),
        (["show", "--results", "/nowhere"], 1, "--results /nowhere: it is not there"),
        (["show", "--results", "/dev/null"], 1, "--results /dev/null: it is not a folder"),
        (["show", "--format", "xml"], 2, "invalid choice: 'xml'"),
    ],
)
def test_what_cannot_be_is_named_before_anything_runs(arguments, status, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["lstmlib", "paper", *arguments])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    printed = capsys.readouterr()
    assert (1 if isinstance(stop.value.code, str) else stop.value.code) == status  # as Python does with a text
    assert said in printed.err + str(stop.value)
    assert not printed.out
    assert not list(tmp_path.rglob("*.parts"))


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("PAPER list >&-", 1, "standard output is closed"),
        ("PAPER run table-7/T1000 >&-", 1, "standard output is closed"),
        ("PAPER list > /dev/full", 1, "can't print: No space left on device"),
        ("PAPER show table-9 --format json > /dev/full", 1, "can't print: No space left on device"),
        ("PAPER list 1< /dev/null", 1, "can't print: Bad file descriptor"),
        ("PAPER list | true; exit ${PIPESTATUS[0]}", 1, ""),
        ("PAPER list 2>&- <&- | tail -1", 0, "schmidhuber-1992"),
        ("PAPER run nothing 2>&-", 1, ""),
        ("PAPER run table-5/T100-N3 --trials 1 --workers 1 2> /dev/full", 0, "1 of 1 solved"),
        ("PAPER run table-5/T100-N3 --trials 1 --workers 1 2>&-", 0, "1 of 1 solved"),
    ],
)
def test_closed_and_full_streams(line, status, said, tmp_path):
    done = shell(line, tmp_path)
    well_said(done, status, said)
    assert "Exception ignored" not in done.stderr
    for path in tmp_path.rglob("*.jsonl"):  # nothing that was said has gone into a file of results
        assert [json.loads(one)["trial"] for one in path.read_text().splitlines()] == [0]


def test_a_readers_results_go_beside_the_reader_and_are_shown_beside_ours(tmp_path):
    done = paper("run", ROW, "--trials", 2, "--workers", 1, cwd=tmp_path, env=environment())
    well_said(done, 0, "2 trials to run, 0 there; they go to results/table-5", "comes with the library took")
    assert "ours (default): 15,775 sequences" in done.stdout
    assert "yours (default): 5,205 sequences" in done.stdout
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")] == [f"results/{ROW}.default.jsonl"]
    again = paper("run", ROW, "--trials", 2, cwd=tmp_path, env=environment())
    well_said(again, 0, "2 stored trials shown, none run: they are in results/table-5. To run them anew, name another")
    assert again.stdout == done.stdout
    assert "yours (default)" in paper("show", ROW, cwd=tmp_path, env=environment()).stdout
    stored = paper("run", ROW, "--store", cwd=tmp_path, env=environment())
    well_said(stored, 0, "10 stored trials shown, none run: they are in ", "lstmlib/paper/results/table-5")
    assert "yours" not in stored.stdout


def test_what_is_not_a_file_is_said_and_the_rest_is_shown(tmp_path):
    store = fill(tmp_path)
    store.lines.unlink()
    store.lines.mkdir()
    for command in (["list"], ["show", "table-5"], ["show", "table-5", "--format", "json"]):
        done = paper(*command, "--results", tmp_path)
        well_said(done, 1, "T100-N3.default.jsonl is not a file")
        assert "table-5/T1000-N1" in done.stdout
    well_said(paper("run", ROW, "--results", tmp_path, "--trials", 1), 1, "T100-N3.default.jsonl is not a file")
    shutil.rmtree(tmp_path / "table-5")
    (tmp_path / "table-5").touch()
    well_said(paper("show", ROW, "--results", tmp_path), 1, "Not a directory")


@pytest.mark.parametrize("change", [{"wrong": None, "tested": 5, "error": 0.1}, {"sequences": 1e400}, {"trial": -1}])
def test_results_that_no_trial_can_have_are_set_aside(change, tmp_path):
    store = fill(tmp_path)
    with open(store.lines, "a", encoding="utf8") as file:
        file.write(json.dumps({"seed": 0, "trial": 3, "solved": True, "sequences": 5, "version": VERSION} | change))
    done = paper("show", ROW, "--results", tmp_path)
    well_said(done, 0, "damaged (line 4); set aside as", "3 of 3 solved")
    assert "damaged" not in done.stdout
    well_said(paper("list", "--results", tmp_path), 0, "3 of 3 solved")


@pytest.fixture
def nobody():
    """How to run a program as somebody who may write nowhere but where all may, in a folder of theirs."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    options = {"env": environment() | {"HOME": "/nonexistent", "NUMBA_CACHE_DIR": str(folder / "numba")}}
    if os.getuid() == 0:
        user = pwd.getpwnam("nobody")
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        os.chown(folder, user.pw_uid, user.pw_gid)
        with contextlib.suppress(PermissionError):  # of the interpreter, in a folder that is closed to others
            if paper("list", **options).returncode == 0:
                user = None
        if user:
            pytest.skip("the library can't be read by others here")
    yield folder, options
    for path in [folder, *folder.rglob("*")]:
        with contextlib.suppress(OSError):
            path.chmod(0o755 if path.is_dir() else 0o644)
    shutil.rmtree(folder)


def test_a_folder_that_cannot_be_written_is_found_out_before_computing(nobody):
    folder, options = nobody
    store = fill(folder)
    store.lines.parent.chmod(0o555)
    done = paper("run", ROW, "--results", folder, "--trials", 9, **options)
    well_said(done, 1, "so nothing was run: Permission denied")
    done = paper("run", ROW, "--results", folder, "--trials", 3, **options)
    well_said(done, 0, "3 stored trials shown, none run")  # nothing need be written
    with open(store.lines, "a", encoding="utf8") as file:
        file.write('{"half a li')
    for command in (["show", ROW], ["list"], ["run", ROW, "--trials", "3"]):
        done = paper(*command, "--results", folder, **options)
        well_said(done, 0, "damaged (line 4); it can't be set aside (Permission denied), its 3 good", "3 of 3 solved")
    store.lines.chmod(0)
    for command in (["show", ROW], ["list"], ["run", ROW, "--trials", "3"]):
        well_said(paper(*command, "--results", folder, **options), 1, "Permission denied")
    store.lines.parent.chmod(0)
    for command in (["show", ROW], ["list"], ["run", ROW, "--trials", "3"]):
        well_said(paper(*command, "--results", folder, **options), 1, "Permission denied")


def start(folder, *arguments, row=LONG):
    command = [*COMMAND, "run", row, "--results", str(folder), *map(str, arguments)]
    # As from a terminal: what is started in the background of a script ignores Control-C, and all that it starts does.
    heard = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=ROOT, preexec_fn=heard
    )


def wait_for(what, seconds=600):
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert what()


def workers_of(process):
    found = psutil.Process(process.pid).children(recursive=True)
    return [one for one in found if "loky" in " ".join(one.cmdline()) and "tracker" not in " ".join(one.cmdline())]


def test_a_worker_that_is_killed_is_named_and_nothing_is_lost(tmp_path):
    process = start(tmp_path, "--trials", 400, "--workers", 2, row=ROW)
    store = store_in(tmp_path)
    try:
        wait_for(lambda: len(list(store.parts.glob("*.json"))) >= 2)
        workers_of(process)[0].kill()
        said = process.communicate(timeout=600)[1]
    finally:
        process.kill()
    assert process.returncode == 1
    assert "Traceback" not in said
    assert "a worker process was killed from outside, as happens where memory runs out" in said
    assert "finished before are kept, and the same command goes on" in said
    results, trouble = store.load()
    assert len(results) >= 2
    assert not trouble
    assert [path.name for path in store.lines.parent.iterdir()] == [store.lines.name]


def test_control_c_at_the_terminal_reaches_all_and_ends_with_130(tmp_path):
    process = start(tmp_path, "--trials", 400, "--workers", 2, row=ROW)
    store = store_in(tmp_path)
    try:
        wait_for(lambda: len(list(store.parts.glob("*.json"))) >= 2)
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=600)[1]
    finally:
        process.kill()
    assert process.returncode == 130
    assert "stopped; finished trials are kept. The same command goes on." in said
    assert "Traceback" not in said
    assert len(store.load()[0]) >= 2
