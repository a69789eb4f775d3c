"""The studies: that nets are trained each by itself, that a small run gives what is stored, and what is stored."""

import json
from functools import partial

import numpy as np
import pytest

from lstmlib import tasks
from lstmlib.numpy.losses import binary_cross_entropy
from lstmlib.studies.variants import Cells, Nets, stored
from lstmlib.studies.variants.store import store
from lstmlib.studies.variants.studies import (
    batches,
    clip_each,
    depth,
    fit,
    score,
)


def test_a_net_learns_beside_others_what_it_learns_alone():
    """The same weights on the same rows: the second net of two ends where it ends by itself."""
    task = (partial(tasks.spike_gap, 3), binary_cross_entropy, tasks.spike_gap_solved, 1, 1)
    pair = Nets([Cells(2, 1, 3, rng=np.random.default_rng(0))], 1, rng=np.random.default_rng(1))
    single = Nets([Cells(1, 1, 3)], 1)
    for name, value in single.params.items():
        value[:] = pair.params[name][1:]

    batch = task[0](2 * 4, np.random.default_rng(2))
    halves = batch._replace(x=batch.x[:, 4:], target=batch.target[:, 4:], mask=batch.mask[:, 4:])
    for net, rows in ((pair, batch), (single, halves)):
        fit(net, task[1], [rows] * 5, 5, 0.01)
    for name, value in single.params.items():
        np.testing.assert_allclose(pair.params[name][1:], value, atol=1e-6)


def test_each_gradient_is_clipped_by_its_own_norm():
    grads = {"a": np.array([[3.0], [0.3]]), "b": np.array([[[4.0]], [[0.4]]])}
    clip_each(grads)
    np.testing.assert_allclose(grads["a"], [[0.6], [0.3]])
    np.testing.assert_allclose(grads["b"], [[[0.8]], [[0.4]]])


def test_a_task_of_timing_is_learnt_and_scored():
    task = (partial(tasks.spike_gap, 2), binary_cross_entropy, tasks.spike_gap_solved, 1, 1)
    net = Nets([Cells(3, 1, 4, rng=np.random.default_rng(0))], 1, rng=np.random.default_rng(0))
    before = score(net, task, 50, np.random.default_rng(1))
    fit(net, task[1], batches(task, 3 * 16, 150, np.random.default_rng(2)), 150, 0.05)
    after = score(net, task, 50, np.random.default_rng(1))
    assert np.mean(after["loss"]) < np.mean(before["loss"]) / 2
    assert len(after["solved"]) == 3
    assert max(after["solved"]) == 1.0


def test_a_small_run_has_the_entries_that_are_stored():
    small, kept = depth(seeds=2, updates=1), stored("depth")
    assert len(small) == len(kept)
    for new, old in zip(small, kept, strict=True):
        same = set(old) - {"seeds", "updates", "loss", "solved"}
        assert {key: new[key] for key in same} == {key: old[key] for key in same}
        assert len(old["loss"]) == len(old["solved"]) == old["seeds"] == 10


def test_what_is_stored_can_be_read_and_says_how_it_was_made(tmp_path):
    path = store("depth", [{"a": [1.5, 2.0]}], tmp_path)
    assert stored("depth", tmp_path) == [{"a": [1.5, 2.0]}]
    assert json.loads(path.read_text())["command"] == "python -m lstmlib.studies.variants depth"
    with pytest.raises(ValueError, match="study is 'breadth', expected one of 'depth', 'digits'"):
        stored("breadth")


SIMPLE = ("last frame", "empty frame", "mean frame", "last frame, moved on")


def test_the_moving_digits():
    pytest.importorskip("torch")
    pytest.importorskip("sklearn")
    from lstmlib.studies.variants.digits import KINDS, make, moving

    small, kept = moving(updates=1, seeds=1, films=4), stored("digits")
    assert small["sizes"] == kept["sizes"]
    assert small["errors"].keys() == kept["errors"].keys() == {*SIMPLE, *KINDS}
    for kind in SIMPLE:  # they need no training, and so are the stored ones if the films are
        assert np.shape(kept["errors"][kind]) == (1, 5)
    for kind in KINDS:
        assert np.shape(kept["errors"][kind]) == (3, 5)
    sizes = [make(kind).num_parameters for kind in KINDS]
    assert sizes[1] == pytest.approx(sizes[0], rel=0.1)
    assert sizes[2] == pytest.approx(10 * sizes[0], rel=0.1)
