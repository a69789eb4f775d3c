"""The cell to take apart, in a browser: by mouse, touch, keyboard; its numbers, both ways, are lstmlib's."""

import re

import numpy as np
import pytest
from driving import clean, drag, number, state

from lstmlib.figures import Cell
from lstmlib.figures.cell import PARTS
from lstmlib.numpy import error_flow

pytestmark = pytest.mark.browser
TAG = "lstm-cell"
NAMES = ("kind", "x", "h", "c", "weight_ih", "weight_hh", "bias", "dh", "dc", "gradient", "view", "part")


def drawn(seed, **fixed):
    """Return a figure with random weights, inputs and errors."""
    rng = np.random.default_rng(seed)
    lists = {name: [round(float(v), 2) for v in rng.uniform(-3, 3, 4)] for name in ("weight_ih", "weight_hh", "bias")}
    x, h, dh, dc = (round(float(v), 2) for v in rng.uniform(-1, 1, 4))
    return Cell(**({"x": x, "h": h, "c": round(4 * h - x, 2), "dh": dh, "dc": dc} | lists | fixed))


FIGURES = [
    Cell(),
    Cell(kind="2000"),
    Cell(gradient="truncated", view="back", part="previous"),
    Cell(c=8.0, h=1.0, bias=[6.0, 0.0, 6.0, 6.0], view="back", part="squash"),
    drawn(0, part="input_gate"),
    drawn(1, view="back"),
    drawn(2, kind="2000", part="forget_gate"),
    drawn(3, kind="2000", view="back", gradient="truncated"),
    Cell(kind="2000", x=-2.0, h=-1.0, c=-8.0, bias=[-6.0] * 4, dh=-1.0, dc=-1.0, view="back", part="forget_gate"),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("slider", "Input x(t)", "End", r"s.t. is [\d.]+, y.t. is [\d.]+\. Of the error, [\d.]+ goes back")


def expected(figure):
    """Return by part what the library computes forwards, and the errors on their way back."""
    layer = figure.layer()
    y, (_, s), cache = layer.forward(figure.inputs(), figure.state_before())
    dh, dc = np.array([[[figure.dh]]]), np.array([[figure.dc]])
    old = figure.kind == "1997"
    nothing = np.zeros((1, 3)) if old else np.zeros((1, 1))
    dx, (dh0, dc0), grads = layer.backward(cache, dh, (nothing, dc))
    if old:
        i, _, o = cache.a[1][0]
        g, squashed = cache.g.item(), cache.h.item()
        net = dict(zip(("input_gate", "cell_input", "output_gate"), grads["bias_l0"], strict=True))
        previous = dh0[0, 1]
    else:
        i, f, g, o = cache.gates[0, :, 0, 0]
        squashed = cache.tanh_c.item()
        names = ("input_gate", "forget_gate", "cell_input", "output_gate")
        net = dict(zip(names, grads["bias_ih_l0"], strict=True))
        previous = 0.0 if figure.gradient == "truncated" else dh0.item()
    slope = 0.5 * (1 - squashed) * (1 + squashed) if old else 1 - squashed**2
    through = figure.dh * o * slope
    forwards = {
        "before": figure.c, "input_gate": i, "cell_input": g, "write": i * g, "state": s.item(), "squash": squashed,
        "output_gate": o, "output": y.item(), "input": figure.x, "previous": figure.h,
    }  # fmt: skip
    if not old:
        forwards["forget_gate"] = f
    back = net | {
        "before": dc0.item(), "write": figure.dc + through, "add": figure.dc + through, "state": figure.dc,
        "squash": through, "output": figure.dh, "input": dx.item(), "previous": previous,
    }  # fmt: skip
    return forwards, back


def check(page, tag=TAG):
    """Compare all numbers of the drawing with the library, from the state that the page is in."""
    figure = Cell(**{name: state(page, tag, name) for name in NAMES})
    wanted = expected(figure)[figure.view == "back"]
    found = page.locator(f"{tag} [data-part]").evaluate_all(
        "(parts) => parts.map((p) => [p.dataset.part, p.querySelector('[data-value]')?.textContent])"
    )
    shown = {part: number(text) for part, text in found if text}
    assert shown.keys() == wanted.keys()
    for part, value in shown.items():
        if figure.view == "back":  # two digits, however small
            assert value == pytest.approx(wanted[part], rel=0.051), part
        assert value == pytest.approx(wanted[part], abs=0.0051), part
    clean(page, TAG)
    return figure


@pytest.mark.parametrize("figure", FIGURES)
def test_numbers_are_the_library_s(show, figure):
    check(show(figure))


@pytest.mark.parametrize("figure", FIGURES)
def test_every_part_says_its_error(show, figure):
    page = show(figure)
    _, back = expected(figure)
    both = {"write", "show"}  # two errors, for two factors
    for part in back.keys() - both:
        spoken = page.locator(f"{TAG} [data-part={part}]").get_attribute("aria-label")
        shape = r"Error .*?(−?[\d.]+(?:\s×\s10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)(?:: cut|: set it below)?\. [A-Z]"
        error = re.search(shape, spoken).group(1)
        wanted = back["add"] if part == "state" else back[part]
        assert number(error) == pytest.approx(wanted, rel=0.051), spoken


def test_truncated_cuts_the_way_to_the_output_before_and_nothing_else():
    full, cut = (expected(drawn(5, gradient=gradient))[1] for gradient in ("full", "truncated"))
    assert full.pop("previous") != 0.0
    assert cut.pop("previous") == 0.0
    assert full == cut


def test_all_parts_by_keyboard(show):
    page = show(Cell(kind="2000", part="before"))
    page.locator(f"{TAG} [data-part=before]").focus()
    focused = "document.activeElement.shadowRoot.activeElement.dataset.part"
    for part in PARTS[1:]:
        page.keyboard.press("ArrowRight")
        assert state(page, TAG, "part") == part == page.evaluate(focused)
        chosen = page.locator(f"{TAG} [aria-checked=true]")
        assert chosen.count() == 1
        assert chosen.get_attribute("tabindex") == "0"
        said = page.locator(f"{TAG} .panel").inner_text().replace("\n", " ")
        assert page.locator(f"{TAG} .shown .part-name").inner_text() in chosen.get_attribute("aria-label")
        assert "Error" in said
    page.keyboard.press("ArrowRight")  # round
    assert state(page, TAG, "part") == "before"
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    assert state(page, TAG, "part") == "input"
    page.keyboard.press("Home")
    assert state(page, TAG, "part") == "before"
    assert check(page).part == "before"


def test_the_forget_gate_is_there_in_one_kind_only(show):
    page = show(Cell())
    assert page.locator(f"{TAG} [data-part=forget_gate]").count() == 0
    assert not page.get_by_role("slider", name="forget gate").is_visible()
    assert not page.get_by_role("button", name="Forget").is_visible()
    page = show(Cell(kind="2000"))
    assert page.locator(f"{TAG} [data-part=forget_gate]").count() == 1
    page.get_by_role("button", name="Forget").click()
    page.get_by_role("button", name="Error back").click()
    figure = check(page)
    assert abs(expected(figure)[1]["before"]) < 0.01  # a shut forget gate stops the error


def test_by_mouse(show):
    page = show(Cell(kind="2000"))
    rng = np.random.default_rng(0)
    sliders = page.locator(f"{TAG} input[type=range]").all()
    assert len(sliders) == 8
    for view in ("Error back", "Forward"):
        page.get_by_role("button", name=view).click()
        for slider in sliders:
            drag(page, slider, rng.random())
            check(page)
    for deed in ("Write", "Hold", "Show", "Forget", "Half open"):
        page.get_by_role("button", name=deed).click()
        assert page.get_by_role("button", name=deed).get_attribute("aria-pressed") == "true"
        check(page)
    # Pointing shows a part while it lasts; a click keeps it.
    page.locator(f"{TAG} [data-part=squash]").hover()
    assert "squashed state" in page.locator(f"{TAG} .shown .part-name").inner_text()
    assert state(page, TAG, "part") == "add"
    page.locator(f"{TAG} .title").hover()
    assert "The sum" in page.locator(f"{TAG} .shown .part-name").inner_text()
    page.locator(f"{TAG} [data-part=output_gate]").click()
    page.locator(f"{TAG} .title").hover()
    assert "Output gate" in page.locator(f"{TAG} .shown .part-name").inner_text()


def test_by_touch(show):
    page = show(Cell(), width=360, touch=True)
    for part in ("before", "keep", "input_gate", "squash", "previous", "input"):
        page.locator(f"{TAG} [data-part={part}]").tap()
        assert check(page).part == part
    page.get_by_role("button", name="Truncated").tap()
    page.get_by_role("button", name="Error back").tap()
    assert page.locator(f"{TAG} svg").get_by_text("cut", exact=True).is_visible()
    check(page)


@pytest.mark.parametrize("kind", ["1997", "2000"])
def test_step_by_step_it_is_the_library_s_sequence(show, kind):
    figure = Cell(kind=kind, h=0.0, c=0.0)
    page = show(Cell(kind=kind))
    page.get_by_role("button", name="Start empty").click()
    y, state_after, _ = figure.layer().forward(np.tile(figure.inputs(), (4, 1, 1)))
    for t in range(4):
        page.get_by_role("button", name="Step →").click()
        assert state(page, TAG, "h") == pytest.approx(y[t].item(), rel=1e-12)
        check(page)
    assert state(page, TAG, "c") == pytest.approx(state_after[1].item(), rel=1e-12)


def test_steps_end_where_the_slider_does(show):
    page = show(Cell(x=2.0, c=6.5, bias=[6.0, 0.0, 0.0, 0.0]))
    assert page.get_by_role("button", name="Step →").is_disabled()


def test_one_step_of_the_figure_is_one_lag_of_error_flow():
    # Truncated, with the loss at the step's own output alone: what leaves by the road is error_flow at lag 1.
    figure = Cell(gradient="truncated", dc=0.0)
    x = np.concatenate([figure.inputs()] * 2)
    flow = error_flow(figure.layer(), x, wrt="state", dy_last=np.ones((1, 1)))
    y, before, _ = figure.layer().forward(x[:1])
    second = Cell(gradient="truncated", dc=0.0, h=float(y.item()), c=float(before[1].item()))
    assert abs(expected(second)[1]["before"]) == pytest.approx(flow[1, 0], rel=1e-12)


def test_parts_are_large_enough_for_a_finger(show):
    page = show(Cell(kind="2000"), width=360)
    boxes = page.locator(f"{TAG} [data-part] .ring").evaluate_all(
        "(rings) => rings.map((ring) => ring.getBoundingClientRect()).map((box) => [box.width, box.height])"
    )
    assert len(boxes) == len(PARTS)
    assert np.min(boxes) >= 32


@pytest.mark.parametrize("width", [360, 800])
def test_the_page_keeps_still_as_parts_are_pointed_at(show, width):
    page = show(Cell(kind="2000", weight_ih=[-1.25] * 4, h=-0.4, dh=-0.5), width=width)
    heights = set()
    for part in PARTS:
        page.locator(f"{TAG} [data-part={part}]").click()
        heights.add(page.locator(f"{TAG} .panel").bounding_box()["height"])
    assert len(heights) == 1
