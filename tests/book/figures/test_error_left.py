"""How far an error reaches, in a browser: the curves are lstmlib's, for every cell, bias, radius and lag."""

import re

import numpy as np
import pytest
from driving import clean, drag, longest_task, state
from in_page import open_modules

from lstmlib.figures import ErrorLeft
from lstmlib.figures.error_left import CELLS, PLACES

pytestmark = pytest.mark.browser
TAG = "lstm-error-left"
KEPT = [{"cell": "GRU", "bias": 3, "radius": 0}, {"cell": "Elman net", "bias": 1, "radius": 1.2}]
FIGURES = [
    ErrorLeft(),
    ErrorLeft(cell="Elman net", radius=3.0, lag=50),
    ErrorLeft(cell="GRU", bias=6.0, lag=1000, kept=KEPT),
    ErrorLeft(cell="coupled gates", bias=-2.0, radius=0.1, lag=10),
    ErrorLeft(cell="peepholes", bias=0.0, lag=20, kept=KEPT[:1]),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = (
    "slider",
    "Bias of the gate",
    "ArrowRight",
    r"LSTM, bias 1\.5: half of it is gone at lag \d+\. At lag 200 a share",
)


def settled(page):
    """Wait until no curve is computed any more; return what is said."""
    said = page.locator(f"{TAG} .fate", has_text="is left")
    said.wait_for()
    return said.inner_text()


def number(text):
    """Return a number from how the page writes it: 0.73, 2.4 × 10⁻⁵."""
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    mantissa, _, power = text.partition("\u00a0×\u00a010")
    return float(mantissa) * 10.0 ** int(power.translate(digits) or 0)


@pytest.mark.parametrize("figure", FIGURES)
def test_what_is_said_is_the_library_s(show, figure):
    page = show(figure)
    said = settled(page)
    shares = figure.shares()
    median = np.median(shares, 0)
    end, low, high = re.search(r"a share of (.+) is left, from (.+) to (.+) in five nets", said).groups()
    wanted = median[-1], shares[:, -1].min(), shares[:, -1].max()
    np.testing.assert_allclose([number(text) for text in (end, low, high)], wanted, rtol=0.06, atol=0.006)
    gone = np.flatnonzero(median <= 0.5)
    assert (f"half of it is gone at lag {gone[0]}." if gone.size else "more than a half is still there") in said
    clean(page, TAG)


@pytest.fixture(scope="module")
def modules(browser):
    page = open_modules(browser)
    yield page
    page.close()


@pytest.mark.parametrize("cell", CELLS)
def test_every_curve_is_the_library_s(modules, cell):
    for bias, radius, lag in ((1.0, 0.0, 50), (3.0, 1.5, 20), (-2.0, 0.5, 10), (5.0, 0.0, 200)):
        figure = ErrorLeft(cell=cell, bias=bias, radius=radius, lag=lag)
        found = modules.evaluate(
            """async ([cell, choice, lags]) => {
              const { errorLeft } = await import("/page/flow.js");
              return [0, 1, 2, 3, 4].map((seed) => [...errorLeft(cell, choice, lags, seed)]);
            }""",
            [cell, {"bias": bias, "radius": radius}, lag],
        )
        np.testing.assert_allclose(found, figure.shares(), rtol=1e-8)


def test_curves_are_kept_and_dropped(show):
    page = show(ErrorLeft())
    settled(page)
    figure = page.locator(TAG)
    figure.get_by_role("button", name="Keep this curve").click()
    assert figure.get_by_role("button", name="Keep this curve").is_disabled()  # it is there
    figure.get_by_role("button", name="bias 3", exact=True).click()
    told = "document.querySelector('lstm-error-left').shadowRoot.querySelector('svg').ariaLabel"
    kept = f"{told}.includes('Kept, LSTM, bias 1: ')"
    page.wait_for_function(f"() => {kept}")
    assert state(page, TAG, "kept") == [{"cell": "LSTM", "bias": 1, "radius": 0}]
    figure.get_by_role("button", name="Drop kept").click()
    assert state(page, TAG, "kept") == []


def test_links_set_the_figure(show):
    links = "".join(f'<a href="#flow:{place}">{k}</a>' for k, place in enumerate(PLACES))
    page = show(ErrorLeft())
    page.evaluate("(text) => document.querySelector('main').insertAdjacentHTML('afterbegin', text)", links)
    for k, place in enumerate(PLACES):
        assert f'id="flow:{place}"' in ErrorLeft()._repr_mimebundle_()[0]["text/html"]
        page.get_by_role("link", name=str(k), exact=True).click()
        cell, *rest = place.split(";")
        short = "document.querySelector('lstm-error-left').store.get('cell').toLowerCase().replace(' ', '-')"
        page.wait_for_function(f"() => {short} === '{cell}'")
        for name, value in (part.split("=") for part in rest):  # a link is followed some time after the click
            page.wait_for_function(f"() => document.querySelector('{TAG}').store.get('{name}') === {float(value)}")
    before = state(page, TAG, "cell")
    page.evaluate("location.hash = '#flow:lstm;bias=x'")
    page.evaluate("location.hash = '#flow:perceptron'")
    assert state(page, TAG, "cell") == before


def test_no_drag_waits_for_the_curves(browser, show):
    page = show(ErrorLeft(lag=1000))
    settled(page)

    def pull():
        drag(page, page.locator(f"{TAG} input[type=range]").first, 0.9)
        page.wait_for_timeout(1500)

    assert 0 < longest_task(browser, page, pull) < 50
