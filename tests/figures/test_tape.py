"""The tape's figure as Python sees it: state, HTML, errors, and the layer that gives its numbers."""

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib.figures import Tape
from lstmlib.numpy import LSTM

GATE = [0.1, 0.9, 0.4, 1.0, 0.7, 0.2, 0.6, 0.0, 0.3, 0.8, 0.5, 0.95]


def test_state_is_in_the_html_and_the_repr():
    assert repr(Tape()) == "Tape()"
    figure = Tape(forget_gate=[1.0] * 12, old=True, step=12)
    assert repr(figure) == f"Tape(forget_gate={[1.0] * 12}, old=True, step=12)"
    data, _ = figure._repr_mimebundle_()
    assert data["text/html"].startswith('<lstm-tape class="lstm-figure" forget-gate="[1.0, ')
    assert 'old="true"' in data["text/html"]


def test_the_layer_s_gates_are_the_figure_s():
    figure = Tape(input_gate=GATE, forget_gate=GATE[::-1], output_gate=GATE)
    layer = figure.layer()
    assert isinstance(layer, LSTM)
    _, _, cache = layer.forward(figure.inputs())
    i, f, _, o = cache.gates[:, :, 0, 0].T
    np.testing.assert_allclose([i, f, o], [GATE, GATE[::-1], GATE], atol=1e-14)


def test_left_is_the_product_of_forget_gates():
    left = Tape(forget_gate=GATE).left(5)
    np.testing.assert_allclose(left, [0.9 * 0.4 * 1.0 * 0.7, 0.4 * 1.0 * 0.7, 0.7, 0.7, 1.0])
    assert Tape(forget_gate=GATE).left(9)[:7].max() == 0.0


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"values": [0.0] * 11}, "values has 11 numbers, expected 12"),
        ({"values": [9.5] + [0.0] * 11}, "values holds 9.5, expected numbers from -9 to 9"),
        ({"forget_gate": [1.1] * 12}, "forget_gate holds 1.1, expected numbers from 0 to 1"),
        ({"old": True}, "expected forget_gate to be all 1"),
        ({"step": 0}, "step"),
    ],
)
def test_bad_state_is_refused(state, said):
    with pytest.raises(TraitError, match=said):
        Tape(**state)
