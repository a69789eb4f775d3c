"""The verdict in a browser: words, verdicts, occlusion, gates and contents are lstmlib's, with cells on and off."""

import re

import numpy as np
import pytest
from driving import clean, state

from lstmlib.data.reviews import words
from lstmlib.figures import Verdict
from lstmlib.page import bundle
from lstmlib.studies.at_work.sentiment import reader

pytestmark = pytest.mark.browser
TAG = "lstm-verdict"
LONG = "Not a bad film at all, " * 6 + "but – as my friend’s 2nd cousin would say – it isn't quite a gurglefish."
FIGURES = [
    Verdict(),
    Verdict(text="Dull.", cell=7),
    Verdict(asked=True, word=4, off=[1, 2]),
    Verdict(asked=True, text=LONG, cell=32),
    Verdict(asked=True, text=""),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("slider", "Word", "ArrowLeft", r"Kind, in the end: LSTM \d+\s%, word list \d+\s%\. After “wonderful”: LSTM")


def core():
    """Return the arithmetic of the figure, and of the nets in the page, as the body of a function."""
    texts = [
        (bundle.PAGE / "nets.js").read_text(),
        (bundle.FOLDER / "verdict.js").read_text().split("const share")[0],
    ]
    plain = [re.sub(r"^import .*\n", "", text, flags=re.MULTILINE).replace("export ", "") for text in texts]
    return "".join(plain) + "\nreturn { words, unpack, verdicts };"


@pytest.mark.parametrize(("text", "off"), [(Verdict().text, []), (LONG, []), ("Dull, dull!", [0, 5, 31]), ("Zork", [])])
def test_the_page_computes_what_the_library_does(show, text, off):
    found = show(Verdict()).evaluate(
        """([code, data, text, off]) => {
          const { words, unpack, verdicts } = new Function(code)(), split = words(text).slice(0, 24);
          const all = verdicts(unpack(data), split, off);
          const of = (name) => all.steps.map((step) => [...step[name]]);
          return { ...all, split, steps: null, ...Object.fromEntries([..."ifgoc"].map((name) => [name, of(name)])) };
        }""",
        [core(), Verdict.given(), text, off],
    )
    figure = Verdict(text=text, off=[cell + 1 for cell in off])
    assert found["split"] == words(text)[:24]
    for name, wanted in figure.says().items():
        np.testing.assert_allclose(found[name], wanted, atol=1e-5)
    reading = reader.stored().read(words(text)[:24], off)
    for place, name in enumerate("ifgo"):
        np.testing.assert_allclose(found[name], reading.gates[:, place], atol=1e-5)
    np.testing.assert_allclose(found["c"], reading.contents, atol=1e-5)


def loaded(page):
    """Load what the figure asks for."""
    button = page.get_by_role("button", name="Load the net")
    button.click()
    button.wait_for(state="detached")
    return page


def said(page):
    return page.locator(f"{TAG} svg").get_attribute("aria-label").replace("\u00a0", " ")


def test_typing_moves_the_verdict(show):
    page = show(Verdict())
    assert "how would you judge it?" in said(page)
    loaded(page)
    box = page.get_by_role("textbox", name="Your sentence")
    box.fill("A warm film")
    for word in (" , but", " dull"):
        box.press_sequentially(word)
        figure = Verdict(text=state(page, TAG, "text"))
        share = 100 / (1 + np.exp(-figure.says()["lstm"][-1]))
        assert f"Kind, in the end: LSTM {share:.0f} %" in said(page)
        clean(page, TAG)
    box.fill("A gurglefish")
    assert "Unknown: gurglefish." in said(page)
    box.fill("")
    assert "Type a word." in said(page)
    page.get_by_role("button", name="not good").click()
    assert state(page, TAG, "text") == box.input_value() == "This is not a good film."


def test_the_word_that_is_looked_at_and_cells_switched_off(show):
    page = loaded(show(Verdict()))
    page.get_by_role("slider", name="Word").focus()
    page.keyboard.press("Home")
    assert "After “the”" in said(page)
    before = said(page)
    page.get_by_role("slider", name="Cell").focus()
    page.keyboard.press("End")
    page.get_by_role("button", name="Switch off").click()
    assert state(page, TAG, "off") == [32]
    assert "Switched off: 32." in said(page)
    page.get_by_role("button", name="All on").click()
    assert said(page).replace("cell 32", "cell 1") == before
