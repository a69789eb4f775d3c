"""What is put into the series, where, and how a score for it is judged."""

import numpy as np
import pytest

from lstmlib.studies.at_work.anomalies import task
from lstmlib.studies.at_work.anomalies.task import BEFORE, KINDS, SERIES, TOLERANCE


@pytest.mark.parametrize("name", SERIES)
def test_a_series_is_scaled_by_what_is_learnt_from_alone(name):
    one = task.scaled(name)
    learnt = one.x[: one.learnt]
    assert abs(learnt.mean()) < 1e-9
    assert abs(learnt.std() - 1.0) < 1e-9
    assert one.learnt < one.valid == SERIES[name]().learn < one.first
    np.testing.assert_allclose(one.x * one.spread + one.mean, SERIES[name]().values)


def test_a_beat_is_found():
    steps = np.arange(2000)
    assert task.beat(np.sin(2 * np.pi * steps / 170)) in (170, 340)
    assert [task.scaled(name).beat for name in SERIES] == [184, 300]


@pytest.mark.parametrize("kind", KINDS)
def test_an_anomaly_is_where_it_says_and_nowhere_else(kind):
    x = np.random.default_rng(0).standard_normal(900)
    got = task.put(x, kind, 200, 50, size=-1.0)
    assert len(got.x) == len(x)
    assert got.first == 200
    np.testing.assert_array_equal(got.x[:200], x[:200])
    assert (got.x[200 : got.last + 1] != x[200 : got.last + 1]).any()
    late = got.last + 1 - 225 if kind == "stretched" else 0  # what follows half a beat comes later
    assert late == (25 if kind == "stretched" else 0)
    np.testing.assert_array_equal(got.x[got.last + 1 :], x[got.last + 1 - late : len(x) - late])


def test_kinds_are_what_they_are_called():
    x = np.sin(np.arange(400) / 9.0)
    assert task.put(x, "spike", 100, 60, 2.0).x[100] == x[100] + 2.0
    np.testing.assert_allclose(task.put(x, "shift", 100, 60, -1.0).x[100:160], x[100:160] - 0.5)
    np.testing.assert_allclose(np.diff(task.put(x, "left out", 100, 60).x[100:160], 2), 0.0, atol=1e-12)
    np.testing.assert_array_equal(task.put(x, "reversed", 100, 60).x[100:160], x[100:160][::-1])
    flat, line = task.put(x, "flattened", 100, 60).x, task.put(x, "left out", 100, 60).x
    np.testing.assert_allclose(flat[100:160] - line[100:160], (x - line)[100:160] / 2)
    slow = task.put(x, "stretched", 100, 60).x
    np.testing.assert_allclose(slow[100:160:2], x[100:130], atol=1e-12)
    assert abs(task.burst().std() - 1.0) < 0.3
    with pytest.raises(ValueError, match="kind is 'odd'"):
        task.put(x, "odd", 1, 60)


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("kind", KINDS)
def test_places_keep_clear_of_the_real_anomaly(name, kind):
    one, found = task.scaled(name), task.places(name, kind)
    assert len(found) == task.PLACES
    assert task.places(name, kind) == found
    for at, size in found:
        assert at - TOLERANCE >= one.valid
        assert size in (-1.0, 1.0)
        _, got = task.stretch(name, kind, at, size)
        last = at - BEFORE + got.last
        assert last + TOLERANCE < one.first - TOLERANCE or at > one.last + BEFORE


def test_a_score_that_knows_finds_all_and_one_that_does_not_finds_a_twentieth():
    clean = task.scaled("pulse").x
    known = {round(float(value), 9) for value in clean}

    def knows(x):
        return np.array([[round(float(v), 9) not in known for v in row] for row in x], float)

    assert task.judge("pulse", "spike", knows) == ("1" * 100, "1" * 100, 1.0)
    rng = np.random.default_rng(1)
    blind = task.judge("pulse", "noise", lambda x: rng.random(x.shape))
    assert blind.found.count("1") < 20
    assert abs(blind.area - 0.5) < 0.12
    assert blind.peak.count("1") < 20


def test_the_real_anomaly_is_judged_as_the_archive_does():
    one = task.scaled("pulse")
    for peak, right in ((4087, True), (4086, False), (4298, True), (4299, False)):
        score = np.zeros((1, len(one.x)))
        score[0, peak] = 1.0
        assert task.judge_real("pulse", lambda x, score=score: score)[:2] == (peak, right)
    inside = np.zeros((1, len(one.x)))
    inside[0, one.first : one.last + 1] = 1.0
    assert task.judge_real("pulse", lambda x: inside).area == 1.0


def test_the_area_counts_pairs():
    assert task.area(np.array([1.0, 3.0]), np.array([0.0, 2.0])) == 0.75
    assert task.area(np.array([1.0, 1.0]), np.array([1.0, 1.0])) == 0.5


def test_point_adjustment_makes_one_alarm_a_whole_anomaly():
    inside = np.array([0, 1, 1, 1, 0, 0, 1, 1], bool)
    alarm = np.array([1, 0, 1, 0, 0, 0, 0, 0], bool)
    assert task.adjusted(alarm, inside).tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert not task.adjusted(np.zeros(8, bool), inside).any()
    score = np.array([0.0] * 90 + [1.0] + [0.0] * 9)
    long = np.arange(100) >= 60
    assert task.best_f1(score, long, adjust=True) == 1.0
    assert task.best_f1(score, long) < 0.1


def test_what_an_alarm_is_worth():
    assert task.worth(1e-4, 1.0, 0.01) == pytest.approx(1e-4 / (1e-4 + 0.9999 * 0.01))
    assert task.worth(0.5, 0.9, 0.1) == pytest.approx(0.9)
