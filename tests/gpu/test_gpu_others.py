"""The layers that are not recurrent, and ConvLSTM, on a GPU against NumPy on the CPU; skipped where there is no GPU."""

import sys
from pathlib import Path

import pytest
import torch

import lstmlib.numpy as ln
import lstmlib.torch as lt

sys.path.insert(0, str(Path(__file__).parents[1] / "torch"))
from other_twins import LAYERS, draw, has_fast_path, make, pair
from parity import close, compare

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here that torch can use")
# The GPU adds up in another order, so the last digits differ.
TOLERANCE = 1e-10
names = pytest.mark.parametrize("name", LAYERS)


@names
@pytest.mark.parametrize("fast", [False, True], ids=["readable", "fast"])
@pytest.mark.parametrize("lengths", [None, [7, 20, 1, 13]], ids=["equal lengths", "lengths"])
def test_gpu_is_numpy(name, fast, lengths, rng):
    layer, twin = pair(name, rng, device="cuda", **({"fast": fast} if has_fast_path(name) else {}))
    x, state, arguments = draw(name, rng, 20, 4, lengths)
    compare(layer, twin, x, state, rng, TOLERANCE, **arguments)


def moved(value, device, dtype=torch.float64):
    """Return an array, a tuple of them or ``None``, as tensors on the device."""
    if isinstance(value, tuple):
        return tuple(moved(part, device, dtype) for part in value)
    return None if value is None else torch.as_tensor(value, dtype=dtype, device=device)


@names
def test_float32_is_near(name, rng):
    layer, twin = pair(name, rng)
    x, state, arguments = draw(name, rng, 20, 4, [7, 20, 1, 13])
    y, _, _ = layer.forward(x, state, **arguments)
    lengths = {key: torch.as_tensor(value, device="cuda") for key, value in arguments.items()}
    twin = twin.float().cuda()
    y_t, _ = twin(moved(x, "cuda", torch.float32), moved(state, "cuda", torch.float32), **lengths)
    # TF32 convolutions, torch's default, keep ten bits of each factor.
    close("y", y_t.double(), y, 2e-2 if name.startswith("Conv") else 1e-4)


def test_embedding_and_positions(rng):
    layer, twin = ln.Embedding(7, 4, rng=rng), lt.Embedding(7, 4, device="cuda", dtype=torch.float64)
    twin.load_state_dict({"weight": torch.as_tensor(layer.params["weight"])})
    symbols, dy = rng.integers(7, size=(20, 4)), rng.standard_normal((20, 4, 4))
    y, _, cache = layer.forward(symbols)
    y_t, _ = twin(torch.as_tensor(symbols).cuda())
    y_t.backward(torch.as_tensor(dy).cuda())
    close("y", y_t, y, 0.0)
    close("gradient", twin.weight.grad, layer.backward(cache, dy)[2]["weight"], TOLERANCE)
    with pytest.raises(ValueError, match="x of shape"):
        twin(torch.full((1, 1), 7).cuda())
    x = rng.standard_normal((300, 2, 6))
    close(
        "y", lt.PositionalEncoding(6)(torch.as_tensor(x).cuda())[0], ln.PositionalEncoding(6).forward(x)[0], TOLERANCE
    )


@names
def test_moved_there_and_back(name, rng):
    layer = make(lt, name, dtype=torch.float64)
    x, state, _ = draw(name, rng, 5, 2, None)
    here, _ = layer(moved(x, "cpu"), moved(state, "cpu"))
    there, _ = layer.cuda()(moved(x, "cuda"), moved(state, "cuda"))
    torch.testing.assert_close(there.cpu(), here, rtol=TOLERANCE, atol=TOLERANCE)
    with pytest.raises(ValueError, match="is on cpu, expected cuda:0"):
        layer(moved(x, "cpu"), moved(state, "cpu"))
