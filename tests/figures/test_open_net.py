"""A net of 1997, opened, as Python sees it: its state, its HTML, what it loads, errors."""

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib.figures import OpenNet
from lstmlib.figures.open_net import EXPERIMENTS
from lstmlib.paper import steps
from lstmlib.paper.inside import PLANS, load


def test_state_is_in_the_html_and_the_repr():
    assert repr(OpenNet()) == "OpenNet()"
    text = OpenNet(experiment="2c", edits=[[1.0, 0.0, 102.0]])._repr_mimebundle_()[0]["text/html"]
    assert 'experiment="2c"' in text
    assert 'edits="[[1.0, 0.0, 102.0]]"' in text


def test_its_experiments_and_string_are_the_library_s():
    assert tuple(PLANS) == EXPERIMENTS
    assert OpenNet().text == steps.STRING


def test_what_it_loads_is_what_is_stored():
    given, stored = OpenNet.given(), load()
    assert tuple(given) == EXPERIMENTS
    for name, net in given.items():
        for key, value in stored[name].params.items():
            np.testing.assert_array_equal(net["params"][key], value)
    assert len(OpenNet.given_script()) < 200_000


def test_a_net_that_adds_keeps_the_sum_for_a_while():
    said = [float(OpenNet(experiment="4", wait=wait).reading().outputs[-1, 0]) for wait in (0, 100)]
    assert said[0] == pytest.approx(0.6, abs=0.02)
    assert said[1] == pytest.approx(0.6, abs=0.1)


@pytest.mark.parametrize(
    "state",
    [
        {"experiment": "7"},
        {"text": "BTQ"},
        {"text": "B"},
        {"wait": 901},
        {"seed": -1},
        {"edits": [[-1, 0, 1]]},
        {"edits": [[1, 2, 1]]},
        {"edits": [[1.5, 0, 1]]},
        {"edits": [[1, 0, float("nan")]]},
    ],
)
def test_bad_state_is_refused(state):
    with pytest.raises(TraitError, match=next(iter(state))):
        OpenNet(**state)
