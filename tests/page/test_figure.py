"""What every figure is to Python: state, repr, and the HTML for the book."""

import base64
import html
import json
import re

import pytest

from lstmlib import figures
from lstmlib.figures import ErrorChain, Quiz, Safe, Unrolling
from lstmlib.page.figure import ELSE, STILL, Asking, write_given

QUESTIONS = [
    {
        "question": "What does `f'(net) w < 1` do to the *error*?",
        "answers": [
            {"text": "It fades", "right": True, "reason": "Each step multiplies by less than 1."},
            {"text": "It bursts", "right": False, "reason": 'That takes more than 1: a > 1 & "b".'},
        ],
    }
]
DRAWN = [getattr(figures, name) for name in figures.__all__ if name[0].isupper() and name != "Quiz"]
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


@pytest.mark.parametrize(
    ("figure", "own"),
    [
        (figures.Laboratory(experiment="2c", lag=1000), True),
        (figures.Laboratory(mode="race", changes=["no gate biases"]), False),
        (figures.CostOfLength(), True),
        (figures.CostOfLength(length=1024, show="kept"), False),
        (figures.Ranking(), True),
        (figures.Ranking(bias="0", rate="0.03"), False),
    ],
)
def test_a_still_picture_of_another_setting_says_so(figure, own):
    text = bundle_of(figure)["text/html"]
    assert (STILL in text) == own
    assert (ELSE in text) != own


class Weighty(Asking):
    _name = "weighty"
    _esm = "export default { render() {} }"
    _state = ("asked",)

    @staticmethod
    def given():
        return {"net": "AAAA", "words": ["é"]}


def test_what_is_asked_for_is_a_script_beside_the_figures(tmp_path):
    write_given(tmp_path)
    script = (tmp_path / "given" / "weighty.js").read_text(encoding="utf8")
    assert (
        json.loads(script.removeprefix('(window.lstmGiven ??= {})["weighty"] = ').removesuffix(";\n"))
        == Weighty.given()
    )
    assert "AAAA" not in bundle_of(Weighty())["text/html"]


def test_a_widget_answers_its_own_question_alone(monkeypatch):
    sent, figure = [], Weighty()
    monkeypatch.setattr(figure, "send", sent.append)
    figure._handle_custom_msg({"ask": "another"}, [])
    assert sent == []
    figure._handle_custom_msg({"ask": "weighty"}, [])
    assert sent == [{"given": Weighty.given()}]
