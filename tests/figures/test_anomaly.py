"""What doesn't fit as Python sees it: its state, its HTML, what it loads, its rounds, errors."""

import base64

import numpy as np
import pytest
from safetensors.numpy import load
from traitlets import TraitError

from lstmlib.data import heartbeats, pulse
from lstmlib.figures import Anomaly
from lstmlib.figures.anomaly import CLEAN, KINDS, PLAIN, SERIES, SHOWN, rounds
from lstmlib.studies.at_work.anomalies import reading, simple, task


def test_state_is_in_the_html_and_the_repr():
    assert repr(Anomaly()) == "Anomaly()"
    figure = Anomaly(series="heartbeats", mark=7, shown=True)
    assert repr(figure) == "Anomaly(series='heartbeats', mark=7, shown=True)"
    text = figure._repr_mimebundle_()[0]["text/html"]
    assert text.startswith('<lstm-anomaly class="lstm-figure" series="heartbeats" mark="7" shown="true">')


def test_what_it_loads_is_what_is_stored():
    data = Anomaly.given()
    assert KINDS == task.KINDS
    assert tuple(task.SERIES) == SERIES
    for series, values in (("pulse", pulse().values), ("heartbeats", heartbeats().values)):
        own = data[series]
        np.testing.assert_allclose(np.array(own["values"]) * own["unit"], values, atol=1e-9)
        arrays = load(base64.b64decode(own["net"]))
        for name, value in reading.stored(series).params.items():
            np.testing.assert_array_equal(arrays[name], value)
        np.testing.assert_array_equal(own["linear"], simple.linear(series)[:, 0])
    assert len(Anomaly.given_script()) < 250_000


@pytest.mark.parametrize("series", SERIES)
def test_each_round_hides_one_anomaly_of_each_kind(series):
    one = task.scaled(series)
    assert sorted(own.kind for own in rounds(series)) == sorted(["real", *KINDS])
    for number, own in enumerate(rounds(series)):
        figure = Anomaly(series=series, round=number)
        x, first, last = figure.stretch()
        assert len(x) == SHOWN + 400
        assert 0 < first <= last < SHOWN
        assert own.begin >= one.valid
        if own.kind == "real":
            assert (own.begin + first, own.begin + last) == (one.first, one.last)
        else:
            assert own.begin + SHOWN <= one.first or own.begin - 400 > one.last
            assert any(low <= own.begin and own.begin + SHOWN <= high for low, high in CLEAN[series])
        assert [figure.right(step) for step in (first - 101, first - 100, last + 100, last + 101)] == [0, 1, 1, 0]
    assert one.valid <= PLAIN[series] - 400
    assert PLAIN[series] + SHOWN < one.first


def test_scores_are_of_what_is_shown():
    found = Anomaly(kind="spike", at=500).scores()
    assert {len(score) for score in found.values()} == {SHOWN}
    assert int(found["change"].argmax()) in (500, 501)
    plain = Anomaly(kind="spike", at=900).scores()
    np.testing.assert_allclose(found["LSTM"][:500], plain["LSTM"][:500])


@pytest.mark.parametrize(
    "state", [{"round": 8}, {"kind": "odd"}, {"at": 99}, {"size": 5}, {"mark": 2000}, {"cell": 33}, {"done": [[1, 2]]}]
)
def test_bad_state_is_refused(state):
    with pytest.raises(TraitError, match=next(iter(state))):
        Anomaly(**state)
