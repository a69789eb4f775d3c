"""Moving digits: whole, a pixel a step, inside the frame; and who has foreseen them."""

import numpy as np
import pytest

from lstmlib.tasks import moving_digits, moving_digits_solved

IMAGES = np.random.default_rng(0).uniform(0.1, 1.0, (3, 4, 5))


def test_a_picture_moves_a_pixel_a_step_and_stays_whole(rng):
    batch = moving_digits(IMAGES, 30, 20, rng, size=9)
    assert batch.x.shape == batch.target.shape == (30, 20, 1, 9, 9)
    np.testing.assert_array_equal(batch.x[1:], batch.target[:-1])
    film = np.concatenate([batch.x, batch.target[-1:]])[:, :, 0]
    for n in range(20):
        corners = np.array([np.argwhere(frame).min(0) for frame in film[:, n]])
        moved = np.abs(np.diff(corners, axis=0))
        assert (moved <= 1).all()
        assert moved.any(1).all()  # it never rests
        assert (moved == moved[0]).all()  # and turns back at the edges, not aside
        for frame, (row, column) in zip(film[:, n], corners, strict=True):
            assert any(np.array_equal(frame[row : row + 4, column : column + 5], image) for image in IMAGES)


def test_who_has_foreseen_it(rng):
    batch = moving_digits(IMAGES, 5, 8, rng, size=9)
    assert moving_digits_solved(batch.target, batch).all()
    assert not moving_digits_solved(batch.x, batch).any()


def test_bad_arguments(rng):
    with pytest.raises(ValueError, match="size is 5, expected an integer of at least 6"):
        moving_digits(IMAGES, 5, 8, rng, size=5)
    with pytest.raises(ValueError, match=r"images has shape \(4, 5\)"):
        moving_digits(IMAGES[0], 5, 8, rng)
    with pytest.raises(ValueError, match="steps is 0"):
        moving_digits(IMAGES, 0, 8, rng)
