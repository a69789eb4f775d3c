"""The writing net as Python sees it: its state, its HTML, what it loads, errors."""

import base64

import numpy as np
import pytest
from safetensors.numpy import load
from traitlets import TraitError

from lstmlib.data import alphabet, plays
from lstmlib.figures import Writer
from lstmlib.figures.writer import LETTERS, MOST
from lstmlib.studies.at_work.text import nets, trials


def test_state_is_in_the_html_and_the_repr():
    assert repr(Writer()) == "Writer()"
    figure = Writer(text="Alas,\n", off=[3])
    assert repr(figure) == "Writer(text='Alas,\\n', off=[3])"
    text = figure._repr_mimebundle_()[0]["text/html"]
    assert ' text="Alas,\n" off="[3]">' in text
    assert "net" not in Writer()._repr_mimebundle_()[0]["text/html"].split("<img")[0]


def test_its_letters_are_the_plays():
    assert alphabet(plays().learn) == LETTERS


def test_what_it_loads_is_what_is_stored():
    given = Writer.given()
    arrays = load(base64.b64decode(given["net"]))
    for name, value in trials.stored().named_parameters():
        np.testing.assert_array_equal(arrays[name], value.detach().numpy())
    assert len(given["net"]) < 600_000
    assert {"column", "word", "speaker", "direction"} <= given["cells"].keys()


def test_what_it_reads_is_what_the_study_measures():
    figure = Writer(text="So foul and fair a day I have not seen.")
    read = figure.reading()
    bits = nets.surprise(trials.stored(), nets.encode("\n" + figure.text, LETTERS))
    np.testing.assert_allclose(read.bits, bits, atol=1e-4)
    np.testing.assert_allclose(read.p.sum(1), 1.0)
    without = Writer(text=figure.text, off=list(range(1, 193))).reading()
    np.testing.assert_allclose(without.p[0], without.p[-1], atol=1e-6)  # nobody sees anything


@pytest.mark.parametrize(
    "state",
    [{"text": "3 men"}, {"text": "a" * (MOST + 1)}, {"cell": 193}, {"off": [0]}, {"temperature": 0.0}, {"seed": -1}],
)
def test_bad_state_is_refused(state):
    with pytest.raises(TraitError, match=next(iter(state))):
        Writer(**state)
