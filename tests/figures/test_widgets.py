"""The figures as Python sees them: state, repr, the HTML for the book, and errors that say what is wrong."""

import base64
import copy
import html
import json
import re

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib import figures
from lstmlib.figures import ErrorChain, Quiz, Safe, Unrolling
from lstmlib.numpy import RNN

QUESTIONS = [
    {
        "question": "What does `f'(net) w < 1` do to the *error*?",
        "answers": [
            {"text": "It fades", "right": True, "reason": "Each step multiplies by less than 1."},
            {"text": "It bursts", "right": False, "reason": 'That takes more than 1: a > 1 & "b".'},
        ],
    }
]
DRAWN = [getattr(figures, name) for name in figures.__all__ if name[0].isupper() and name not in ("COLORS", "Quiz")]
FIGURES = [*DRAWN, lambda: Quiz(QUESTIONS)]


def bundle_of(figure):
    data, _ = figure._repr_mimebundle_()
    return data


def attributes(text):
    """Return the tag and the attributes of the first element, as a page would read them."""
    tag, rest = re.match(r"<(lstm-[a-z-]+)((?: [a-z-]+=\"[^\"]*\")*)>", text).groups()
    found = {name: html.unescape(value) for name, value in re.findall(r' ([a-z-]+)="([^"]*)"', rest)}
    assert found.pop("class") == "lstm-figure"
    return tag, found


@pytest.mark.parametrize("make", FIGURES)
def test_widget_and_page_and_text_stand_side_by_side(make):
    data = bundle_of(make())
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/html"].startswith("<lstm-")
    assert data["text/plain"] == repr(make())


@pytest.mark.parametrize("make", FIGURES)
def test_html_and_text_are_the_same_every_time(make):
    first, second = bundle_of(make()), bundle_of(make())
    assert first["text/html"] == second["text/html"]
    assert first["text/plain"] == second["text/plain"]


@pytest.mark.parametrize(
    ("figure", "text", "given"),
    [
        (Safe(), "Safe()", {}),
        (Safe(step=3, keep=0.7), "Safe(step=3, keep=0.7)", {"step": "3", "keep": "0.7"}),
        (ErrorChain(), "ErrorChain()", {}),
        (ErrorChain(w=-1.5, squash="tanh"), "ErrorChain(w=-1.5, squash='tanh')", {"w": "-1.5", "squash": "tanh"}),
        (Unrolling("a b a"), None, {"words": '["a", "b", "a"]'}),
    ],
)
def test_state_is_in_the_html_and_the_repr(figure, text, given):
    _, found = attributes(bundle_of(figure)["text/html"])
    assert found.items() >= given.items()
    if text:
        assert repr(figure) == text
        assert found == given


@pytest.mark.parametrize("figure", [drawn() for drawn in DRAWN])
def test_a_still_picture_stands_inside(figure):
    text = bundle_of(figure)["text/html"]
    alt, source = re.search(
        '<img alt="(.+?)" style="max-width:100%" src="data:image/svg[+]xml;base64,(.+?)">', text
    ).groups()
    picture = base64.b64decode(source).decode()
    assert picture.count("<svg ") == 1
    assert f"<title>{alt}</title>" in picture


def test_quiz_without_script_gives_questions_answers_and_reasons():
    text = Quiz(QUESTIONS)._without_script()
    assert "<code>f&#x27;(net) w &lt; 1</code>" in text
    assert "<em>error</em>" in text
    assert text.count("<details>") == 2
    assert "a &gt; 1 &amp; &quot;b&quot;." in text
    assert "✓ Right." in text
    assert "✗ Not yet." in text


def test_quiz_attribute_is_the_questions():
    tag, found = attributes(bundle_of(Quiz(QUESTIONS))["text/html"])
    assert tag == "lstm-quiz"
    assert json.loads(found["questions"]) == QUESTIONS


def test_state_can_be_set_and_read():
    safe = Safe()
    safe.input_gate = [1] + [0] * 11
    safe.step = 12
    assert safe.input_gate == [1.0] + [0.0] * 11
    assert safe.get_state(["step"]) == {"step": 12}
    seen = []
    safe.observe(lambda change: seen.append(change["new"]), "step")
    safe.set_state({"step": 4})  # what a message from the page does
    assert seen == [4]


def test_state_of_two_figures_is_their_own():
    one, two = Safe(), Safe()
    one.input_gate = [1.0] * 12
    assert two.input_gate == [0.0] * 12


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Safe(input_gate=[0] * 11), "input_gate has 11 numbers, expected 12"),
        (lambda: Safe(output_gate=[1.5] + [0] * 11), "output_gate holds 1.5, expected numbers from 0 to 1"),
        (lambda: Safe(values=[10] * 12), "values holds 10.0, expected numbers from -9 to 9"),
        (lambda: Safe(step=13), "step"),
        (lambda: Safe(keep=1.2), "keep"),
        (lambda: ErrorChain(slope=0.5), "slope is 0.5, but the logistic function's is at most 0.25"),
        (lambda: ErrorChain(w=7), "w"),
        (lambda: ErrorChain(squash="relu"), "squash"),
        (lambda: ErrorChain(steps=0), "steps"),
        (lambda: Unrolling("alone"), "words has 1, expected two to eight"),
        (lambda: Unrolling(step=13), "step is 13, expected 0 to 12, twice the number of words"),
        (lambda: Unrolling(weight_hh=[[1.0]]), r"weight_hh has shape \(1, 1\), expected \(3, 3\)"),
        (lambda: Unrolling(error=[1.0]), r"error has shape \(1,\), expected \(3,\)"),
    ],
)
def test_bad_state_is_refused_with_a_clear_error(make, said):
    with pytest.raises(TraitError, match=said):
        make()


def test_slope_follows_the_squashing_function():
    chain = ErrorChain(squash="tanh", slope=0.9)
    chain.squash = "logistic"
    assert chain.slope == 0.25
    chain.squash = "identity"
    assert chain.slope == 1.0
    with pytest.raises(TraitError, match="the identity function's is always 1"):
        chain.slope = 0.5


def test_other_words_bring_weights_that_fit():
    figure = Unrolling(step=12)
    figure.words = ["one", "two", "Two"]
    assert np.shape(figure.weight_ih) == (3, 2)
    assert figure.step == 0
    assert figure.vocabulary == ["one", "two"]


def test_unrolling_gives_the_library_layer_with_its_weights():
    figure = Unrolling()
    layer, x = figure.layer(), figure.inputs()
    assert isinstance(layer, RNN)
    assert x.shape == (6, 1, 5)
    assert (x[0] == x[4]).all()  # "The" and "the"
    y, _, _ = layer.forward(x)
    first = np.tanh(np.array(figure.weight_ih)[:, 0])
    np.testing.assert_allclose(y[0, 0], first, rtol=1e-15)


def spoiled(change):
    questions = copy.deepcopy(QUESTIONS)
    change(questions)
    return questions


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda q: q.clear(), "questions is empty"),
        (lambda q: q[0].pop("answers"), "question 1 has the keys"),
        (lambda q: q[0].update(question=" "), "question 1 has no text"),
        (lambda q: q[0].update(answers=q[0]["answers"][:1]), "question 1 needs a list of two answers or more"),
        (lambda q: q[0]["answers"][1].pop("reason"), "question 1, answer 2: expected the keys"),
        (lambda q: q[0]["answers"][1].update(reason=""), "question 1, answer 2: 'reason' is ''"),
        (lambda q: q[0]["answers"][1].update(right=1), "question 1, answer 2: 'right' is 1, expected True or False"),
        (lambda q: q[0]["answers"][1].update(right=True), "question 1 has 2 right answers, expected exactly one"),
        (lambda q: q[0]["answers"][0].update(right=False), "question 1 has 0 right answers"),
    ],
)
def test_bad_questions_are_refused_with_a_clear_error(change, said):
    with pytest.raises(TraitError, match=said):
        Quiz(spoiled(change))


def test_chosen_answers_must_be_there():
    with pytest.raises(TraitError, match="chosen"):
        Quiz(QUESTIONS, chosen=[2])
    with pytest.raises(TraitError, match="chosen"):
        Quiz(QUESTIONS, chosen=[0, 0])
    assert Quiz(QUESTIONS, chosen=[-1]).chosen == [-1]
