"""Scores without a net: each is what it is called."""

import numpy as np
import pytest

from lstmlib.studies.at_work.anomalies import record, simple, task
from lstmlib.studies.at_work.anomalies.task import KINDS, SERIES

RNG = np.random.default_rng(3)
X = RNG.standard_normal((2, 300)).cumsum(1)


def test_change_and_moving():
    np.testing.assert_allclose(simple.change(X)[:, 1:], np.abs(X[:, 1:] - X[:, :-1]))
    assert (simple.change(X)[:, 0] == 0.0).all()
    at = simple.moving(X, 20)
    assert at.shape == X.shape
    assert (at[:, :20] == 0.0).all()
    window = X[1, 30:50]
    assert at[1, 50] == pytest.approx(abs(X[1, 50] - window.mean()) / window.std())


def test_a_linear_forecast_finds_a_linear_rule():
    x = np.zeros(600)
    x[:2] = 1.0, 0.5
    for k in range(2, 600):
        x[k] = 1.6 * x[k - 1] - 0.8 * x[k - 2] + 0.1 * RNG.standard_normal()
    weights = simple.fit(x, 2)
    np.testing.assert_allclose(weights[:, 0], [-0.8, 1.6, 0.0], atol=0.1)
    made = simple.forecast(weights, x[None])
    np.testing.assert_allclose(made[0, 9, 0], x[8:10] @ weights[:2, 0] + weights[2, 0])
    off = simple.errors(made, x[None])
    assert off[0, 20, 3] == pytest.approx(x[20] - made[0, 16, 3])
    assert (off[0, :4, 3] == 0.0).all()
    np.testing.assert_array_equal(simple.next_step(made, x[None]), np.abs(off[..., 0]))


def test_an_unlikely_error_is_far_in_standard_deviations():
    clean = RNG.standard_normal((4000, 10)) * np.arange(1, 11)
    off = np.zeros((1, 2, 10))
    off[0, 1, 4] = 15.0  # three of its standard deviations
    found = simple.unlikely(off, clean)[0]
    assert found[0] < 0.5
    assert found[1] == pytest.approx(9.0, rel=0.2)


def test_the_nearest_window_is_found():
    source = RNG.standard_normal(200)
    x = RNG.standard_normal((1, 120))
    x[0, 40:50] = source[70:80]
    found = simple.nearest(x, source, 10, shape=False)
    assert found.shape == x.shape
    assert found[0, 45] == pytest.approx(0.0, abs=1e-6)
    brute = min(np.linalg.norm(x[0, 60:70] - source[k : k + 10]) for k in range(191))
    assert found[0, 65] == pytest.approx(brute)
    x[0, 40:50] = 3.0 * source[70:80] + 5.0
    assert simple.nearest(x, source, 10, shape=True)[0, 45] == pytest.approx(0.0, abs=1e-4)
    assert simple.nearest(x, source, 10, shape=False)[0, 45] > 1.0


@pytest.mark.parametrize("name", SERIES)
def test_the_order_lies_inside_its_grid_and_is_stored(name):
    found = simple.search(name)
    assert min(found, key=lambda order: found[order]) not in (simple.ORDERS[0], simple.ORDERS[-1])
    stored = dict(record.load()[name]["orders"])
    for order, value in found.items():
        assert stored[order] == pytest.approx(value, rel=0.02)


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("what", ["distance", "change", "linear"])
def test_what_is_stored_is_what_comes_out(name, what):
    stored, score = record.load()[name], simple.scores(name)[what]
    assert task.judge_real(name, score)._asdict() == stored["real"][what]
    found = task.judge(name, "spike", score)
    assert found.area == pytest.approx(stored["put"][what]["spike"]["area"], abs=0.01)
    assert set(stored["put"][what]) == set(KINDS)
