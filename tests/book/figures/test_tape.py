"""The tape of a cell with three gates, in a browser: by mouse, touch, keyboard; its numbers are lstmlib's."""

import numpy as np
import pytest
from driving import clean, drag, state

from lstmlib.figures import Tape
from lstmlib.figures.tape import SMALL
from lstmlib.numpy import error_flow

pytestmark = pytest.mark.browser
TAG = "lstm-tape"
RNG = np.random.default_rng(0)
GATES = [[round(float(g), 2) for g in RNG.random(12)] for _ in range(3)]
OPEN = [1.0] * 12
FIGURES = [
    Tape(),
    Tape(input_gate=GATES[0], forget_gate=GATES[1], output_gate=GATES[2], step=9),
    Tape(input_gate=OPEN, forget_gate=OPEN, output_gate=OPEN, old=True, step=12),
    Tape(values=[-8.25] * 12, input_gate=OPEN, forget_gate=[0.5] * 12, output_gate=OPEN, step=6),
    Tape(input_gate=OPEN, forget_gate=[0.0] * 12, output_gate=OPEN, step=12),
    Tape(forget_gate=[0.55] * 12, values=[-8.25] * 12, step=12),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = (
    "slider",
    "Forget gate",
    "End",
    "Step 7 of 12: 2 arrives; input gate 0, forget gate 1, output gate 1; in the cell",
)
NAMES = ("values", "input_gate", "forget_gate", "output_gate", "old", "step")


def shown(page, which):
    return page.locator(f"{TAG} strong.{which}").inner_text()


def read(text):
    return float(text.replace("−", "-"))


def percent(text):
    """Return a share as the figure writes it, in percent."""
    return {"all": 100.0, "nothing": 0.0, "less than a thousandth": 0.05}.get(text) or float(text.rstrip(" %") or 0)


def check(page):
    """Compare what is shown with an LSTM cell of the library, from the state that the page is in."""
    figure = Tape(**{name: state(page, TAG, name) for name in NAMES})
    t, layer = figure.step - 1, figure.layer()
    y, _, cache = layer.forward(figure.inputs())
    assert read(shown(page, "inside")) == pytest.approx(cache.c[t + 1].item() / SMALL, abs=0.0051)
    assert read(shown(page, "shown")) == pytest.approx(y[t].item() / SMALL, abs=0.0051)
    mark = max([k for k in (2, 9) if k <= figure.step], default=1)
    flow = error_flow(layer, figure.inputs()[: t + 1], wrt="state", dy_last=np.ones((1, 1)))[:, 0]
    flow[0] = figure.output_gate[t]  # at lag 0 it gives the error at the output itself
    for which, wanted in (("left", figure.left(figure.step)[mark - 1]), ("back", flow[figure.step - mark])):
        text = shown(page, which)
        if text == "nothing":
            assert wanted < 1e-15  # a shut gate of the layer is 1e-18 open
        else:
            assert percent(text) == pytest.approx(100 * wanted, rel=6e-3, abs=0.06)
    clean(page, TAG)
    return figure


@pytest.mark.parametrize("figure", FIGURES)
def test_numbers_are_the_library_s(show, figure):
    check(show(figure))


def bars(page, role):
    """Return the heights of the bars of a row, as shares of the row's height."""
    return page.locator(f"{TAG} svg rect.{role}").evaluate_all(
        "(all) => all.map((r) => Number(r.getAttribute('height')))"
    )


def test_what_is_left_and_what_comes_back_are_one_product(show):
    figure = Tape(input_gate=OPEN, forget_gate=GATES[1], output_gate=OPEN, step=12)
    page = show(figure)
    left = figure.left(12)
    np.testing.assert_allclose(np.array(bars(page, "err")) / 22, left, atol=0.001)
    np.testing.assert_allclose(np.array(bars(page, "content")[-12:]) / 22, left, atol=0.001)


def test_the_task_by_keyboard(show):
    page = show(Tape())
    page.get_by_role("button", name="Forget gate 1 at every step").focus()
    page.keyboard.press("Enter")
    assert check(page).forget_gate == OPEN
    for _ in range(6):
        page.get_by_role("button", name="← Back").press("Enter")
    gates = {5: ("Input", "Home"), 8: ("Forget", "Home"), 12: ("Output", "End")}
    for step in range(1, 13):
        if step in gates:
            name, key = gates[step]
            page.get_by_role("slider", name=f"{name} gate").press(key)
        assert check(page).step == step
        assert ("Done" in page.locator(f"{TAG} .task").inner_text()) == (step == 12)
        if step < 12:
            page.get_by_role("button", name="Step →").press("Space")
    assert page.get_by_role("button", name="Step →").is_disabled()


def test_by_mouse(show):
    page = show(Tape())
    rng = np.random.default_rng(1)
    for name, key in (("Input", "input_gate"), ("Forget", "forget_gate"), ("Output", "output_gate")):
        share = float(rng.random())
        drag(page, page.get_by_role("slider", name=f"{name} gate"), share)
        assert getattr(check(page), key)[6] == pytest.approx(share, abs=0.05)
    gate = page.locator(f"{TAG} [data-gate=forget_gate] .reach").nth(3)
    gate.click()
    assert check(page).forget_gate[3] == 0.0
    assert check(page).step == 4
    gate.click()
    assert check(page).forget_gate[3] == 1.0
    page.get_by_role("button", name="Show me").click()
    assert check(page).step == 12
    assert page.locator(f"{TAG} .task.done").is_visible()
    page.get_by_role("button", name="Start again").click()
    assert repr(check(page)) == "Tape()"


def test_by_touch(show):
    page = show(Tape(), width=360, touch=True)
    page.locator(f"{TAG} [data-gate=output_gate] .reach").nth(11).tap()
    figure = check(page)
    assert figure.output_gate[11] == 1.0
    assert figure.step == 12


def test_the_cell_of_1997_cannot_forget(show):
    page = show(Tape())
    page.get_by_role("button", name="Show me").click()
    page.get_by_role("button", name="Cell of 1997").click()
    assert check(page).forget_gate == OPEN
    assert page.get_by_role("slider", name="Forget gate").is_disabled()
    page.locator(f"{TAG} [data-gate=forget_gate] .reach").nth(7).click()
    assert check(page).forget_gate == OPEN
    said = page.locator(f"{TAG} .task").inner_text()
    assert "7 is still in the cell" in said
    assert "can’t do better" in said
    page.get_by_role("button", name="Forget gate 0.5 at every step").click()
    assert not check(page).old
