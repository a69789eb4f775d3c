"""The quiz as Python sees it: what a page gets of it, and questions that are refused."""

import copy
import html
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from traitlets import TraitError

from lstmlib.figures import Quiz
from lstmlib.figures.quiz import order

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


def stored_quizzes():
    """Return the questions of every quiz that a chapter shows, by chapter."""
    found = {}
    for path in sorted((Path(__file__).resolve().parents[2] / "book").glob("*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            for output in cell.get("outputs", []):
                given = re.match(
                    '<lstm-quiz [^>]*? questions="([^"]*)"', "".join(output.get("data", {}).get("text/html", ""))
                )
                if given:
                    found.setdefault(path.stem, []).extend(json.loads(html.unescape(given[1])))
    return found


def test_right_answers_stand_in_no_place_that_could_be_guessed():
    quizzes = stored_quizzes()
    assert len(quizzes) >= 11
    everywhere = Counter()
    for chapter, questions in quizzes.items():
        places = [next(k for k, j in enumerate(order(q)) if q["answers"][j]["right"]) for q in questions]
        # Orders are drawn, so most of one chapter's may agree; were all to, a reader would notice.
        assert len(places) < 3 or len(set(places)) > 1, (chapter, places)
        everywhere.update(places)
    assert all(0.2 < everywhere[place] / everywhere.total() < 0.5 for place in range(3))


def test_an_order_holds_every_answer_once_whatever_their_number():
    for count in range(2, 9):
        question = {"question": "∂E/∂w → 0?", "answers": [None] * count}
        assert sorted(order(question)) == list(range(count))
        assert order(question) == order({**question})
    texts = {tuple(order({"question": str(k), "answers": [None] * 3})) for k in range(60)}
    assert len(texts) == 6  # every order comes up
