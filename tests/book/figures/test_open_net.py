"""A net of 1997 in a browser: sequences, twins, gates, contents and answers are lstmlib's, as drawn and as changed."""

import re

import numpy as np
import pytest
from driving import clean, set_from_python, state
from in_page import open_modules

from lstmlib.figures import OpenNet
from lstmlib.figures.open_net import EXPERIMENTS
from lstmlib.paper.inside import PLANS, load
from lstmlib.paper.steps import example, read

pytestmark = pytest.mark.browser
TAG = "lstm-open-net"
MOVED = [[7.0, 1.0, 1.0], [30.0, 0.0, -0.4]]
FIGURES = [
    OpenNet(),
    OpenNet(asked=True),
    OpenNet(asked=True, edits=MOVED, step=30, wait=900),
    OpenNet(asked=True, experiment="1", text="BTBTSXXTVVETE", step=3),
    OpenNet(asked=True, experiment="2b", seed=3, wait=100, twin=False),
    OpenNet(asked=True, experiment="3a", seed=3),
    OpenNet(asked=True, experiment="6b", seed=4, step=12),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = (
    "button",
    "Another sequence",
    "Enter",
    r"Two numbers are marked; .+ Step \d+: .+ the answer is .+ its twin: the",
)


@pytest.fixture(scope="module")
def modules(browser):
    page = open_modules(browser)
    yield page
    page.close()


READ = """async ([experiment, plan, state]) => {
  const { opened, question, sequenceOf, twinOf } = await import("/page/opened.js");
  const sequence = sequenceOf(experiment, plan, state), twin = twinOf(experiment, plan, sequence), net = opened(plan);
  const names = ["inward", "contents", "outward", "outputs"];
  const of = (steps, name) => steps.map((step) => [...step[name]]);
  const listed = (steps) => Object.fromEntries(names.map((name) => [name, of(steps, name)]));
  const asked = question(experiment, plan, sequence);
  return { steps: listed(net(sequence)), twin: twin && listed(net(twin)), asked };
}"""


def in_page(modules, figure):
    chosen = {name: getattr(figure, name) for name in ("seed", "wait", "edits", "text")}
    return modules.evaluate(READ, [figure.experiment, OpenNet.given()[figure.experiment], chosen])


def the_same(found, wanted):
    for name, values in found.items():
        np.testing.assert_allclose(np.reshape(values, getattr(wanted, name).shape), getattr(wanted, name), atol=1e-9)


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_sequence_as_it_is_drawn_and_its_twin(modules, experiment):
    for seed in (0, 3, 10):
        figure = OpenNet(experiment=experiment, seed=seed)
        found, wanted = in_page(modules, figure), example(PLANS[experiment], seed)
        np.testing.assert_array_equal(figure.sequence(), wanted.x)
        the_same(found["steps"], figure.reading())
        stored = load()[experiment]
        the_same(found["twin"], read(stored.plan.net, stored.params, wanted.twin))
        kept = found["asked"]["kept"]
        assert (kept[-1] if experiment[0] == "3" else kept) in (wanted.marked[0], list(wanted.marked[:-1]))
        assert found["asked"]["step"] == wanted.marked[-1]
        answer = wanted.answers[0]
        if experiment == "3c":  # whose targets are noisy
            answer = found["asked"]["answer"]
        assert found["asked"]["answer"] == pytest.approx(answer)


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_sequence_that_waits_longer_and_is_changed(modules, experiment):
    edits = [[5.0, 0.0, 2.0], [60.0, 0.0, 1.0]] if experiment[0] != "1" else []
    figure = OpenNet(experiment=experiment, seed=2, wait=150, edits=edits, text="BPBPVVEPE")
    the_same(in_page(modules, figure)["steps"], figure.reading())
    without = OpenNet(experiment=experiment, seed=2, text="BPBPVVEPE").sequence()
    more = len(figure.sequence()) - len(without)
    assert more == (0 if experiment in ("1", "2a") else 150)


@pytest.mark.parametrize(
    ("figure", "answer"),
    [
        (OpenNet(experiment="1", text="BPTE"), None),  # what the grammar doesn't have
        (OpenNet(experiment="1", text="BTBTSXXTVVETE"), 1),
        (OpenNet(experiment="1", text="BTBTSXXTVVEPE"), None),
        (OpenNet(experiment="2a", edits=[[0, 0, 4]]), None),
        (OpenNet(experiment="2c", edits=[[1, 0, 102]]), 0),
        (OpenNet(experiment="2c", edits=[[1, 0, 103]]), 1),
        (OpenNet(experiment="3a", edits=[[0, 0, 1], [1, 0, 1], [2, 0, -1]]), 1),
        (OpenNet(experiment="4", edits=MOVED[:1]), None),  # three marks
        (OpenNet(experiment="6a", edits=[[30, 0, 7]]), None),  # three signals
    ],
)
def test_what_a_changed_sequence_asks_for(modules, figure, answer):
    asked = in_page(modules, figure)["asked"]
    assert (asked and asked["answer"]) == answer


@pytest.mark.parametrize("figure", FIGURES)
def test_what_it_says_is_the_library_s(show, figure):
    page = show(figure)
    told = page.locator(f"{TAG} svg").get_attribute("aria-label")
    clean(page, TAG)
    if not figure.asked:
        assert "aren't loaded" in told
        return
    steps = figure.reading()
    at = len(steps.outputs) - 1 if figure.step < 0 else figure.step
    gates, contents = re.search(r"comes in; input gates? (.+?); contents? (.+?)[;.] (?:output|At|This)", told).groups()
    for said, wanted in ((gates, steps.inward[at]), (contents, steps.contents[at])):
        numbers = [float(value) for value in said.replace("−", "-").split(", ")]
        np.testing.assert_allclose(numbers, wanted, atol=0.0051)
    assert ("its twin" in told) == (figure.twin and "asks for nothing" not in told)


def test_by_mouse_and_keyboard(show):
    page = show(OpenNet())
    page.get_by_role("button", name="Load").click()
    page.get_by_role("button", name="Load").wait_for(state="detached")
    page.get_by_role("slider", name="Step", exact=True).fill("20")
    page.get_by_role("button", name="Mark it").click()
    assert state(page, TAG, "edits") == [[19, 1, 1]]
    assert "asks for nothing" in page.locator(f"{TAG} .fate").inner_text()
    page.get_by_role("button", name="Take its mark away").click()
    assert "and the net says" in page.locator(f"{TAG} .fate").inner_text()
    page.get_by_role("button", name="As drawn").click()
    assert state(page, TAG, "edits") == []
    page.get_by_role("slider", name="Steps more to wait").press("ArrowRight")
    assert state(page, TAG, "wait") == 50
    page.get_by_role("button", name="1", exact=True).click()
    page.get_by_role("textbox", name="The string that is read").fill("bpbpvvepe")
    assert state(page, TAG, "text") == "BPBPVVEPE"
    assert "the answer is P and the net says P" in page.locator(f"{TAG} .fate").inner_text()
    page.locator(f"{TAG} svg").click(position={"x": 40, "y": 100})
    assert state(page, TAG, "step") == 0


def test_links_open_an_experiment(show):
    page = show(OpenNet())
    page.evaluate("location.hash = '#net:2c'")
    page.get_by_role("button", name="Load").wait_for(state="detached")
    assert state(page, TAG, "experiment") == "2c"
    assert 'id="net:2c"' in OpenNet()._repr_mimebundle_()[0]["text/html"]
    page.evaluate("location.hash = '#net:9'")
    assert state(page, TAG, "experiment") == "2c"


def test_python_sets_the_experiment(widget):
    page = widget(OpenNet(asked=True))
    page.locator(f".{TAG} button.main", has_text="Load").wait_for(state="detached")
    set_from_python(page, "experiment", "6a")
    assert "Which of X and Y" in page.locator(f".{TAG} svg").get_attribute("aria-label")
