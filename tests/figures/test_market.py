"""The market as Python sees it: its state, its HTML, what it loads, errors."""

import base64

import numpy as np
import pytest
from safetensors.numpy import load
from traitlets import TraitError

from lstmlib.figures import Market
from lstmlib.figures.market import LATEST, SHOWN
from lstmlib.studies.at_work.markets import nets, task


def test_state_is_in_the_html_and_the_repr():
    assert repr(Market()) == "Market()"
    figure = Market(day=7, picks="01", off=[3])
    assert repr(figure) == "Market(day=7, picks='01', off=[3])"
    text = figure._repr_mimebundle_()[0]["text/html"]
    assert text.startswith('<lstm-market class="lstm-figure" day="7" picks="01" off="[3]">')


def test_what_it_loads_is_what_is_stored():
    data, series = Market.given(), task.days()
    assert data["close"] == series.close[-len(data["close"]) :].tolist()
    arrays = load(base64.b64decode(data["net"]))
    for name in ("variance", "direction"):
        for key, value in nets.stored(name).params.items():
            np.testing.assert_array_equal(arrays[f"{name}.{key}"], value)
    assert data["from"] + SHOWN + LATEST == len(data["close"]) - 2  # tomorrow of the last day came
    assert str(series.days[task.origins(series, task.TEST)[SHOWN]]) == "2013-02-28"
    assert len(Market.given_script()) < 70_000


def test_a_cell_that_is_off_changes_the_net_s_spread_and_nothing_else():
    whole, without = Market().says(), Market(off=[1]).says()
    assert whole.pop("lstm") != without.pop("lstm")
    assert whole == without


def test_costs_make_trades_dearer():
    free, paid = Market(cost=0).trades(), Market(cost=20).trades()
    assert free["net"].shape == (253,)
    assert free["hold"][-1] / paid["hold"][-1] == pytest.approx(1.0 / (1.0 - 0.002))
    assert len(Market(day=0).trades()["net"]) == SHOWN + 1


@pytest.mark.parametrize("state", [{"day": LATEST + 1}, {"cost": 21}, {"picks": "2"}, {"off": [0]}, {"cell": 17}])
def test_bad_state_is_refused(state):
    with pytest.raises(TraitError, match=next(iter(state))):
        Market(**state)
