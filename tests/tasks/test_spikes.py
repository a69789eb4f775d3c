"""Spikes: what stands where, and who has solved it."""

import numpy as np
import pytest

from lstmlib.tasks import spike_after, spike_after_solved, spike_gap, spike_gap_solved


def test_two_spikes_and_one_answer(rng):
    batch = spike_gap(9, 2000, rng)
    assert batch.x.shape == batch.target.shape == (16, 2000, 1)
    assert (batch.x.sum((0, 2)) == 2).all()
    assert (batch.mask.sum(0) == 1).all()
    at = [np.flatnonzero(row) for row in batch.x[..., 0].T]
    longer = np.array([second - first - 9 for first, second in at])
    assert set(longer) == {0, 1}
    assert longer.mean() == pytest.approx(0.5, abs=0.04)
    assert {first for first, _ in at} == set(range(6))
    assert all(batch.mask[second, n] and batch.target[second, n, 0] == longer[n] for n, (_, second) in enumerate(at))


def test_one_spike_and_one_answer(rng):
    batch = spike_after(10, 500, rng)
    assert batch.x.shape == (17, 500, 1)
    assert batch.mask.all()
    np.testing.assert_array_equal(batch.x[:-10], batch.target[10:])
    assert (batch.target.sum((0, 2)) == 1).all()


def test_who_has_solved_it(rng):
    for batch, solved in ((spike_gap(4, 40, rng), spike_gap_solved), (spike_after(4, 40, rng), spike_after_solved)):
        y = 2 * batch.target - 1
        assert solved(y, batch).all()
        assert not solved(-y, batch).any()
        wrong = y.copy()
        wrong[:, 0] = -1.0
        assert solved(wrong, batch)[1:].all()
    late = np.roll(2 * batch.target - 1, 1, axis=0)
    assert not spike_after_solved(late, batch).any()


@pytest.mark.parametrize("draw", [spike_gap, spike_after])
def test_bad_sizes(draw, rng):
    with pytest.raises(ValueError, match="is 0, expected an integer of at least 1"):
        draw(0, 4, rng)
    with pytest.raises(TypeError, match=r"batch_size is 2\.5"):
        draw(4, 2.5, rng)
    with pytest.raises(ValueError, match="latest is -1"):
        draw(4, 2, rng, latest=-1)
