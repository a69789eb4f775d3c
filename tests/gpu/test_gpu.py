"""The layers on a GPU against NumPy on the CPU, in float64; skipped where there is no GPU."""

import pytest
import torch
from parity import compare
from twins import CELLS, KERNELS, make, pair

import lstmlib.torch as lt

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here that torch can use")
# The GPU adds up in another order, so the last digits differ.
TOLERANCE = 1e-10


BOTH_PATHS = [(name, False) for name in CELLS] + [(name, True) for name in KERNELS]


@pytest.mark.parametrize("layers", [{}, {"num_layers": 2}, {"both_ways": True}], ids=["one", "two", "both ways"])
@pytest.mark.parametrize("with_lengths", [False, True], ids=["equal lengths", "lengths"])
@pytest.mark.parametrize(("name", "fast"), BOTH_PATHS)
def test_gpu_is_numpy(name, fast, with_lengths, layers, rng):
    T, N, D, H = 20, 8, 5, 16
    layer, twin = pair(name, D, H, rng, fast=fast, **layers)
    lengths = {"lengths": rng.integers(1, T + 1, N)} if with_lengths else {}
    compare(layer, twin.cuda(), rng.standard_normal((T, N, D)), layer.initial_state(N), rng, TOLERANCE, **lengths)


@pytest.mark.parametrize("name", CELLS)
def test_moved_there_and_back(name, rng):
    layer = make(lt, name, 3, 4, dtype=torch.float64)
    x = torch.as_tensor(rng.standard_normal((5, 2, 3)))
    here = layer(x)[0]
    there = layer.cuda()(x.cuda())[0]
    torch.testing.assert_close(there.cpu(), here, rtol=1e-10, atol=1e-10)
    with pytest.raises(ValueError, match=r"x of shape \(5, 2, 3\) is on cpu, expected cuda:0"):
        layer(x)
    assert torch.equal(layer.cpu()(x)[0], here)
