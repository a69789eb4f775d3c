"""The unrolled net as Python sees it."""

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib.figures import Unrolling
from lstmlib.numpy import RNN


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Unrolling("alone"), "words has 1, expected two to eight"),
        (lambda: Unrolling(step=13), "step is 13, expected 0 to 12, twice the number of words"),
        (lambda: Unrolling(weight_hh=[[1.0]]), r"weight_hh has shape \(1, 1\), expected \(3, 3\)"),
        (lambda: Unrolling(error=[1.0]), r"error has shape \(1,\), expected \(3,\)"),
    ],
)
def test_bad_state_is_refused_with_a_clear_error(make, said):
    with pytest.raises(TraitError, match=said):
        make()


def test_other_words_bring_weights_that_fit():
    figure = Unrolling(step=12)
    figure.words = ["one", "two", "Two"]
    assert np.shape(figure.weight_ih) == (3, 2)
    assert figure.step == 0
    assert figure.vocabulary == ["one", "two"]


def test_unrolling_gives_the_library_layer_with_its_weights():
    figure = Unrolling()
    layer, x = figure.layer(), figure.inputs()
    assert isinstance(layer, RNN)
    assert x.shape == (6, 1, 5)
    assert (x[0] == x[4]).all()  # "The" and "the"
    y, _, _ = layer.forward(x)
    first = np.tanh(np.array(figure.weight_ih)[:, 0])
    np.testing.assert_allclose(y[0, 0], first, rtol=1e-15)
