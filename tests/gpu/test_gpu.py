"""The layers on a GPU against NumPy on the CPU, in float64; skipped where there is no GPU."""

import sys
from pathlib import Path

import pytest
import torch

import lstmlib.numpy as ln
import lstmlib.torch as lt

sys.path.insert(0, str(Path(__file__).parents[1] / "torch"))
from parity import compare, copy_params

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here that torch can use")
# The GPU adds up in another order, so the last digits differ.
TOLERANCE = 1e-10


@pytest.mark.parametrize("name", ["RNN", "LSTM"])
@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (20, 8, 5, 16), (50, 32, 40, 64)])
def test_gpu_is_numpy(name, shape, rng):
    T, N, D, H = shape
    layer = getattr(ln, name)(D, H, rng=rng)
    twin = getattr(lt, name)(D, H, device="cuda", dtype=torch.float64)
    copy_params(layer, twin)
    state = layer.initial_state(N)
    compare(layer, twin, rng.standard_normal((T, N, D)), state, rng, TOLERANCE)


@pytest.mark.parametrize("name", ["RNN", "LSTM"])
def test_moved_there_and_back(name, rng):
    layer = getattr(lt, name)(3, 4, dtype=torch.float64)
    x = torch.as_tensor(rng.standard_normal((5, 2, 3)))
    here = layer(x)[0]
    there = layer.cuda()(x.cuda())[0]
    torch.testing.assert_close(there.cpu(), here, rtol=1e-12, atol=1e-12)
    with pytest.raises(ValueError, match=r"x of shape \(5, 2, 3\) is on cpu, expected cuda:0"):
        layer(x)
