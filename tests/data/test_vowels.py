"""Nine speakers' vowels: what was derived from the package, as the donors describe it."""

import numpy as np

from lstmlib.data import vowels


def test_all_utterances_are_there_in_two_groups():
    found = vowels()
    assert len(found.frames) == len(found.speaker) == 640
    assert {own.shape[1] for own in found.frames} == {12}
    lengths = [len(own) for own in found.frames]
    assert (min(lengths), max(lengths)) == (7, 29)
    # how many of each speaker the donors' description gives for ae.train and ae.test
    assert np.bincount(found.learn().speaker).tolist() == [30] * 9
    assert np.bincount(found.test().speaker).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    assert (np.diff(found.learn().speaker) >= 0).all()
    np.testing.assert_allclose(found.frames[0][0, :3], [1.860936, -0.207383, 0.261557])


def test_no_utterance_is_there_twice():
    assert len({own.tobytes() for own in vowels().frames}) == 640


def test_some_are_taken_out():
    found = vowels().some(np.array([300, 2]))
    assert found.speaker.tolist() == [vowels().speaker[300], 0]
    np.testing.assert_array_equal(found.frames[1], vowels().frames[2])
