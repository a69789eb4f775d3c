"""The writing net in a browser: what it says, holds and writes is lstmlib's, with cells on and off."""

import re

import numpy as np
import pytest
from driving import clean, set_from_python, state

from lstmlib.figures import Writer
from lstmlib.figures.writer import LETTERS, MOST
from lstmlib.page import bundle

pytestmark = pytest.mark.browser
TAG = "lstm-writer"
SPEECH = "MALVOLIO.\nSome are born great; some\nachieve "
FIGURES = [
    Writer(),
    Writer(asked=True),
    Writer(asked=True, text=SPEECH, cell=17, off=[3, 17, 99], place=12, temperature=0.3),
    Writer(asked=True, text="", cell=192),
    Writer(asked=True, text="ho! " * (MOST // 4), temperature=1.5, seed=7),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("button", "One letter", "Enter", r"\d+ letters, \d\.\d\d bits each\. Next: .+ \d+ %, .+ Cell 1 holds")


def name(letter):
    return {" ": "space", "\n": "line break"}.get(letter, letter)


def check(page):
    """Compare what is said with the library, from the state that the page is in; return the state."""
    now = {name: state(page, TAG, name) for name in Writer._state}
    figure = Writer(**now)
    told = page.locator(f"{TAG} svg").get_attribute("aria-label")
    clean(page, TAG)
    if not figure.asked:
        assert "hasn't read" in told
        return now
    read, at = figure.reading(), len(figure.text) if figure.place < 0 else figure.place
    letters, bits = re.search(r"(\d+) letters, ([\d.]+) bits each", told).groups()
    assert int(letters) == len(figure.text)
    assert float(bits) == pytest.approx(read.bits.mean() if len(read.bits) else 0.0, abs=0.006)
    assert ("with all cells" in told) == bool(figure.off)
    p = read.p[at] ** (1.0 / figure.temperature)
    p /= p.sum()
    first = re.search(r"Next: (.+?) (\d+) %", told).groups()
    assert float(first[1]) == pytest.approx(100 * p.max(), abs=0.6)
    assert p[[name(letter) for letter in LETTERS].index(first[0])] == pytest.approx(p.max(), abs=1e-4)
    held = re.search(r"holds (−?[\d.]+\d)", told)[1].replace("−", "-")
    assert float(held) == pytest.approx(read.c[at, figure.cell - 1], abs=0.006)
    return now


@pytest.mark.parametrize("figure", FIGURES)
def test_what_it_says_is_the_library_s(show, figure):
    check(show(figure))


def core():
    """Return the arithmetic of the figure, and of the nets in the page, as the body of a function."""
    texts = [
        (bundle.PAGE / "nets.js").read_text(),
        (bundle.FOLDER / "writer.js").read_text().split("const named")[0],
    ]
    plain = [re.sub(r"^import .*\n", "", text, flags=re.MULTILINE).replace("export ", "") for text in texts]
    return "".join(plain) + "\nreturn { reader, surprises, drawn, dice, taken, tensors };"


@pytest.mark.parametrize("off", [[], [2, 50, 191]])
def test_every_step_is_the_library_s_and_a_change_is_read_anew(show, off):
    figure = Writer(text=SPEECH, off=[k + 1 for k in off])
    found = show(Writer()).evaluate(
        """([core, data, text, off]) => {
          const { reader, surprises, tensors } = new Function(core)();
          const read = reader(tensors(data.net), data.letters, off);
          read("MALVOLIO.\\nSome other text"); // what is shared isn't read again, what isn't is forgotten
          const steps = read(text), of = (name) => steps.map((step) => [...step[name]]);
          const each = Object.fromEntries(["i", "f", "g", "o", "c", "p"].map((name) => [name, of(name)]));
          return { ...each, bits: surprises(steps, text, data.letters) };
        }""",
        [core(), Writer.given(), SPEECH, off],
    )
    wanted = figure.reading()
    for place, gate in enumerate("ifgo"):
        np.testing.assert_allclose(found[gate], wanted.gates[:, place], atol=1e-5)
    np.testing.assert_allclose(found["c"], wanted.c, atol=1e-5)
    np.testing.assert_allclose(found["p"], wanted.p, atol=1e-5)
    np.testing.assert_allclose(found["bits"], wanted.bits, atol=1e-4)


def test_letters_are_drawn_as_often_as_they_should(show):
    scores = [0.0, 1.0, 2.0, -1.0]
    drawn = show(Writer()).evaluate(
        """([core, scores]) => {
          const { drawn, dice } = new Function(core)(), count = { a: 0, b: 0, c: 0, d: 0 };
          for (let place = 0; place < 20000; place++) count[drawn(scores, "abcd", 0.7, dice(3, place))]++;
          return Object.values(count);
        }""",
        [core(), scores],
    )
    p = np.exp(np.array(scores) / 0.7)
    np.testing.assert_allclose(np.array(drawn) / 20000, p / p.sum(), atol=0.012)


def test_what_the_plays_do_not_have_is_left_out(show):
    page = show(Writer(asked=True, text=""))
    page.get_by_role("textbox", name="What the net reads").fill("“Ça va?” 3 o’clock")
    page.wait_for_function(f"() => document.querySelector('{TAG}').store.get('text').length > 0")
    assert state(page, TAG, "text") == '"a va?"  o\'clock'
    assert "Left out, since the plays don't have it: Ç 3" in page.locator(f"{TAG} .fate").inner_text()
    check(page)


def test_by_mouse_and_keyboard(show):
    page = show(Writer())
    assert not check(page)["asked"]
    page.get_by_role("button", name="Load the net").click()
    page.get_by_role("button", name="Load the net").wait_for(state="detached")
    page.get_by_role("button", name="Direction").click()
    begun = check(page)["text"]
    page.get_by_role("button", name="One letter").click()
    one = check(page)["text"]
    assert one[:-1] == begun
    page.get_by_role("button", name="Write on").click()
    page.wait_for_function(f"() => document.querySelector('{TAG}').store.get('text').length > {len(one) + 5}")
    page.get_by_role("button", name="Stop").click()
    written = check(page)["text"]
    assert written.startswith(one)
    page.get_by_role("button", name="Bracket").click()
    cell = check(page)["cell"]
    assert cell == Writer.given()["cells"]["direction"][0] + 1
    page.get_by_role("button", name="Switch off").click()
    assert check(page)["off"] == [cell]
    page.get_by_role("button", name="All on").click()
    page.locator(f"{TAG} [data-place='7']").click(position={"x": 3, "y": 5})
    assert check(page)["place"] == 7
    page.get_by_role("button", name="Strongest").click()
    read = Writer(text=written).reading()
    h = np.abs(read.gates[7, 3] * np.tanh(read.c[7]))
    assert h[check(page)["cell"] - 1] == pytest.approx(h.max(), abs=1e-5)


def test_python_sets_the_text(show, widget):
    page = widget(Writer(asked=True))
    page.locator(f".{TAG} button.main", has_text="Load").wait_for(state="detached")
    set_from_python(page, "text", "Alas")
    assert "4 letters" in page.locator(f".{TAG} svg").get_attribute("aria-label")
