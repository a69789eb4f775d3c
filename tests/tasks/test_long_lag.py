"""Experiments 2a, 2b and 2c: what is shown, what is asked, how long it takes, success."""

import numpy as np
import pytest

from lstmlib.tasks import (
    long_lag,
    long_lag_end_solved,
    long_lag_solved,
    triggered_recall,
    triggered_recall_solved,
)
from lstmlib.tasks.long_lag import draw_triggered_recall


def test_2a_has_two_sequences(rng):
    batch = long_lag(10, 400, rng)
    assert batch.x.shape == (10, 400, 11)
    symbols = batch.x.argmax(-1)
    assert {tuple(column) for column in symbols.T} == {(9, *range(9)), (10, *range(9))}
    assert (symbols[1:] == batch.target[:-1]).all()
    assert (batch.target[-1] == symbols[0]).all()
    assert abs((symbols[0] == 9).mean() - 0.5) < 0.1
    assert batch.mask.all()
    assert (batch.x.sum(-1) == 1.0).all()


def test_2b_draws_what_stands_between(rng):
    batch = long_lag(10, 2000, rng, random_between=True)
    symbols = batch.x.argmax(-1)
    between = symbols[1:]
    np.testing.assert_allclose(np.bincount(between.ravel(), minlength=11)[:9] / between.size, 1 / 9, atol=0.01)
    assert between.max() == 8
    assert (batch.target[-1] == symbols[0]).all()
    assert set(symbols[0]) == {9, 10}


def test_2c_lengths_and_what_is_asked(rng):
    q, p, N = 50, 20, 20000
    drawn = draw_triggered_recall(q, p, N, rng)
    assert drawn.lengths.min() == q + 3
    extra = drawn.lengths - (q + 3)
    # k is geometric from 0, so its mean is 9. (The paper prints q + 14 for the mean length with the last symbol; the
    # rule by which it draws gives q + 13.)
    assert extra.mean() == pytest.approx(9.0, abs=0.3)
    assert (extra == 0).mean() == pytest.approx(0.1, abs=0.01)
    for n in range(300):
        sequence = drawn.symbols[: drawn.lengths[n], n]
        assert sequence[0] == p + 1
        assert sequence[1] in (p + 2, p + 3)
        assert sequence[-1] == p
        assert (sequence[2:-1] < p).all()
        assert len(sequence) - 3 >= q
        assert drawn.target[drawn.lengths[n] - 1, n] == sequence[1] - (p + 2)
        assert np.flatnonzero(drawn.mask[:, n]).tolist() == [drawn.lengths[n] - 1]
    assert np.mean(drawn.symbols[1] == p + 2) == pytest.approx(0.5, abs=0.02)
    inside = np.arange(len(drawn.symbols))[:, None] < drawn.lengths
    distractors = np.bincount(drawn.symbols[inside], minlength=p + 4)[:p] / N
    np.testing.assert_allclose(distractors, (q + 9) / p, rtol=0.05)
    assert not drawn.symbols[~inside].any()


def test_2c_as_a_net_sees_it(rng):
    batch = triggered_recall(5, 3, 30, rng)
    assert batch.x.shape[2] == 7
    inside = np.arange(len(batch.x))[:, None] < batch.lengths
    assert (batch.x.sum(-1) == inside).all()


def test_success(rng):
    batch = long_lag(6, 4, rng)
    y = np.eye(7)[batch.target]
    y[2, 0, 0] += 0.3  # wrong in the middle
    y[5, 1, 0] += 0.3  # wrong at the end
    y[3, 2] += 0.2
    assert long_lag_solved(y, batch).tolist() == [False, False, True, True]
    assert long_lag_end_solved(y, batch).tolist() == [True, False, True, True]
    batch = triggered_recall(5, 3, 4, rng)
    y = np.full((len(batch.x), 4, 2), 0.5)
    last, n = batch.lengths - 1, np.arange(4)
    y[last, n] = np.eye(2)[batch.target[last, n]]
    y[last[0], 0] += [0.0, 0.21]
    y[last[1], 1] += [-0.19, 0.19]
    assert triggered_recall_solved(y, batch).tolist() == [False, True, True, True]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: long_lag(1, 4, rng), "lag is 1, expected an integer of at least 2"),
        (lambda rng: triggered_recall(0, 4, 4, rng), "min_lag is 0"),
        (lambda rng: triggered_recall(4, 0, 4, rng), "num_distractors is 0"),
        (lambda rng: triggered_recall(4, 4, 0, rng), "batch_size is 0"),
    ],
)
def test_bad_sizes(call, message, rng):
    with pytest.raises(ValueError, match=message):
        call(rng)
