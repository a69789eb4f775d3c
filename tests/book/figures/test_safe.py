"""The safe in a browser: by mouse, touch and keyboard; its numbers are the sum written out."""

import numpy as np
import pytest
from driving import drag, number, set_from_python, state

from lstmlib.figures import Safe
from lstmlib.figures.safe import TAPE

pytestmark = pytest.mark.browser
FIGURES = [
    Safe(),
    Safe(input_gate=[1, 0.3] + [0] * 10, output_gate=[0] * 4 + [0.5] * 8, step=6),
    Safe(values=[-8.25] * 12, input_gate=[1] * 12, output_gate=[1] * 12, step=12),
]
HEARD = ("button", "Open the left door", "Enter", "Step 1 of 12: 7 arrives, left door open, in the safe 7")


def contents(values, gate, keep=1.0):
    """Return s(1) ... s(12) by the sum written out: s(t) = sum over k <= t of keep^(t-k) i(k) x(k)."""
    t = np.arange(12)
    decay = np.where(t[:, None] >= t, keep ** np.clip(t[:, None] - t, 0, None).astype(float), 0.0)
    return decay @ (np.array(gate) * np.array(values))


def check_safe(page, keep=1.0):
    """Compare the two numbers shown with the arithmetic, from the doors as they stand."""
    gates = [state(page, "lstm-safe", name) for name in ("input_gate", "output_gate")]
    step = state(page, "lstm-safe", "step")
    inside = contents(TAPE, gates[0], keep)[step - 1]
    assert number(page.locator("lstm-safe .inside").inner_text()) == pytest.approx(inside, abs=0.0051)
    assert number(page.locator("lstm-safe .shown strong, lstm-safe strong.shown").inner_text()) == pytest.approx(
        gates[1][step - 1] * inside, abs=0.0051
    )
    return gates, inside


def test_safe_by_mouse(show):
    page = show(Safe())
    sliders = page.get_by_role("slider")
    rng = np.random.default_rng(0)
    for step in range(1, 13):
        assert state(page, "lstm-safe", "step") == step
        for k, share in enumerate(rng.random(2)):
            drag(page, sliders.nth(k), share)
            moved = state(page, "lstm-safe", ["input_gate", "output_gate"][k])[step - 1]
            assert moved == pytest.approx(share, abs=0.03)
        check_safe(page)
        if step < 12:
            page.get_by_role("button", name="Step →").click()
    gates, _ = check_safe(page)
    assert len(set(gates[0])) > 6  # each step kept its own setting
    assert page.get_by_role("button", name="Step →").is_disabled()
    page.get_by_role("button", name="← Back").click()
    check_safe(page)
    page.get_by_role("button", name="Start again").click()
    assert check_safe(page)[0] == [[0] * 12, [0] * 12]


def test_safe_task_by_keyboard_alone(show):
    page = show(Safe())
    press = page.keyboard.press
    for _ in range(2):  # the left slider, then its button
        press("Tab")
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.ariaLabel") == "Open the left door"
    leaf = page.locator("lstm-safe .leaf").first.element_handle()
    press("Enter")
    page.wait_for_timeout(400)
    assert leaf.evaluate("(door) => door.isConnected")  # the same door turned, so that it can be seen to turn
    check_safe(page)
    page.get_by_role("button", name="Step →").focus()
    press("Enter")
    assert "another number was let in at step 2" in page.locator("lstm-safe .task").inner_text()
    page.get_by_role("button", name="Shut the left door").focus()
    press("Space")
    check_safe(page)
    page.get_by_role("button", name="Step →").focus()
    for _ in range(10):
        press("Enter")
    assert "nothing is shown" in page.locator("lstm-safe .task").inner_text()
    page.get_by_role("slider", name="Right door").focus()
    press("End")
    gates, inside = check_safe(page)
    assert gates == [[1] + [0] * 11, [0] * 11 + [1]]
    assert inside == TAPE[0]
    assert page.locator("lstm-safe .task").inner_text().startswith("Done: 7 went in at step 1")
    page.wait_for_function(
        "document.querySelector('lstm-safe').shadowRoot.querySelector('[role=status]').textContent.includes('Done: 7')"
    )


def test_safe_slider_by_arrow_keys_moves_the_door_from_there_to_its_next_change(show):
    page = show(Safe(input_gate=[0.0] * 6 + [1.0] * 6, step=3))
    page.get_by_role("slider", name="Left door").focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    gates, _ = check_safe(page)
    assert gates[0] == pytest.approx([0.0] * 2 + [0.35] * 4 + [1.0] * 6)


@pytest.mark.parametrize(
    ("doors", "said"),
    [
        ({"input_gate": [1] + [0] * 11, "output_gate": [0] * 5 + [1] * 7}, "too early, at steps 6, 7, 8, 9, 10 and 11"),
        ({"input_gate": [1, 0, 0.05] + [0] * 9, "output_gate": [0] * 11 + [1]}, "another number was let in at step 3"),
        ({"input_gate": [0.5] + [0] * 11, "output_gate": [0] * 11 + [1]}, "3.5 is shown, 50 % of it"),
        ({"input_gate": [0] * 12, "output_gate": [0] * 11 + [1]}, "the first number was not let in"),
    ],
)
def test_safe_is_not_done_when_it_is_not(show, doors, said):
    page = show(Safe(step=12, **doors))
    text = page.locator("lstm-safe .task").inner_text()
    assert text.startswith("Not yet")
    assert said in text


def test_leaking_safe_fades(show):
    page = show(Safe(input_gate=[1] + [0] * 11, output_gate=[0] * 11 + [1], step=12))
    button = page.get_by_role("button", name="Leaking safe")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    _, inside = check_safe(page, keep=0.7)
    assert inside == pytest.approx(7 * 0.7**11)
    assert "2 % of it. The safe leaks" in page.locator("lstm-safe .task").inner_text()
    button.click()
    check_safe(page)


def test_safe_sheet_by_touch(show):
    page = show(Safe(), width=360, touch=True)
    sheet = page.locator("lstm-safe svg").last
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 8.5 / 12, box["y"] + 60)
    assert state(page, "lstm-safe", "step") == 9
    page.get_by_role("button", name="Open the right door").tap()
    assert state(page, "lstm-safe", "output_gate") == [0] * 8 + [1] * 4


def test_safe_plays_and_pauses(show):
    page = show(Safe())
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('lstm-safe').store.get('step') >= 2")
    page.get_by_role("button", name="Pause").click()
    step = state(page, "lstm-safe", "step")
    page.wait_for_timeout(1100)
    assert state(page, "lstm-safe", "step") == step


def test_reduced_motion_keeps_still(show):
    page = show(Safe(), still=True)
    assert not page.get_by_role("button", name="Play").is_visible()
    duration = "(leaf) => getComputedStyle(leaf).transitionDuration"
    assert page.locator("lstm-safe .leaf").first.evaluate(duration) == "0s"
    moving = show(Safe())
    assert moving.get_by_role("button", name="Play").is_visible()
    assert moving.locator("lstm-safe .leaf").first.evaluate(duration) != "0s"


def test_safe_as_widget_goes_both_ways(widget):
    page = widget(Safe())
    page.get_by_role("button", name="Open the left door").click()
    assert page.evaluate("model.get('input_gate')") == [1] * 12
    assert page.evaluate("model.saved") == 1
    set_from_python(page, "step", 3)
    assert page.locator(".inside").inner_text() == "12"  # 7 - 4 + 9
    Safe(input_gate=page.evaluate("model.get('input_gate')"))  # Python takes what the page sends
    page.evaluate("stop()")
    assert page.evaluate("listeners.size") == 0
