"""The training loop learns, repeats itself exactly, and stops at what is no longer finite."""

import itertools

import numpy as np
import pytest

from lstmlib.numpy import LSTM, RNN, SGD, Adam, Linear, SequenceModel, cross_entropy, squared_error, train
from lstmlib.tasks import Batch, copy


def learn(seed, updates, delay=2):
    rng = np.random.default_rng(seed)
    model = SequenceModel(LSTM(4, 12, rng=rng), Linear(12, 4, rng=rng))
    batches = (copy(delay, 16, rng, num_symbols=2, num_recalled=1) for _ in range(updates))
    return np.array(list(train(model, batches, cross_entropy, Adam(model.params, 0.02), max_norm=1.0)))


def test_it_learns_to_recall_one_symbol():
    values = learn(0, 300)[:, 0]
    baseline = np.log(2.0) / 4.0  # blank while it waits, then one of two symbols
    assert values[0] > baseline
    assert values[-20:].mean() < 0.1 * baseline


def test_the_same_seed_gives_the_same_run():
    np.testing.assert_array_equal(learn(1, 5), learn(1, 5))


def test_the_norm_is_the_one_before_clipping_and_the_step_the_one_after():
    x, target = np.ones((1, 1, 1)), np.full((1, 1, 1), 10.0)
    model = SequenceModel(RNN(1, 1, rng=np.random.default_rng(0)), Linear(1, 1, rng=np.random.default_rng(0)))
    before = {name: value.copy() for name, value in model.params.items()}
    batch = Batch(x, target, np.ones((1, 1), bool), np.array([1]))
    ((_, norm),) = train(model, [batch], squared_error, SGD(model.params, 1.0), max_norm=0.5)
    moved = np.sqrt(sum(((before[name] - value) ** 2).sum() for name, value in model.params.items()))
    assert norm > 0.5
    assert moved == pytest.approx(0.5)


def test_only_the_steps_that_the_mask_counts_are_learnt_from():
    x, target, mask = np.ones((3, 2, 1)), np.zeros((3, 2, 1)), np.zeros((3, 2), bool)
    mask[1, 0] = True
    target[~mask] = 1e6  # what the net would run after
    model = SequenceModel(RNN(1, 1, rng=np.random.default_rng(0)), Linear(1, 1, rng=np.random.default_rng(0)))
    y, _, _ = model.forward(x)
    ((value, norm),) = train(model, [Batch(x, target, mask, np.full(2, 3))], squared_error, SGD(model.params, 0.1))
    assert value == pytest.approx(y[1, 0, 0] ** 2, rel=1e-14)
    assert 0.0 < norm < 10.0


def test_padding_may_hold_anything():
    batch = copy(1, 4, np.random.default_rng(0), num_symbols=2, num_recalled=1)
    batch.mask[2:, 1], batch.lengths[1] = False, 2
    outcomes = []
    for value in (0.0, np.nan, np.inf):
        model = SequenceModel(LSTM(4, 5, rng=np.random.default_rng(0)), Linear(5, 4, rng=np.random.default_rng(0)))
        batch.x[2:, 1] = value
        batch.target[2:, 1] = -100
        outcomes.append(list(train(model, [batch] * 3, cross_entropy, Adam(model.params))))
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_an_exploded_gradient_stops_it():
    model = SequenceModel(RNN(1, 1, nonlinearity="relu", rng=np.random.default_rng(0)), Linear(1, 1))
    for value in model.params.values():
        value[:] = 1e200
    batch = Batch(np.ones((2, 1, 1)), np.zeros((2, 1, 1)), np.ones((2, 1), bool), np.array([2]))
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=r"not finite|NaN"):
        list(train(model, [batch], squared_error, SGD(model.params, 1.0)))


def test_the_caller_decides_when_to_stop():
    rng = np.random.default_rng(0)
    model = SequenceModel(RNN(4, 4, rng=rng), Linear(4, 4, rng=rng))
    endless = (copy(1, 2, rng, num_symbols=2, num_recalled=1) for _ in itertools.count())
    run = train(model, endless, cross_entropy, SGD(model.params, 0.1))
    assert len(list(itertools.islice(run, 3))) == 3
