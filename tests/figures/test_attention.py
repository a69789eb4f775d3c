"""The attention matrix as Python sees it: state, HTML, errors, and the numbers that the library gives for it."""

import copy

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib.figures import AttentionMatrix
from lstmlib.studies.translation.store import stored


def test_state_is_in_the_html_and_the_repr():
    assert repr(AttentionMatrix()) == "AttentionMatrix()"
    figure = AttentionMatrix(sentence=2, target=5, scale=0.5, show="error")
    assert repr(figure) == "AttentionMatrix(sentence=2, target=5, scale=0.5, show='error')"
    page = figure._repr_mimebundle_()[0]["text/html"]
    assert page.startswith(
        '<lstm-attention class="lstm-figure" alignments="[{&quot;source&quot;: &quot;Sunday, August 24'
    )
    assert 'sentence="2" target="5" scale="0.5" show="error"><img ' in page
    assert len(page) < 70_000


def test_numbers_are_the_equations():
    figure, text = AttentionMatrix(sentence=1, scale=0.7), stored("alignments")[1]
    powers = np.exp(0.7 * np.array(text["scores"]))
    alpha = powers / powers.sum(1, keepdims=True)
    np.testing.assert_allclose(figure.weights(), alpha, rtol=1e-12)
    np.testing.assert_allclose(
        figure.contexts()[3], sum(a * np.array(h) for a, h in zip(alpha[3], text["plane"], strict=True))
    )
    # The gradient for a score is the difference that moving it makes.
    moved = np.array(text["scores"])
    moved[3, 2] += 1e-6
    other = AttentionMatrix([{**text, "scores": moved.tolist()}], scale=0.7).weights()
    gain = ((other - alpha)[3] * text["push"][3]).sum() / 1e-6
    assert figure.asked()[3, 2] == pytest.approx(gain, rel=1e-4)


def test_a_scale_of_nothing_sees_all_alike():
    np.testing.assert_allclose(AttentionMatrix(scale=0.0).weights(), 1 / len(stored("alignments")[0]["source"]))


def test_a_reader_s_own_alignment_can_be_shown():
    own = {"source": "ab", "target": "x■", "language": "en", "spread": 1.0}
    own |= {"scores": [[0.0, 1.0]] * 2, "push": [[0.0, 1.0]] * 2, "plane": [[0.0, 0.0], [1.0, 0.0]]}
    assert AttentionMatrix([own], target=2).weights()[1, 1] == pytest.approx(np.e / (1 + np.e))


def broken(**changes):
    return [{**copy.deepcopy(stored("alignments")[0]), **changes}]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"alignments": []}, "alignments is empty"),
        ({"alignments": broken(scores=[[0.0]])}, r"scores has shape \(1, 1\), expected \(11, 23\)"),
        ({"alignments": broken(plane=[[0.0]] * 23)}, r"plane has shape \(23, 1\), expected \(23, 2\)"),
        ({"alignments": broken(more=1)}, "has the keys"),
        ({"sentence": 7}, "sentence is 7, expected 0 to 6"),
        ({"target": 12}, "target is 12, expected 1 to 11"),
        ({"target": 0}, "target"),
        ({"scale": 4.5}, "scale"),
        ({"show": "sums"}, "show"),
    ],
)
def test_bad_state_is_refused(state, said):
    with pytest.raises(TraitError, match=said):
        AttentionMatrix(**state)
