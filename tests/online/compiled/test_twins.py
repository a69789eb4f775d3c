"""Every learner has its twin, in the file of the same name; to read one, nobody needs what the other needs."""

import subprocess
import sys
from pathlib import Path

import pytest

import lstmlib.online

ROOM = Path(lstmlib.online.__file__).parent
# What has no twin, and why.
ALONE = {
    "counting.py": "counts the operations of the readable learner of 1997",
    "net.py": "says what a net of 1997 is; no learner",
    "net2000.py": "says what a net of 2000 is; no learner",
    "rtrl.py": "shows what the method costs; simple.py learns by it, and has a twin",
}
READABLE = {path.name for path in ROOM.glob("*.py")} - {"__init__.py"}


def test_every_learner_has_its_twin():
    twins = {path.name for path in (ROOM / "compiled").glob("*.py")}
    assert READABLE - twins == set(ALONE)


@pytest.mark.parametrize("name", sorted(READABLE - set(ALONE)))
def test_each_says_where_the_other_is(name):
    stem = name.removesuffix(".py")
    assert f"``lstmlib.online.compiled.{stem}`` is this file once more" in " ".join((ROOM / name).read_text().split())
    assert (ROOM / "compiled" / name).read_text().startswith(f'"""``lstmlib.online.{stem}`` compiled, ')


PROGRAM = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("numba", "llvmlite", "joblib", "torch"):
            raise ModuleNotFoundError(f"blocked: {name}")

sys.meta_path.insert(0, Block())
import numpy as np
import lstmlib.online
net = lstmlib.online.Net(1, 1, 1, 1)
print(lstmlib.online.LSTM1997(net, net.draw(np.random.default_rng(0))).step(np.ones(1)).shape)
"""


def test_the_readable_learners_need_no_numba():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "(1,)", done.stderr
