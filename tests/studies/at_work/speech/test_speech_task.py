"""Who is speaking: folds, changes, what needs no net, and what is stored of it."""

import numpy as np
import pytest

from lstmlib.data import vowels
from lstmlib.data.vowels import Vowels
from lstmlib.studies import protocol
from lstmlib.studies.at_work.speech import reading, record, simple, task


def test_folds_have_six_of_each_speaker_and_share_nothing():
    learn, judged = vowels().learn(), []
    for rest, held in task.folds():
        assert np.bincount(learn.speaker[held]).tolist() == [6] * 9
        assert sorted([*rest, *held]) == list(range(270))
        judged += held.tolist()
    assert sorted(judged) == list(range(270))


def test_changes():
    own = np.arange(5.0)[:, None] * np.ones(12)
    two = Vowels([own, own + 10.0], np.array([0, 1]))
    first = {how: task.changed(two, how).frames[0][:, 0].tolist() for how in task.CHANGES}
    assert first == {
        "backwards": [4, 3, 2, 1, 0],
        "slower": [0, 0, 1, 1, 2, 2, 3, 3, 4, 4],
        "faster": [0, 2, 4],
        "first half": [0, 1, 2],
        "second half": [2, 3, 4],
        "another before": [10, 11, 12, 13, 14, 0, 1, 2, 3, 4],
        "another after": [0, 1, 2, 3, 4, 10, 11, 12, 13, 14],
    }


def test_scaled_frames_have_mean_0_and_spread_1():
    learn = vowels().learn()
    frames = np.concatenate([task.scale(learn).of(own) for own in learn.frames])
    np.testing.assert_allclose([frames.mean(0), frames.std(0)], [[0.0] * 12, [1.0] * 12], atol=1e-9)


def slow(x, y):
    d = np.full((len(x) + 1, len(y) + 1), np.inf)
    d[0, 0] = 0.0
    for t in range(len(x)):
        for k in range(len(y)):
            d[t + 1, k + 1] = ((x[t] - y[k]) ** 2).sum() + min(d[t, k], d[t, k + 1], d[t + 1, k])
    return d[-1, -1]


def test_the_warping_distance_is_that_of_one_pair_after_the_other():
    rng = np.random.default_rng(0)
    x, others = rng.standard_normal((6, 3)), [rng.standard_normal((n, 3)) for n in (1, 4, 9)]
    np.testing.assert_allclose(simple.distances(x, others), [slow(x, y) for y in others])
    assert simple.distances(x, [x.repeat(2, 0)])[0] == 0.0


def test_the_stored_regression_is_found_again():
    found, learn, test = record.load(), vowels().learn(), vowels().test()
    for name, kind in (("regression", simple.USUAL), ("mean", "mean")):
        stored = found[name]
        search = {strength: [value] for strength, value in stored["search"]}
        assert stored["strength"] == protocol.chosen(search)
        assert simple.STRENGTHS[0] < stored["strength"] < simple.STRENGTHS[-1]
        said = simple.regression(learn, stored["strength"], kind).predict(simple.features(test, kind))
        assert np.mean(said != [int(k) for k in stored["said"]]) < 0.01
    assert record.load()["prefixes"]["own"][-1] == reading.wrong(found["regression"]["said"], test.speaker).sum()


def test_the_stored_neighbours_are_found_again():
    learn, test = vowels().learn(), vowels().test()
    scaled = task.scale(learn)
    learn, test = (Vowels([scaled.of(own) for own in one.frames], one.speaker) for one in (learn, test))
    which = np.arange(0, 370, 37)
    said = record.load()["nearest"]["said"]
    assert simple.nearest(learn, test.some(which)).tolist() == [int(said[n]) for n in which]


def test_one_regression_for_all_prefixes_says_what_was_counted():
    stored, test = record.load()["prefixes"], vowels().test()
    weight, bias = np.array(stored["weight"]), np.array(stored["bias"])
    said = [simple.running(weight, bias, own).argmax(1) for own in test.frames]
    for count in (1, 5, 29):
        wrong = sum(int(one[min(count, len(one)) - 1] != who) for one, who in zip(said, test.speaker, strict=True))
        assert wrong == pytest.approx(stored["one"][count - 1], abs=1)
    longest, which = simple.all_prefixes(vowels().learn())
    assert len(longest.frames) == len(which) == sum(len(own) for own in vowels().learn().frames)
