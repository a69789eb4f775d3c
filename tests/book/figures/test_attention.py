"""The attention matrix in a browser: by mouse, touch, keyboard; its numbers are lstmlib's."""

import re

import numpy as np
import pytest
from driving import clean, drag, number, state

from lstmlib.figures import AttentionMatrix

pytestmark = pytest.mark.browser
TAG = "lstm-attention"
FIGURES = [
    AttentionMatrix(),
    AttentionMatrix(sentence=5, target=7, show="error"),
    AttentionMatrix(sentence=4, target=6, scale=0.5, show="scores"),
    AttentionMatrix(sentence=3, target=11, scale=0.0, show="error"),
    AttentionMatrix(sentence=6, target=1, scale=4.0),
    AttentionMatrix(target=7),
    AttentionMatrix(sentence=4, target=11, scale=3.0, show="error"),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("slider", "Symbol written", "ArrowRight", "writing 1997-08-24. Writing “9”: weight")


def check(page):
    """Compare what is shown with the library, from the state that the page is in."""
    now = {name: state(page, TAG, name) for name in ("sentence", "target", "scale", "show")}
    figure, i = AttentionMatrix(**now), now["target"] - 1
    text = figure.alignments[now["sentence"]]
    weights = figure.weights()[i]
    said = page.locator(f"{TAG} .numbers").inner_text()
    places = [int(place) - 1 for place in re.findall(r"\((\d+)\)", said)]
    assert sorted(-weights[places]) == pytest.approx(sorted(-weights)[:3], abs=1e-12)
    values = [number(v) for v in page.locator(f"{TAG} .numbers strong").all_inner_texts()]
    shown = now["scale"] * np.array(text["scores"][i]) if now["show"] == "scores" else weights
    assert values == pytest.approx(shown[places], abs=0.0051)
    if now["show"] == "error":
        asked = number(page.locator(f"{TAG} .asked").first.inner_text())
        assert asked == pytest.approx(np.abs(figure.asked()[i]).sum(), rel=0.06)
        if asked > 1e-6:
            said = page.locator(f"{TAG} .fate").inner_text()
            looks = re.search(r"more at .+? \((\d+)\), less at .+? \((\d+)\)", said)
            pushed = figure.asked()[i]
            assert pushed[int(looks[1]) - 1] == pytest.approx(pushed.min(), abs=1e-6)
            assert pushed[int(looks[2]) - 1] == pytest.approx(pushed.max(), abs=1e-6)
    else:
        three = page.locator(f"{TAG} .fate .context").inner_text()
        assert number(three.removesuffix(" percent")) == pytest.approx(100.0 * sum(sorted(weights)[-3:]), abs=0.51)
    opacity = "(all) => all.map((one) => Number(one.getAttribute('opacity')))"
    drawn = page.locator(f"{TAG} svg .share").evaluate_all(opacity)
    written = figure.weights()[: now["target"]]  # a row is seen once it has been written
    assert drawn == pytest.approx(written[written > 0.004], abs=0.006)
    clean(page, TAG)
    return now


@pytest.mark.parametrize("figure", FIGURES)
def test_numbers_are_the_library_s(show, figure):
    check(show(figure))


def test_all_rows_by_keyboard(show):
    page = show(AttentionMatrix(target=1))
    page.get_by_role("slider", name="Symbol written").focus()
    for target in range(2, 12):
        page.keyboard.press("ArrowRight")
        assert check(page)["target"] == target
    page.get_by_role("slider", name="Scores times").focus()
    page.keyboard.press("Home")
    assert check(page)["scale"] == 0.0
    assert "all count alike" in page.locator(f"{TAG} .fate").inner_text()
    page.keyboard.press("ArrowRight")
    assert check(page)["scale"] == 0.1
    page.get_by_role("button", name="Error").focus()
    page.keyboard.press("Enter")
    assert check(page)["show"] == "error"
    page.get_by_role("button", name="Polish").focus()
    page.keyboard.press("Space")
    assert check(page)["sentence"] == 5


HIGH = """(() => {
  const svg = document.querySelector("lstm-attention").shadowRoot.querySelector("svg");
  return (17 * svg.getBoundingClientRect().width) / svg.viewBox.baseVal.width;
})()"""


def rows(page):
    """Return the middle of the matrix's rows on the screen: x, the first y, the height of a row."""
    box = page.locator(f"{TAG} svg .row").bounding_box()
    # The outline of the row is a pixel higher than the row, and its stroke is counted in the box.
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, page.evaluate(HIGH)


def test_the_matrix_is_dragged_through(show):
    page = show(AttentionMatrix(target=1), height=1200)
    x, y, high = rows(page)
    page.mouse.move(x, y)
    page.mouse.down()
    for row in (3, 7, 11, 2):
        page.mouse.move(x + row, y + (row - 1) * high)
        assert check(page)["target"] == row
    page.mouse.up()
    page.mouse.move(x, y + 5 * high)
    assert check(page)["target"] == 2  # let go
    page.mouse.click(x, y - 30)
    assert check(page)["target"] == 2  # above the matrix


def test_by_mouse(show):
    page = show(AttentionMatrix())
    rng = np.random.default_rng(2)
    for name in ("Scores", "Error", "Weights"):
        page.get_by_role("button", name=name, exact=True).click()
        assert page.get_by_role("button", name=name, exact=True).get_attribute("aria-pressed") == "true"
        for slider in page.get_by_role("slider").all():
            drag(page, slider, rng.random())
            check(page)
    for name in ("German", "Russian", "Hungarian"):
        page.get_by_role("button", name=name).click()
        check(page)


def test_by_touch(show):
    page = show(AttentionMatrix(target=1), width=360, height=1200, touch=True)
    x, y, high = rows(page)
    page.touchscreen.tap(x, y + 8 * high)
    assert check(page)["target"] == 9
    page.get_by_role("button", name="Finnish").tap()
    assert check(page)["sentence"] == 2


def test_where_the_softmax_is_full_the_scores_are_hardly_pushed(show):
    page = show(AttentionMatrix(target=10, show="error"))
    before = number(page.locator(f"{TAG} .asked").first.inner_text())
    page.get_by_role("slider", name="Scores times").focus()
    page.keyboard.press("End")
    assert number(page.locator(f"{TAG} .asked").first.inner_text()) < 1e-3 * before


def test_a_symbol_that_is_pointed_at_is_shown_in_matrix_and_map(show):
    page = show(AttentionMatrix(target=7))
    text = AttentionMatrix().alignments[0]
    weights = AttentionMatrix().weights()[6]
    best = int(np.argmax(weights))
    page.locator(f"{TAG} svg").first.locator(f"[data-symbol='{best}']").hover()
    assert page.locator(f"{TAG} svg .reach.pointed").count() == 1
    caption = page.locator(f"{TAG} svg").last.locator("text.strong").first.text_content()
    assert f"“{text['source'][best]}” ({best + 1}): weight " in caption
    assert number(caption.split()[-1]) == pytest.approx(weights[best], abs=0.0051)
    page.locator(f"{TAG} .title").hover()
    assert page.locator(f"{TAG} svg .reach.pointed").count() == 0


def test_states_have_letters(show):
    """Most states carry their symbol, and each of those that the row looks at does."""
    page = show(AttentionMatrix(target=7))
    source = AttentionMatrix().alignments[0]["source"]
    named = page.locator(f"{TAG} svg").last.locator("text[data-symbol]")
    found = named.evaluate_all("(all) => all.map((t) => [t.dataset.symbol, t.textContent])")
    letters = {int(k): text for k, text in found}
    assert len(letters) > 0.6 * len(source)
    assert all(text in (source[k], "␣") for k, text in letters.items())
    assert set(np.flatnonzero(AttentionMatrix().weights()[6] > 0.1)) <= set(letters)
