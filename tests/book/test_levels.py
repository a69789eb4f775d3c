"""The switch between levels: it folds rooms, is remembered, and hides nothing from links or from print."""

from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "_build" / "html" / "book" / "sequences.html"
FRONT = PAGE.with_name("index.html")

pytestmark = pytest.mark.browser
if not PAGE.exists():
    pytest.skip("the book is not built: make book", allow_module_level=True)


def shown(page):
    """Whether the first paragraph of each room can be seen, by the room's name."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".bd-article section > h2")].map((h) => {
            const name = h.textContent.replace(/^[\\d.\\s]+/, "").replace(/#$/, "").trim();
            const parts = [...h.parentNode.children].filter((n) => n !== h && !n.matches(".book-unfold"));
            return [name, parts.every((n) => !n.hidden)];
        }))"""
    )


def test_all_rooms_are_shown_at_first_and_a_level_folds_some(open_page):
    page = open_page(PAGE, width=1280)
    assert all(shown(page).values())
    page.get_by_role("button", name="Plain").click()
    folded = {name for name, seen in shown(page).items() if not seen}
    assert folded == {"In depth", "The original", "Exercises"}
    page.get_by_role("button", name="In depth", exact=True).click()
    assert {name for name, seen in shown(page).items() if not seen} == {"The original"}
    page.get_by_role("button", name="Original", exact=True).click()
    assert all(shown(page).values())


def test_the_level_is_remembered_and_a_room_can_be_opened_alone(open_page):
    page = open_page(PAGE, width=1280)
    page.get_by_role("button", name="Plain").click()
    page.reload()
    assert page.get_by_role("button", name="Plain").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Show “The original”").click()
    assert {name for name, seen in shown(page).items() if not seen} == {"In depth", "Exercises"}


def test_a_link_into_a_folded_room_opens_it(open_page):
    page = open_page(PAGE, width=1280)
    page.get_by_role("button", name="Plain").click()
    page.evaluate("location.hash = '#unrolling'")
    page.wait_for_function("() => !document.getElementById('unrolling').closest('[hidden]')")
    assert shown(page)["In depth"]


def test_what_is_folded_is_printed(open_page):
    page = open_page(PAGE, width=1280)
    page.get_by_role("button", name="Plain").click()
    page.emulate_media(media="print")
    assert page.locator("#unrolling").evaluate("n => n.getBoundingClientRect().height") > 100


def test_the_front_page_offers_the_choice(open_page):
    page = open_page(FRONT, width=1280)
    page.get_by_role("button", name="In depth", exact=True).press("Enter")
    assert page.get_by_role("button", name="In depth", exact=True).get_attribute("aria-pressed") == "true"
