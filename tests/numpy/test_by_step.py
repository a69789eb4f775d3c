"""The terms of a gradient: they add up to it, and say how far they undo each other."""

import numpy as np
import pytest
from cells import CELLS

from lstmlib.numpy import Carousel, cancellation, gradients_by_step


@pytest.mark.parametrize("name", CELLS)
def test_the_terms_add_up_to_the_gradient(name, rng):
    layer, x = CELLS[name](3, 4, rng=rng), rng.standard_normal((7, 2, 3))
    y, _, cache = layer.forward(x)
    dy = rng.standard_normal(y.shape)
    _, _, whole = layer.backward(cache, dy)
    terms = gradients_by_step(layer, x, dy)
    assert terms.keys() == whole.keys()
    for weight, value in terms.items():
        assert value.shape == (7, *whole[weight].shape)
        np.testing.assert_allclose(value.sum(0), whole[weight], rtol=1e-10, atol=1e-13)


def test_a_carousel_s_terms_by_hand():
    layer, x = Carousel(1, 1), np.array([2.0, -1.0, 5.0])[:, None, None]
    dy = np.array([0.0, 0.0, 3.0])[:, None, None]
    assert gradients_by_step(layer, x, dy)["weight_ih_l0"].ravel().tolist() == [6.0, -3.0, 15.0]


def test_cancellation():
    assert cancellation(np.array([1.0, 2.0, 3.0])) == 0.0
    assert cancellation(np.array([-4.0, 1.0, 3.0])) == 1.0
    assert cancellation(np.array([-1.0, 3.0])) == pytest.approx(0.5)
    assert cancellation(np.array([[0.0, 1.0], [0.0, -1.0]])).tolist() == [0.0, 1.0]
