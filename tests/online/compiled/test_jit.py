"""What was compiled is kept while no file of the package changes; where nothing can be kept, learners still work."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lstmlib

PACKAGE = Path(lstmlib.__file__).parent
# Learns a little, and says from where the compiled function came.
PROGRAM = """
import numpy as np
import lstmlib
from lstmlib import tasks
from lstmlib.online import Net
from lstmlib.online.compiled import cascade, chunker, lstm1997, lstm2000, simple
rng = np.random.default_rng(0)
net = Net(2, 1, 1, 1)
params, _ = lstm1997.train(net, net.draw(rng), tasks.adding(22, 3, rng), 0.5)
kept = getattr(lstm1997.run.stats, "cache_hits")
print(lstmlib.__file__, "kept" if kept else "compiled", params["weight_ih"].tobytes().hex())
"""


def learn(where, **environment):
    """Run the program with the copy of the package that lies there; return what it said and what it warned of."""
    clean = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM],
        cwd=where,
        env=clean | {"PYTHONPATH": str(where)} | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    file, came, digits = done.stdout.split()
    assert Path(file).is_relative_to(where)
    return came, digits, done.stderr


@pytest.fixture
def copy(tmp_path):
    for room in ("", "numpy", "tasks", "online", "online/compiled"):
        (tmp_path / "lstmlib" / room).mkdir()
        for path in (PACKAGE / room).glob("*.py"):
            shutil.copy(path, tmp_path / "lstmlib" / room)
    return tmp_path


def test_what_was_compiled_is_used_again_until_any_file_of_the_package_changes(copy):
    came, digits, said = learn(copy)
    assert (came, said) == ("compiled", "")
    assert learn(copy) == ("kept", digits, "")
    lanes = copy / "lstmlib" / "online" / "compiled" / "lanes.py"
    text = lanes.read_text()
    assert text.count("return 1.0 / (_times_power_of_two") == 1
    lanes.write_text(text.replace("return 1.0 / (_times_power_of_two", "return 0.9 / (_times_power_of_two"))
    came, others, _ = learn(copy)
    assert came == "compiled"
    assert others != digits


def test_without_a_folder_to_keep_it_in_it_is_compiled_anew_and_says_so_in_a_line(copy):
    """A file in place of the folder is what no user can write into, root neither."""
    (copy / "lstmlib" / "online" / "compiled" / "__pycache__").touch()
    (copy / "home").touch()
    for _ in range(2):
        came, digits, said = learn(copy, HOME=str(copy / "home"))
        assert came == "compiled"
        assert said.splitlines() == [
            "no folder to keep compiled learners in, so that every process compiles them anew: "
            "set NUMBA_CACHE_DIR to one"
        ]
    kept = copy / "elsewhere"
    environment = {"HOME": str(copy / "home"), "NUMBA_CACHE_DIR": str(kept)}
    assert learn(copy, **environment) == ("compiled", digits, "")
    assert learn(copy, **environment) == ("kept", digits, "")
