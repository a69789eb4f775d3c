"""How far nets count: what is stored, equal sizes, and that the command writes what is read."""

import numpy as np
import pytest

from lstmlib.numpy import LSTM
from lstmlib.studies import counting
from lstmlib.studies.counting import CELLS, same_size


def test_sizes_are_as_equal_as_whole_units_allow():
    wanted = LSTM(3, 16).num_parameters + 17 * 3
    for name, make in CELLS.items():

        def count(H, make=make):
            return make(3, H, np.random.default_rng(0)).num_parameters + (H + 1) * 3

        H = same_size(make, 3, 3, wanted)
        assert abs(count(H) - wanted) == min(abs(count(h) - wanted) for h in (H - 1, H, H + 1)), name
        assert count(H) == pytest.approx(wanted, rel=0.06)


def test_how_far_a_net_counts(tmp_path):
    # Nothing learnt, nothing counted; and the command writes what load reads.
    assert counting.reach(CELLS["GRU"], 4, 0, updates=1) < 3
    path = tmp_path / "counting.json"
    counting.main(["--seeds", "1", "--updates", "2", "--output", str(path)])
    assert list(counting.load(path)) == ["RNN", "LSTM, bias 1", "GRU"]


def test_the_stored_counts():
    for cell, far in counting.load().items():
        assert len(far) == 10, cell
        assert far == sorted(far)
        assert 0 <= far[0] <= far[-1] <= counting.TRIED
