"""The forecast in a browser: net, ridge and errors are lstmlib's, at any origin, with cells on and off."""

import re

import numpy as np
import pytest
from driving import clean, drag, state

from lstmlib.data.electricity import electricity
from lstmlib.figures import Forecast
from lstmlib.figures.forecast import LATEST
from lstmlib.page import bundle
from lstmlib.studies.at_work import demand
from lstmlib.studies.at_work import electricity as nets

pytestmark = pytest.mark.browser
TAG = "lstm-forecast"
FIGURES = [
    Forecast(),
    Forecast(origin=0, cell=16, came=False),
    Forecast(origin=LATEST, cell=3, off=[3, 8]),
    Forecast(origin=501, cell=7, off=list(range(1, 17))),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("slider", "Made at", "ArrowRight", r"Forecast made Thu 10 Aug, 12:30\. Off by, in MW: LSTM \d+, smoothing")


def came(origin):
    """Return the day that came after an origin, (48,)."""
    return demand.following(electricity(), demand.origins(demand.TEST)[[origin]])[0]


def check(page):
    """Compare what is said with the library, from the state that the page is in; return the state."""
    now = {name: state(page, TAG, name) for name in ("origin", "cell", "off", "came")}
    figure = Forecast(**now)
    told = page.locator(f"{TAG} svg").get_attribute("aria-label")
    if now["came"]:
        errors = "LSTM N, smoothing N, ridge N, as now N, last week N. N of 48".replace("N", r"(\d+)")
        said = re.search(errors, told).groups()
        day = came(figure.origin)
        wanted = [demand.rmse(day - values) for values in figure.forecasts().values()]
        np.testing.assert_allclose([float(value) for value in said[:5]], wanted, atol=0.6)
        low, high = figure.forecasts()["lstm"] + nets.band()
        assert int(said[5]) == pytest.approx(int(((day >= low) & (day <= high)).sum()), abs=1)
    assert ("What came is hidden" in told) != now["came"]
    clean(page, TAG)
    return now


@pytest.mark.parametrize("figure", FIGURES)
def test_errors_are_the_library_s(show, figure):
    check(show(figure))


def core():
    """Return the arithmetic of the figure, and of the nets in the page, as the body of a function."""
    texts = [
        (bundle.PAGE / "nets.js").read_text(),
        (bundle.FOLDER / "forecast.js").read_text().split("function clock")[0],
    ]
    plain = [re.sub(r"^import .*\n", "", text, flags=re.MULTILINE).replace("export ", "") for text in texts]
    return "".join(plain) + "\nreturn { forecasts, smoothing, tensors };"


def test_curves_and_cells_are_the_library_s(show):
    figure = Forecast(origin=333, off=[2, 5])
    k = int(demand.origins(demand.TEST)[figure.origin])
    found = show(Forecast()).evaluate(
        """([text, data, k, off]) => {
          const { forecasts, smoothing, tensors } = new Function(text)(), y = (n) => data.demand[n - data.first] / 1000;
          const all = forecasts(tensors(data.net), (n) => y(n) - y(n - 336), k, off);
          const of = (name) => all.steps.map((step) => [...step[name]]);
          const steps = Object.fromEntries(["i", "f", "g", "o", "c"].map((name) => [name, of(name)]));
          const smooth = smoothing(data.smoothing, y, data.from, 960)[k - data.from];
          const above = smooth.map((value, n) => value - y(k + 1 + n - 336));
          return { ...steps, lstm: all.lstm, ridge: all.ridge, smoothing: above };
        }""",
        [core(), figure.data, k, [1, 4]],
    )
    y, net = electricity(), nets.switched_off(nets.stored(), [1, 4])
    wanted, before = figure.forecasts(), demand.following(y, np.array([k - 336]))[0]
    for name in ("lstm", "ridge", "smoothing"):
        np.testing.assert_allclose(found[name], (wanted[name] - before) / 1000, atol=1e-5)
    cache = net.forward(nets.sequences(y, np.array([k])))[2].recurrent
    for place, name in enumerate("ifgo"):
        np.testing.assert_allclose(found[name], cache.gates[:, place, 0], atol=1e-5)
    np.testing.assert_allclose(found["c"], cache.c[1:, 0], atol=1e-5)


def test_by_mouse_and_keyboard(show):
    page = show(Forecast())
    drag(page, page.get_by_role("slider", name="Made at"), 0.4)
    check(page)
    page.get_by_role("slider", name="Cell").focus()
    page.keyboard.press("End")
    page.get_by_role("button", name="Switch off").click()
    assert check(page)["off"] == [16]
    page.get_by_role("button", name="Switch on").click()
    assert check(page)["off"] == []
    page.get_by_role("button", name="What came").click()
    assert not check(page)["came"]
    page.get_by_role("button", name="What came").click()
    midnights = np.arange(0, LATEST + 1, 48)
    errors = [demand.rmse(came(m) - Forecast(origin=int(m)).forecasts()["lstm"]) for m in midnights]
    page.get_by_role("button", name="Its worst").click()
    assert check(page)["origin"] == midnights[np.argmax(errors)]
    page.get_by_role("button", name="Its best").click()
    best = check(page)["origin"]
    assert best == midnights[np.argmin(errors)]
    page.get_by_role("button", name="A day →").click()
    assert check(page)["origin"] == min(best + 48, LATEST)
