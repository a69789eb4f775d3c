"""The figure of the cell with parts as Python sees it: state, HTML, errors, and the layer that gives its numbers."""

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib.figures import CellParts
from lstmlib.numpy import PeepholeLSTM


def fired(figure):
    h, _ = figure.layer().forward(figure.inputs())
    return (np.flatnonzero(h.ravel() > 0.05) + 1).tolist()


def test_state_is_in_the_html_and_the_repr():
    assert repr(CellParts()) == "CellParts()"
    figure = CellParts(changes=["coupled"], delay=3)
    assert repr(figure) == "CellParts(changes=['coupled'], delay=3)"
    data, _ = figure._repr_mimebundle_()
    assert 'changes="[&quot;coupled&quot;]" delay="3"' in data["text/html"]


@pytest.mark.parametrize("delay", range(2, 11))
def test_whole_it_is_a_peephole_lstm_that_fires_in_time(delay):
    figure = CellParts(delay=delay)
    assert fired(figure) == [3 + delay, 17 + delay]
    cell, layer = figure.layer(), PeepholeLSTM(1, 1)
    for name in ("weight_ih", "weight_hh", "weight_ch"):
        layer.params[f"{name}_l0"][:] = cell.params[name][0]
    layer.params["bias_ih_l0"][:], layer.params["bias_hh_l0"][:] = cell.params["bias"][0], 0.0
    y, _, _ = layer.forward(figure.inputs()[:, 0])
    np.testing.assert_allclose(cell.forward(figure.inputs())[0][:, 0], y, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "steps"),
    [
        ("no peepholes", []),
        ("coupled", []),
        ("no input gate", [7, 14, 21, 28]),  # it doesn't wait for a spike
        ("no forget gate", list(range(9, 29))),  # it never stops
        ("no output gate", list(range(3, 29))),  # it tells what it counts, and hears it
        ("no input activation", [9, 23]),
        ("no output activation", [9, 23]),
    ],
)
def test_what_a_missing_part_does(change, steps):
    assert fired(CellParts(changes=[change])) == steps


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"changes": ["no gate"]}, "changes holds 'no gate', expected names from"),
        ({"changes": ["gate recurrence"]}, "changes holds 'gate recurrence', expected names from"),
        ({"changes": ["coupled", "no forget gate"]}, "needs the input gate and the forget gate"),
        ({"delay": 11}, "delay"),
        ({"step": 0}, "step"),
    ],
)
def test_bad_state_is_refused(state, said):
    with pytest.raises(TraitError, match=said):
        CellParts(**state)
