"""The laboratory in a browser: a net is trained by mouse, keyboard and link; its numbers are lstmlib's."""

import json
import re
import time
import zlib
from dataclasses import replace

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from driving import LATE, clean, longest_task, pause_and_go_on, state
from in_page import apart

from lstmlib.figures import Laboratory
from lstmlib.figures.laboratory import CHANGES, EXPERIMENTS, experiments
from lstmlib.numpy import LSTM1997, error_flow
from lstmlib.numpy.rnn import sigmoid
from lstmlib.online import LSTM2000
from lstmlib.online.compiled import lstm1997 as compiled
from lstmlib.paper.rows import ROWS
from lstmlib.paper.trials import draw, initial_params, learning_rate, random_sources
from lstmlib.tasks.embedded_reber import walk
from lstmlib.tasks.symbols import one_hot

pytestmark = pytest.mark.browser
TAG = "lstm-laboratory"
SOON = 120_000  # milliseconds, on a busy machine
ENDLESS = {"experiment": "2a-BPTT"}  # never solved, so that it is still training whenever a test looks
FIGURES = [
    Laboratory(),
    Laboratory(experiment="2c", lag=1000, mode="race", changes=["forget gates"], guess=1_000_000),
    Laboratory(experiment="1-Elman", trial=3, look="pushes", unit=2, source=1),
    Laboratory(experiment="2000", mode="race", changes=["no forget gates"]),
    Laboratory(experiment="4", lag=500, blocks=3, cells=1, rate=0.05, mode="eight", look="flow"),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("button", "A lag of 1000 steps, learnt in front of you", "Enter", "2c: a symbol after a long lag")


def said(page, which="stands"):
    return page.locator(f"{TAG} .{which}").inner_text()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def wait(page, what):
    page.wait_for_function(
        "({ tag, what }) => document.querySelector(tag).shadowRoot.textContent.includes(what)",
        arg={"tag": TAG, "what": what},
        timeout=SOON,
    )


def gone(page):
    """Wait until no worker is left; its end is told a little later."""
    deadline = time.monotonic() + SOON / 1000
    while page.workers and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert not page.workers


def test_a_net_is_trained_to_the_criterion_and_compared_with_stored_trials(show):
    row = experiments()[0]["lags"]["9"]
    sequences = {trial: count for trial, count, solved in row["stored"] if solved}
    trial = min(sequences, key=sequences.get)
    page = show(Laboratory(experiment="1", trial=trial, guess=10_000))
    press(page, "Train")
    wait(page, "solved it after")
    wanted = sequences[trial]
    assert f"solved it after {wanted:,} sequences." in said(page, "verdict")
    better = len(row["stored"]) - 1
    assert f"Of the book’s {len(row['stored'])} stored trials, {better} took longer or failed." in said(page, "verdict")
    assert "The paper’s mean is 8,440." in said(page, "verdict")
    assert "Your guess was 10,000." in said(page, "verdict")
    result = state(page, TAG, "result")[0]
    assert (result["shown"], result["solved"]) == (wanted, True)
    assert page.get_by_role("button", name="Train").count() == 0
    assert page.get_by_role("button", name="Go on").is_disabled()


def test_weights_after_some_sequences_are_the_library_s(show):
    figure = Laboratory(experiment="6a", trial=3)
    page = show(figure)
    for _ in range(5):
        press(page, "One sequence")
    wait(page, "5 sequences.")
    found = state(page, TAG, "result")[0]
    row, reading = figure.setup
    weights, training, _ = random_sources(row, 0, 3)
    params, drawn = initial_params(row, reading, weights), draw(row, reading, 454, training)  # as many as fit on a tray
    five = type(drawn)(*(array[:, :5] for array in drawn[:3]), drawn.lengths[:5])
    wanted, _ = compiled.train(row.net, params, five, learning_rate(row, reading))
    assert found["shown"] == 5
    assert apart({name: np.array(value) for name, value in found["params"].items()}, wanted) < 1e-12


def test_pause_go_on_and_start_again_by_keyboard(show):
    page = show(Laboratory(**ENDLESS))
    train = page.locator(f"{TAG} button.main")
    train.focus()
    page.keyboard.press("Enter")
    wait(page, "a second")
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => document.querySelector('{TAG}').store.get('result')[0]?.shown > 0", timeout=SOON)
    assert train.inner_text() == "Go on"
    page.keyboard.press("Enter")
    wait(page, "a second")
    page.get_by_role("button", name="Start again").press("Enter")
    wait(page, "has not seen a sequence yet")
    assert train.inner_text() == "Train"


def test_a_report_that_crosses_a_pause_changes_nothing(show):
    page = show(Laboratory(**ENDLESS), head=LATE)
    press(page, "Train")
    wait(page, "a second")
    pause_and_go_on(page, TAG, 1, SOON)
    page.wait_for_timeout(1000)
    assert page.get_by_role("button", name="Pause", exact=True).is_visible()


def test_reports_that_come_after_their_worker_was_stopped_change_nothing(show):
    """What is measured or trained may be stopped while its report is on its way; it then belongs to nobody."""
    page = show(Laboratory(**ENDLESS), head=LATE)
    page.wait_for_timeout(300)  # the speed has been asked for
    press(page, "Train")
    wait(page, "a second")
    press(page, "Start again")
    page.wait_for_timeout(1500)
    assert page.get_by_role("button", name="Train", exact=True).is_visible()
    assert state(page, TAG, "result") == []


def test_a_screen_reader_is_told_what_is_trained_and_not_the_set_up_again(show):
    page = show(Laboratory(**ENDLESS))
    press(page, "Train")
    wait(page, "Training: 2a")
    wait(page, "a second")
    page.wait_for_timeout(1000)  # longer than what is said waits for what comes after it
    assert page.locator(f"{TAG} [role=status]").text_content().startswith("Training: 2a")


def test_eight_nets_and_a_race(show):
    page = show(Laboratory())
    press(page, "Eight nets")
    press(page, "One sequence")
    wait(page, "1, 1, 1, 1, 1, 1, 1, 1 sequences.")
    weights = [result["params"]["weight_ih"] for result in state(page, TAG, "result")]
    assert len({tuple(each) for each in weights}) == 8
    press(page, "Race: no gate biases")
    press(page, "One sequence")
    wait(page, "1, 1 sequences.")
    first, second = (result["params"] for result in state(page, TAG, "result"))
    # Drawn the same, then one update.
    np.testing.assert_allclose(first["weight_ih"][16:], second["weight_ih"][16:], atol=0.05)
    assert first["bias"][0] < -1.9 < -0.2 < second["bias"][0]


def test_what_is_chosen_stands_in_the_address_and_a_link_sets_it(show):
    page = show(Laboratory(), head='<a href="#lab:4;lag=500;changes=forget%20gates">a link</a>')
    press(page, "Change the set-up")
    page.get_by_label("Experiment").select_option("3a")
    page.get_by_label("Blocks").select_option("2")
    assert page.get_by_label("no output gates").is_disabled()  # nothing of that kind is stored, nor in the paper
    assert page.evaluate("location.hash").startswith("#lab:3a;blocks=2")
    page.get_by_role("link", name="a link").click()
    page.wait_for_function(f"() => document.querySelector('{TAG}').store.get('experiment') === '4'")
    assert state(page, TAG, "lag") == 500
    assert state(page, TAG, "changes") == ["forget gates"]
    assert page.get_by_label("forget gates", exact=True).is_checked()


def test_how_much_of_an_error_arrives_is_error_flow_s_share(show):
    figure = Laboratory(experiment="6a", trial=3, look="flow")
    page = show(figure)
    press(page, "One sequence")
    wait(page, "is left at each lag")
    params = {name: np.array(value) for name, value in state(page, TAG, "result")[0]["params"].items()}
    row, reading = figure.setup
    drawn = draw(row, reading, 1, np.random.default_rng([0, zlib.crc32(row.name.encode()), 3, 9]))
    T, x = int(drawn.lengths[0]), one_hot(drawn, 8).x
    layer = LSTM1997(8, 2, 2, gradient="truncated")
    for name, value in layer.params.items():
        value[...] = params[name.removesuffix("_l0")].reshape(value.shape)
    weight = params["weight_out"].reshape(4, 4)
    y = sigmoid(weight @ layer.forward(x)[0][T - 1, 0] + params["bias_out"])
    error = (np.eye(4)[drawn.target[T - 1, 0]] - y) * y * (1 - y)
    flow = error_flow(layer, x[:T], wrt="state", dy_last=error[None] @ weight)[:, 0]
    shown = re.search(r"left: (\S+)", page.locator(f"{TAG} .see").text_content())[1]
    assert shown == f"{flow[-1] / flow[0]:.2f}"


def test_whose_weights_are_pushed_can_be_chosen_while_it_learns(show):
    page = show(Laboratory())
    assert page.get_by_label("Of the weights to").is_hidden()
    press(page, "Pushes by step")
    press(page, "One sequence")
    wait(page, "What each step pushes at input gate 1")
    options = page.get_by_label("Of the weights to").locator("option").all_inner_texts()
    assert options[:3] == ["input gate 1", "input gate 2", "cell 1.1"]
    assert len(options) == 8
    before = page.locator(f"{TAG} .see .push").evaluate_all("(bars) => bars.map((bar) => bar.outerHTML).join()")
    page.get_by_label("Of the weights to").select_option("cell 1.1")
    page.get_by_label("those from").select_option("X")
    wait(page, "What each step pushes at cell 1.1, from X")
    assert page.evaluate("location.hash") == "#lab:6a;unit=2;source=7;look=pushes"
    assert page.locator(f"{TAG} .see .push").evaluate_all("(bars) => bars.map((bar) => bar.outerHTML).join()") != before
    press(page, "Go on")
    wait(page, "a second")
    press(page, "Contents and gates")
    wait(page, "Contents of the cells over one sequence")
    assert page.get_by_label("Of the weights to").is_hidden()


def test_what_trains_is_a_worker(show):
    page = show(Laboratory(**ENDLESS))
    wait(page, "on this machine")  # so fast was a worker that is gone again
    gone(page)
    press(page, "Train")
    wait(page, "a second")
    assert [worker.url.partition(":")[0] for worker in page.workers] == ["blob"]
    press(page, "Start again")
    wait(page, "has not seen a sequence yet")
    gone(page)


def test_how_long_it_will_take_is_said_before_anything_is_pressed(show):
    page = show(Laboratory(experiment="2c", lag=1000))
    wait(page, "on this machine")
    row = experiments()[[each["name"] for each in experiments()].index("2c")]["lags"]["1000"]
    middle = sorted(sequences for _, sequences, _ in row["stored"])[len(row["stored"]) // 2]
    assert re.search(
        rf"the usual {middle:,} sequences take about \d+ (s|min|h) on this machine", said(page, "measured")
    )


def test_it_rests_while_nobody_can_see_it(show):
    page = show(Laboratory(**ENDLESS))
    press(page, "Train")
    wait(page, "a second")
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_function(f"() => document.querySelector('{TAG}').store.get('result').length === 1", timeout=SOON)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: false, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    wait(page, "a second")


def test_every_experiment_learns_from_a_sequence(show):
    page = show(Laboratory())
    for name in EXPERIMENTS:
        page.evaluate(f"document.querySelector('{TAG}').store.update({{ experiment: '{name}', result: [] }})")
        press(page, "One sequence")
        page.wait_for_function(
            f"() => document.querySelector('{TAG}').store.get('result')[0]?.shown === 1", timeout=SOON
        )
        clean(page, TAG)
        told = page.locator(f"{TAG} .set svg").get_attribute("aria-label")
        assert re.search(r"is right; the net gives it [01]\.\d\d\.$|[\d.⁻]+, right: [−\d.⁻]+$", told)


def test_the_page_stays_responsive_while_it_trains(show, browser):
    page = show(Laboratory())
    press(page, "Train")
    wait(page, "a second")

    def watch():
        wait(page, "The paper asks for")
        page.wait_for_timeout(2000)

    assert 0 < longest_task(browser, page, watch) < 50


def test_changes_are_those_of_the_script(show):
    page = show(Laboratory(changes=list(CHANGES)))
    there = page.locator(f"{TAG} .boxes label").all_inner_texts()
    assert there == list(CHANGES)
    assert page.locator(f"{TAG} .boxes input:checked").count() == len(CHANGES)


def test_a_race_of_2000_shows_both_nets_and_each_learns_as_the_library_s(show):
    page = show(Laboratory(experiment="2000", mode="race", changes=["no forget gates"], trial=1))
    press(page, "One sequence")
    wait(page, "1, 1 sequences.")
    wait(page, "The changed net: contents")
    for name, result in zip(("forget-gates", "standard"), state(page, TAG, "result"), strict=True):
        row = replace(ROWS[f"gers-2000/{name}"], cap=1)
        weights, training, _ = random_sources(row, 0, 1)
        biases = {name: getattr(row, name) for name in ("input_gate_bias", "forget_gate_bias", "output_gate_bias")}
        learner = LSTM2000(row.net, row.net.draw(weights, row.weight_range, **biases))
        coins = iter(training.integers(2, size=65536, dtype=np.uint8))
        there, eye, wrong = walk(), np.eye(7), False
        symbol, node = there.symbol[0, 0], there.node[0, 0]
        while not wrong:  # one training stream, to its first error
            y, target, coin = learner.step(eye[symbol]), there.allowed[node].astype(float), next(coins)
            wrong = bool((abs(target - y) >= 0.49).any())
            learner.add_error(target)
            learner.update(0.5)
            symbol, node = there.symbol[node, coin], there.node[node, coin]
        found = {name: np.array(value) for name, value in result["params"].items()}
        assert apart(found, learner.params) < 1e-12


def test_it_still_fits_a_small_laptop_s_screen_when_it_has_learnt(show):
    page = show(Laboratory(), width=768, height=768)
    before = page.locator(f"{TAG} .frame").bounding_box()["height"]
    press(page, "One sequence")
    page.wait_for_function(f"() => document.querySelector('{TAG}').store.get('result').length === 1", timeout=SOON)
    after = page.locator(f"{TAG} .frame").bounding_box()["height"]
    assert after <= 680
    assert abs(after - before) < 50  # what stands below hardly moves


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 800])
def test_axe_finds_nothing(show, scheme, width):
    page = show(Laboratory(mode="race", changes=["no gate biases"]), scheme=scheme, width=width)
    press(page, "Change the set-up")
    press(page, "One sequence")
    wait(page, "1, 1 sequences.")
    found = Axe().run(page).response["violations"]
    assert not found, json.dumps(found, indent=1)[:3000]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
