"""The tug of war over one weight in a browser: the net in the page is lstmlib's, update by update and step by step."""

import numpy as np
import pytest
from driving import longest_task, state
from in_page import open_modules

from lstmlib.figures import TugOfWar
from lstmlib.figures.tug import UPDATES
from lstmlib.numpy import squared_error
from lstmlib.numpy.error_flow import gradient_by_lag

pytestmark = pytest.mark.browser
TAG = "lstm-tug"
FIGURES = [
    TugOfWar(),
    TugOfWar(conflict="output", door=True, guess=0.8),
    TugOfWar(conflict="output", seed=3),
]
HEARD = ("button", "… with an input gate", "Enter", "A gate, set by hand, lets in the first alone.")
NAMES = {"w": "recurrent.weight_ih_l0", "b": "recurrent.bias_l0", "v": "readout.weight", "d": "readout.bias"}


@pytest.fixture(scope="module")
def modules(browser):
    page = open_modules(browser)
    yield page
    page.close()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("door", [False, True])
@pytest.mark.parametrize("conflict", ["input", "output"])
def test_what_each_step_pushes_is_the_library_s_gradient_by_lag(modules, conflict, door):
    figure = TugOfWar(conflict=conflict, door=door)
    found = modules.evaluate(
        """async (state) => {
          const { OneUnit } = await import("/page/one_unit.js"), unit = new OneUnit({ ...state, seed: 0 });
          Object.assign(unit, { w: 0.7, b: 0.1, v: 0.4, d: -0.2 });
          const { w, v, b, d } = unit.pushes(unit.looked);
          return { w: [...w], v: [...v], b, d };
        }""",
        {"conflict": conflict, "door": door},
    )
    model, batch = figure.net(), figure.sequences(2000, np.random.default_rng([99]))
    for name, value in (("w", 0.7), ("b", 0.1), ("v", 0.4), ("d", -0.2)):
        model.params[NAMES[name]][...] = value
    _, dy = squared_error(model.forward(batch.x)[0], batch.target, batch.mask)
    for short, name in NAMES.items():
        wanted = -gradient_by_lag(model, batch.x, dy, name)[::-1].reshape(-1)
        if short in "bd":
            wanted = wanted.sum()
        np.testing.assert_allclose(found[short], wanted, rtol=1e-9, atol=1e-13, err_msg=short)


@pytest.mark.parametrize(("conflict", "door"), [("input", False), ("input", True), ("output", True)])
def test_weights_after_some_updates_are_the_library_s(show, conflict, door):
    figure = TugOfWar(conflict=conflict, door=door, seed=5)
    page = show(figure)
    for _ in range(6):
        press(page, "One update")
    found, wanted = state(page, TAG, "result"), figure.trained(6).params
    assert found["updates"] == 6
    for short, name in NAMES.items():
        assert found[short] == pytest.approx(wanted[name].item(), rel=1e-12, abs=1e-14)


def test_trained_to_the_end_the_gain_is_the_library_s_and_the_conflict_s(show):
    for door, low, high in ((False, 0.03, 0.07), (True, 0.99, 1.01)):
        page = show(TugOfWar(door=door, guess=0.5))
        press(page, "Train")
        page.wait_for_function(
            f"() => document.querySelector('{TAG}').store.get('result').updates === {UPDATES}", timeout=120_000
        )
        found, wanted = state(page, TAG, "result"), TugOfWar(door=door).trained(UPDATES).params
        for short, name in NAMES.items():
            assert found[short] == pytest.approx(wanted[name].item(), rel=1e-9, abs=1e-11)
        assert low < found["w"] * found["v"] < high
        assert "Your guess was 0.50." in page.locator(f"{TAG} .says").inner_text()
        press(page, "One update")  # of a new net
        assert state(page, TAG, "result")["updates"] == 1


def test_pause_and_go_on(show):
    page = show(TugOfWar())
    twice = "(b) => new Promise((done) => { b.click(); setTimeout(() => { b.click(); done(); }, 300); })"
    page.locator(f"{TAG} button.main").evaluate(twice)
    at = state(page, TAG, "result")["updates"]
    assert 0 < at < UPDATES
    assert page.locator(f"{TAG} button.main").inner_text() == "Go on"
    page.wait_for_timeout(200)
    assert state(page, TAG, "result")["updates"] == at
    press(page, "Start again")
    assert "After 0 updates" in page.locator(f"{TAG} .says").inner_text()


def test_the_page_stays_responsive_while_it_trains(show, browser):
    page = show(TugOfWar())

    def train():
        press(page, "Train")
        page.wait_for_timeout(1500)

    assert 0 < longest_task(browser, page, train) < 50
