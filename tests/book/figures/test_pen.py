"""Digits with a pen in a browser: points, probabilities, gates and decoded strings are lstmlib's; a mouse can write."""

import re

import numpy as np
import pytest
from driving import clean, state

from lstmlib.figures import Pen
from lstmlib.figures.pen import resampled
from lstmlib.numpy.ctc import beam_search, best_path
from lstmlib.page import bundle
from lstmlib.studies.at_work import handwriting
from lstmlib.studies.at_work.handwriting.strings import offsets

pytestmark = pytest.mark.browser
TAG = "lstm-pen"
ONE_SEVEN = [[[60, 20], [62, 130]], [[150, 25], [215, 24], [214, 26], [170, 128]]]
FIGURES = [
    Pen(),
    Pen(example=4, cell=40, asked=True),
    Pen(example=1, at=17, off=[3, 40], cell=3, asked=True),
    Pen(strokes=ONE_SEVEN, asked=True),
    Pen(example=-1, asked=True),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("button", "2", "Enter", r"Best path: .*Written is .*Most probable: ")


def text(labels):
    return " ".join(str(k - 1) for k in labels) if len(labels) else "nothing"


def check(page):
    """Compare what is said with the library, from the state that the page is in; return the state."""
    now = {name: state(page, TAG, name) for name in ("example", "strokes", "at", "cell", "off")}
    told = page.locator(f"{TAG} svg").get_attribute("aria-label")
    if now["example"] >= 0 or now["strokes"]:
        logs = Pen(**now).log_probabilities()
        assert f"est path: {text(best_path(logs))}." in told
        first, log = beam_search(logs, 8)[0]
        shown, share = re.search(r"Most probable: ([\d ]+|nothing) \(([\d.]+) %\)", told).groups()
        assert shown == text(first)
        assert float(share) == pytest.approx(100 * np.exp(log), abs=0.06)
    clean(page, TAG)
    return now


@pytest.mark.parametrize("figure", FIGURES[1:])
def test_what_is_said_is_the_library_s(show, figure):
    check(show(figure))


def loaded(page):
    """Return the page with the net loaded."""
    page.get_by_role("button", name="Load the net").click()
    page.get_by_role("button", name="Load the net").wait_for(state="detached")
    return page


def core():
    """Return the arithmetic of the figure, and what it needs of the page's, as the body of a function."""
    texts = [
        *((bundle.PAGE / f"{name}.js").read_text() for name in ("nets", "ctc")),
        (bundle.FOLDER / "pen.js").read_text().split("const text =")[0],
    ]
    plain = [re.sub(r"^import .*\n", "", one, flags=re.MULTILINE).replace("export ", "") for one in texts]
    return "".join(plain) + "\nreturn { resampled, read, tensors };"


@pytest.mark.parametrize("figure", [Pen(example=4, off=[2, 50]), Pen(strokes=ONE_SEVEN)])
def test_steps_and_probabilities_are_the_library_s(show, figure):
    points = figure.points()
    found = show(Pen()).evaluate(
        """([text, net, points, strokes, off]) => {
          const { resampled, read, tensors } = new Function(text)();
          const all = read(tensors(net), strokes.length ? resampled(strokes) : points, off);
          const of = (side, name) => all[side].map((step) => [...step[name]]);
          const steps = (side) => Object.fromEntries(["i", "f", "g", "o", "c"].map((name) => [name, of(side, name)]));
          const labels = all.found.map(({ labels, log }) => [labels, log]);
          const both = { there: steps("there"), back: steps("back") };
          return { ...both, logs: all.logs, found: labels, points: resampled(strokes) };
        }""",
        [core(), Pen.given()["net"], points.tolist(), figure.strokes, [cell - 1 for cell in figure.off]],
    )
    if figure.strokes:
        np.testing.assert_allclose(found["points"], resampled(figure.strokes), atol=1e-9)
    logs = figure.log_probabilities()
    np.testing.assert_allclose(np.exp(found["logs"]), np.exp(logs), atol=1e-5)
    wanted = beam_search(logs, 8)
    assert found["found"][0][0] == wanted[0][0]
    np.testing.assert_allclose(
        [np.exp(log) for _, log in found["found"]], [np.exp(log) for _, log in wanted], atol=1e-4
    )
    net = handwriting.switched_off(handwriting.stored(), [cell - 1 for cell in figure.off])
    cache = net.forward(offsets(points)[:, None])[2].recurrent
    for side, kept in (("there", cache.forward), ("back", cache.backward)):
        turn = slice(None) if side == "there" else slice(None, None, -1)
        for place, name in enumerate("ifgo"):
            np.testing.assert_allclose(found[side][name], kept.gates[turn, place, 0], atol=1e-5)
        np.testing.assert_allclose(found[side]["c"], kept.c[1:, 0][turn], atol=1e-4)


def test_a_mouse_writes_strokes_and_takes_them_back(show):
    page = loaded(show(Pen()))
    box = page.locator(f"{TAG} svg").bounding_box()
    for stroke in ([(0.2, 20), (0.2, 70), (0.2, 95)], [(0.4, 20), (0.55, 22), (0.45, 95)]):
        page.mouse.move(box["x"] + stroke[0][0] * box["width"], box["y"] + stroke[0][1])
        page.mouse.down()
        for x, y in stroke[1:]:
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y, steps=5)
        page.mouse.up()
    assert len(check(page)["strokes"]) == 2
    page.get_by_role("button", name="Undo stroke").click()
    assert len(check(page)["strokes"]) == 1
    page.get_by_role("button", name="Empty pad").click()
    assert check(page)["strokes"] == []
    assert "Write something" in page.locator(f"{TAG} svg").get_attribute("aria-label")


def test_before_the_net_is_there_the_string_is(show):
    page = show(Pen())
    assert "isn't loaded" in page.locator(f"{TAG} svg").get_attribute("aria-label")
    assert page.locator(f"{TAG} svg circle.dot").count() == len(Pen().points())
    assert page.get_by_role("slider", name="Cell").is_disabled()


def test_by_keyboard(show):
    page = loaded(show(Pen()))
    page.get_by_role("slider", name="Read up to point").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert check(page)["at"] == len(Pen().points()) - 3
    page.get_by_role("slider", name="Cell").focus()
    page.keyboard.press("End")
    page.get_by_role("button", name="Switch off").click()
    assert check(page)["off"] == [64]
    page.get_by_role("button", name="All on").click()
    assert check(page)["off"] == []
