"""The carousel's figure as Python sees it: state, HTML, errors, and the layers that give its numbers."""

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib.figures import CarouselUnit
from lstmlib.numpy import RNN, Carousel


def test_state_is_in_the_html_and_the_repr():
    assert repr(CarouselUnit()) == "CarouselUnit()"
    figure = CarouselUnit(w=1.2, squash="logistic", step=30)
    assert repr(figure) == "CarouselUnit(w=1.2, squash='logistic', step=30)"
    data, _ = figure._repr_mimebundle_()
    assert data["text/html"].startswith('<lstm-carousel class="lstm-figure" w="1.2" squash="logistic" step="30"><img ')
    assert data["text/html"] == figure._repr_mimebundle_()[0]["text/html"]


def test_layers_are_the_equations():
    figure = CarouselUnit(values=[0.5, -0.25] + [0.0] * 28, w=0.7)
    ordinary, carousel = figure.layers()
    assert isinstance(ordinary, RNN)
    y = ordinary.forward(figure.inputs())[0].ravel()
    assert y[1] == pytest.approx(np.tanh(0.7 * np.tanh(0.5) - 0.25), rel=1e-14)
    assert carousel.forward(figure.inputs())[0].ravel()[-1] == pytest.approx(0.25)
    plain, _ = CarouselUnit(squash="identity", w=0.5).layers()
    assert isinstance(plain, Carousel)
    assert plain.forward(figure.inputs())[0].ravel()[1] == pytest.approx(0.5 * 0.5 - 0.25)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"values": [0.0] * 29}, "values has 29 numbers, expected 30"),
        ({"values": [1.5] + [0.0] * 29}, "values holds 1.5, expected numbers from -1 to 1"),
        ({"w": 1.3}, "w"),
        ({"squash": "relu"}, "squash"),
        ({"step": 61}, "step"),
    ],
)
def test_bad_state_is_refused(state, said):
    with pytest.raises(TraitError, match=said):
        CarouselUnit(**state)
