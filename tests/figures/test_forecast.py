"""The forecast as Python sees it: its state, its HTML, what it carries, errors."""

import base64

import numpy as np
import pytest
from safetensors.numpy import load
from traitlets import TraitError

from lstmlib.data import electricity
from lstmlib.figures import Forecast
from lstmlib.figures.forecast import LATEST, given
from lstmlib.studies.at_work import demand
from lstmlib.studies.at_work import electricity as nets


def test_state_is_in_the_html_and_the_repr():
    assert repr(Forecast()) == "Forecast()"
    figure = Forecast(origin=7, off=[3], came=False)
    assert repr(figure) == "Forecast(origin=7, off=[3], came=False)"
    text = figure._repr_mimebundle_()[0]["text/html"]
    assert text.startswith('<lstm-forecast class="lstm-figure" data="{')
    assert ' origin="7" off="[3]" came="false">' in text


def test_what_it_carries_is_what_is_stored():
    data, y = given(), electricity()
    assert data["demand"] == y[data["first"] :].tolist()
    arrays = load(base64.b64decode(data["net"]))
    for name, value in nets.stored().params.items():
        np.testing.assert_array_equal(arrays[name], value)
    np.testing.assert_allclose(np.array([data["low"], data["high"]]) * demand.SCALE, nets.band(), atol=0.051)
    held = demand.smoothed(y, data["smoothing"]["rates"][:3])
    np.testing.assert_allclose(data["smoothing"]["level"] * demand.SCALE, held.level[data["from"]], atol=0.01)
    assert len(data["smoothing"]["day"]) == demand.AHEAD
    assert data["from"] + LATEST + demand.AHEAD == len(y) - 1
    assert len(str(data)) < 100_000


def test_a_cell_that_is_off_changes_what_the_net_says_and_nothing_else():
    whole, without = Forecast().forecasts(), Forecast(off=[3]).forecasts()
    assert np.abs(whole["lstm"] - without["lstm"]).max() > 1.0
    for name in ("smoothing", "ridge", "now", "week"):
        np.testing.assert_array_equal(whole[name], without[name])


@pytest.mark.parametrize("state", [{"origin": LATEST + 1}, {"cell": 0}, {"off": [17]}, {"came": "yes"}])
def test_bad_state_is_refused(state):
    with pytest.raises(TraitError, match=next(iter(state))):
        Forecast(**state)
