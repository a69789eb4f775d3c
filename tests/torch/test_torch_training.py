"""Losses and optimisers of ``lstmlib.numpy`` against torch's own."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from parity import close
from torch.nn import functional as F

import lstmlib.numpy as ln

SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(1, 5))
SEEDS = st.integers(0, 2**32 - 1)
THEIRS = {
    ln.squared_error: lambda y, target: F.mse_loss(y, target),
    ln.cross_entropy: lambda y, target: F.cross_entropy(y, target),
    ln.binary_cross_entropy: lambda y, target: F.binary_cross_entropy_with_logits(y, target),
}


@given(SHAPES, SEEDS, st.sampled_from(list(THEIRS)), st.sampled_from([0.1, 1.0, 30.0]))
def test_losses(shape, seed, loss, scale):
    rng = np.random.default_rng(seed)
    y = scale * rng.standard_normal(shape)
    target = rng.integers(shape[2], size=shape[:2]) if loss is ln.cross_entropy else rng.uniform(size=shape)
    mask = rng.uniform(size=shape[:2]) < 0.5
    mask[0, 0] = True
    value, dy = loss(y, target, mask)
    y_t = torch.tensor(y, requires_grad=True)
    value_t = THEIRS[loss](y_t[torch.tensor(mask)], torch.tensor(target)[torch.tensor(mask)])
    value_t.backward()
    close("loss", np.asarray(value), value_t)
    close("dy", dy, y_t.grad)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda p: ln.SGD(p, 0.1), lambda p: torch.optim.SGD(p, 0.1)),
        (lambda p: ln.SGD(p, 0.1, momentum=0.9), lambda p: torch.optim.SGD(p, 0.1, momentum=0.9)),
        (lambda p: ln.Adam(p, 0.1), lambda p: torch.optim.Adam(p, 0.1)),
        (
            lambda p: ln.Adam(p, 0.01, betas=(0.5, 0.9), eps=1e-4),
            lambda p: torch.optim.Adam(p, 0.01, betas=(0.5, 0.9), eps=1e-4),
        ),
    ],
    ids=["SGD", "SGD with momentum", "Adam", "Adam with other constants"],
)
def test_optimisers(ours, theirs, rng):
    params = {"a": rng.standard_normal((3, 4)), "b": rng.standard_normal(5)}
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    a, b = ours(params), theirs(tensors.values())
    for _ in range(20):
        grads = {name: rng.standard_normal(value.shape) for name, value in params.items()}
        for name, tensor in tensors.items():
            tensor.grad = torch.tensor(grads[name])
        a.step(grads)
        b.step()
    for name, value in params.items():
        close(name, value, tensors[name])


@pytest.mark.parametrize("max_norm", [0.1, 1e6])
def test_clipping(max_norm, rng):
    grads = {"a": rng.standard_normal((3, 4)), "b": rng.standard_normal(5)}
    tensors = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in grads.values()]
    for tensor, grad in zip(tensors, grads.values(), strict=True):
        tensor.grad = torch.tensor(grad)
    norm_t = torch.nn.utils.clip_grad_norm_(tensors, max_norm)
    norm = ln.clip_grad_norm(grads, max_norm)
    close("norm", np.asarray(norm), norm_t)
    for tensor, grad in zip(tensors, grads.values(), strict=True):
        close("gradient", grad, tensor.grad, 2e-6)  # torch adds 1e-6 to the norm before it divides
