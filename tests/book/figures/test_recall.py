"""Looked up, or kept, in a browser: by mouse, touch, keyboard; its numbers are those of lstmlib's layers."""

import re

import numpy as np
import pytest
from driving import clean, drag, number, set_from_python, state

from lstmlib.figures import AssociativeRecall
from lstmlib.figures.recall import NAMES, STEPS

pytestmark = pytest.mark.browser
TAG = "lstm-recall"
STATE = ("names", "numbers", "asks", "told", "cells", "step")
TWICE = {"names": [0, 1, 0, 2, 0, 0, 1, 2], "asks": [False, False, True, False, False, True, True, True]}
FIVE = {"names": [0, 1, 2, 3, 4, 3, 0, 4], "asks": [False] * 5 + [True] * 3}
MANY = {"names": [2] * 8, "numbers": [9, 8, 7, 6, 5, 4, 3, 2], "asks": [False] * 7 + [True]}
FIGURES = [
    AssociativeRecall(),
    AssociativeRecall(**TWICE, step=6),
    AssociativeRecall(**TWICE, step=6, told=True),
    AssociativeRecall(**FIVE, step=8),
    AssociativeRecall(**FIVE, step=8, cells=5),
    AssociativeRecall(**MANY, step=8, cells=1),
    AssociativeRecall(asks=[True] * 8, step=1),
    AssociativeRecall(names=[3, 4, 3, 0, 1, 2, 4, 3], asks=[False, True, False] * 2 + [True] * 2, step=3),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("slider", "Step", "ArrowRight", "Step 6 asks for Cem. Weight 1.00 at step 3: self-attention answers 2.")


def check(page):
    """Compare what is shown with the library, from the state that the page is in."""
    now = {name: state(page, TAG, name) for name in STATE}
    figure, t = AssociativeRecall(**now), now["step"] - 1
    found, weights, asks = figure.answers(), figure.weights(), np.array(now["asks"])
    said = page.locator(f"{TAG} .numbers").inner_text()
    assert number(page.locator(f"{TAG} .numbers .looked").inner_text()) == pytest.approx(
        found["attention"][t], abs=0.051
    )
    kept = [number(one) for one in page.locator(f"{TAG} .numbers .kept").all_inner_texts()]
    if now["names"][t] < now["cells"]:
        assert kept == pytest.approx([figure.contents()[t, now["names"][t]]], abs=1e-6)
    else:
        assert f"has no cell for {NAMES[now['names'][t]]}" in said
    for share, place in re.findall(r"(\d\.\d\d) at step (\d)", said):
        assert float(share) == pytest.approx(weights[t, int(place) - 1], abs=0.0051)

    opacity = "(all) => all.map((one) => Number(one.getAttribute('opacity')))"
    drawn = page.locator(f"{TAG} svg .share").evaluate_all(opacity)
    assert drawn == pytest.approx(weights[weights > 0.004], abs=0.006)
    inside = figure.contents()[: now["step"]].T.round(6)
    assert page.locator(f"{TAG} svg .cell").count() == inside.size
    assert [number(text) for text in page.locator(f"{TAG} svg .held").all_text_contents()] == list(inside[inside > 0])

    right = {side: np.isclose(found[side], found["last"], atol=0.05) for side in ("attention", "LSTM")}
    asked = asks & ~np.isnan(found["last"])
    read = asked & (np.arange(STEPS) <= t)
    counts = [tuple(map(int, re.findall(r"\d+", one))) for one in page.locator(f"{TAG} .fate strong").all_inner_texts()]
    assert counts == [(right["attention"][asked].sum(), asked.sum()), (right["LSTM"][read].sum(), read.sum())]
    clean(page, TAG)
    return now


@pytest.mark.parametrize("figure", FIGURES)
def test_numbers_are_the_library_s(show, figure):
    check(show(figure))


def test_scores_and_values_of_the_row_are_the_library_s(show):
    page = show(AssociativeRecall(**TWICE, step=6, told=True))
    figure = AssociativeRecall(**TWICE, step=6, told=True)
    cache = figure.attention().forward(figure.inputs())[2]
    q, k, v = (part[0, 0] for part in (cache.q, cache.k, cache.v))
    wanted = (q[5] @ k[:6].T) / k.shape[1] ** 0.5
    texts = page.locator(f"{TAG} svg text").all_text_contents()
    score, weight, value = (texts.index(name) for name in ("score", "weight", "value"))
    assert [number(text) for text in texts[score + 1 : weight]] == pytest.approx(wanted)
    assert [number(text) for text in texts[weight + 1 : value]] == pytest.approx(figure.weights()[5, :6], abs=0.0051)
    assert [number(text) for text in texts[value + 1 : value + 7]] == pytest.approx(v[:6].sum(1))


def test_by_keyboard(show):
    page = show(AssociativeRecall())
    for name, step in (("Noted twice", 6), ("Five names", 6), ("Each once", 5)):
        button = page.get_by_role("button", name=name)
        button.press("Enter")
        assert button.get_attribute("aria-pressed") == "true"
        assert check(page)["step"] == step
    page.get_by_role("button", name="Told", exact=True).press("Space")
    assert check(page)["told"] is True
    page.get_by_role("slider", name="Step").press("End")
    assert check(page)["step"] == STEPS
    page.get_by_role("slider", name="Cells of the LSTM").press("Home")
    assert check(page)["cells"] == 1
    page.get_by_role("button", name="Eve").press("Enter")
    assert check(page)["names"][-1] == 4
    assert page.get_by_role("button", name="Each once").get_attribute("aria-pressed") == "false"
    page.get_by_role("button", name="Asks").press("Enter")
    assert check(page)["asks"][-1] is False


def test_by_mouse(show):
    page = show(AssociativeRecall())
    drag(page, page.get_by_role("slider", name="Step"), 0.0)
    assert check(page)["step"] == 1
    page.locator(f"{TAG} svg").scroll_into_view_if_needed()
    box = page.locator(f"{TAG} svg").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 5, box["y"] + 30)  # the last card
    assert check(page)["step"] == STEPS
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 78 + 2.5 * 16)  # the third row of the matrix
    assert check(page)["step"] == 3


def test_by_touch(show):
    page = show(AssociativeRecall(), width=360, touch=True)
    page.get_by_role("button", name="Five names").tap()
    page.get_by_role("button", name="Bob").tap()
    now = check(page)
    assert now["names"] == [0, 1, 2, 3, 4, 1, 0, 4]


def test_as_a_widget_it_goes_both_ways(widget):
    figure = AssociativeRecall()
    page = widget(figure)
    page.get_by_role("button", name="Noted twice").click()
    figure.set_state({name: page.evaluate(f"model.get('{name}')") for name in ("names", "asks", "step")})
    assert figure.answers()["attention"][5] == pytest.approx(6.5)
    set_from_python(page, "told", True)
    assert page.locator(".numbers .looked").inner_text() == "9"
