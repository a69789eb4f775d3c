"""The safe in a browser: by mouse, touch and keyboard; its numbers are the sum written out."""

import numpy as np
import pytest
from driving import clean, drag, longest_task, number, set_from_python, state
from in_page import apart

from lstmlib.figures import Safe
from lstmlib.figures.safe import TAPE
from lstmlib.online import LSTM1997, Net
from lstmlib.online.compiled import lstm1997 as compiled
from lstmlib.tasks import keep_first, keep_first_solved

pytestmark = pytest.mark.browser
SOON = 120_000  # milliseconds, on a busy machine
NET = Net(3, 1, 1, 1, linear_output=True)
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
        "() => document.querySelector('lstm-safe').shadowRoot.querySelector('[role=status]')"
        ".textContent.includes('Done: 7')"
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
    page.wait_for_function("() => document.querySelector('lstm-safe').store.get('step') >= 2")
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


def marked(count, rng):
    """Draw tapes of twelve numbers, with a mark at the first step and one at the last."""
    batch, last = keep_first(12, count, rng, quiet=True), np.zeros((12, count, 1))
    last[-1] = 1.0
    return batch._replace(x=np.concatenate([batch.x, last], -1))


def learnt(seed, count):
    """Return the weights after so many tapes, by lstmlib's compiled learner; the page draws 500 at a time."""
    params, rng = NET.draw(np.random.default_rng([seed, 0]), 0.5), np.random.default_rng([seed, 1])
    for done in range(0, count, 500):
        batch, few = marked(500, rng), min(500, count - done)
        few_of = type(batch)(*(array[:, :few] for array in batch[:3]), batch.lengths[:few])
        params, _ = compiled.train(NET, params, few_of, 0.1)
    return params


def reading(params, x):
    """Return what a net does with one tape (12, 3): its doors, in the safe, shown; (12, 4), in the tape's numbers."""
    learner, found = LSTM1997(NET, params), []
    for step in x:
        (shown,) = learner.step(step)
        inside = learner.V[0, 0] * learner.h[0]
        found.append([learner.a[0], learner.a[2], 10 * inside, 10 * shown])
    return np.array(found)


@pytest.mark.parametrize("seed", range(10))
def test_a_net_of_one_cell_learns_what_the_reader_did_by_hand(seed):
    batch = marked(200, np.random.default_rng(99))

    def right(params):
        shown = np.stack([reading(params, batch.x[:, n])[:, 3] for n in range(200)], 1) / 10
        return int(keep_first_solved(shown[..., None], batch).sum())

    assert right(learnt(seed, 0)) < 50  # says next to nothing, which is within 0.1 of a small number
    assert right(learnt(seed, 40_000)) > 190


@pytest.mark.parametrize("seed", [0, 3])
def test_the_net_that_takes_the_doors_is_the_library_s(show, seed):
    page = show(Safe(seed=seed))
    page.get_by_role("button", name="Let a net learn it").click()
    page.get_by_role("button", name="Pause the net").click()
    result = state(page, "lstm-safe", "result")
    wanted = learnt(seed, result["shown"])
    assert result["shown"] > 0
    assert apart({name: np.array(value) for name, value in result["params"].items()}, wanted) < 1e-9
    tape = np.zeros((12, 3))
    tape[:, 0], tape[0, 1], tape[-1, 2] = np.array(TAPE) / 10, 1, 1
    found = reading(wanted, tape)
    for step in range(12, 0, -1):
        assert state(page, "lstm-safe", "step") == step
        doors = page.locator("lstm-safe .door .value").all_inner_texts()
        assert [number(text.removesuffix(" %")) for text in doors] == pytest.approx(100 * found[step - 1, :2], abs=0.51)
        told = page.locator("lstm-safe .sum strong").all_inner_texts()
        assert [number(text) for text in told] == pytest.approx(found[step - 1, 2:], abs=0.051)
        if step > 1:
            page.get_by_role("button", name="← Back").click()
    clean(page, "lstm-safe")


def test_the_net_learns_and_gives_the_doors_back(show):
    page = show(Safe(keep=0.7))
    page.get_by_role("button", name="Let a net learn it").click()
    assert page.get_by_role("slider", name="Left door").is_disabled()
    page.get_by_role("button", name="Another net").wait_for(timeout=SOON)
    assert state(page, "lstm-safe", "result")["shown"] == 40_000
    text = page.locator("lstm-safe .task").inner_text()
    assert text.startswith("Learnt after 40,000 tapes of random numbers: it shows ")
    page.wait_for_function(
        "() => document.querySelector('lstm-safe').shadowRoot.querySelector('[role=status]')"
        ".textContent.includes('Learnt')"
    )
    page.get_by_role("button", name="Another net").click()
    page.get_by_role("button", name="Pause the net").click()
    second = state(page, "lstm-safe", "result")
    assert apart({name: np.array(value) for name, value in second["params"].items()}, learnt(1, second["shown"])) < 1e-9
    page.get_by_role("button", name="Start again").click()
    assert check_safe(page, keep=0.7)[0] == [[0] * 12, [0] * 12]
    assert page.get_by_role("slider", name="Left door").is_enabled()
    page.get_by_role("button", name="Let a net learn it").wait_for()


def test_the_page_stays_responsive_while_the_net_learns(show, browser):
    page = show(Safe())

    def train():
        page.get_by_role("button", name="Let a net learn it").click()
        page.wait_for_timeout(1500)

    assert 0 < longest_task(browser, page, train) < 50
