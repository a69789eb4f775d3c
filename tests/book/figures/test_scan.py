"""Eight steps folded in rounds, in a browser: by mouse, touch, keyboard; its numbers are lstmlib's."""

import numpy as np
import pytest
from driving import clean, drag, number, state

from lstmlib.figures import ParallelScan
from lstmlib.numpy.scan import scan

pytestmark = pytest.mark.browser
TAG = "lstm-scan"
RANDOM = [round(float(x), 2) for x in np.random.default_rng(0).uniform(-2, 2, 8)]
FIGURES = [
    ParallelScan(),
    ParallelScan(a=0.9, round=3),
    ParallelScan(values=RANDOM, a=-1.0, plan="sweeps", round=4),
    ParallelScan(values=[-2.0] * 8, a=1.0, plan="loop", round=7),
    ParallelScan(plan="sweeps", round=5),
    ParallelScan(values=[-2.0] * 8, a=1.0, plan="loop", round=7),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = (
    "button",
    "Next round →",
    "Enter",
    "Plan Doubling, factor 0.50, round 1 of 3, 7 combinations. 2 cells of 8 done",
)


def texts(page, name):
    return page.locator(f"{TAG} svg text.{name}").evaluate_all("(nodes) => nodes.map((node) => node.textContent)")


def check(page):
    """Compare what is shown with the library, from the state that the page is in."""
    now = {name: state(page, TAG, name) for name in ("values", "a", "plan", "round", "workers")}
    figure = ParallelScan(**now)
    for name, wanted in zip("ab", figure.pairs(), strict=True):
        got = [number(text) for text in texts(page, name)]
        assert got == pytest.approx(list(wanted), abs=0.0501 if np.abs(wanted).max() >= 9.99 else 0.00501)
    done = figure.rounds()[: now["round"]]
    assert page.locator(f"{TAG} .counts .round").inner_text() == str(len(done))
    assert page.locator(f"{TAG} .counts .work").inner_text() == str(sum(len(to) for to, _ in done))
    assert page.locator(f"{TAG} .counts .time").inner_text().split()[0] == str(figure.time())
    assert page.locator(f"{TAG} svg .link").count() == sum(len(to) for to, _ in done)
    clean(page, TAG)
    return now


@pytest.mark.parametrize("figure", FIGURES)
def test_numbers_are_the_library_s(show, figure):
    check(show(figure))


@pytest.mark.parametrize(("plan", "rounds"), [("Loop", 7), ("Doubling", 3), ("Sweeps", 5)])
def test_all_rounds_by_keyboard_end_in_the_states(show, plan, rounds):
    page = show(ParallelScan(values=RANDOM, a=0.8))
    page.get_by_role("button", name=plan, exact=True).focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("button", name=plan, exact=True).get_attribute("aria-pressed") == "true"
    assert page.get_by_role("button", name="← Back").is_disabled()
    page.get_by_role("button", name="Next round →").focus()
    for k in range(1, rounds + 1):
        page.keyboard.press("Enter")
        assert check(page)["round"] == k
    assert page.get_by_role("button", name="Next round →").is_disabled()
    states = scan(np.array([0.8]), np.array(RANDOM))
    assert [number(text) for text in texts(page, "b")] == pytest.approx(list(states), abs=0.00501)
    assert "All cells are done" in page.locator(f"{TAG} .fate").inner_text()
    page.get_by_role("button", name="← Back").focus()
    page.keyboard.press("Space")
    assert check(page)["round"] == rounds - 1
    page.get_by_role("slider", name="Factor").focus()
    page.keyboard.press("Home")
    assert check(page)["a"] == -1.0


@pytest.mark.parametrize(
    ("plan", "turns"),
    [("loop", {1: 7, 8: 7}), ("doubling", {1: 17, 2: 9, 4: 5, 8: 3}), ("sweeps", {1: 11, 2: 7, 4: 5})],
)
def test_a_plan_takes_as_long_as_its_workers_need(show, plan, turns):
    page = show(ParallelScan(plan=plan, workers=1))
    workers = page.get_by_role("slider", name="Workers")
    workers.focus()
    for wanted in range(1, 9):
        now = check(page)
        assert now["workers"] == wanted
        assert ParallelScan(**now).time() == turns.get(wanted, ParallelScan(**now).time())
        page.keyboard.press("ArrowRight")


def test_by_mouse(show):
    page = show(ParallelScan())
    factor = page.get_by_role("slider", name="Factor")
    for share in np.random.default_rng(2).random(3):
        page.get_by_role("button", name="Next round →").click()
        drag(page, factor, share)
        assert check(page)["a"] == pytest.approx(2 * share - 1, abs=0.06)
    page.get_by_role("button", name="Sweeps").click()
    assert check(page)["round"] == 0


def test_by_touch(show):
    page = show(ParallelScan(), width=360, touch=True)
    for _ in range(2):
        page.get_by_role("button", name="Next round →").tap()
    assert check(page)["round"] == 2
    page.get_by_role("button", name="Start again").tap()
    assert check(page)["round"] == 0
