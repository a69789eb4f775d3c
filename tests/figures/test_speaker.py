"""Who is speaking as Python sees it: its state, its HTML, what it loads, errors."""

import base64

import numpy as np
import pytest
from safetensors.numpy import load
from traitlets import TraitError

from lstmlib.data import vowels
from lstmlib.figures import Speaker
from lstmlib.figures.speaker import CHANGES
from lstmlib.studies.at_work.speech import reading, task


def test_state_is_in_the_html_and_the_repr():
    assert repr(Speaker()) == "Speaker()"
    figure = Speaker(number=7, change="backwards", noise=[2])
    assert repr(figure) == "Speaker(number=7, change='backwards', noise=[2])"
    text = figure._repr_mimebundle_()[0]["text/html"]
    assert text.startswith('<lstm-speaker class="lstm-figure" number="7" change="backwards" noise="[2]">')


def test_what_it_loads_is_what_is_stored():
    data, test = Speaker.given(), vowels().test()
    whole = np.frombuffer(base64.b64decode(data["frames"]), "<i2").reshape(-1, 12) * 1e-4
    np.testing.assert_allclose(whole, np.concatenate(test.frames), atol=0.51e-4)
    assert data["lengths"] == [len(own) for own in test.frames]
    assert (np.array(data["speaker"])[data["partner"]] != data["speaker"]).all()
    for side in ("every", "last"):
        arrays = load(base64.b64decode(data["nets"][side]))
        for name, value in reading.stored(side).params.items():
            np.testing.assert_array_equal(arrays[name], value)
        trial = reading.tested(reading.load(), side)[0]
        assert data["wrong"][side] == np.flatnonzero(reading.wrong(trial.said, test.speaker)).tolist()
    assert len(Speaker.given_script()) < 350_000


@pytest.mark.parametrize("change", CHANGES)
def test_an_utterance_is_changed_as_in_the_study(change):
    test = vowels().test()
    wanted = (test if change == CHANGES[0] else task.changed(test, change)).frames[11]
    np.testing.assert_allclose(Speaker(number=11, change=change).frames(), wanted, atol=0.51e-4)


def test_noise_drowns_a_frame_and_no_other():
    plain, drowned = Speaker(number=3).frames(), Speaker(number=3, noise=[2, 50]).frames()
    assert (plain != drowned).any(1).tolist() == [n == 1 for n in range(len(plain))]


def test_a_cell_that_is_off_changes_the_net_and_not_the_regression():
    whole, without = Speaker().says(), Speaker(off=[1]).says()
    assert not np.allclose(whole["net"], without["net"])
    np.testing.assert_array_equal(whole["regression"], without["regression"])
    np.testing.assert_allclose(whole["net"].sum(1), 1.0)


@pytest.mark.parametrize("state", [{"number": 370}, {"change": "louder"}, {"net": "both"}, {"off": [33]}, {"heard": 0}])
def test_bad_state_is_refused(state):
    with pytest.raises(TraitError, match=next(iter(state))):
        Speaker(**state)
