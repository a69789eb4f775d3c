"""The copy task: what is shown, what is asked, chance, success."""

import numpy as np
import pytest

from lstmlib.numpy import cross_entropy
from lstmlib.tasks import copy, copy_solved


@pytest.fixture(scope="module")
def batch():
    return copy(30, 2000, np.random.default_rng(0))


def test_what_is_shown_and_asked(batch):
    assert batch.x.shape == (50, 2000, 10)
    assert (batch.x.sum(-1) == 1.0).all()
    assert set(np.unique(batch.x)) == {0.0, 1.0}
    seen = batch.x.argmax(-1)
    assert (seen[:10] < 8).all()
    assert (seen[10:39] == 8).all()
    assert (seen[39] == 9).all()
    assert (seen[40:] == 8).all()
    assert (batch.target[:40] == 8).all()
    np.testing.assert_array_equal(batch.target[40:], seen[:10])
    assert batch.mask.all()
    assert (batch.lengths == 50).all()


def test_symbols_are_equally_likely(batch):
    counts = np.bincount(batch.target[40:].ravel(), minlength=8)
    expected = 2000 * 10 / 8
    assert ((counts - expected) ** 2 / expected).sum() < 24.3  # chi-squared, 7 degrees of freedom, p = 0.001


def test_what_a_net_without_memory_can_reach(batch):
    scores = np.full((50, 2000, 10), -50.0)
    scores[:40, :, 8] = 0.0
    scores[40:, :, :8] = 0.0
    value, _ = cross_entropy(scores, batch.target, batch.mask)
    assert value == pytest.approx(10 * np.log(8) / 50, rel=1e-9)


def test_success_is_every_step_right(batch):
    y = np.eye(10)[batch.target]
    assert copy_solved(y, batch).all()
    assert copy_solved(y[..., :9], batch).all()
    y[49, 0] = np.eye(10)[8]
    y[0, 1] = np.eye(10)[3]
    assert copy_solved(y, batch).tolist() == [False, False, *[True] * 1998]


def test_smallest_sizes():
    batch = copy(1, 1, np.random.default_rng(0), num_symbols=2, num_recalled=1)
    assert batch.x.argmax(-1)[1:, 0].tolist() == [3, 2]
    assert batch.target[:, 0].tolist() == [2, 2, batch.x[0, 0].argmax()]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"delay": 0}, "delay is 0, expected an integer of at least 1"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"num_symbols": 1}, "num_symbols is 1, expected an integer of at least 2"),
        ({"num_recalled": 0}, "num_recalled is 0"),
    ],
)
def test_bad_sizes(arguments, message):
    with pytest.raises(ValueError, match=message):
        copy(**({"delay": 3, "batch_size": 2} | arguments), rng=np.random.default_rng(0))
