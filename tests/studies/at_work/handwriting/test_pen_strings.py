"""How strings are put together: what they say, whose points are whose, and that nothing but offsets is given."""

import numpy as np
import pytest

from lstmlib.data import pendigits
from lstmlib.studies.at_work.handwriting import strings as made


def test_strings_hold_what_was_drawn(rng):
    source = pendigits().learn()
    found = made.strings(source, 30, rng)
    assert set(found.target_lengths) <= set(range(2, 7))
    assert found.x.dtype == np.float32
    for n, T in enumerate(found.lengths):
        own = found.owner[:T, n]
        assert len(found.digits(n)) == found.target_lengths[n]
        assert own[own >= 0].tolist() == sorted(own[own >= 0])  # digit after digit
        assert set(own) - {made.BETWEEN} == set(range(found.target_lengths[n]))
        assert (found.owner[T:, n] == made.BETWEEN).all()
        assert not found.x[T:, n].any()
    assert not found.x[0].any()


def test_points_lie_on_the_line_at_the_steps_of_their_digit():
    path, owner = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 50.0], [100.0, 250.0]]), np.array([0, 0, 1, 1])
    points, which = made.along(path, owner, np.array([10.0, 20.0]))
    # 100 and 50 of the way in tens, the join counting as the first digit's, then 200 in twenties
    assert len(points) == 10 + 5 + 10 + 1
    assert points[[0, 10, 15, -1]].tolist() == path.tolist()
    assert which.tolist() == [0] * 11 + [made.BETWEEN] * 5 + [1] * 10


@pytest.mark.parametrize("roundness", [0.0, 0.4, 1.0])
def test_a_curve_goes_through_all_points(roundness, rng):
    points = rng.uniform(0.0, 100.0, (8, 2))
    found = made.curve(points, roundness)
    np.testing.assert_allclose(found[:: made.SUBDIVIDED], points)
    if roundness == 0.0:  # straight from point to point
        a, b, p = points[0], points[1], found[3]
        assert np.cross(np.r_[b - a, 0.0], np.r_[p - a, 0.0])[2] == pytest.approx(0.0, abs=1e-9)


def test_some_of_many_are_cut_to_the_longest(rng):
    found = made.strings(pendigits().learn(), 9, rng)
    which = np.argsort(found.lengths)[:3]
    some = found.some(which)
    assert len(some.x) == found.lengths[which].max()
    for n, k in enumerate(which):
        assert some.digits(n) == found.digits(k)
        np.testing.assert_array_equal(some.x[: some.lengths[n], n], found.x[: found.lengths[k], k])
