"""The cell with parts to switch off, in a browser: by mouse, touch, keyboard; its numbers are lstmlib's."""

import numpy as np
import pytest
from driving import clean, drag, number, state

from lstmlib.figures import CellParts
from lstmlib.studies.variants import Cells

pytestmark = pytest.mark.browser
TAG = "lstm-variants"
FIGURES = [
    CellParts(),
    CellParts(changes=["no peepholes"], step=4),
    CellParts(changes=["coupled", "no output activation"], delay=3, step=12),
    CellParts(changes=["no input gate", "no forget gate", "no output gate", "no output activation"], step=28),
    CellParts(changes=["no input activation", "no forget gate"], delay=10, step=20),
    CellParts(changes=["no forget gate", "no input activation"], delay=10, step=28),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("button", "Forget gate", "Enter", "Changed: no forget gate. Step 9: c is 0.97")


def check(page):
    """Compare what is shown with the library, from the state that the page is in."""
    figure = CellParts(**{name: state(page, TAG, name) for name in ("changes", "delay", "step")})
    cell = figure.layer()
    h, cache = cell.forward(figure.inputs())
    t = figure.step - 1
    wanted = {name: cache.gates[name][t].item() for name in "ifgo"} | {"c": cache.c[t + 1].item(), "h": h[t].item()}
    for name, value in wanted.items():
        shown = number(page.locator(f"{TAG} .numbers strong.{name}").inner_text())
        assert shown == pytest.approx(value, abs=0.0051), name
    assert int(page.locator(f"{TAG} .own").inner_text()) == cell.num_parameters
    layer = Cells(1, 64, 128, figure.changes).num_parameters
    assert int(page.locator(f"{TAG} .layer").inner_text().replace(",", "")) == layer
    clean(page, TAG)
    return figure, h.ravel()


@pytest.mark.parametrize("figure", FIGURES)
def test_numbers_are_the_library_s(show, figure):
    check(show(figure))


def test_every_part_by_mouse(show):
    page = show(CellParts())
    for name in ("Peepholes", "Forget gate", "Output gate", "tanh at the entry", "tanh at the exit", "Input gate"):
        button = page.get_by_role("button", name=name, exact=True)
        assert button.get_attribute("aria-pressed") == "true"
        button.click()
        assert button.get_attribute("aria-pressed") == "false"
        check(page)
    delay, step = page.get_by_role("slider").all()
    drag(page, delay, 1.0)
    drag(page, step, 0.5)
    figure, _ = check(page)
    assert figure.delay == 10
    page.get_by_role("button", name="All as they were").click()
    assert check(page)[0].changes == []


def test_coupling_brings_back_the_gates_that_it_couples(show):
    page = show(CellParts(changes=["no input gate", "no output gate"]))
    page.get_by_role("button", name="Coupled gates").click()
    assert check(page)[0].changes == ["no output gate", "coupled"]
    assert "i(t) = 1 − f(t)" in page.locator(f"{TAG} .rules").inner_text()
    page.get_by_role("button", name="Forget gate", exact=True).click()
    assert check(page)[0].changes == ["no output gate", "no forget gate"]


def test_by_keyboard(show):
    page = show(CellParts())
    page.get_by_role("button", name="Peepholes").focus()
    page.keyboard.press("Enter")
    assert check(page)[0].changes == ["no peepholes"]
    page.keyboard.press("Space")
    page.get_by_role("slider", name="Step").focus()
    page.keyboard.press("Home")
    assert check(page)[0].step == 1
    page.keyboard.press("ArrowRight")
    assert check(page)[0].step == 2


def test_by_touch(show):
    page = show(CellParts(), width=360, touch=True)
    page.get_by_role("button", name="Output gate").tap()
    assert check(page)[0].changes == ["no output gate"]


def test_whole_it_fires_in_time_and_says_so(show):
    page = show(CellParts(delay=8))
    _, h = check(page)
    assert np.flatnonzero(h > 0.05).tolist() == [10, 24]  # eight steps after the third and the seventeenth
    assert "fires at steps 11 and 25" in page.locator(f"{TAG} .fate").inner_text()


def test_without_peepholes_it_never_does(show):
    page = show(CellParts(changes=["no peepholes"]))
    _, h = check(page)
    assert h.max() < 0.05
    assert "shows nothing at any step" in page.locator(f"{TAG} .fate").inner_text()
