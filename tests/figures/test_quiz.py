"""The quiz as Python sees it: what a page gets of it, and questions that are refused."""

import copy
import html
import json
import re

import pytest
from traitlets import TraitError

from lstmlib.figures import Quiz

QUESTIONS = [
    {
        "question": "What does `f'(net) w < 1` do to the *error*?",
        "answers": [
            {"text": "It fades", "right": True, "reason": "Each step multiplies by less than 1."},
            {"text": "It bursts", "right": False, "reason": 'That takes more than 1: a > 1 & "b".'},
        ],
    }
]


def test_quiz_without_script_gives_questions_answers_and_reasons():
    text = Quiz(QUESTIONS)._without_script()
    assert "<code>f&#x27;(net) w &lt; 1</code>" in text
    assert "<em>error</em>" in text
    assert text.count("<details>") == 2
    assert "a &gt; 1 &amp; &quot;b&quot;." in text
    assert "✓ Right." in text
    assert "✗ Not yet." in text


def test_quiz_attribute_is_the_questions():
    text = Quiz(QUESTIONS)._html()
    assert text.startswith("<lstm-quiz ")
    assert json.loads(html.unescape(re.search(' questions="([^"]*)"', text)[1])) == QUESTIONS


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
