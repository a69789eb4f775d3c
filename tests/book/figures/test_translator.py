"""A message into French in a browser: words, probabilities, weights, beams and the memory are lstmlib's."""

import re

import numpy as np
import pytest
from driving import clean, state

from lstmlib.data import messages
from lstmlib.data.messages import cut, joined
from lstmlib.figures import Translator
from lstmlib.page import bundle
from lstmlib.studies.at_work.translation import memory, reading, task

pytestmark = pytest.mark.browser
TAG = "lstm-translator"
ODD = "&Don’t move “½ Ñandú” (%s) to {name}..."
FIGURES = [
    Translator(),
    Translator(asked=True),
    Translator(asked=True, text=ODD, word=18, width=1),
    Translator(asked=True, text="Zap qwyllbro", begin=["<unknown>", "le"], word=1),
    Translator(asked=True, text=""),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("button", "Cannot delete %s", "Enter", r"Word 1, “.*”, \d+\s%; it looks most at “.+”, \d+\s%.*Translation: ")


def core():
    """Return the arithmetic of the figure, and what it needs of the page's, as the body of a function."""
    texts = [
        *((bundle.PAGE / f"{name}.js").read_text() for name in ("nets", "ctc")),
        (bundle.FOLDER / "translator.js").read_text().split("const percent =")[0],
    ]
    plain = [re.sub(r"^import .*\n", "", one, flags=re.MULTILINE).replace("export ", "") for one in texts]
    return "".join(plain) + "\nreturn { cut, joined, unpack, translate, follow, spelt, nearest };"


def some():
    """Return messages' words: of all sets, with words that the net doesn't know, with parts to fill in."""
    parts = task.split()
    return [list(pair.source) for pair in (*parts.test[::40], *parts.another[::40])] + [["qwyllbro"]]


@pytest.mark.parametrize("width", [reading.BEAM, 1])
def test_the_page_translates_as_the_library_does(show, width):
    given, net = some(), reading.stored()
    found = show(Translator()).evaluate(
        """([code, data, given, width]) => {
          const { unpack, translate, follow, spelt } = new Function(code)(), all = unpack(data);
          return given.map((words) => translate(all, words, width).map(({ numbers, score }) => {
            const steps = follow(all, words, numbers);
            return { numbers, score, logs: steps.map(({ logs }) => logs), weights: steps.map(({ weights }) => weights),
              words: numbers.map((number, t) => spelt(all, words, number, steps[t].weights)) };
          }));
        }""",
        [core(), Translator.given(), given, width],
    )
    for words, beams in zip(given, found, strict=True):
        wanted = net.translate(words, width)
        assert [tuple(one["numbers"]) for one in beams] == [one.numbers for one in wanted]
        for one, own in zip(beams, wanted, strict=True):
            assert one["score"] == pytest.approx(own.score, abs=1e-5)
            logs, weights = net.follow(words, own.numbers)
            np.testing.assert_allclose(np.exp(one["logs"]), np.exp(logs), atol=1e-5)
            np.testing.assert_allclose(one["weights"], weights, atol=1e-5)
            assert tuple(word for word in one["words"] if word != "■") == own.words


def test_a_beginning_that_is_asked_for(show):
    words, begin = ["close", "all", "tabs"], ["tous", "<unknown>", "les"]
    numbers = [task.vocabularies()[1].words.index(word) for word in begin]
    found = show(Translator()).evaluate(
        """([code, data, words, begin]) => {
          const { unpack, translate } = new Function(code)();
          return translate(unpack(data), words, 5, begin).map(({ numbers }) => numbers);
        }""",
        [core(), Translator.given(), words, numbers],
    )
    figure = Translator(text=joined(words), begin=begin)
    assert [tuple(one) for one in found] == [one.numbers for one in figure.says()]
    assert all(one[:3] == numbers for one in found)


def test_messages_are_cut_and_joined_as_in_the_library(show):
    texts = [one.source for one in messages()[::9]] + [ODD, "", "  "]
    found = show(Translator()).evaluate(
        """([code, texts]) => {
          const { cut, joined } = new Function(code)();
          return texts.map((text) => [cut(text), joined(cut(text))]);
        }""",
        [core(), texts],
    )
    for text, (words, again) in zip(texts, found, strict=True):
        assert words == cut(text)[0]
        assert again == joined(words)


def test_the_memory_finds_the_same_message(show):
    given = some()
    found = show(Translator()).evaluate(
        """([code, data, given]) => {
          const { unpack, nearest } = new Function(code)(), all = unpack(data);
          return given.map((words) => nearest(all, words));
        }""",
        [core(), Translator.given(), given],
    )
    for words, one in zip(given, found, strict=True):
        match = memory.memory().nearest(words)
        pair = memory.memory().pairs[match.number]
        assert one["pair"] == [list(pair.source), list(pair.target)]
        assert one["alike"] == pytest.approx(match.alike)


def loaded(page):
    """Return the page with net and memory loaded."""
    page.get_by_role("button", name="Load net").click()
    page.get_by_role("button", name="Load net").wait_for(state="detached")
    return page


def check(page):
    """Compare what is said with the library, from the state that the page is in; return the best translation."""
    now = {name: state(page, TAG, name) for name in ("text", "word", "begin", "width")}
    figure = Translator(**now)
    best = figure.says()[0]
    told = page.locator(f"{TAG} svg").get_attribute("aria-label").replace("\u00a0", " ")
    assert f"Translation: {joined(best.words)}." in told
    t = min(now["word"], len(best.numbers)) - 1
    word = "the end" if best.numbers[t] == task.END else f"“{best.words[t]}”"
    assert f"Word {t + 1}, {word}, " in told
    j = int(best.weights[t].argmax())
    assert f"{100 * best.p[t]:.0f} %; it looks most at “{figure.words()[j]}”, {100 * best.weights[t, j]:.0f} %" in told
    clean(page, TAG)
    return best


def test_through_a_translation_by_keyboard_and_another_word(show):
    page = loaded(show(Translator()))
    check(page)
    slider = page.get_by_role("slider", name="Word")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert state(page, TAG, "word") == 2
    before = check(page)
    page.get_by_role("group", name="Instead").get_by_role("button").nth(2).click()
    assert len(state(page, TAG, "begin")) == 2
    after = check(page)
    assert after.numbers[0] == before.numbers[0]
    assert after.numbers[1] != before.numbers[1]
    page.get_by_role("button", name="Let the net say what it likes").click()
    assert check(page).numbers == before.numbers


def test_typing_dragging_and_greedy(show):
    page = loaded(show(Translator()))
    page.get_by_role("textbox").fill("Zap the file")
    check(page)
    assert "The net doesn't know: zap." in page.locator(f"{TAG} svg").get_attribute("aria-label")
    page.get_by_role("button", name="greedy").click()
    check(page)
    box = page.locator(f"{TAG} svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 85, steps=3)
    page.mouse.up()
    assert state(page, TAG, "word") == 3
    page.get_by_role("textbox").fill("")
    assert "Type a message." in page.locator(f"{TAG} svg").get_attribute("aria-label")


def test_before_it_is_loaded(show):
    page = show(Translator())
    assert "aren't loaded yet" in page.locator(f"{TAG} svg").get_attribute("aria-label")
    assert page.get_by_role("slider", name="Word").is_disabled()
