"""Two series with an anomaly: as their packages carry them, and nothing in them twice."""

import numpy as np

from lstmlib.data import heartbeats, pulse


def test_the_pulse_is_the_archives():
    found = pulse()
    assert found.values.shape == (7501,)
    assert (found.first, found.last, found.learn) == (4187, 4198, 1200)
    np.testing.assert_allclose(found.values[:3], [63.73215, 63.35068, 63.02261], atol=1e-9)
    assert found.anomalous().sum() == 12
    assert 50 < found.values.min() < found.values.max() < 110


def test_the_heartbeats_are_the_excerpt():
    found = heartbeats()
    assert found.values.shape == (7500,)
    assert (found.first, found.last) == (6936, 7287)
    np.testing.assert_allclose(found.values[:2], [-0.195, -0.21], atol=1e-9)
    assert found.anomalous()[found.learn :].sum() == 352


def test_nothing_to_learn_from_is_anomalous_and_no_beat_is_there_twice():
    for found in (pulse(), heartbeats()):
        assert not found.anomalous()[: found.learn].any()
        windows = np.lib.stride_tricks.sliding_window_view(np.round(found.values, 6), 100)
        assert len({window.tobytes() for window in windows}) == len(windows)
