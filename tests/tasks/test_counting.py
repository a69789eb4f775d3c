"""Counting: what is shown, what is asked, what counts as right."""

import numpy as np
import pytest

from lstmlib.tasks import counting, counting_solved


def test_what_is_shown_and_asked(rng):
    batch = counting(3, 3, 2, rng)
    assert "".join("Sab"[k] for k in batch.x[:, 0].argmax(-1)) == "Saaabbb"
    assert "".join("abT"[k] for k in batch.target[:, 0]) == "aaabbbT"
    assert batch.mask.all()
    assert batch.lengths.tolist() == [7, 7]


def test_shorter_strings_are_padded(rng):
    batch = counting(1, 10, 500, rng)
    n = (batch.lengths - 1) // 2
    assert np.bincount(n, minlength=11)[1:].min() > 25
    assert batch.x.shape == (21, 500, 3)
    np.testing.assert_array_equal(batch.mask.sum(0), batch.lengths)
    np.testing.assert_array_equal(batch.x.sum(-1), batch.mask)
    np.testing.assert_array_equal(batch.x[..., 1].sum(0), n)
    np.testing.assert_array_equal(batch.x[..., 2].sum(0), n)
    assert (batch.target[batch.lengths - 1, np.arange(500)] == 2).all()
    assert not batch.target[~batch.mask].any()


def test_only_what_is_certain_counts(rng):
    batch = counting(1, 6, 40, rng)
    y = np.eye(3)[batch.target]
    assert counting_solved(y, batch).all()
    seen_a = batch.x[..., :2].any(-1)
    y[seen_a] = [0.0, 0.0, 1.0]  # whatever is said before the first b
    assert counting_solved(y, batch).all()
    y[batch.lengths[5] - 1, 5] = [0.0, 1.0, 0.0]  # one b too many
    assert counting_solved(y, batch).sum() == 39
    assert not counting_solved(y, batch)[5]


def test_bad_sizes(rng):
    with pytest.raises(ValueError, match="lowest is 0, expected an integer of at least 1"):
        counting(0, 3, 2, rng)
    with pytest.raises(ValueError, match="highest is 3, expected an integer of at least 4"):
        counting(4, 3, 2, rng)
    with pytest.raises(TypeError, match=r"batch_size is 2\.0"):
        counting(1, 3, 2.0, rng)
