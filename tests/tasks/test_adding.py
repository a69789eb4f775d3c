"""The adding problem as the 1997 paper words it: lengths, markers, targets, chance, success."""

import numpy as np
import pytest

from lstmlib.tasks import adding, adding_solved


@pytest.fixture(scope="module")
def batch():
    return adding(100, 4000, np.random.default_rng(0))


def test_lengths_run_from_t_to_t_plus_a_tenth_all_equally_often(batch):
    lengths, counts = np.unique(batch.lengths, return_counts=True)
    assert lengths.tolist() == list(range(100, 111))
    expected = 4000 / 11
    assert ((counts - expected) ** 2 / expected).sum() < 29.6  # chi-squared, 10 degrees of freedom, p = 0.001
    assert batch.x.shape == (110, 4000, 2)
    assert batch.target.shape == (110, 4000, 1)


def test_values_are_uniform_and_padding_is_zero(batch):
    inside = np.arange(110)[:, None] < batch.lengths
    values = batch.x[..., 0][inside]
    assert -1.0 <= values.min() < -0.999
    assert 0.999 < values.max() <= 1.0
    assert abs(values.mean()) < 0.005
    assert values.var() == pytest.approx(1.0 / 3.0, rel=0.01)
    assert not batch.x[~inside].any()
    assert not batch.target[~inside].any()
    assert not batch.mask[~inside].any()


def test_markers(batch):
    for n, length in enumerate(batch.lengths[:500]):
        marker = batch.x[:length, n, 1]
        assert marker[-1] == -1.0
        marked = np.flatnonzero(marker == 1.0)
        assert len(marked) == 2
        assert marked[0] < 10
        assert marked[1] <= 48  # one of the first T/2 - 1 = 49 pairs
        assert marker[0] == (1.0 if marked[0] == 0 else -1.0)
        others = np.setdiff1d(np.arange(1, length - 1), marked)
        assert not marker[others].any()


def test_marked_pairs_are_drawn_uniformly(batch):
    marked = (batch.x[:, :, 1] == 1.0).mean(1)
    # A pair k of the first ten is X1 with 1/10, or X2 with 9/10 * 1/48; a later one is X2 with 1/48.
    np.testing.assert_allclose(marked[:10], 0.1 + 0.9 / 48, atol=0.02)
    np.testing.assert_allclose(marked[10:49], 1 / 48, atol=0.01)
    assert not marked[49:].any()


def test_targets(batch):
    for n, length in enumerate(batch.lengths[:500]):
        marked = np.flatnonzero(batch.x[:length, n, 1] == 1.0)
        total = sum(batch.x[k, n, 0] for k in marked if k > 0)
        assert batch.target[length - 1, n, 0] == pytest.approx(0.5 + total / 4.0, rel=1e-14)
        assert np.flatnonzero(batch.mask[:, n]).tolist() == [length - 1]


def test_chance(batch):
    # Always saying 0.5 leaves a mean square of 2 * (1/3) / 16 = 0.0417, less what pairs that count as 0 take away, and
    # has 15.4 percent within 0.04.
    error = batch.target[batch.lengths - 1, np.arange(4000), 0] - 0.5
    first = 0.1 + 0.9 / 48  # how often the first pair, which counts as 0, is one of the two
    assert (error**2).mean() == pytest.approx((1 / 24) * (1 - first / 2), rel=0.05)
    plain = batch.x[0, :, 1] == -1.0
    assert (np.abs(error[plain]) < 0.04).mean() == pytest.approx(0.154, abs=0.015)
    assert adding_solved(np.full((110, 4000, 1), 0.5), batch).mean() == (np.abs(error) < 0.04).mean()


def test_success_is_an_error_below_four_hundredths_at_the_last_step(batch):
    y = np.full((110, 4000, 1), 99.0)
    last, n = batch.lengths - 1, np.arange(4000)
    right = batch.target[last, n, 0]
    for offset, solved in [(0.0399, True), (-0.0399, True), (0.0401, False), (-0.0401, False)]:
        y[last, n, 0] = right + offset
        assert (adding_solved(y, batch) == solved).all()


def test_the_seed_decides():
    one, same, other = (adding(30, 4, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.x, same.x)
    assert one.x.shape != other.x.shape or not np.array_equal(one.x, other.x)


def test_the_shortest_length_works():
    batch = adding(22, 300, np.random.default_rng(0))
    assert set(batch.lengths) == {22, 23, 24}
    assert ((batch.x[..., 1] == 1.0).sum(0) == 2).all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((21, 4), ValueError, "min_length is 21, expected an integer of at least 22"),
        ((30, 0), ValueError, "batch_size is 0, expected an integer of at least 1"),
        ((30.0, 4), TypeError, "min_length is 30.0, expected an integer of at least 22"),
        ((30, True), TypeError, "batch_size is True, expected an integer of at least 1"),
    ],
)
def test_bad_sizes(arguments, error, message):
    with pytest.raises(error, match=message):
        adding(*arguments, np.random.default_rng(0))
