"""The CTC loss beside torch's: value and gradient in float64, over random shapes, repeats and empty labellings."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lstmlib.numpy.ctc import ctc_loss, shortest


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 5), st.integers(2, 5), st.integers(0, 5))
def test_loss_and_gradient_are_torchs(seed, T, N, K, S):
    rng = np.random.default_rng(seed)
    blank = int(rng.integers(K))
    y = 3.0 * rng.standard_normal((T, N, K))
    lengths = rng.integers(1, T + 1, N)
    target = rng.integers(K - 1, size=(N, S))
    target += target >= blank  # with few classes, many labels are equal to the one before
    counts = rng.integers(0, S + 1, N)
    for n in range(N):
        while shortest(target[n, : counts[n]]) > lengths[n]:
            counts[n] -= 1
    scores = torch.tensor(y, requires_grad=True)
    rows = [torch.from_numpy(a) for a in (target, lengths, counts)]
    loss = torch.nn.CTCLoss(blank, reduction="sum")(scores.log_softmax(-1), *rows) / N
    loss.backward()
    value, dy = ctc_loss(y, target, lengths, counts, blank=blank)
    assert value == pytest.approx(loss.item(), rel=1e-10, abs=1e-10)
    np.testing.assert_allclose(dy, scores.grad, atol=1e-10)


def test_torch_calls_infinite_what_is_an_error_here():
    y, target = np.zeros((2, 1, 3)), np.array([[1, 1]])
    rows = [torch.from_numpy(a) for a in (target, np.array([2]), np.array([2]))]
    assert torch.nn.CTCLoss()(torch.from_numpy(y).log_softmax(-1), *rows).item() == np.inf
    with pytest.raises(ValueError, match="needs 3 steps"):
        ctc_loss(y, target)
