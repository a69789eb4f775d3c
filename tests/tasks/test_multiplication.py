"""Multiplication, and how both problems of marked pairs treat the first pair."""

import numpy as np
import pytest

from lstmlib.tasks import adding, multiplication, multiplication_solved


def last(batch):
    return batch.target[batch.lengths - 1, np.arange(len(batch.lengths)), 0]


def test_values_and_targets(rng):
    batch = multiplication(100, 4000, rng)
    inside = np.arange(len(batch.x))[:, None] < batch.lengths
    values = batch.x[..., 0][inside]
    assert 0.0 <= values.min() < 0.001
    assert 0.999 < values.max() <= 1.0
    for n in range(500):
        marked = np.flatnonzero(batch.x[:, n, 1] == 1.0)
        assert len(marked) == 2
        assert last(batch)[n] == pytest.approx(np.prod([batch.x[k, n, 0] for k in marked if k > 0]), rel=1e-14)
    # The product of two uniform numbers has mean 1/4; a first pair that counts as 1 lifts it.
    at_start = (batch.x[0, :, 1] == 1.0).mean()
    assert at_start == pytest.approx(0.1 + 0.9 / 48, abs=0.02)
    assert last(batch).mean() == pytest.approx(0.25 + 0.25 * at_start, abs=0.01)


def test_success(rng):
    batch = multiplication(30, 20, rng)
    for offset, solved in [(0.039, True), (0.041, False)]:
        assert (multiplication_solved(batch.target + offset, batch) == solved).all()


@pytest.mark.parametrize(("task", "neutral"), [(adding, 0.0), (multiplication, 1.0)])
def test_readings_of_the_first_pair_change_what_is_shown_alone(task, neutral):
    shown = {
        name: task(22, 500, np.random.default_rng(3), first_pair=name)
        for name in ("marker 1", "marker -1", "marker 1 and value")
    }
    plain = shown["marker 1"]
    first = plain.x[0, :, 1] == 1.0
    assert 0.05 < first.mean() < 0.4
    for batch in shown.values():
        np.testing.assert_array_equal(batch.target, plain.target)
        np.testing.assert_array_equal(batch.x[1:], plain.x[1:])
        np.testing.assert_array_equal(batch.x[0, ~first], plain.x[0, ~first])
    assert (shown["marker -1"].x[0, :, 1] == -1.0).all()
    np.testing.assert_array_equal(shown["marker -1"].x[0, :, 0], plain.x[0, :, 0])
    assert (shown["marker 1 and value"].x[0, first, 0] == neutral).all()


def test_an_unknown_reading(rng):
    with pytest.raises(ValueError, match="first_pair is 'no', expected one of 'marker 1', 'marker -1'"):
        adding(30, 4, rng, first_pair="no")
