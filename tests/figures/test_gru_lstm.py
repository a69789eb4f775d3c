"""The figure of a GRU beside an LSTM as Python sees it: state, HTML, errors, and the layers that give its numbers."""

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib.figures import GRUBesideLSTM
from lstmlib.numpy import GRU, LSTM


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


def test_state_is_in_the_html_and_the_repr():
    assert repr(GRUBesideLSTM()) == "GRUBesideLSTM()"
    figure = GRUBesideLSTM(forget=0.0, reset=-8.0, step=16)
    assert repr(figure) == "GRUBesideLSTM(forget=0.0, reset=-8.0, step=16)"
    data, _ = figure._repr_mimebundle_()
    start = '<lstm-gru-lstm class="lstm-figure" forget="0.0" reset="-8.0" step="16"><img '
    assert data["text/html"].startswith(start)


def test_layers_are_the_equations():
    figure = GRUBesideLSTM(
        values=[0.5, -0.25] + [0.0] * 14,
        marks=[1] + [0] * 15,
        forget=1.0,
        input=-1.0,
        output=2.0,
        update=3.0,
        reset=0.5,
        recurrent=0.7,
    )
    lstm, gru = figure.layers()
    assert isinstance(lstm, LSTM)
    assert isinstance(gru, GRU)
    c = logistic(7.0) * np.tanh(0.5)
    h = logistic(2.0) * np.tanh(c)
    c = logistic(1.0) * c + logistic(-1.0) * np.tanh(-0.25 + 0.7 * h)
    y = lstm.forward(figure.inputs())[0].ravel()
    assert y[:2].tolist() == pytest.approx([h, logistic(2.0) * np.tanh(c)], rel=1e-14)
    z = logistic(-5.0)
    old = (1.0 - z) * np.tanh(0.5)
    z = logistic(3.0)
    new = z * old + (1.0 - z) * np.tanh(-0.25 + logistic(0.5) * 0.7 * old)
    assert gru.forward(figure.inputs())[0].ravel()[:2].tolist() == pytest.approx([old, new], rel=1e-14)


def test_where_the_reset_gate_stands_makes_no_difference_to_one_unit_without_that_bias():
    figure = GRUBesideLSTM(recurrent=1.5, reset=-1.0)
    _, after = figure.layers()
    before = GRU(2, 1, reset="before")
    for name, value in before.params.items():
        value[:] = after.params[name]
    np.testing.assert_allclose(before.forward(figure.inputs())[0], after.forward(figure.inputs())[0], rtol=1e-13)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"values": [0.0] * 15}, "values has 15 numbers, expected 16"),
        ({"values": [1.5] + [0.0] * 15}, "values holds 1.5, expected numbers from -1 to 1"),
        ({"marks": [1]}, "marks has 1 numbers, expected 16"),
        ({"marks": [2] + [0] * 15}, "marks holds 2, expected numbers from 0 to 1"),
        ({"update": 8.1}, "update"),
        ({"recurrent": -2.1}, "recurrent"),
        ({"step": 33}, "step"),
    ],
)
def test_bad_state_is_refused(state, said):
    with pytest.raises(TraitError, match=said):
        GRUBesideLSTM(**state)
