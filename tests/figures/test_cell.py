"""The cell's figure as Python sees it: state, HTML, errors, and the layers that give its numbers."""

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib.figures import Cell
from lstmlib.numpy import LSTM, LSTM1997


def test_state_is_in_the_html_and_the_repr():
    assert repr(Cell()) == "Cell()"
    figure = Cell(kind="2000", view="back", part="forget_gate")
    assert repr(figure) == "Cell(kind='2000', view='back', part='forget_gate')"
    data, _ = figure._repr_mimebundle_()
    assert data["text/html"].startswith(
        '<lstm-cell class="lstm-figure" kind="2000" view="back" part="forget_gate"><img '
    )


def logistic(z):
    return 1.0 / (1.0 + np.exp(-z))


def test_layers_are_the_equations():
    figure = Cell(x=0.5, h=-0.2, c=1.5, weight_ih=[0.1, 9e-1, -0.3, 0.7], bias=[0.2, 0.4, -0.6, 0.8])
    net = [figure.weight_ih[k] * 0.5 + figure.weight_hh[k] * -0.2 + figure.bias[k] for k in range(4)]
    layer = figure.layer()
    assert isinstance(layer, LSTM1997)
    y, (_, s), _ = layer.forward(figure.inputs(), figure.state_before())
    assert s.item() == pytest.approx(1.5 + logistic(net[0]) * (4 * logistic(net[2]) - 2))
    assert y.item() == pytest.approx(logistic(net[3]) * (2 * logistic(s.item()) - 1))
    figure.kind = "2000"
    layer = figure.layer()
    assert isinstance(layer, LSTM)
    y, (_, c), _ = layer.forward(figure.inputs(), figure.state_before())
    assert c.item() == pytest.approx(logistic(net[1]) * 1.5 + logistic(net[0]) * np.tanh(net[2]))
    assert y.item() == pytest.approx(logistic(net[3]) * np.tanh(c.item()))


def test_the_forget_gate_goes_with_the_kind():
    figure = Cell(kind="2000", part="forget_gate")
    figure.kind = "1997"
    assert figure.part == "keep"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"kind": "1995"}, "kind"),
        ({"x": 2.5}, "x"),
        ({"c": -9.0}, "c"),
        ({"bias": [0.0] * 3}, "bias has 3 numbers, expected 4"),
        ({"bias": [0.0, 0.0, 0.0, 7.0]}, "bias holds 7.0, expected numbers from -6 to 6"),
        ({"weight_hh": [0.0, 0.0, 0.0, 3.5]}, "weight_hh holds 3.5, expected numbers from -3 to 3"),
        ({"gradient": "cut"}, "gradient"),
        ({"part": "door"}, "part"),
        ({"part": "forget_gate"}, "the cell of 1997 has none"),
    ],
)
def test_bad_state_is_refused(state, said):
    with pytest.raises(TraitError, match=said):
        Cell(**state)
