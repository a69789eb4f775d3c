"""The market in a browser: both nets, EWMA, GARCH and trades are lstmlib's, at any day, with cells on and off."""

import re

import numpy as np
import pytest
from driving import clean, state

from lstmlib.figures import Market
from lstmlib.figures.market import LATEST, SHOWN
from lstmlib.page import bundle
from lstmlib.studies.at_work.electricity import switched_off
from lstmlib.studies.at_work.markets import nets, task

pytestmark = pytest.mark.browser
TAG = "lstm-market"
FIGURES = [
    Market(),
    Market(asked=True),
    Market(asked=True, day=0, cost=20, picks="1", cell=4),
    Market(asked=True, day=LATEST, cost=0, picks="0110", off=[1, 2]),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("slider", "A trade costs", "ArrowRight", r"Tomorrow, with 90 %, within: LSTM ±[\d.]+\s%, EWMA ±")


def core():
    """Return the arithmetic of the figure, and of the nets in the page, as the body of a function."""
    texts = [
        (bundle.PAGE / "nets.js").read_text(),
        (bundle.FOLDER / "market.js").read_text().split("const percent")[0],
    ]
    plain = [re.sub(r"^import .*\n", "", text, flags=re.MULTILINE).replace("export ", "") for text in texts]
    return "".join(plain) + "\nreturn { unpack, view };"


@pytest.mark.parametrize(("day", "off"), [(0, []), (592, [1]), (LATEST, [1, 3])])
def test_the_page_computes_what_the_library_does(show, day, off):
    figure = Market(day=day, off=off, cost=7)
    found = show(Market()).evaluate(
        """([code, data, state]) => {
          const { unpack, view } = new Function(code)(), all = view(unpack(data), state);
          const of = (name) => all.steps.map((step) => [...step[name]]);
          const steps = Object.fromEntries([..."ifgoc"].map((name) => [name, of(name)]));
          return { ...steps, said: all.said, share: all.share, net: all.net, hold: all.hold, yours: all.yours };
        }""",
        [core(), Market.given(), {"day": day, "off": off, "cost": 7, "picks": "01"}],
    )
    wanted = figure.says()
    for name in ("lstm", "ewma", "garch"):
        assert found["said"][name][-1] == pytest.approx(wanted[name], abs=1e-5)
    assert np.log(found["share"] / (1.0 - found["share"])) == pytest.approx(wanted["log_odds"], abs=1e-5)
    for name, values in figure.trades().items():
        np.testing.assert_allclose(found[name], values, atol=1e-9)
    last = found["hold"][-1] / found["hold"][-2]
    assert found["yours"] == pytest.approx([1.0, 1.0, (1.0 - 7e-4) * last])
    series, form = task.days(), nets.chosen(nets.load(), "variance")[0]
    at = task.origins(series, task.TEST)[[SHOWN + day]]
    x = nets.windows(nets.prepare(series, "variance", form).inputs, at)
    cache = switched_off(nets.stored("variance"), [cell - 1 for cell in off]).forward(x)[2].recurrent
    for place, name in enumerate("ifgo"):
        np.testing.assert_allclose(found[name], cache.gates[:, place, 0], atol=1e-5)
    np.testing.assert_allclose(found["c"], cache.c[1:, 0], atol=1e-5)


def loaded(page):
    """Load what the figure asks for."""
    button = page.get_by_role("button", name="Load the index")
    button.click()
    button.wait_for(state="detached")
    return page


def said(page):
    return page.locator(f"{TAG} svg").get_attribute("aria-label").replace("\u00a0", " ")


def test_choosing_a_day_and_trading(show):
    page = show(Market())
    assert "Before you load it" in said(page)
    assert page.get_by_role("button", name="I am in").is_disabled()
    loaded(page)
    page.get_by_role("button", name="Wildest").click()
    wildest = state(page, TAG, "day")
    page.get_by_role("button", name="Calmest").click()
    assert state(page, TAG, "day") != wildest
    page.get_by_role("button", name="A month →").click()
    day = state(page, TAG, "day")
    for name in ("I am in", "I am in", "I stay out"):
        page.get_by_role("button", name=name).click()
    assert (state(page, TAG, "day"), state(page, TAG, "picks")) == (day + 3, "110")
    assert "You, over 3 days" in said(page)
    assert "after 2 trades" in said(page)
    clean(page, TAG)
    figure = Market(day=day + 3)
    assert f"LSTM ±{1.645 * figure.says()['lstm']:.2f} %" in said(page)
    page.get_by_role("slider", name="Close of").focus()
    page.keyboard.press("End")
    assert state(page, TAG, "picks") == ""
    assert page.get_by_role("button", name="I am in").is_disabled()


def test_cells_are_switched_off(show):
    page = loaded(show(Market()))
    before = said(page)
    page.get_by_role("button", name="Switch off").click()
    assert state(page, TAG, "off") == [1]
    assert "Switched off: 1." in said(page)
    page.get_by_role("button", name="All on").click()
    assert said(page) == before
