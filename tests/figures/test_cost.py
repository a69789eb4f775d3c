"""Cost against length as Python sees it: state, HTML, errors; its closed counts are what the layers store and count."""

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib.figures import CostOfLength
from lstmlib.numpy.stored import stored_numbers


def test_state_is_in_the_html_and_the_repr():
    assert repr(CostOfLength()) == "CostOfLength()"
    figure = CostOfLength(length=99, show="kept", part="block")
    assert repr(figure) == "CostOfLength(length=99, part='block', show='kept')"
    data, _ = figure._repr_mimebundle_()
    assert data["text/html"].startswith('<lstm-cost class="lstm-figure" length="99" part="block" show="kept"><img ')


@pytest.mark.parametrize("part", ["attention", "block"])
@pytest.mark.parametrize(("length", "width", "heads"), [(1, 16, 1), (7, 32, 4), (20, 16, 16)])
def test_memory_is_what_the_layers_store(part, length, width, heads):
    figure = CostOfLength(length=length, width=width, heads=heads, part=part)
    x = np.random.default_rng(0).standard_normal((length, 1, width))
    assert figure.counts()["memory"] == [stored_numbers(layer.forward(x)[2]) for layer in figure.layers()]


def test_operations_cross_at_twice_the_width_and_a_block_s_never_come_below():
    for width in (16, 64, 256):
        assert CostOfLength(width=width).crossing() == 2 * width + 1
    assert CostOfLength(part="block").crossing() == 1
    assert CostOfLength(show="steps").crossing() is None
    assert CostOfLength(show="kept").crossing() == 2


@pytest.mark.parametrize(
    ("state", "said"),
    [({"length": 0}, "length"), ({"width": 48}, "width"), ({"heads": 3}, "heads"), ({"show": "time"}, "show")],
)
def test_bad_state_is_refused(state, said):
    with pytest.raises(TraitError, match=said):
        CostOfLength(**state)
