"""Cost against length, in a browser: by mouse, touch, keyboard; its numbers are the counts of lstmlib's layers."""

import re

import pytest
from driving import clean, drag, state

from lstmlib.figures import CostOfLength

pytestmark = pytest.mark.browser
TAG = "lstm-cost"
NAMES = ("length", "width", "heads", "part", "show")
FIGURES = [
    CostOfLength(),
    CostOfLength(length=8192, width=1024, heads=16, part="block", show="token"),
    *(CostOfLength(show=name) for name in ("memory", "steps", "token", "kept")),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("slider", "Width", "ArrowRight", "width 128, 4 heads. At length 256: LSTM")
SHOWS = ("operations", "memory", "steps", "token", "kept")
SIZES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


def shown(page):
    """Return the numbers in the text: LSTM, attention, and where it is shown, attention that reads all again."""
    found = []
    for strong in page.locator(f"{TAG} .numbers strong").all():
        number, word = re.fullmatch(r"([\d.,]+)(?: (\w+))?", strong.inner_text()).groups()
        found.append(float(number.replace(",", "")) * SIZES.get(word, 1.0))
    return found


def check(page):
    """Compare what is shown with the library, from the state that the page is in."""
    now = CostOfLength(**{name: state(page, TAG, name) for name in NAMES})
    assert shown(page) == pytest.approx(now.counts()[now.show], rel=5.1e-3)
    clean(page, TAG)
    return now


@pytest.mark.parametrize("part", ["attention", "block"])
@pytest.mark.parametrize("show_", SHOWS)
def test_numbers_are_the_library_s(show, show_, part):
    figures = [
        CostOfLength(show=show_, part=part),
        CostOfLength(show=show_, part=part, length=8192, width=1024, heads=16),
        CostOfLength(show=show_, part=part, length=1, width=16, heads=1),
        CostOfLength(show=show_, part=part, length=77, width=128, heads=2),
    ]
    for figure in figures:
        check(show(figure))


@pytest.mark.parametrize(
    "state_",
    [
        {"width": 16},
        {"width": 64},
        {"width": 32, "show": "memory", "heads": 8},
        {"width": 64, "show": "memory", "part": "block", "heads": 16},
        {"width": 16, "show": "token"},
        {"show": "kept"},
        {"show": "operations", "part": "block"},
    ],
)
def test_the_crossing_is_where_the_library_s_counts_cross(show, state_):
    figure = CostOfLength(**state_)
    said = show(figure).locator(f"{TAG} .fate").inner_text()
    cross = figure.crossing()
    if cross == 1:
        assert "more at every length" in said
    else:
        assert int(re.search(r"from a length of ([\d,]+) on", said).group(1).replace(",", "")) == cross


def test_by_keyboard(show):
    page = show(CostOfLength())
    page.get_by_role("slider", name="Length T").focus()
    page.keyboard.press("End")
    assert check(page).length == 8192
    page.keyboard.press("ArrowLeft")
    assert check(page).length == 6889
    page.keyboard.press("Home")
    assert check(page).length == 1
    page.get_by_role("slider", name="Width d").focus()
    page.keyboard.press("ArrowRight")
    assert check(page).width == 128
    assert page.get_by_role("slider", name="Heads").is_disabled()
    for name, wanted in (("Memory", "memory"), ("Sequential steps", "steps"), ("Operations for it", "token")):
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")
        assert check(page).show == wanted
        if wanted == "memory":
            page.get_by_role("slider", name="Heads").focus()
            page.keyboard.press("Home")
            assert check(page).heads == 1
    page.get_by_role("button", name="Whole block").press("Space")
    assert check(page).part == "block"
    assert page.get_by_role("button", name="Whole block").get_attribute("aria-pressed") == "true"


def test_by_mouse(show):
    page = show(CostOfLength())
    length = page.get_by_role("slider", name="Length T")
    lengths = []
    for share in (0.2, 0.9, 0.5):
        drag(page, length, share)
        lengths.append(check(page).length)
    assert lengths[0] < lengths[2] < lengths[1]
    page.get_by_role("button", name="Memory for it").click()
    assert check(page).show == "kept"


def test_by_touch(show):
    page = show(CostOfLength(), width=360, touch=True)
    page.get_by_role("button", name="Operations for it").tap()
    page.get_by_role("button", name="Whole block").tap()
    now = check(page)
    assert (now.show, now.part) == ("token", "block")
