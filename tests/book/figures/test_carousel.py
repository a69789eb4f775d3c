"""The carousel beside an ordinary unit, in a browser: by mouse, touch, keyboard; its numbers are lstmlib's."""

import numpy as np
import pytest
from driving import clean, drag, number, state

from lstmlib.figures import CarouselUnit
from lstmlib.numpy import error_flow

pytestmark = pytest.mark.browser
TAG = "lstm-carousel"
RANDOM = [round(float(x), 2) for x in np.random.default_rng(0).uniform(-1, 1, 30)]
FIGURES = [
    CarouselUnit(),
    CarouselUnit(w=1.2, step=41),
    CarouselUnit(values=RANDOM, w=0.35, squash="logistic", step=60),
    CarouselUnit(values=RANDOM, w=1.2, squash="identity", step=17),
    CarouselUnit(values=[-1.0] * 30, w=1.2, squash="identity", step=60),
    CarouselUnit(values=[0.0] * 30, w=0.0, step=55),
    CarouselUnit(values=[0.5] * 30, w=1.2, squash="logistic", step=20),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("slider", "Weight", "ArrowRight", "Weight 0.91, squashing tanh. At step 1 the error is")


def expected(figure):
    """Return contents (2, 30) and errors (2, 30) of both units, steps from 1 to 30, by the library."""
    contents = [layer.forward(figure.inputs())[0][:, 0, 0] for layer in figure.layers()]
    one = np.ones((1, 1))
    errors = [error_flow(layer, figure.inputs(), wrt="state", dy_last=one)[::-1, 0] for layer in figure.layers()]
    return contents, errors


def shown(page, kind):
    return [number(page.locator(f"{TAG} .{which}.{kind}").inner_text()) for which in ("ordinary", "carousel")]


def check(page):
    """Compare what is shown with the library, from the state that the page is in."""
    now = {name: state(page, TAG, name) for name in ("values", "w", "squash", "step")}
    contents, errors = expected(CarouselUnit(**now))
    step = now["step"]
    if step > 30:
        wanted, kind = [error[60 - step] for error in errors], "error"
        assert shown(page, kind) == pytest.approx(wanted, rel=6e-3)
    else:
        wanted, kind = [content[step - 1] if step else 0.0 for content in contents], "content"
        assert shown(page, kind) == pytest.approx(wanted, abs=0.0051)
    clean(page, TAG)
    return now


@pytest.mark.parametrize("figure", FIGURES)
def test_numbers_are_the_library_s(show, figure):
    page = show(figure)
    check(page)


def test_all_steps_by_keyboard(show):
    page = show(CarouselUnit(values=RANDOM, w=1.05))
    page.get_by_role("button", name="Start again").focus()
    page.keyboard.press("Enter")
    assert state(page, TAG, "step") == 0
    assert page.get_by_role("button", name="← Back").is_disabled()
    page.get_by_role("button", name="Step →").focus()
    for step in range(1, 61):
        page.keyboard.press("Enter")
        assert check(page)["step"] == step
    assert page.get_by_role("button", name="Step →").is_disabled()
    page.get_by_role("button", name="← Back").focus()
    page.keyboard.press("Space")
    assert check(page)["step"] == 59
    page.get_by_role("slider", name="Weight").focus()
    page.keyboard.press("End")
    assert check(page)["w"] == 1.2
    page.keyboard.press("ArrowLeft")
    assert check(page)["w"] == 1.19


def test_by_mouse(show):
    page = show(CarouselUnit())
    weight, step = page.get_by_role("slider").all()
    rng = np.random.default_rng(2)
    for squash in ("Logistic", "tanh", "None"):
        page.get_by_role("button", name=squash).click()
        assert page.get_by_role("button", name=squash).get_attribute("aria-pressed") == "true"
        for share in rng.random(2):
            drag(page, weight, share)
            drag(page, step, rng.random())
            assert check(page)["w"] == pytest.approx(1.2 * share, abs=0.03)
    page.get_by_role("button", name="With others").click()
    assert np.count_nonzero(check(page)["values"]) > 20
    page.get_by_role("button", name="One number").click()
    assert np.count_nonzero(check(page)["values"]) == 1


def test_by_touch(show):
    page = show(CarouselUnit(), width=360, touch=True)
    page.get_by_role("button", name="Start again").tap()
    for _ in range(3):
        page.get_by_role("button", name="Step →").tap()
    assert check(page)["step"] == 3


def test_a_weight_of_one_without_squashing_is_a_carousel(show):
    page = show(CarouselUnit(w=1.0, squash="identity"))
    assert "is a carousel" in page.locator(f"{TAG} .fate").inner_text()
    assert shown(page, "error") == [1.0, 1.0]


def test_what_is_held_and_what_comes_back_are_two_things(show):
    page = show(CarouselUnit(w=1.2, step=30))
    assert shown(page, "content")[0] > 0.6  # something is held
    page = show(CarouselUnit(w=1.2, step=60))
    assert shown(page, "error")[0] < 1e-4  # and hardly any error comes back
    assert "less than a ten-thousandth" in page.locator(f"{TAG} .fate").inner_text()


def test_what_overflows_is_not_drawn_as_held(show):
    """A content that outgrows the chart leaves it with an arrow, and words say so."""
    figure = CarouselUnit(w=1.2, squash="identity", step=30)
    page = show(figure)
    drawing = page.locator(f"{TAG} svg")
    assert drawing.locator(".hid-dot.off").count() == 2  # where the curve leaves, and above the step shown
    assert drawing.locator("circle.hid-dot").count() == 0
    ends = drawing.locator(".hid-curve").evaluate("(path) => path.getAttribute('d').match(/[\\d.]+/g).map(Number)")
    assert (np.diff(ends[1::2]) < -0.5).all()  # up, all the way
    contents, _ = expected(figure)
    assert drawing.get_by_text(f"off the chart: {contents[0][-1]:.1f}").count() == 1
    assert "off the chart" in page.locator(f"{TAG} .fate").inner_text()
    page = show(CarouselUnit(w=0.9, squash="identity", step=30))
    assert page.locator(f"{TAG} svg .off").count() == 0
