"""The interactive figures for everyone: legible, touchable, in the dark, in print, and without JavaScript."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from lstmlib.figures import (
    AttentionMatrix,
    CarouselUnit,
    Cell,
    CellParts,
    CostOfLength,
    ErrorChain,
    GRUBesideLSTM,
    ParallelScan,
    Quiz,
    ReberWalk,
    Safe,
    Tape,
    Unrolling,
)
from lstmlib.page import bundle

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import stills

pytestmark = pytest.mark.browser

QUESTIONS = [
    {
        "question": "A unit's factor is `0.9`. What is left after ten steps?",
        "answers": [
            {"text": "9 %", "right": False, "reason": "The factor is applied *ten* times."},
            {"text": "About 35 %", "right": True, "reason": "0.9¹⁰ = 0.349."},
        ],
    },
    {
        "question": "Does a larger weight always help?",
        "answers": [
            {"text": "Yes", "right": False, "reason": "It saturates the unit, and f′ falls."},
            {"text": "No", "right": True, "reason": "As |w| grows, |f′ w| goes to 0."},
        ],
    },
]

ALL = [
    Safe(input_gate=[1, 0.3] + [0] * 10, output_gate=[0] * 4 + [0.5] * 8, step=6),
    Safe(values=[-8.25] * 12, input_gate=[1] * 12, output_gate=[1] * 12, step=12),
    ErrorChain(),
    ErrorChain(w=6.0, squash="tanh", slope=1.0, steps=37),
    Unrolling(),
    Unrolling(step=9),
    Unrolling("Attention is something altogether different for a machine", step=10),
    CarouselUnit(),
    CarouselUnit(values=[0.5] * 30, w=1.2, squash="logistic", step=20),
    ReberWalk(string="BTBPTTV"),
    ReberWalk(string="BTBPT", exam="BTBPTTVVETE", right=2),
    Cell(),
    Cell(kind="2000", x=-2.0, h=-1.0, c=-8.0, bias=[-6.0] * 4, dh=-1.0, dc=-1.0, view="back", part="forget_gate"),
    Tape(),
    Tape(forget_gate=[0.55] * 12, values=[-8.25] * 12, step=12),
    CellParts(),
    CellParts(changes=["no forget gate", "no input activation"], delay=10, step=28),
    GRUBesideLSTM(step=16),
    GRUBesideLSTM(values=[0.5] * 16, marks=[1] * 16, update=0.0, recurrent=1.3, step=25),
    AttentionMatrix(),
    AttentionMatrix(sentence=4, target=11, scale=3.0, show="error"),
    CostOfLength(),
    CostOfLength(length=8192, width=1024, heads=16, part="block", show="token"),
    ParallelScan(plan="sweeps", round=5),
    ParallelScan(values=[-2.0] * 8, a=1.0, plan="loop", round=7),
    Quiz(QUESTIONS, chosen=[0, 1]),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 800])
def test_axe_finds_nothing(show, scheme, width):
    page = show(*ALL, scheme=scheme, width=width)
    found = Axe().run(page).response["violations"]
    assert not found, json.dumps(found, indent=1)[:3000]


# The figures that draw; a quiz doesn't.
DRAWN = ", ".join(f"lstm-{name.replace('_', '-')}" for name in bundle.FIGURES if name != "quiz")

# For every piece of a drawing: what it is, its colour, and the contrast it needs.
CONTRAST = """
(figures) => figures.flatMap((figure) => {
  const parts = ["leaf", "content", "gatefill:not(.planned)", "dial", "heat", "curve", "state", "error"];
  const nodes = figure.shadowRoot.querySelectorAll(["text", ...parts.map((part) => "." + part)].map((x) => "svg " + x));
  return [...nodes].map((node) => {
    const style = getComputedStyle(node), text = node.tagName === "text";
    const colour = text || style.stroke === "none" ? style.fill : style.stroke;
    return [node.textContent || node.getAttribute("class"), colour, text ? 4.5 : 3];
  });
})
"""


def luminance(rgb):
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in rgb)]
    return float(np.dot([0.2126, 0.7152, 0.0722], channels))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_drawings_can_be_read_on_their_paper(show, scheme):
    page = show(*ALL, scheme=scheme)
    numbers = "(frame) => getComputedStyle(frame).backgroundColor.match(/\\d+/g).map(Number)"
    paper = luminance(page.locator("lstm-safe .frame").first.evaluate(numbers))
    assert (paper > 0.9) == (scheme == "light")
    for what, colour, least in page.locator(DRAWN).evaluate_all(CONTRAST):
        ink = luminance([int(v) for v in re.findall(r"\d+", colour)[:3]])
        ratio = (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05)
        assert ratio >= least, f"{what}: {colour} has {ratio:.2f}"


@pytest.mark.parametrize("width", [320, 360, 800])
def test_figures_fit_and_can_be_touched(show, width):
    page = show(*ALL, width=width, touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.locator(f"{DRAWN}, lstm-quiz").evaluate_all(
        """(figures) => figures
          .flatMap((figure) => [...figure.shadowRoot.querySelectorAll("button, input[type=range], .option label")]
          .map((node) => [node.textContent || node.ariaLabel, node.getBoundingClientRect()])
          .filter(([, box]) => box.width && (box.height < 32 || box.width < 32)).map(([name]) => name))"""
    )
    assert small == []


TEXTS = """
(figures) => figures.flatMap((figure) => [...figure.shadowRoot.querySelectorAll("svg")].map((svg) => {
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim()).map((text) => {
    const box = text.getBoundingClientRect();
    return [text.textContent, parseFloat(getComputedStyle(text).fontSize) * scale,
      box.left - frame.left, box.right - frame.left, box.top - frame.top, box.bottom - frame.top,
      frame.width, frame.height];
  });
}))
"""


@pytest.mark.parametrize("width", [360, 800])
def test_text_in_drawings_is_large_enough_inside_and_apart(show, width):
    page = show(*ALL, width=width)
    for texts in page.locator(DRAWN).evaluate_all(TEXTS):
        for k, (text, size, left, right, top, bottom, wide, high) in enumerate(texts):
            assert size >= 11, text
            assert left >= -2, text
            assert right <= wide + 2, text
            assert top >= -3, text
            assert bottom <= high + 3, text
            for other, _, left2, right2, top2, bottom2, _, _ in texts[k + 1 :]:
                across = min(right, right2) - max(left, left2)
                down = min(bottom, bottom2) - max(top, top2)
                assert across < 1 or down < 5, (
                    f"{text!r} runs into {other!r}"
                )  # a line's box is taller than its letters


@pytest.mark.parametrize(
    "said", ['document.documentElement.dataset.theme = "dark"', 'document.body.dataset.jpThemeLight = "false"']
)
def test_theme_of_the_page_is_followed_as_it_changes(show, said):
    page = show(Safe(), head="<style>body { background: white; color: black }</style>")
    frame = page.locator("lstm-safe .frame")
    assert "dark" not in frame.get_attribute("class")
    page.evaluate(said)
    page.wait_for_function("document.querySelector('lstm-safe').shadowRoot.querySelector('.frame.dark')")


def test_print_is_on_white_paper(show):
    page = show(Safe(), scheme="dark")
    page.emulate_media(media="print")
    assert (
        page.locator("lstm-safe .frame").evaluate("(f) => getComputedStyle(f).getPropertyValue('--cell-ink')")
        == "#1d6b41"
    )
    assert page.locator("lstm-safe .frame").evaluate("(f) => getComputedStyle(f).color") == "rgb(0, 0, 0)"
    assert not page.get_by_role("button", name="Play").is_visible()


def test_without_javascript_pictures_and_reasons_stand_there(show):
    page = show(Safe(), ErrorChain(), Unrolling(), Quiz(QUESTIONS), javascript=False, width=360)
    for tag in ("lstm-safe", "lstm-error-chain", "lstm-unrolling"):
        box = page.locator(f"{tag} > img").bounding_box()
        assert box["height"] > 250
        assert box["x"] + box["width"] <= 360
    page.get_by_text("About 35 %").click()
    assert page.get_by_text("0.9¹⁰ = 0.349.").is_visible()


def test_focus_can_be_seen(show):
    page = show(Safe())
    page.keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement.shadowRoot.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"


@pytest.mark.parametrize("figure", stills.STATES, ids=lambda figure: figure._still())
def test_still_pictures_are_what_the_figures_draw(browser, figure):
    def shapes(svg):
        return re.findall(r"<(?:text|rect|circle|path|line)|(?<=>)[^<>]+(?=<)", svg)

    assert shapes(bundle.still(figure._still())) == shapes(stills.draw(browser, figure)), "run make stills"
