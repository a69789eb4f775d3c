"""Experiments 6a and 6b: where the signals stand, which class they make, success."""

import numpy as np
import pytest

from lstmlib.tasks import temporal_order, temporal_order_solved
from lstmlib.tasks.temporal_order import SYMBOLS, draw_temporal_order

PLACES = {2: [(10, 20), (50, 60)], 3: [(10, 20), (33, 43), (66, 76)]}


@pytest.mark.parametrize("signals", [2, 3])
def test_sequences(signals, rng):
    N = 6000
    drawn = draw_temporal_order(signals, N, rng)
    lengths, counts = np.unique(drawn.lengths, return_counts=True)
    assert lengths.tolist() == list(range(100, 111))
    assert counts.min() > 0.8 * N / 11
    found = []
    for n in range(N):
        text = "".join(SYMBOLS[k] for k in drawn.symbols[: drawn.lengths[n], n])
        assert text[0] == "E"
        assert text[-1] == "B"
        places = [t for t, symbol in enumerate(text) if symbol in "XY"]
        assert len(places) == signals
        assert all(lowest <= t <= highest for t, (lowest, highest) in zip(places, PLACES[signals], strict=True))
        assert set(text[1:-1]) <= set("abcdXY")
        binary = "".join("01"["XY".index(text[t])] for t in places)
        assert drawn.target[drawn.lengths[n] - 1, n] == int(binary, 2)
        found.append(places)
    for where, (lowest, highest) in zip(np.transpose(found), PLACES[signals], strict=True):
        counts = np.bincount(where, minlength=highest + 1)[lowest:]
        assert counts.min() > 0.75 * N / 11
    classes = np.bincount(drawn.target[drawn.mask], minlength=2**signals) / N
    np.testing.assert_allclose(classes, 1 / 2**signals, atol=0.025)
    others = np.bincount(drawn.symbols[1:90].ravel(), minlength=8)[2:6]
    np.testing.assert_allclose(others / others.sum(), 0.25, atol=0.01)


def test_the_batch_is_one_hot_and_zero_beyond_the_end(rng):
    batch = temporal_order(2, 40, rng)
    inside = np.arange(len(batch.x))[:, None] < batch.lengths
    assert batch.x.shape == (batch.lengths.max(), 40, 8)
    assert (batch.x.sum(-1) == inside).all()
    assert (batch.mask.sum(0) == 1).all()


def test_success_asks_all_outputs(rng):
    batch = temporal_order(2, 3, rng)
    at, n = batch.lengths - 1, np.arange(3)
    y = np.full((len(batch.x), 3, 4), 0.9)
    right = np.eye(4)[batch.target[at, n]]
    y[at, n] = right + 0.29 * np.array([1, -1, 1, -1])
    y[at[1], 1, 2] = right[1, 2] + 0.31
    assert temporal_order_solved(y, batch).tolist() == [True, False, True]


@pytest.mark.parametrize(("signals", "size", "message"), [(1, 3, "num_signals is 1"), (4, 3, "expected 2 or 3")])
def test_bad_sizes(signals, size, message, rng):
    with pytest.raises(ValueError, match=message):
        temporal_order(signals, size, rng)
