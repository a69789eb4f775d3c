"""The unrolled net in a browser: by mouse and keyboard; its numbers are lstmlib's."""

import re

import numpy as np
import pytest
from driving import number, set_from_python, state

from lstmlib.figures import Unrolling

pytestmark = pytest.mark.browser
AT_FIRST = [
    Unrolling(),
    Unrolling("Time flies like an arrow"),
    Unrolling("a b a b c c a b", weight_hh=[[1.5, 0, 0.3], [-0.2, 0.9, 0], [0, 1, -1.1]], error=[0.0, 2.0, -1.0]),
    Unrolling("Attention is something altogether different for a machine"),
]
FIGURES = [
    *AT_FIRST[:3],
    Unrolling(step=9),
    Unrolling("Attention is something altogether different for a machine", step=10),
]
HEARD = ("button", "Read “The” →", "Enter", "After “The”: each weight has been used once")


def read_triple(page):
    text = page.locator("lstm-unrolling .formula").inner_text()
    return [number(part) for part in re.search(r"\(([^()]*)\)$", text).group(1).split(",")]


@pytest.mark.parametrize("figure", AT_FIRST)
def test_unrolling_forward_and_backward_by_mouse(show, figure):
    page = show(figure)
    layer, x, T = figure.layer(), figure.inputs(), len(figure.words)
    y, _, _ = layer.forward(x)
    step = page.locator("lstm-unrolling button.main")
    for t in range(T):
        assert step.inner_text() == f"Read “{figure.words[t]}” →"
        step.click()
        assert read_triple(page) == pytest.approx(y[t, 0], abs=0.0051)
        used = re.search(r"used (\w+)", page.locator("lstm-unrolling .says").nth(1).inner_text()).group(1)
        assert used == {1: "once", 2: "twice"}.get(t + 1, str(t + 1))
    last = np.array(figure.error)[None]
    for t in reversed(range(T)):
        step.click()
        error = last[0]
        if t < T - 1:  # what reaches h(t) through all the steps after it
            _, _, cache = layer.forward(x[t + 1 :], y[t])
            _, dstate, _ = layer.backward(cache, np.zeros((T - 1 - t, 1, 3)), last)
            error = dstate[0]
        assert read_triple(page) == pytest.approx(error, abs=0.0051)
        length = page.locator("lstm-unrolling .frame svg .error-ink").first.text_content()
        assert number(length) == pytest.approx(np.linalg.norm(error), abs=0.0051)
    assert step.is_disabled()


def test_unrolling_by_keyboard_goes_there_and_back(show):
    page = show(Unrolling())
    page.keyboard.press("Tab")
    for _ in range(9):
        page.keyboard.press("Enter")
    assert state(page, "lstm-unrolling", "step") == 9
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert state(page, "lstm-unrolling", "step") == 8
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert state(page, "lstm-unrolling", "step") == 0


def test_unrolling_shows_the_same_weights_at_every_copy(show):
    page = show(Unrolling(step=6))
    assert page.locator("lstm-unrolling svg .plate").count() == 2 + 6 + 5  # stored once; W_ih six times, W_hh five
    small = page.locator("lstm-unrolling").evaluate(
        """(figure) => [...figure.shadowRoot.querySelectorAll("svg .plate")].slice(2).map((plate) => {
          const kinds = [];
          let next = plate;
          while ((next = next.nextElementSibling) && /weight|lit/.test(next.getAttribute("class")))
            if (!next.classList.contains("lit")) kinds.push(next.getAttribute("class") + next.getAttribute("width"));
          return kinds.join();
        })"""
    )
    assert len(set(small)) == 2


def test_unrolling_as_widget_goes_both_ways(widget):
    figure = Unrolling()
    page = widget(figure)
    page.locator("button.main").click()
    figure.set_state({"step": page.evaluate("model.get('step')")})
    assert figure.step == 1
    set_from_python(page, "step", 12)
    assert "e(1)" in page.locator(".formula").inner_text()


def test_other_words_in_a_widget_are_drawn(widget):
    figure = Unrolling()
    page = widget(figure)
    figure.words = ["one", "two", "three"]
    # The two messages arrive one after the other: what stands between them must not break the figure.
    set_from_python(page, "words", figure.words)
    page.evaluate("Promise.resolve()")
    set_from_python(page, "weight_ih", figure.weight_ih)
    assert page.locator("button.main").inner_text() == "Read “one” →"
