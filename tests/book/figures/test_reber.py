"""The Reber grammar's figure in a browser: walked, and taken as a test; what it allows is what lstmlib allows."""

import numpy as np
import pytest
from driving import state

from lstmlib.figures import ReberWalk
from lstmlib.tasks.embedded_reber import embedded_reber_string, possible_next

pytestmark = pytest.mark.browser
TAG = "lstm-reber"
FIGURES = [
    ReberWalk(),
    ReberWalk(string="BTBPTTV"),
    ReberWalk(string="BTBPT", exam="BTBPTTVVETE", right=2),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("button", "T", "Enter", r"^B T\. Next: B\.$")


def press(page, symbol):
    page.get_by_role("button", name=symbol, exact=True).click()


def said(page):
    return page.locator(f"{TAG} .next").inner_text()


def listed(symbols):
    return " or ".join(symbols)


@pytest.mark.parametrize("seed", range(4))
def test_a_walk_is_the_library_s(show, seed):
    string = embedded_reber_string(np.random.default_rng(seed))
    page = show(ReberWalk())
    for k, symbol in enumerate(string[1:], 1):
        can = possible_next(string[:k])[-1]
        assert said(page) == f"Next: {listed(can)}."
        wrong = next(other for other in "BTPSXVE" if other not in can)
        press(page, wrong)
        assert said(page) == f"{wrong} can't follow here. Next: {listed(can)}."
        assert state(page, TAG, "string") == string[:k]
        press(page, symbol)
    assert state(page, TAG, "string") == string
    assert said(page) == "The string is complete."
    assert page.get_by_role("button", name="T", exact=True).is_disabled()
    page.get_by_role("button", name="← Back").click()
    assert said(page) == "Next: E."
    page.get_by_role("button", name="Start again").click()
    assert state(page, TAG, "string") == "B"


def test_a_test_by_keyboard(show):
    page = show(ReberWalk())
    page.get_by_role("button", name="Test me").focus()
    page.keyboard.press("Enter")
    exam = state(page, TAG, "exam")
    right = 0
    for k in range(1, len(exam)):
        can = possible_next(exam[:k])[-1]
        answer = can[-1] if k % 2 else "B"
        right += answer in can
        page.get_by_role("button", name=answer, exact=True).focus()
        page.keyboard.press("Space")
        assert state(page, TAG, "right") == right
        assert said(page).startswith("Right. " if answer in can else f"No, {answer} can't. ")
        if k < len(exam) - 2:
            assert f"{listed(can)} could come next" in said(page)
        elif k == len(exam) - 2:
            assert f"here that was {exam[1]}" in said(page)
    assert said(page).endswith(f"The string is complete: {right} of {len(exam) - 1} right.")
    page.get_by_role("button", name="Show the map").click()
    assert state(page, TAG, "exam") == ""


def test_every_exam_is_a_string_of_the_grammar(show):
    page = show(ReberWalk())
    exams = set()
    for _ in range(8):
        page.get_by_role("button", name="Test me").click()
        exams.add(state(page, TAG, "exam"))
        page.get_by_role("button", name="Show the map").click()
    assert len(exams) == 6
    assert {exam[1] for exam in exams} == {"T", "P"}
    for exam in exams:
        ReberWalk(exam=exam)  # refuses what is not a whole string


def test_the_map_has_every_way(show):
    page = show(ReberWalk(string="BPBTXXVPXVV"), width=360)
    letters = page.locator(f"{TAG} svg text.symbol").all_inner_texts()
    # B, then T or P to two copies of the inner grammar's eleven ways, each with B before, and kind and E after.
    assert len(letters) == 3 + 2 * 14
    assert page.locator(f"{TAG} svg circle.here").count() == 1
    box = page.locator(f"{TAG} svg").bounding_box()
    for text in page.locator(f"{TAG} svg text").all():
        inside = text.bounding_box()
        assert inside["x"] >= box["x"] - 1
        assert inside["x"] + inside["width"] <= box["x"] + box["width"] + 1


def test_by_touch(show):
    page = show(ReberWalk(), width=360, touch=True)
    page.get_by_role("button", name="P", exact=True).tap()
    assert state(page, TAG, "string") == "BP"
