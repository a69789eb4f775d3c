"""Keep the first number: what stands where, and who has solved it."""

import numpy as np
import pytest

from lstmlib.numpy import Carousel
from lstmlib.tasks import keep_first, keep_first_solved


@pytest.mark.parametrize("quiet", [False, True])
def test_what_stands_where(quiet, rng):
    batch = keep_first(12, 4000, rng, quiet=quiet)
    assert batch.x.shape == (12, 4000, 2)
    assert batch.target.shape == (12, 4000, 1)
    assert (batch.x[..., 1] == (np.arange(12) == 0)[:, None]).all()
    assert batch.x[..., 0].var() == pytest.approx(1 / 3, rel=0.02)
    assert abs(np.corrcoef(batch.x[0, :, 0], batch.x[5, :, 0])[0, 1]) < 0.05
    np.testing.assert_array_equal(batch.target[-1, :, 0], batch.x[0, :, 0])
    assert not batch.target[:-1].any()
    assert batch.mask[-1].all()
    assert batch.mask[:-1].all() if quiet else not batch.mask.any(1)[:-1].any()
    assert (batch.lengths == 12).all()


def test_two_doors_solve_it_and_none_do_not(rng):
    batch = keep_first(30, 500, rng, quiet=True)
    for shut, right in ((True, True), (False, False)):
        doors = np.ones((30, 500, 2))
        if shut:
            doors[1:, :, 0] = doors[:-1, :, 1] = 0.0
        layer = Carousel(3, 1, doors=True)
        layer.params["weight_ih_l0"][:] = 1.0
        layer.params["bias_l0"][:] = 0.0
        y, _, _ = layer.forward(np.concatenate([batch.x[..., :1], doors], -1))
        assert keep_first_solved(y, batch).all() == right


def test_silence_counts_only_where_it_is_asked_for(rng):
    loud = keep_first(5, 8, np.random.default_rng(0))
    y = np.broadcast_to(loud.x[:1, :, :1], (5, 8, 1))  # gives the number at all times
    assert keep_first_solved(y, loud).all()
    quiet = keep_first(5, 8, np.random.default_rng(0), quiet=True)
    assert not keep_first_solved(y, quiet).all()


def test_bad_sizes(rng):
    with pytest.raises(ValueError, match="length is 1, expected an integer of at least 2"):
        keep_first(1, 4, rng)
    with pytest.raises(TypeError, match=r"batch_size is 2\.5"):
        keep_first(4, 2.5, rng)
