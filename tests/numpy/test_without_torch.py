"""``lstmlib.numpy`` needs NumPy alone: it runs in an interpreter that can import nothing else that is installed."""

import subprocess
import sys

PROGRAM = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "scipy", "numba", "matplotlib", "safetensors", "IPython"):
            raise ModuleNotFoundError(f"blocked: {name}")

sys.meta_path.insert(0, Block())
try:
    import torch
except ModuleNotFoundError:
    pass
else:
    raise SystemExit("torch was not blocked")

import numpy as np
import lstmlib.numpy, lstmlib.tasks, lstmlib.data
from lstmlib.numpy import LSTM, RNN, check_gradients
for cell in (RNN, LSTM):
    assert max(check_gradients(cell(2, 2, rng=np.random.default_rng(0)), np.ones((2, 1, 2))).values()) < 1e-6
print("ran without torch")
"""


def test_numpy_backend_runs_where_torch_is_missing():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "ran without torch"
