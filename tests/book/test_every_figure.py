"""What every figure must do, whatever it shows: by mouse, touch and keyboard, read aloud, and as a widget.

What a figure computes is tested in figures/test_<name>.py.
"""

import numpy as np
import pytest
from driving import clean, drag
from every_figure import OWN, TAGS, every, every_drawing, new, opened

from lstmlib.figures import Quiz, Safe
from lstmlib.page import bundle

pytestmark = pytest.mark.browser


def listen(page, name):
    page.locator(TAGS[name]).evaluate("(f) => { f.heard = 0; f.addEventListener('change', () => (f.heard += 1)); }")


def heard(page, name):
    return page.locator(TAGS[name]).evaluate("(figure) => figure.heard")


def controls(page, name):
    """Return the buttons that can be pressed, and the sliders."""
    figure = page.locator(TAGS[name])
    return figure.locator("button:visible"), figure.locator("input[type=range]:visible")


@every
def test_every_figure_has_tests_of_its_own_and_opens_new(name):
    assert repr(new(name)) == repr(type(new(name))(**({"questions": new(name).questions} if name == "quiz" else {})))
    assert len(OWN[name].FIGURES) > 1
    assert len(OWN[name].HEARD) == 4


# By mouse, touch and keyboard


@every
def test_by_mouse_everything_can_be_pressed_and_dragged(show, name):
    page = opened(show(new(name)), name)
    listen(page, name)
    buttons, sliders = controls(page, name)
    for share, slider in zip(np.random.default_rng(0).random(99), sliders.all(), strict=False):
        before = heard(page, name)
        drag(page, slider, share)
        drag(page, slider, 0.98 - 0.9 * share)  # the first may be where it stood
        assert heard(page, name) > before or slider.is_disabled(), slider.get_attribute("aria-label")
        clean(page, TAGS[name])
    for button in buttons.all():
        if button.is_enabled():
            button.click()
            clean(page, TAGS[name])
    for option in page.locator(f"{TAGS[name]} .option label").all():
        before = heard(page, name)
        option.click()
        assert heard(page, name) > before
    assert heard(page, name) > 0


@every
def test_by_touch_everything_can_be_pressed(show, name):
    page = opened(show(new(name), width=360, touch=True), name)
    listen(page, name)
    for button in [*controls(page, name)[0].all(), *page.locator(f"{TAGS[name]} .option label").all()]:
        if button.is_enabled():
            button.tap()
            clean(page, TAGS[name])
    assert heard(page, name) > 0


# How what has the focus shows that it has it.
FOCUSED = """() => {
  const at = document.activeElement?.shadowRoot?.activeElement;
  if (!at) return null;
  const style = getComputedStyle(at), thumb = at.matches("input[type=range]:focus-visible");
  const drawn = getComputedStyle(at.querySelector(".ring") ?? at).stroke !== "none";
  return [at.tagName + (at.ariaLabel || at.textContent || at.name + at.value).slice(0, 60),
    thumb || drawn || style.outlineStyle !== "none"];
}"""


@every
def test_by_keyboard_everything_is_reached_and_its_focus_seen(show, name):
    page = opened(show(new(name)), name)
    seen = [at for at in [page.evaluate(FOCUSED)] if at]  # what was loaded gives the focus to the first control
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None:
            break
        assert at[1], f"{at[0]}: the focus can't be seen"
        seen.append(at)
    buttons, sliders = controls(page, name)
    others = ":is(textarea, input[type=text], select, [tabindex='0']:not([role=radio])):visible"
    written = page.locator(f"{TAGS[name]} {others}")
    wanted = sum(control.is_enabled() for some in (buttons, sliders, written) for control in some.all())
    groups = page.locator(f"{TAGS[name]} fieldset, {TAGS[name]} [role=radiogroup]").count()
    assert len(seen) == wanted + groups
    listen(page, name)
    for slider in sliders.all():
        if slider.is_enabled():
            before = heard(page, name)
            slider.focus()
            for key in ("Home", "ArrowRight", "End", "ArrowLeft"):
                page.keyboard.press(key)
                clean(page, TAGS[name])
            assert heard(page, name) > before
    for button in buttons.all():
        if button.is_visible() and button.is_enabled():
            button.focus()
            page.keyboard.press("Enter")
            clean(page, TAGS[name])
    assert heard(page, name) > 0 or groups


@every_drawing
def test_the_ring_of_a_slider_leaves_its_name_whole(show, name):
    page = opened(show(new(name), still=True), name)
    for slider in page.locator(f"{TAGS[name]} label.slider:visible:has(input:enabled)").all()[:3]:
        slider.scroll_into_view_if_needed()
        text, box = slider.locator(".name").bounding_box(), slider.locator("input").bounding_box()
        page.mouse.move(0, 0)
        looks = []
        for _ in range(2):
            looks.append([page.screenshot(clip=part) for part in (text, box)])
            slider.locator("input").focus()
            page.keyboard.press("Shift")  # the focus came by keyboard
        assert looks[0][0] == looks[1][0]
        assert looks[0][1] != looks[1][1]


# With a screen reader


@every
def test_a_screen_reader_hears_a_change(show, name):
    role, what, key, said = OWN[name].HEARD
    page = show(new(name))
    figure = page.locator(TAGS[name])
    region = figure.locator("[role=status]")
    assert region.get_attribute("aria-live") == "polite"
    assert region.inner_text() == ""  # what stands there when the page opens isn't news
    opened(page, name)
    figure.get_by_role(role, name=what, exact=role == "button").first.focus()
    page.keyboard.press(key)
    page.wait_for_function(
        """([tag, said]) => RegExp(said).test(
          document.querySelector(tag).shadowRoot.querySelector('[role=status]').textContent)""",
        arg=[TAGS[name], said],
    )


@every
def test_figure_drawing_and_controls_have_names(show, name):
    page = show(*OWN[name].FIGURES)
    for frame in page.locator(f"{TAGS[name]} .frame").all():
        assert len(frame.get_attribute("aria-label")) > 3
    for drawing in page.locator(f"{TAGS[name]} .frame svg").all():
        title, _, told = drawing.get_attribute("aria-label").partition(". ")
        assert drawing.get_attribute("role") in ("img", "radiogroup")
        assert len(title) > 10
        assert len(told) > 10
    nameless = page.locator(TAGS[name]).evaluate_all(
        """(figures) => figures.flatMap((f) => [...f.shadowRoot.querySelectorAll("input[type=range], [role=group]")])
          .filter((node) => !(node.ariaLabel || "").trim()).map((node) => node.outerHTML)"""
    )
    assert nameless == []


# Without JavaScript, and as a widget


@every
def test_without_javascript_something_stands_there(show, name):
    live = show(new(name), width=360)
    page = show(new(name), javascript=False, width=360)
    if name == "quiz":
        page.get_by_text("About 35 %").click()
        assert page.get_by_text("0.9¹⁰ = 0.349.").is_visible()
        return
    picture = page.locator(f"{TAGS[name]} > img")
    box = picture.bounding_box()
    assert box["height"] > 150  # a picture, not a line
    assert box["x"] + box["width"] <= 360
    assert live.locator(f"{TAGS[name]} svg").first.get_attribute("aria-label").split(". ")[0] in picture.get_attribute(
        "alt"
    )


# What a figure shows, whatever order its attributes were set in; what it last said aloud, or measured, aside.
INSIDE = """(frame) => {
  const copy = frame.cloneNode(true);
  copy.querySelector("[role=status]").remove();
  copy.querySelector(".measured")?.remove();
  const plain = (value) => value.replace(/quiz-\\d+/, "");
  const told = (node) => [...node.attributes].map(({name, value}) => `${name}=${plain(value)}`).sort();
  return [copy.textContent, ...[...copy.querySelectorAll("*")].map((node) => [node.tagName, ...told(node)].join(" "))];
}"""


@every
def test_as_a_widget_it_goes_both_ways(show, widget, name):
    figure, other = OWN[name].FIGURES[:2]
    page = widget(figure)
    frame = page.locator(f".{TAGS[name]} .frame")
    inside = INSIDE
    # The same is drawn as on a page.
    assert frame.evaluate(inside) == show(figure).locator(f"{TAGS[name]} .frame").evaluate(inside)
    # What Python sets is drawn: the second state, name by name.
    for trait in figure._state:
        page.evaluate("([name, value]) => model.set(name, value)", [trait, getattr(other, trait)])
    page.evaluate("Promise.resolve()")
    assert frame.evaluate(inside) == show(other).locator(f"{TAGS[name]} .frame").evaluate(inside)
    # What the reader does is sent, and Python takes it.
    role, what, key, _ = OWN[name].HEARD
    page = opened(widget(figure), name)
    page.locator(f".{TAGS[name]}").get_by_role(role, name=what, exact=role == "button").first.focus()
    page.keyboard.press(key)
    assert page.evaluate("model.saved") >= 1
    sent = {trait: page.evaluate("(name) => model.get(name)", trait) for trait in figure._state}
    assert sent != {trait: getattr(figure, trait) for trait in figure._state}
    type(figure)(**sent)
    page.evaluate("stop()")
    assert page.evaluate("listeners.size") == 0


def test_a_worker_starts_where_a_page_is_opened_from_a_file(show):
    """What bundle.worker_script makes runs in a worker made from a text, without a server."""
    page = show(Quiz(OWN["quiz"].QUESTIONS), Safe())
    assert page.url.startswith("file:")
    program = bundle.worker_script("kit") + "onmessage = (e) => postMessage(e.data + 1);"
    answer = page.evaluate(
        """(text) => new Promise((resolve) => {
          const worker = new Worker(URL.createObjectURL(new Blob([text], {type: "text/javascript"})));
          worker.onmessage = (e) => resolve(e.data);
          worker.postMessage(41);
        })""",
        program,
    )
    assert answer == 42
