"""Every interactive figure in a browser: by mouse, touch and keyboard, its numbers compared with lstmlib's."""

import json
import re

import numpy as np
import pytest

from lstmlib.figures import ErrorChain, Quiz, Safe, Unrolling
from lstmlib.figures.safe import TAPE
from lstmlib.numpy import RNN, error_scaling

pytestmark = pytest.mark.browser

QUESTIONS = [
    {
        "question": "A unit's factor is `0.9`. What is left after ten steps?",
        "answers": [
            {"text": "9 %", "right": False, "reason": "The factor is applied *ten* times."},
            {"text": "About 35 %", "right": True, "reason": "0.9¹⁰ = 0.349."},
        ],
    },
    {
        "question": "Does a larger weight always help?",
        "answers": [
            {"text": "Yes", "right": False, "reason": "It saturates the unit, and f′ falls."},
            {"text": "No", "right": True, "reason": "As |w| grows, |f′ w| goes to 0."},
            {"text": "Only at 4", "right": False, "reason": "That is where it may first reach 1."},
        ],
    },
]


def number(text):
    """Return a number as the figures write it: 7.95 × 10⁻², −3."""
    text = text.replace("−", "-").replace("⁻", "-").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
    mantissa, *exponent = re.fullmatch(r"(-?[\d.]+)(?: × 10(-?\d+))?", text.strip()).groups()
    return float(mantissa) * 10.0 ** int(exponent[0] or 0)


def state(page, tag, name):
    return page.locator(tag).evaluate(f"(figure) => figure.store.get({json.dumps(name)})")


def drag(page, slider, share):
    """Put a slider's thumb at that share of its way, by mouse."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    low, high, now = (float(slider.evaluate(f"(s) => s.{name}")) for name in ("min", "max", "value"))
    thumb = 11  # half its width: the way of its middle is that much shorter at both ends

    def at(part):
        return box["x"] + thumb + part * (box["width"] - 2 * thumb)

    y = box["y"] + box["height"] / 2
    page.mouse.move(at((now - low) / (high - low)), y)
    page.mouse.down()
    page.mouse.move(at(share), y, steps=4)
    page.mouse.up()


# The safe


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


# The error's way back


def chain_of(w, squash, slope, steps):
    """Return what error_scaling measures on one unit whose inputs hold it where its slope is f'."""
    if squash == "logistic":
        h = (1 + np.sqrt(1 - 4 * slope)) / 2  # where h (1 - h) = f'
        net = np.log(h / (1 - h))
    else:
        h = np.sqrt(1 - slope)
        net = np.arctanh(h)
    layer = RNN(1, 1, nonlinearity=squash, rng=np.random.default_rng(0))
    for name, value in {"weight_ih_l0": 1.0, "weight_hh_l0": w, "bias_ih_l0": 0.0, "bias_hh_l0": 0.0}.items():
        layer.params[name][...] = value
    x, state = np.empty((steps + 1, 1, 1)), np.zeros((1, 1))
    for t in range(steps + 1):  # from the state as it is, not as it should be: rounding would grow where the error does
        x[t] = net - w * state
        _, state, _ = layer.forward(x[t : t + 1], state)
    return error_scaling(layer, x)[steps, 0]


def check_chain(page):
    w, squash, slope, steps = (state(page, "lstm-error-chain", name) for name in ("w", "squash", "slope", "steps"))
    factor = number(page.locator("lstm-error-chain .factor").inner_text())
    shown = page.locator("lstm-error-chain .left").inner_text()
    left = 0.0 if shown == "below 10⁻³⁰⁰" else number(shown)
    assert factor == pytest.approx(w * slope, rel=1e-3, abs=1e-12)
    if squash != "identity" and 0 < slope < 1:
        assert abs(left) == pytest.approx(chain_of(w, squash, slope, steps), rel=6e-3, abs=1e-300)
    assert left == pytest.approx((w * slope) ** steps, rel=6e-3, abs=1e-300)
    return w, squash, slope, steps


def test_the_voice_of_the_chain_starts_with_its_example(show):
    page = show(ErrorChain())
    assert check_chain(page) == (3.9, "logistic", 0.25, 100)
    assert page.locator("lstm-error-chain .factor").inner_text() == "0.975"
    assert page.locator("lstm-error-chain .left").inner_text() == "7.95 × 10⁻²"
    assert page.locator("lstm-error-chain .fate").inner_text() == (
        "The error fades: it halves every 27 steps, and 8.0 % of it is left."
    )


def test_chain_by_mouse(show):
    page = show(ErrorChain())
    sliders = page.get_by_role("slider")
    rng = np.random.default_rng(1)
    for squash in ("Logistic", "tanh"):
        page.get_by_role("button", name=squash).click()
        for _ in range(3):
            for k, share in enumerate(rng.uniform(0.1, 0.95, 3)):
                drag(page, sliders.nth(k), share)
            assert check_chain(page)[1] == squash.lower()
    page.get_by_role("button", name="Identity").click()
    assert page.get_by_role("slider", name="Slope f′").is_disabled()
    assert check_chain(page)[2] == 1


def test_chain_by_keyboard(show):
    page = show(ErrorChain(squash="tanh", slope=0.5, w=1.9, steps=20))
    page.get_by_role("slider", name="Weight w").focus()
    fates = {}
    for _ in range(4):
        w, *_ = check_chain(page)
        fates[w] = page.locator("lstm-error-chain .fate").inner_text().split(":")[0]
        page.keyboard.press("ArrowRight")
    assert fates == {1.9: "The error fades", 1.95: "The error fades", 2: "The error holds", 2.05: "The error bursts"}
    page.get_by_role("slider", name="Slope f′").focus()
    page.keyboard.press("Home")
    assert "stops at once" in page.locator("lstm-error-chain .fate").inner_text()
    page.get_by_role("slider", name="Steps back q").focus()
    page.keyboard.press("Home")
    assert check_chain(page)[3] == 1
    page.get_by_role("button", name="Identity").focus()
    page.keyboard.press("Enter")
    assert check_chain(page)[1:3] == ("identity", 1)


@pytest.mark.parametrize("steps", [99, 100])
def test_chain_says_when_the_sign_turns(show, steps):
    page = show(ErrorChain(w=-3.6, steps=steps))
    check_chain(page)
    assert (number(page.locator("lstm-error-chain .left").inner_text()) < 0) == (steps == 99)
    assert "changes sign" in page.locator("lstm-error-chain .fate").inner_text()


@pytest.mark.parametrize(
    "chain", [ErrorChain(w=6.0, squash="identity"), ErrorChain(w=0.05, slope=0.005), ErrorChain(w=0.0)]
)
def test_chain_draws_its_extremes(show, chain):
    page = show(chain)
    check_chain(page)
    page.locator("lstm-error-chain .frame svg").evaluate(
        "(svg) => { if (/NaN|Infinity|undefined/.test(svg.outerHTML)) throw new Error(svg.outerHTML) }"
    )


# Unrolling

FIGURES = [
    Unrolling(),
    Unrolling("Time flies like an arrow"),
    Unrolling("a b a b c c a b", weight_hh=[[1.5, 0, 0.3], [-0.2, 0.9, 0], [0, 1, -1.1]], error=[0.0, 2.0, -1.0]),
]


def read_triple(page):
    text = page.locator("lstm-unrolling .formula").inner_text()
    return [number(part) for part in re.search(r"\(([^()]*)\)$", text).group(1).split(",")]


@pytest.mark.parametrize("figure", FIGURES)
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


# The quiz


def test_quiz_by_mouse(show):
    page = show(Quiz(QUESTIONS))
    reasons = page.locator("lstm-quiz .reason:not([hidden])")
    assert reasons.count() == 0
    page.locator("lstm-quiz .option label").first.click()
    assert reasons.all_inner_texts() == ["✗ Not yet. The factor is applied ten times."]
    page.locator("lstm-quiz .option label").nth(1).click()
    assert reasons.all_inner_texts() == ["✓ Right. 0.9¹⁰ = 0.349."]
    assert "1 of 2 right, 1 to go." in page.locator("lstm-quiz .says").inner_text()
    page.locator("lstm-quiz .option label").last.click()
    assert "1 of 2 right." in page.locator("lstm-quiz .says").inner_text()
    page.get_by_role("button", name="Start again").click()
    assert reasons.count() == 0
    assert page.locator("lstm-quiz input:checked").count() == 0


def test_quiz_by_keyboard(show):
    page = show(Quiz(QUESTIONS), Quiz(QUESTIONS))
    first = page.locator("lstm-quiz").first
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert first.evaluate("(quiz) => quiz.store.get('chosen')") == [1, 1]
    assert "2 of 2 right." in first.locator(".says").inner_text()
    assert page.locator("lstm-quiz").last.evaluate("(quiz) => quiz.store.get('chosen')") == []
    page.wait_for_function(
        "document.querySelector('lstm-quiz').shadowRoot.querySelector('[role=status]').textContent.startsWith('Right.')"
    )


def test_quiz_marks_up_the_same_with_and_without_javascript(show):
    text = "<b>`x < y`</b> *so*: 2 * 3 * 4, W_hhᵀ h(t−1), `W_hh`, snake_case_name, * no *, a_1 `open"
    question = {"question": text, "answers": QUESTIONS[0]["answers"]}
    page = show(Quiz([question]))
    drawn = page.locator("lstm-quiz legend").evaluate("(legend) => legend.innerHTML.replace(/^<span.*?<.span>/, '')")
    marked = (
        "&lt;b&gt;<code>x &lt; y</code>&lt;/b&gt; <em>so</em>: 2 * 3 * 4, W<sub>hh</sub>ᵀ h(t−1), <code>W_hh</code>, "
        "snake_case_name, * no *, a<sub>1</sub> `open"
    )
    assert drawn == marked
    assert f"<p><strong>1. {marked}</strong></p>" in Quiz([question])._without_script()


# As a widget: the module's default export, with a model that does what JupyterLab's does

MODEL = """
async ([text, state]) => {
  const url = URL.createObjectURL(new Blob([text], {type: "text/javascript"}));
  const {default: widget} = await import(url);
  const listeners = new Map();
  const model = {
    saved: 0,
    get: (name) => state[name],
    set(name, value) {
      if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
      state[name] = value;
      for (const [listener, names] of listeners) if (names.includes("change:" + name)) listener();
    },
    save_changes() { this.saved++; },
    on: (names, listener) => listeners.set(listener, names.split(" ")),
    off: (names, listener) => listeners.delete(listener),
  };
  const place = document.createElement("div");
  document.querySelector("main").append(place);
  const stop = widget.render({model, el: place});
  Object.assign(window, {model, stop, listeners});
}
"""


@pytest.fixture
def widget(show):
    """Render a figure from what JupyterLab gets of it: the module's text and the synced state."""

    def widget_(figure, **options):
        page = show(**options)
        figure_state = {name: figure.get_state()[name] for name in figure._state}
        page.evaluate(MODEL, [figure.get_state()["_esm"], figure_state])
        return page

    return widget_


def set_from_python(page, name, value):
    page.evaluate("([name, value]) => model.set(name, value)", [name, value])


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


def test_chain_as_widget_goes_both_ways(widget):
    chain = ErrorChain()
    page = widget(chain)
    page.get_by_role("button", name="tanh").click()
    sent = page.evaluate("({squash: model.get('squash'), slope: model.get('slope')})")
    chain.set_state(sent)  # both in one message, as save_changes sends them
    assert (chain.squash, chain.slope) == ("tanh", 1.0)
    set_from_python(page, "w", 0.5)
    assert page.locator(".factor").inner_text() == "0.5"


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


def test_quiz_as_widget_goes_both_ways(widget):
    quiz = Quiz(QUESTIONS)
    page = widget(quiz)
    page.get_by_text("Yes").click()
    quiz.set_state({"chosen": page.evaluate("model.get('chosen')")})
    assert quiz.chosen == [-1, 0]
    set_from_python(page, "chosen", [1, 1])
    assert "2 of 2 right." in page.locator(".says").inner_text()
    set_from_python(page, "questions", QUESTIONS[:1])
    assert page.locator("fieldset").count() == 1
