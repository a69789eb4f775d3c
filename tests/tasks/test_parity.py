"""Parity: the targets are the running parity of fair bits."""

import numpy as np
import pytest

from lstmlib.tasks import parity, parity_solved


def test_targets_are_the_parity_so_far(rng):
    batch = parity(50, 400, rng)
    bits = batch.x.argmax(-1)
    assert batch.x.shape == (50, 400, 2)
    assert (batch.x.sum(-1) == 1).all()
    odd = np.zeros(400, int)
    for t in range(50):
        odd ^= bits[t]
        np.testing.assert_array_equal(batch.target[t], odd)
    assert batch.mask.all()
    assert abs(bits.mean() - 0.5) < 0.02


def test_right_is_the_last_step(rng):
    batch = parity(6, 20, rng)
    y = np.eye(2)[batch.target]
    assert parity_solved(y, batch).all()
    y[-1] = y[-1, :, ::-1]
    assert not parity_solved(y, batch).any()


def test_bad_sizes_are_refused(rng):
    with pytest.raises(ValueError, match="num_steps is 0"):
        parity(0, 3, rng)
    with pytest.raises(TypeError, match="batch_size"):
        parity(3, 1.5, rng)
