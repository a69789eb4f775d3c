"""The moving digits: that a small run gives what is stored, and that what is stored can be read."""

import json

import numpy as np
import pytest

from lstmlib.studies.variants.store import RESULTS, store, stored

SEEDS = 10
SIMPLE = ("last frame", "empty frame", "mean frame", "last frame, moved on")


def test_what_is_stored_can_be_read_and_says_how_it_was_made(tmp_path):
    path = tmp_path / "digits.json"
    store([{"a": [1.5, 2.0]}], path)
    assert stored(path) == [{"a": [1.5, 2.0]}]
    for file in (path, RESULTS):
        assert json.loads(file.read_text())["command"] == "python -m lstmlib.studies.variants digits"


def test_the_moving_digits():
    pytest.importorskip("torch")
    pytest.importorskip("sklearn")
    from lstmlib.studies.variants.digits import KINDS, make, moving

    small, kept = moving(updates=1, seeds=1, films=4), stored()
    assert small["sizes"] == kept["sizes"]
    assert small["errors"].keys() == kept["errors"].keys() == {*SIMPLE, *KINDS}
    for kind in SIMPLE:
        assert np.shape(kept["errors"][kind]) == (1, 5)
    for kind in KINDS:
        assert np.shape(kept["errors"][kind]) == (SEEDS, 5)
    sizes = [make(kind).num_parameters for kind in KINDS]
    assert sizes[1] == pytest.approx(sizes[0], rel=0.1)
    assert sizes[2] == pytest.approx(10 * sizes[0], rel=0.1)


def test_what_needs_no_net_comes_out_again():
    pytest.importorskip("torch")
    pytest.importorskip("sklearn")
    from lstmlib.studies.variants.digits import moving

    kept = stored()
    again = moving(seeds=0, films=kept["films"])["errors"]
    assert again.keys() == set(SIMPLE)
    for kind in SIMPLE:
        np.testing.assert_allclose(again[kind], kept["errors"][kind], atol=0.002)
