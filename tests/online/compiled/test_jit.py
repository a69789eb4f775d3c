"""What was compiled is kept while no file of the package changes; where nothing can be kept, learners still work."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lstmlib

PACKAGE = Path(lstmlib.__file__).parent
# A file in the room of compiled learners, with little to compile: an entry, and parts of it from another file.
SMALL = """
from lstmlib.online.compiled.jit import entry
from lstmlib.online.compiled.lanes import load, logistic, store

@entry
def squash(x):
    store(x, 0, logistic(load(x, 0)))
"""
PROGRAM = """
import numpy as np
import lstmlib
from lstmlib.online.compiled import cascade, chunker, lstm1997, lstm2000, simple, small
x = np.zeros((1, 8))
small.squash(x)
print(lstmlib.__file__, "kept" if small.squash.stats.cache_hits else "compiled", x[0, 3])
"""
LEARNER = """
from lstmlib.online import ChunkerNet
from lstmlib.tasks.long_lag import draw_long_lag
rng = np.random.default_rng(0)
net = ChunkerNet(5)
chunker.train(net, net.draw(rng), draw_long_lag(4, 2, rng), 1.0)
"""


def run(where, program=PROGRAM, **environment):
    """Run a program with the copy of the package that lies there: what came from where, a number, and warnings."""
    clean = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    done = subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=where,
        env=clean | {"PYTHONPATH": str(where)} | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    file, came, y = done.stdout.split()
    assert Path(file).is_relative_to(where)
    return came, float(y), done.stderr


@pytest.fixture
def copy(tmp_path):
    for room in ("", "numpy", "tasks", "online", "online/compiled"):
        (tmp_path / "lstmlib" / room).mkdir()
        for path in (PACKAGE / room).glob("*.py"):
            shutil.copy(path, tmp_path / "lstmlib" / room)
    (tmp_path / "lstmlib" / "online" / "compiled" / "small.py").write_text(SMALL)
    return tmp_path


def test_what_was_compiled_is_used_again_until_any_file_of_the_package_changes(copy):
    assert run(copy) == ("compiled", 0.5, "")
    assert run(copy) == ("kept", 0.5, "")
    lanes = copy / "lstmlib" / "online" / "compiled" / "lanes.py"
    text = lanes.read_text()
    assert text.count("return 1.0 / (_times_power_of_two") == 1
    lanes.write_text(text.replace("return 1.0 / (_times_power_of_two", "return 3.0 / (_times_power_of_two"))
    assert run(copy) == ("compiled", 1.5, "")


def test_without_a_folder_to_keep_it_in_it_is_compiled_anew_and_says_so_in_a_line(copy):
    """A file in place of the folder is what no user can write into, root neither."""
    (copy / "lstmlib" / "online" / "compiled" / "__pycache__").touch()
    home = copy / "home"
    home.touch()
    for program in (PROGRAM, PROGRAM + LEARNER):
        came, y, said = run(copy, program, HOME=str(home))
        assert (came, y) == ("compiled", 0.5)
        assert said.splitlines() == [
            "no folder to keep compiled learners in, so that every process compiles them anew: "
            "set NUMBA_CACHE_DIR to one"
        ]
    elsewhere = {"HOME": str(home), "NUMBA_CACHE_DIR": str(copy / "elsewhere")}
    assert run(copy, **elsewhere) == ("compiled", 0.5, "")
    assert run(copy, **elsewhere) == ("kept", 0.5, "")
