"""Chords that a net reads, as Python sees them: state, HTML, what is loaded, errors."""

import base64

import numpy as np
import pytest
from safetensors.numpy import load
from traitlets import TraitError

from lstmlib.figures import Chorale
from lstmlib.studies.at_work.music import reading


def test_state_is_in_the_html_and_the_repr():
    assert repr(Chorale()) == "Chorale()"
    figure = Chorale(chords=[[39, 43]], net="apart")
    assert repr(figure) == "Chorale(chords=[[39, 43]], net='apart')"
    text = figure._repr_mimebundle_()[0]["text/html"]
    assert text.startswith('<lstm-chorale class="lstm-figure" chords="[[39, 43]]" net="apart">')


def test_what_it_loads_is_what_is_stored():
    data = Chorale.given()
    for kind in ("turn", "apart"):
        arrays, net = load(base64.b64decode(data[kind])), reading.stored(kind)
        for name, value in net.model.params.items():
            assert arrays[name].dtype == np.float16
            np.testing.assert_array_equal(arrays[name], value)
        assert ("below.weight" in arrays) == (kind == "turn")
        assert net.model.recurrent.hidden_size == Chorale().traits()["cell"].max
    assert len(Chorale.given_script()) < 900_000


def test_a_cell_that_is_off_changes_what_is_expected():
    whole, without = Chorale().heard(), Chorale(off=list(range(1, 40))).heard()
    assert np.abs(whole.p - without.p).max() > 0.01
    assert whole.p.shape == (7, 88)
    assert whole.nats.shape == (6, 88)


def test_of_keys_apart_a_chord_s_own_keys_have_no_say():
    chords = [[27, 34, 43, 51], [24, 36, 43, 51]]
    for net, same in (("apart", True), ("turn", False)):
        one, other = (Chorale(chords=[*chords, last], net=net).heard().p[2] for last in ([20, 36], [21, 36]))
        assert np.allclose(one, other) == same
        np.testing.assert_allclose(one[:21], other[:21])  # nor do those above, ever


@pytest.mark.parametrize(
    "state",
    [
        {"chords": [[3, 3]]},
        {"chords": [[88]]},
        {"chords": [[]] * 25},
        {"net": "both"},
        {"off": [0]},
        {"key": 2},
    ],
)
def test_bad_state_is_refused(state):
    with pytest.raises(TraitError, match=next(iter(state))):
        Chorale(**state)
