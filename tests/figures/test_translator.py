"""A message into French as Python sees it: its state, its HTML, what it loads, errors."""

import base64

import numpy as np
import pytest
from safetensors.numpy import load
from traitlets import TraitError

from lstmlib.data.messages import cut
from lstmlib.figures import Translator
from lstmlib.figures.translator import BEAM, MOST
from lstmlib.studies.at_work.translation import memory, reading, task


def test_state_is_in_the_html_and_the_repr():
    assert repr(Translator()) == "Translator()"
    figure = Translator(text="Save <all>", word=3, begin=["tout"])
    assert repr(figure) == "Translator(text='Save <all>', word=3, begin=['tout'])"
    text = figure._repr_mimebundle_()[0]["text/html"]
    assert text.startswith('<lstm-translator class="lstm-figure" text="Save &lt;all&gt;" word="3" begin="[&quot;tout')


def test_what_it_loads_is_what_is_stored():
    data, net = Translator.given(), reading.stored()
    for name, value in load(base64.b64decode(data["net"])).items():
        assert value.dtype == np.float16
        np.testing.assert_array_equal(value.astype(np.float32), net.params[name])
    source, target = task.vocabularies()
    assert (data["source"], data["target"]) == (source.words, target.words)
    assert len(net.params["source.weight"]) == len(source.words)
    learnt = task.split().learn
    assert len(data["memory"]) == len(learnt)
    line = data["memory"][17].split("\t")
    assert [tuple(side.split(" ")) for side in line] == [learnt[17].source, learnt[17].target]
    assert dict(data["dictionary"])["delete"] == memory.best("delete") == "supprimer"
    assert len(Translator.given_script()) < 1_900_000
    assert (BEAM, MOST) == (reading.BEAM, reading.MOST)


def test_it_reads_eight_words_and_says_what_the_kept_net_says():
    figure = Translator(text="one two three four five six seven eight nine")
    assert figure.words() == cut(figure.text)[0][:8]
    assert Translator().says()[0].numbers == reading.stored().translate(["show", "all", "tabs"])[0].numbers
    assert Translator(begin=["le"]).says()[0].words[0] == "le"


@pytest.mark.parametrize("state", [{"word": 0}, {"width": 3}, {"begin": ["le"] * 19}, {"begin": [3]}, {"word": 19}])
def test_bad_state_is_refused(state):
    with pytest.raises(TraitError, match=next(iter(state))):
        Translator(**state)
