"""The ranking in a browser: its arithmetic is lstmlib's; by mouse, touch and keyboard; a screen reader hears it."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from driving import state

from lstmlib.figures import Ranking
from lstmlib.page import bundle
from lstmlib.studies.cells.kinds import TITLES
from lstmlib.studies.protocol import holm, mann_whitney

pytestmark = pytest.mark.browser
TAG = "lstm-ranking"
CELLS = ("V", "NIG", "NFG", "NOG", "NIAF", "NOAF")
STATES = [
    {},
    {"bias": "1", "rate": "0.01"},
    {"bias": "0", "mark": 2},
    {"rate": "0.1", "seeds": 5},
    {"bias": "5", "rate": "0.03"},
]
FIGURES = [Ranking(), *(Ranking(cells=CELLS, **given) for given in STATES[1:])]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("slider", "Nets of each cell", "ArrowLeft", "9 nets. First:")


def core():
    """Return the figure's arithmetic as the body of a function: all that comes before it draws."""
    text = (bundle.FOLDER / "ranking.js").read_text().split("const said =")[0]
    text = re.sub(r"^import .*\n", "", text, flags=re.MULTILINE).replace("export ", "")
    return text + "\nreturn { mannWhitney, holm, twoTails, ranking };"


def check(page):
    """Compare what is shown with the library, from the state that the page is in."""
    now = {name: state(page, TAG, name) for name in ("task", "bias", "rate", "mark", "seeds")}
    places = Ranking(cells=CELLS, **now).places()
    told = page.locator(f"{TAG} svg").get_attribute("aria-label")
    order = re.findall(r"\d+: ([^;.]*?) [\d.]+(?:\s×\s10[⁻⁰-⁹¹²³]+)?(?=;|\. First)", told)
    assert order == [TITLES[place.cell] for place in places]
    fate = page.locator(f"{TAG} .fate").inner_text()
    level = [place for place in places[1:] if place.level]
    assert fate.startswith(f"First: {TITLES[places[0].cell]} (")
    assert (f"{len(level)} of the other {len(places) - 1} can't be told from it" in fate) == bool(level)
    rows = page.locator(f"{TAG} svg .row")
    assert rows.count() == len(places)
    assert page.locator(f"{TAG} svg .row.level").count() == 1 + len(level)
    drawing = page.locator(f"{TAG} svg").evaluate("(svg) => svg.outerHTML")
    assert not any(bad in drawing for bad in ("NaN", "Infinity", "undefined"))
    return now


@pytest.mark.parametrize("given", STATES)
def test_the_order_is_the_library_s(show, given):
    check(show(Ranking(cells=CELLS, **given)))


def test_its_statistics_are_the_library_s(show, rng):
    page = show(Ranking(cells=CELLS))
    pairs = [
        (rng.uniform(1, 2, m), rng.uniform(1, 2.0 + 0.3 * k, n)) for k, (m, n) in enumerate([(4, 4), (10, 10), (7, 7)])
    ]
    pairs.append(([1.0, 2.0, 2.0, 3.0, 3.0], [2.0, 2.0, 3.0, 4.0, 5.0]))
    pairs.append(([1.0] * 6, [1.0] * 6))
    given = [[list(map(float, part)) for part in pair] for pair in pairs]
    run = "([text, pairs]) => pairs.map(([a, b]) => new Function(text)().mannWhitney(a, b))"
    for (first, second), found in zip(pairs, page.evaluate(run, [core(), given]), strict=True):
        effect = mann_whitney(first, second)
        for name in ("ratio", "low", "high", "p"):
            assert found[name] == pytest.approx(getattr(effect, name), rel=1e-9), name
    ps = [0.01, 0.04, 0.03, 0.005, 0.9]
    corrected = page.evaluate("([text, ps]) => new Function(text)().holm(ps)", [core(), ps])
    assert corrected == pytest.approx(holm(ps))


def test_by_keyboard_and_mouse(show):
    page = show(Ranking(cells=CELLS))
    for group, name in (("Bias of the gate that keeps", "0"), ("Learning rate", "0.01")):
        page.get_by_role("group", name=group).get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")
        check(page)
    for name, key, field in (("Updates", "Home", "mark"), ("Nets of each cell", "ArrowLeft", "seeds")):
        page.get_by_role("slider", name=name).focus()
        page.keyboard.press(key)
        assert check(page)[field] == {"mark": 0, "seeds": 9}[field]
    page.get_by_role("group", name="Learning rate").get_by_role("button", name="its best").click()
    assert check(page)["rate"] == "best"


def test_a_row_keeps_its_elements_when_the_order_changes(show):
    page = show(Ranking(cells=CELLS, bias="0", rate="0.01"), still=True)
    rows = f"[...document.querySelector('{TAG}').shadowRoot.querySelectorAll('.row')]"
    page.evaluate(f"window.kept = {rows}")
    page.get_by_role("group", name="Bias of the gate that keeps").get_by_role("button", name="3").click()
    check(page)
    assert page.evaluate(f"{rows}.every((row, k) => row === window.kept[k])")
    assert page.locator(f"{TAG} svg .row").first.evaluate("(row) => getComputedStyle(row).transitionDuration") == "0s"


def test_by_touch_on_a_phone_and_a_screen_reader_hears_it(show):
    page = show(Ranking(cells=CELLS), width=360, touch=True)
    page.get_by_role("group", name="Learning rate").get_by_role("button", name="0.1", exact=True).tap()
    check(page)
    spoken = f"document.querySelector('{TAG}').shadowRoot.querySelector('[role=status]').textContent"
    page.wait_for_function(f"() => {spoken}.includes('10 nets. First:')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 800])
def test_axe_finds_nothing(show, scheme, width):
    page = show(Ranking(cells=CELLS), Ranking(cells=CELLS, bias="0", rate="0.1"), scheme=scheme, width=width)
    found = Axe().run(page).response["violations"]
    assert not found, json.dumps(found, indent=1)[:3000]


def test_without_javascript_there_is_a_still_picture(show):
    page = show(Ranking(cells=CELLS), javascript=False, width=360)
    picture = page.locator(f"{TAG} > img")
    assert picture.bounding_box()["height"] > 150
    assert "Cells in order on adding" in picture.get_attribute("alt")
