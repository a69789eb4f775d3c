"""What a submission may hold with all its processes together, looked at from the grader's process."""

import subprocess
import sys
import time

import held
import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="this system doesn't tell what is shared")
WAITS = "import time; print('there', flush=True); time.sleep(600)"
FORKS = "import os\nfor _ in range(3):\n    if os.fork() == 0:\n        break\n"
MUCH = "held = bytes(range(256)) * 2**17\n"
SHARED = MUCH + FORKS + WAITS  # counts once
EACH = FORKS + MUCH + WAITS
NAMED = "for k in range(4):\n    open(f'file{k}', 'wb').write(bytes(2**20))\n" + WAITS
NAMELESS = """
import os, tempfile
held = [tempfile.TemporaryFile(dir='.') for _ in range(2)]
held.append(os.fdopen(os.memfd_create('x'), 'wb'))
for file in held:
    file.write(bytes(3 * 2**19))
    file.flush()
"""
NAMELESS += WAITS
LITTLE = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n" + WAITS


def running(one):
    """Return the processes that still run."""
    return [process for process in one.processes() if process.status() != "zombie"]


def looked_at(code, folder, seconds):
    """Return what is said of a program, and how many of its processes still run then."""
    with held.Held(folder) as one, subprocess.Popen([sys.executable, "-c", code], cwd=folder, stdout=-1) as program:
        try:
            program.stdout.readline()
            until = time.monotonic() + seconds
            while time.monotonic() < until and not (one.over and not running(one)):
                time.sleep(0.05)
            return one.over, len(running(one))
        finally:
            for process in running(one):
                process.kill()


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (EACH, "its processes held more than 0 GiB of memory together"),
        (NAMED, "it wrote more than 0 GiB of files"),
        (NAMELESS, "it wrote more than 0 GiB of files"),
    ],
)
def test_what_processes_hold_together_is_limited(code, why, tmp_path, monkeypatch):
    monkeypatch.setattr(held, "MOST_MEMORY", 100 * 2**20)
    monkeypatch.setattr(held, "MOST_STORED", 7 * 2**19)
    assert looked_at(code, tmp_path, 60) == (why, 0)


@pytest.mark.parametrize("code", [SHARED, LITTLE])
def test_what_is_shared_counts_once_and_little_is_left_alone(code, tmp_path, monkeypatch):
    monkeypatch.setattr(held, "MOST_MEMORY", 100 * 2**20)
    monkeypatch.setattr(held, "OFTEN", 0.1)
    over, left = looked_at(code, tmp_path, 1.5)
    assert (over, left) == ("", 4 if code == SHARED else 2)


def test_processes_of_others_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(held, "MOST_STORED", 2**20)
    other = subprocess.Popen([sys.executable, "-c", WAITS], stdout=subprocess.DEVNULL)
    try:
        over, _ = looked_at(NAMED, tmp_path, 60)
        assert over
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
