"""The error's chain in a browser: by mouse and keyboard; its numbers are lstmlib's."""

import re

import numpy as np
import pytest
from driving import drag, number, set_from_python, state

from lstmlib.figures import ErrorChain
from lstmlib.numpy import RNN, error_scaling

pytestmark = pytest.mark.browser
FIGURES = [
    ErrorChain(),
    ErrorChain(w=6.0, squash="tanh", net=-0.2, steps=37),
    ErrorChain(w=6.0, squash="identity"),
    ErrorChain(w=0.05, net=5.3),
    ErrorChain(w=0.0),
]
HEARD = ("slider", "Weight w", "ArrowRight", "Factor 0.9875; left after 100 steps: 0.284")


def chain_of(w, squash, net, steps):
    """Return what error_scaling measures on one unit whose inputs hold it at that net input."""
    layer = RNN(1, 1, nonlinearity=squash, rng=np.random.default_rng(0))
    for name, value in {"weight_ih_l0": 1.0, "weight_hh_l0": w, "bias_ih_l0": 0.0, "bias_hh_l0": 0.0}.items():
        layer.params[name][...] = value
    x, state = np.empty((steps + 1, 1, 1)), np.zeros((1, 1))
    for t in range(steps + 1):  # from the state as it is, not as it should be: rounding would grow where the error does
        x[t] = net - w * state
        _, state, _ = layer.forward(x[t : t + 1], state)
    return error_scaling(layer, x)[steps, 0]


def check_chain(page):
    w, squash, net, steps = (state(page, "lstm-error-chain", name) for name in ("w", "squash", "net", "steps"))
    slope = ErrorChain(squash=squash, net=net).slope
    factor = number(page.locator("lstm-error-chain .factor").inner_text())
    shown = page.locator("lstm-error-chain .left").inner_text()
    left = 0.0 if shown == "below 10⁻³⁰⁰" else number(shown)
    said = page.locator("lstm-error-chain svg text").filter(has_text="Slope f′ = ").text_content()
    assert number(said.removeprefix("Slope f′ = ")) == pytest.approx(slope, rel=6e-3, abs=5.1e-4)
    assert factor == pytest.approx(w * slope, rel=1e-3, abs=1e-12)
    if squash != "identity":
        assert abs(left) == pytest.approx(chain_of(w, squash, net, steps), rel=6e-3, abs=1e-300)
    assert left == pytest.approx((w * slope) ** steps, rel=6e-3, abs=1e-300)
    return w, squash, net, steps


def test_the_voice_of_the_chain_starts_with_its_example(show):
    page = show(ErrorChain())
    assert check_chain(page) == (3.9, "logistic", 0, 100)
    assert page.locator("lstm-error-chain .factor").inner_text() == "0.975"
    assert page.locator("lstm-error-chain .left").inner_text() == "7.95\u00a0×\u00a010⁻²"
    assert page.locator("lstm-error-chain .fate").inner_text() == (
        "The error fades: it halves every 27 steps, and 8.0 % of it is left."
    )


def test_chain_by_mouse(show):
    page = show(ErrorChain())
    sliders = page.get_by_role("slider")
    rng = np.random.default_rng(1)
    for squash in ("Logistic", "tanh", "Identity"):
        page.get_by_role("button", name=squash).click()
        for _ in range(3):
            for k, share in enumerate(rng.uniform(0.1, 0.95, 3)):
                drag(page, sliders.nth(k), share)
            assert check_chain(page)[1] == squash.lower()


def test_chain_by_keyboard(show):
    page = show(ErrorChain(squash="identity", w=0.9, steps=20))
    page.get_by_role("slider", name="Weight w").focus()
    fates = {}
    for _ in range(4):
        w, *_ = check_chain(page)
        fates[w] = page.locator("lstm-error-chain .fate").inner_text().split(":")[0]
        page.keyboard.press("ArrowRight")
    assert fates == {0.9: "The error fades", 0.95: "The error fades", 1: "The error holds", 1.05: "The error bursts"}
    page.get_by_role("button", name="Logistic").focus()
    page.keyboard.press("Enter")
    page.get_by_role("slider", name="Net input").focus()
    page.keyboard.press("Home")
    assert check_chain(page)[1:3] == ("logistic", -6)
    page.get_by_role("slider", name="Weight w").focus()
    for _ in range(22):
        page.keyboard.press("ArrowLeft")
    assert "stops at once" in page.locator("lstm-error-chain .fate").inner_text()
    page.get_by_role("slider", name="Steps back q").focus()
    page.keyboard.press("Home")
    assert check_chain(page)[3] == 1


@pytest.mark.parametrize("steps", [99, 100])
def test_chain_says_when_the_sign_turns(show, steps):
    page = show(ErrorChain(w=-3.6, steps=steps))
    check_chain(page)
    assert (number(page.locator("lstm-error-chain .left").inner_text()) < 0) == (steps == 99)
    assert "changes sign" in page.locator("lstm-error-chain .fate").inner_text()


@pytest.mark.parametrize(
    "chain", [ErrorChain(w=6.0, squash="identity"), ErrorChain(w=0.05, net=5.3), ErrorChain(w=0.0)]
)
def test_chain_draws_its_extremes(show, chain):
    page = show(chain)
    check_chain(page)
    page.locator("lstm-error-chain .frame svg").last.evaluate(
        "(svg) => { if (/NaN|Infinity|undefined/.test(svg.outerHTML)) throw new Error(svg.outerHTML) }"
    )


def test_chain_as_widget_goes_both_ways(widget):
    chain = ErrorChain()
    page = widget(chain)
    page.get_by_role("button", name="tanh").click()
    chain.set_state(page.evaluate("({squash: model.get('squash')})"))
    assert (chain.squash, chain.slope) == ("tanh", 1.0)
    set_from_python(page, "w", 0.5)
    assert page.locator(".factor").inner_text() == "0.5"


def test_units_beyond_the_chart_carry_an_arrow(show):
    """A ring can't grow for ever: what is larger than the chart is marked, and nothing else is."""
    page = show(ErrorChain(w=6.0, squash="identity", steps=20))  # 6^q is beyond a million from q = 8 on
    shown = page.locator("lstm-error-chain svg text").filter(has_text=re.compile(r"^−\d+$")).all_text_contents()
    beyond = [text for text in shown if 6.0 ** number(text.replace("−", "")) > 1e6]
    assert page.locator("lstm-error-chain svg .off").count() == len(beyond) > 0
    page = show(ErrorChain(w=2.0, squash="identity", steps=15))
    assert page.locator("lstm-error-chain svg .off").count() == 0
