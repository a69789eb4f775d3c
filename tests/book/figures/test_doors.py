"""Gates that learn in a browser: the net is lstmlib's, and so is the number of sequences that it takes."""

import numpy as np
import pytest
from driving import clean, longest_task, state
from in_page import apart

from lstmlib.figures import LearningDoors
from lstmlib.online.compiled import lstm1997 as compiled

pytestmark = pytest.mark.browser
TAG = "lstm-doors"
SOON = 120_000  # milliseconds, on a busy machine
FIGURES = [
    LearningDoors(),
    LearningDoors(task="bias", negative=True, rate=0.05, guess=4000),
    LearningDoors(seed=4, rate=0.02),
]
HEARD = ("button", "A cell used as a bias", "Enter", "the answer is 1 more than the first number")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def learnt(figure, count):
    """Return the weights after so many sequences, and each one's loss in percent, by lstmlib's compiled learner."""
    params, rng, squared = figure.params(), np.random.default_rng([figure.seed, 1]), []
    for done in range(0, count, 500):
        batch = figure.sequences(500, rng)
        few = min(500, count - done)
        batch = type(batch)(*(array[:, :few] for array in batch[:3]), batch.lengths[:few])
        params, errors = compiled.train(figure.net(), params, batch, figure.rate)
        squared += list(errors[:, 2])
    return params, np.array(squared) * (300 if figure.task == "bias" else 3000)


@pytest.mark.parametrize("state_", [{}, {"task": "bias", "seed": 2}, {"task": "bias", "negative": True}])
def test_weights_after_some_sequences_are_the_library_s(show, state_):
    figure = LearningDoors(**state_)
    page = show(figure)
    for _ in range(7):
        press(page, "One sequence")
    found, (wanted, _) = state(page, TAG, "result"), learnt(figure, 7)
    assert found["shown"] == 7
    assert apart({name: np.array(value) for name, value in found["params"].items()}, wanted) < 1e-12


@pytest.mark.parametrize("state_", [{}, {"task": "bias", "seed": 1}])
def test_it_can_keep_the_number_after_as_many_sequences_as_lstmlib_s(show, state_):
    figure = LearningDoors(**state_)
    page = show(figure)
    press(page, "Train")
    page.wait_for_function(f"() => document.querySelector('{TAG}').store.get('result').shown === 20000", timeout=SOON)
    _, losses = learnt(figure, 20_000)
    recent = [losses[at - 500 : at].mean() for at in range(500, 20_001, 100)]
    wanted = 500 + 100 * int(np.argmax(np.array(recent) < 10))
    assert recent[(wanted - 500) // 100] < 10
    assert state(page, TAG, "result")["good"] == wanted
    assert f"below 10 percent after {wanted:,}." in page.locator(f"{TAG} .says").inner_text()


def test_too_high_a_rate_is_shown_as_what_it_is(show):
    page = show(LearningDoors(rate=0.2))
    press(page, "Train")
    page.wait_for_function(
        f"() => document.querySelector('{TAG}').shadowRoot.querySelectorAll('.loss-dot.off').length > 0", timeout=SOON
    )
    press(page, "Pause")
    clean(page, TAG)


def test_the_page_stays_responsive_while_it_trains(show, browser):
    page = show(LearningDoors())

    def train():
        press(page, "Train")
        page.wait_for_timeout(1500)

    assert 0 < longest_task(browser, page, train) < 50
