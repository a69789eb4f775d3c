"""Experiment 3: two classes, information and noise on one line; the error that no classifier gets below."""

import numpy as np
import pytest

from lstmlib.tasks import noisy_targets_solved, two_sequence, two_sequence_solved
from lstmlib.tasks.two_sequence import bayes_error, noise_free_target


def last(batch):
    return batch.target[batch.lengths - 1, np.arange(len(batch.lengths)), 0]


def test_3a(rng):
    batch = two_sequence(100, 4000, rng, informative=3)
    assert set(batch.lengths) == set(range(100, 111))
    assert (np.abs(batch.x[:3]) == 1.0).all()
    assert (batch.x[:3] == batch.x[0]).all()
    assert ((batch.x[0, :, 0] == 1.0) == (last(batch) == 1.0)).all()
    assert last(batch).mean() == pytest.approx(0.5, abs=0.03)
    noise = batch.x[3:100]
    assert noise.mean() == pytest.approx(0.0, abs=0.003)
    assert noise.var() == pytest.approx(0.2, rel=0.01)
    inside = np.arange(len(batch.x))[:, None] < batch.lengths
    assert not batch.x[~inside].any()
    assert (batch.mask.sum(0) == 1).all()
    assert batch.mask[batch.lengths - 1, np.arange(4000)].all()


def test_3b_adds_noise_to_the_information(rng):
    batch = two_sequence(100, 8000, rng, informative=1, noisy_information=True)
    about = batch.x[0, :, 0] - np.where(last(batch) == 1.0, 1.0, -1.0)
    assert about.var() == pytest.approx(0.2, rel=0.05)
    assert about.mean() == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize(("informative", "percent"), [(1, 1.27), (3, 0.0054)])
def test_the_bayes_error(informative, percent, rng):
    assert 100.0 * bayes_error(informative) == pytest.approx(percent, rel=0.01)
    if informative == 1:
        batch = two_sequence(10, 200000, rng, informative=1, noisy_information=True)
        wrong = (batch.x[0, :, 0] > 0.0) != (last(batch) == 1.0)
        assert wrong.mean() == pytest.approx(bayes_error(1), rel=0.1)


def test_3c_has_noise_on_the_targets(rng):
    batch = two_sequence(100, 8000, rng, noisy_targets=True)
    clean = noise_free_target(batch)
    assert set(clean) == {0.2, 0.8}
    assert ((batch.x[0, :, 0] > 0) == (clean == 0.2)).all()
    noise = last(batch) - clean
    assert noise.var() == pytest.approx(0.1, rel=0.05)
    assert noise.mean() == pytest.approx(0.0, abs=0.015)


def test_success(rng):
    batch = two_sequence(20, 50, rng)
    at, n = batch.lengths - 1, np.arange(50)
    y = np.full((len(batch.x), 50, 1), 7.0)
    for offset, solved in [(0.19, True), (-0.19, True), (0.21, False)]:
        y[at, n, 0] = last(batch) + offset
        assert (two_sequence_solved(y, batch) == solved).all()
    batch = two_sequence(20, 50, rng, noisy_targets=True)
    at = batch.lengths - 1
    y = np.full((len(batch.x), 50, 1), 7.0)
    for offset, solved in [(0.09, True), (-0.09, True), (0.11, False)]:
        y[at, n, 0] = noise_free_target(batch) + offset
        assert (noisy_targets_solved(y, batch) == solved).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((2, 4), "min_length is 2, expected an integer of at least 3"), ((100, 0), "batch_size is 0")],
)
def test_bad_sizes(arguments, message, rng):
    with pytest.raises(ValueError, match=message):
        two_sequence(*arguments, rng)
