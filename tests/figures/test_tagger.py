"""Labels under an address as Python sees it: its state, its HTML, what is loaded, errors."""

import base64

import pytest
from safetensors.torch import load
from traitlets import TraitError

from lstmlib.figures import Tagger
from lstmlib.figures.tagger import CELLS, NAMES
from lstmlib.studies.at_work.labelling.parts import labels
from lstmlib.studies.at_work.labelling.running import stored


def test_state_is_in_the_html_and_the_repr():
    assert repr(Tagger()) == "Tagger()"
    figure = Tagger(text="1 Elm St", off=[3], both=False)
    assert repr(figure) == "Tagger(text='1 Elm St', both=False, off=[3])"
    text = figure._repr_mimebundle_()[0]["text/html"]
    assert text.startswith('<lstm-tagger class="lstm-figure" text="1 Elm St" both="false" off="[3]">')


def test_what_is_loaded_is_what_is_stored():
    found = Tagger.given()
    assert found["labels"] == [NAMES[label] for label in labels()]
    assert len(set(NAMES.values())) == len(labels())
    for kind in ("forward", "both"):
        net = stored(kind)
        assert (tuple(found["words"]), found["letters"]) == (net.known.words, net.known.letters)
        assert tuple(labels()) == tuple(net.known.labels)
        arrays = load(base64.b64decode(found[kind]))
        assert arrays.keys() == net.tagger.state_dict().keys()
        assert all((arrays[name] == value).all() for name, value in net.tagger.state_dict().items())
        assert net.tagger.readout.input_size == CELLS
    assert len(Tagger.given_script()) < 700_000


@pytest.mark.parametrize("state", [{"read": 15}, {"cell": 81}, {"off": [0]}, {"text": 7}, {"both": "yes"}])
def test_bad_state_is_refused(state):
    with pytest.raises(TraitError, match=next(iter(state))):
        Tagger(**state)
