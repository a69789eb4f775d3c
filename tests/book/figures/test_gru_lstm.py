"""A GRU beside an LSTM, in a browser: by mouse, touch, keyboard; its numbers are lstmlib's."""

import numpy as np
import pytest
from driving import clean, drag, number, state

from lstmlib.figures import GRUBesideLSTM
from lstmlib.numpy import error_flow

pytestmark = pytest.mark.browser
TAG = "lstm-gru-lstm"
RANDOM = [round(float(x), 2) for x in np.random.default_rng(0).uniform(-1, 1, 16)]
MARKS = [0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
FIGURES = [
    GRUBesideLSTM(),
    GRUBesideLSTM(values=RANDOM, marks=MARKS, forget=1.2, input=0.3, update=0.5, recurrent=1.7, step=9),
    GRUBesideLSTM(values=RANDOM, marks=MARKS, output=-2.0, update=-1.0, reset=2.0, recurrent=-2.0, step=29),
    GRUBesideLSTM(values=[0.5] * 16, marks=[1] * 16, forget=8.0, step=16),
    GRUBesideLSTM(values=[0.0] * 16, update=-8.0, reset=8.0, recurrent=2.0, step=32),
    GRUBesideLSTM(forget=-8.0, output=-8.0, update=-8.0, reset=-8.0, recurrent=0.1, step=24),
    GRUBesideLSTM(step=16),
    GRUBesideLSTM(values=[0.5] * 16, marks=[1] * 16, update=0.0, recurrent=1.3, step=25),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("slider", "GRU: update gate", "ArrowLeft", "At step 1 the error is")


def expected(figure):
    """Return the LSTM's cell and both outputs (3, 16), and both errors (2, 16), steps from 1 to 16, by the library."""
    lstm, gru = figure.layers()
    y, _, cache = lstm.forward(figure.inputs())
    contents = [cache.c[1:, 0, 0], y[:, 0, 0], gru.forward(figure.inputs())[0][:, 0, 0]]
    one = np.ones((1, 1))
    errors = [error_flow(layer, figure.inputs(), wrt="state", dy_last=one)[::-1, 0] for layer in (lstm, gru)]
    return contents, errors


def shown(page, *classes):
    return [number(page.locator(f"{TAG} .numbers .{name}").inner_text()) for name in classes]


def check(page):
    """Compare what is shown with the library, from the state that the page is in."""
    now = {name: state(page, TAG, name) for name in GRUBesideLSTM._state}
    contents, errors = expected(GRUBesideLSTM(**now))
    step = now["step"]
    if step > 16:
        assert shown(page, "lstm.error", "gru.error") == pytest.approx([row[32 - step] for row in errors], rel=6e-3)
    else:
        wanted = [row[step - 1] if step else 0.0 for row in contents]
        assert shown(page, "lstm.content", "lstm.output", "gru.output") == pytest.approx(wanted, abs=0.0051)
    clean(page, TAG)
    return now


@pytest.mark.parametrize("figure", FIGURES)
def test_numbers_are_the_library_s(show, figure):
    check(show(figure))


def test_gates_are_the_library_s(show):
    figure = GRUBesideLSTM(values=RANDOM, marks=MARKS, forget=1.2, input=0.3, update=0.5, reset=-0.7, step=5)
    lstm, gru = figure.layers()
    i, f, _, o = lstm.forward(figure.inputs())[2].gates[4, :, 0, 0]
    r, z, _ = gru.forward(figure.inputs())[2].gates[4, :, 0, 0]
    page = show(figure)
    texts = page.locator(f"{TAG} svg text").all_text_contents()
    for name, value in {"f": f, "i": i, "o": o, "z": z, "r": r}.items():
        assert float(texts[texts.index(name) + 1]) == pytest.approx(value, abs=0.0051), name


def test_all_steps_by_keyboard(show):
    page = show(GRUBesideLSTM(values=RANDOM, marks=MARKS, recurrent=1.0, update=1.0))
    page.get_by_role("button", name="Start again").focus()
    page.keyboard.press("Enter")
    assert state(page, TAG, "step") == 0
    assert page.get_by_role("button", name="← Back").is_disabled()
    page.get_by_role("button", name="Step →").focus()
    for step in range(1, 33):
        page.keyboard.press("Enter")
        assert check(page)["step"] == step
    assert page.get_by_role("button", name="Step →").is_disabled()
    page.get_by_role("button", name="← Back").focus()
    page.keyboard.press("Space")
    assert check(page)["step"] == 31
    page.get_by_role("slider", name="GRU: update gate").focus()
    page.keyboard.press("End")
    assert check(page)["update"] == 8.0
    page.keyboard.press("ArrowLeft")
    assert check(page)["update"] == 7.9


def test_by_mouse(show):
    page = show(GRUBesideLSTM())
    rng = np.random.default_rng(2)
    for slider in page.get_by_role("slider").all():
        drag(page, slider, rng.random())
        check(page)
    fresh = GRUBesideLSTM()
    changed = {name for name in fresh._state if state(page, TAG, name) != getattr(fresh, name)}
    assert changed == set(fresh._state) - {"values", "marks"}
    for tape, marks in (("Two marked", 2), ("Count", 16), ("Keep one", 1)):
        page.get_by_role("button", name=tape).click()
        assert sum(check(page)["marks"]) == marks
        assert page.get_by_role("button", name=tape).get_attribute("aria-pressed") == "true"


def test_by_touch(show):
    page = show(GRUBesideLSTM(), width=360, touch=True)
    page.get_by_role("button", name="Start again").tap()
    for _ in range(3):
        page.get_by_role("button", name="Step →").tap()
    assert check(page)["step"] == 3


def test_at_the_second_mark_the_lstm_adds_and_the_gru_replaces(show):
    page = show(GRUBesideLSTM(forget=8.0, step=6))
    page.get_by_role("button", name="Two marked").click()
    (content,), (held,) = shown(page, "lstm.content"), shown(page, "gru.output")
    assert content == pytest.approx(np.tanh(0.8) + np.tanh(0.7), abs=0.05)
    assert held == pytest.approx(np.tanh(0.7), abs=0.05)
