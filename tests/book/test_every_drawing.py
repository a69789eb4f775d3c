"""What every figure must look like: legible, touchable, in the dark, in print, on a phone and on a small screen."""

import json
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from every_figure import DRAWING, OWN, TAGS, every, every_drawing, new

import stills
from lstmlib.page import bundle

pytestmark = pytest.mark.browser

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


def read_on_its_paper(page, name, scheme):
    """See to it that every piece of a figure's drawings has the contrast it needs."""
    numbers = "(frame) => getComputedStyle(frame).backgroundColor.match(/\\d+/g).map(Number)"
    paper = luminance(page.locator(f"{TAGS[name]} .frame").first.evaluate(numbers))
    assert (paper > 0.9) == (scheme == "light")
    for what, colour, least in page.locator(TAGS[name]).evaluate_all(CONTRAST):
        ink = luminance([int(v) for v in re.findall(r"\d+", colour)[:3]])
        ratio = (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05)
        assert ratio >= least, f"{what}: {colour} has {ratio:.2f}"


def large_enough_inside_and_apart(page, name):
    """See to it that texts in a figure's drawings can be read, and don't run into each other."""
    for texts in page.locator(TAGS[name]).evaluate_all(TEXTS):
        for k, (text, size, left, right, top, bottom, wide, high) in enumerate(texts):
            assert size >= 11, text
            assert left >= -2, text
            assert right <= wide + 2, text
            assert top >= -3, text
            assert bottom <= high + 3, text
            for other, _, left2, right2, top2, bottom2, _, _ in texts[k + 1 :]:
                across = min(right, right2) - max(left, left2)
                down = min(bottom, bottom2) - max(top, top2)
                # A line's box is taller than its letters.
                assert across < 1 or down < 5, f"{text!r} runs into {other!r}"


def fits(page, name, width):
    """See to it that nothing is wider than the window, and nothing smaller than a finger needs."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.locator(TAGS[name]).evaluate_all(
        """(figures) => figures
          .flatMap((figure) => [...figure.shadowRoot.querySelectorAll("button, input[type=range], .option label")]
          .map((node) => [node.textContent || node.ariaLabel, node.getBoundingClientRect()])
          .filter(([, box]) => box.width && (box.height < 32 || box.width < 32)).map(([name]) => name))"""
    )
    assert small == []


@every
@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 800)])
def test_figures_are_legible_fit_and_can_be_touched(show, name, scheme, width):
    """All that a look at one opened page can tell; a page takes longer to open than to look at."""
    page = show(*OWN[name].FIGURES, scheme=scheme, width=width, touch=True)
    fits(page, name, width)
    if name in DRAWING:
        read_on_its_paper(page, name, scheme)
        large_enough_inside_and_apart(page, name)
    found = Axe().run(page).response["violations"]
    assert not found, json.dumps(found, indent=1)[:3000]
    if width < 800:
        page.set_viewport_size({"width": 320, "height": 900})
        page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        fits(page, name, 320)


@every
def test_theme_of_the_page_is_followed_as_it_changes(show, name):
    page = show(new(name), head="<style>body { background: white; color: black }</style>")
    dark = f"document.querySelector('{TAGS[name]}').shadowRoot.querySelector('.frame.dark')"
    assert page.evaluate(f"{dark} === null")
    for said, value in (
        ("document.documentElement.dataset.theme", "dark"),
        ("document.body.dataset.jpThemeLight", "false"),
    ):
        page.evaluate(f"{said} = '{value}'")
        page.wait_for_function(f"() => {dark} !== null")
        page.evaluate(f"delete {said}")
        page.wait_for_function(f"() => {dark} === null")


@every
def test_print_is_on_white_paper_without_controls(show, name):
    page = show(new(name), scheme="dark")
    page.emulate_media(media="print")
    frame = page.locator(f"{TAGS[name]} .frame")
    assert frame.evaluate("(f) => getComputedStyle(f).getPropertyValue('--cell-ink')") == "#1d6b41"
    assert frame.evaluate("(f) => getComputedStyle(f).color") == "rgb(0, 0, 0)"
    assert not any(control.is_visible() for control in frame.locator("button, input[type=range]").all())
    if name != "quiz":
        assert frame.locator("svg").first.is_visible()


@every
def test_reduced_motion_keeps_still(show, name):
    page = show(new(name), still=True)
    moving = page.locator(TAGS[name]).evaluate(
        """(figure) => [...figure.shadowRoot.querySelectorAll("*")].filter((node) => {
          const style = getComputedStyle(node);
          return parseFloat(style.transitionDuration) || style.animationName !== "none";
        }).map((node) => node.outerHTML.slice(0, 80))"""
    )
    assert moving == []
    assert not page.get_by_role("button", name="Play").is_visible()
    # How fast this machine is, a figure may find out when it is first seen.
    inside = """(frame) => {
      const copy = frame.cloneNode(true);
      copy.querySelector(".measured")?.replaceChildren();
      return copy.outerHTML;
    }"""
    before = page.locator(f"{TAGS[name]} .frame").evaluate(inside)
    page.wait_for_timeout(300)
    assert page.locator(f"{TAGS[name]} .frame").evaluate(inside) == before


@every_drawing
def test_the_whole_stands_on_a_small_laptop_s_screen(show, name):
    """1366 by 768 pixels, of which a browser takes some ninety: presets above the drawing, all of it in sight."""
    for figure in OWN[name].FIGURES:
        page = show(figure, width=768, height=768, head="<style>body { margin: 0 } h1 { display: none }</style>")
        frame = page.locator(f"{TAGS[name]} .frame").bounding_box()
        assert frame["width"] == 736  # what an article leaves on such a screen
        assert frame["height"] <= 680, repr(figure)
        drawing = page.locator(f"{TAGS[name]} svg").first.bounding_box()
        for preset in page.locator(f"{TAGS[name]} .first button:visible").all():
            box = preset.bounding_box()
            assert box["y"] + box["height"] <= drawing["y"]


@pytest.mark.parametrize("figure", stills.STATES, ids=lambda figure: figure._still())
def test_still_pictures_are_what_the_figures_draw(browser, figure):
    def shapes(svg):
        return re.findall(r"<(?:text|rect|circle|path|line)|(?<=>)[^<>]+(?=<)", svg)

    assert shapes(bundle.still(figure._still())) == shapes(stills.draw(browser, figure)), "run make stills"


def test_every_figure_that_draws_has_a_still_picture():
    assert {figure._name for figure in stills.STATES} == set(DRAWING)
