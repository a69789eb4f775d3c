"""Claims about gates along a passage, in a browser: its numbers are the study's, its places can be walked through."""

import re

import pytest
from driving import clean, state

from lstmlib.figures import Claims
from lstmlib.figures.claims import NAMES

pytestmark = pytest.mark.browser
TAG = "lstm-claims"
FIGURES = [
    Claims(),
    Claims(claim="grammar", net="untrained", at=40),
    Claims(claim="outdated", at=30),
    Claims(claim="phrases", at=8),
    Claims(claim="characters", at=62),
    Claims(claim="identity", net="untrained"),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("slider", "Step", "ArrowRight", "Step 13, a place of the claim: all cells")


@pytest.mark.parametrize("net", ["learnt", "untrained"])
@pytest.mark.parametrize("claim", NAMES)
def test_numbers_are_the_study_s(show, claim, net):
    figure = Claims(claim=claim, net=net)
    said = show(figure).locator(f"{TAG} .numbers").inner_text()
    found = [float(text) for text in re.findall(r"(\d\.\d\d) at", said)]
    wanted = figure.means()
    assert found == pytest.approx([*wanted["mean"], *wanted["best"]], abs=5.1e-3)
    assert f"Cell {figure.data[claim][net]['cell']}," in said


def test_one_walks_from_place_to_place(show):
    page = show(Claims())
    places = Claims().data["sentence"]["places"]
    page.get_by_role("button", name="Place →").click()
    assert state(page, TAG, "at") == places[1]
    page.get_by_role("button", name="← Place").click()
    assert state(page, TAG, "at") == places[0]
    page.get_by_role("button", name="Before learning").click()
    assert state(page, TAG, "net") == "untrained"
    clean(page, TAG)


def test_another_claim_begins_at_its_first_place(show):
    page = show(Claims())
    page.locator(f"{TAG} [data-claim=strokes]").click()
    assert state(page, TAG, "at") == Claims().data["strokes"]["places"][0]
    assert "stores distinctive strokes" in page.locator(f"{TAG} .told").inner_text()
    clean(page, TAG)


def test_under_music_stand_beats_and_no_notes(show):
    page = show(Claims(claim="phrases"))
    drawn = page.locator(f"{TAG} svg text").all_text_contents()
    assert "beat" in drawn
    assert {"1", "2", "3", "4"} <= set(drawn)
    assert set(Claims().data["phrases"]["labels"]) == {"", "1", "2", "3", "4"}
