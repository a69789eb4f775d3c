"""The chapters' nets that learn in the page: what they come to is what lstmlib.numpy's come to from the same seeds."""

import json
import re
from itertools import islice

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from driving import LATE, clean, longest_task, pause_and_go_on, state
from in_page import open_modules

from lstmlib import tasks
from lstmlib.figures import Training
from lstmlib.figures.training import PLACES
from lstmlib.numpy import (
    LSTM,
    RNN,
    Adam,
    CoupledLSTM,
    Linear,
    PeepholeLSTM,
    SequenceModel,
    binary_cross_entropy,
    cross_entropy,
    error_flow,
    squared_error,
    train,
)
from lstmlib.studies import gru_and_lstm
from lstmlib.tasks.agreement import WORDS, agreement, agreement_solved, noun_number

pytestmark = pytest.mark.browser
TAG = "lstm-training"
SOON = 240_000  # milliseconds, on a busy machine
FIGURES = [
    Training(),
    Training(amount=4, choice="mixed", guess=2),
    Training(lesson="lag", amount=1.2, guess=5),
    Training(lesson="timing", choice="after", guess=0),
    Training(lesson="adding"),
]
# What is pressed, and what a screen reader then says: role, name, key, text.
HEARD = ("button", "Twelve", "Enter", "Between noun and verb stand 12 words")


# The lessons again, with lstmlib. Each: a model, its batches, loss, fresh sequences, and which of them are right.


def the_agreement(amount, choice, kind, seed):
    rng = np.random.default_rng(seed)
    model = SequenceModel(RNN(len(WORDS), 24, rng=rng), Linear(24, len(WORDS), rng=rng))
    phrases = range(amount + 1) if choice == "mixed" else [amount]
    batches = (agreement(int(rng.choice(phrases)), 32, rng).batch for _ in range(600))
    test = agreement(amount, 500, np.random.default_rng(1000 + amount))
    return model, batches, cross_entropy, test.batch, lambda y: agreement_solved(y, test)


def last_bit(N, rng):
    batch = tasks.copy(19, N, rng, num_symbols=2, num_recalled=1)
    mask = np.zeros_like(batch.mask)
    mask[-1] = True
    return batch._replace(mask=mask)


def the_lag(amount, choice, kind, seed):
    rng = np.random.default_rng(seed)
    layer = RNN(4, 24, rng=rng)
    W = rng.standard_normal((24, 24))
    layer.params["weight_hh_l0"][:] = amount / abs(np.linalg.eigvals(W)).max() * W
    draws, test = np.random.default_rng(100 + seed), last_bit(400, np.random.default_rng(9))
    model = SequenceModel(layer, Linear(24, 4, rng=np.random.default_rng(50 + seed)))
    batches = (last_bit(32, draws) for _ in range(400))
    return model, batches, cross_entropy, test, lambda y: y[-1].argmax(-1) == test.target[-1]


def the_timing(amount, choice, kind, seed):
    rng = np.random.default_rng(seed)
    make = {"LSTM": LSTM, "peepholes": PeepholeLSTM, "coupled gates": CoupledLSTM}[kind]
    model = SequenceModel(make(1, amount, forget_bias=3.0, rng=rng), Linear(amount, 1, rng=rng))
    draw, length = {"gap": (tasks.spike_gap, 9), "after": (tasks.spike_after, 10)}[choice or "gap"]
    solved = {"gap": tasks.spike_gap_solved, "after": tasks.spike_after_solved}[choice or "gap"]
    test = draw(length, 200, np.random.default_rng(10_000))
    batches = (draw(length, 8, rng) for _ in range(6000))
    return model, batches, binary_cross_entropy, test, lambda y: solved(y, test)


def the_adding(amount, choice, kind, seed):
    rng = np.random.default_rng(seed)
    H = {"LSTM": 16, "GRU": 19}[kind]
    readout = Linear(H, 1, rng=rng)
    lstm = kind == "LSTM"
    layer = LSTM(2, H, forget_bias=amount, rng=rng) if lstm else gru_and_lstm._gru(2, H, rng, keep=amount)
    test = tasks.adding(22, 200, np.random.default_rng(10_000))
    batches = (tasks.adding(22, 32, rng) for _ in range(1500))
    return SequenceModel(layer, readout), batches, squared_error, test, lambda y: tasks.adding_solved(y, test)


LESSONS = {"agreement": the_agreement, "lag": the_lag, "timing": the_timing, "adding": the_adding}
KINDS = {"agreement": ["Elman net"], "lag": ["tanh net"], "timing": ["LSTM", "peepholes", "coupled gates"]}
KINDS["adding"] = ["LSTM", "GRU"]


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def wait(page, what):
    page.wait_for_function(
        "({ tag, what }) => RegExp(what).test(document.querySelector(tag).shadowRoot.textContent)",
        arg={"tag": TAG, "what": what},
        timeout=SOON,
    )


def told(page):
    return page.locator(f"{TAG} .told").inner_text()


def probe_of(lesson, amount, choice):
    """Return the sequences whose error is followed back, up to the step where it starts."""
    rng = np.random.default_rng(3)
    if lesson == "agreement":
        return agreement(amount, 16, rng).batch.x[: 2 + 3 * amount]
    if lesson == "lag":
        return last_bit(16, rng).x
    if lesson == "adding":
        return tasks.adding(22, 16, rng).x[:22]
    return (tasks.spike_after(10, 16, rng) if choice == "after" else tasks.spike_gap(9, 16, rng)).x


@pytest.mark.parametrize(
    ("lesson", "amount", "choice"),
    [
        ("agreement", 2, "mixed"),
        ("agreement", 4, "alone"),
        ("lag", 0.9, ""),
        ("timing", 2, "gap"),
        ("timing", 1, "after"),
        ("adding", 1.5, ""),
    ],
)
def test_every_net_is_the_library_s_update_by_update(show, lesson, amount, choice):
    page = show(Training(lesson=lesson, amount=amount, choice=choice, guess=1))
    for _ in range(3):
        press(page, "One update")
    wait(page, r"Update 3\.")
    found = state(page, TAG, "result")
    assert [(net["kind"], net["seed"]) for net in found] == [(k, s) for s in range(5) for k in KINDS[lesson]]
    for net in found:
        model, batches, loss, test, right = LESSONS[lesson](amount, choice, net["kind"], net["seed"])
        start = right(model.forward(test.x)[0]).mean()
        losses = [value for value, _ in train(model, islice(batches, 3), loss, Adam(model.params, 0.01), max_norm=1.0)]
        np.testing.assert_allclose(net["loss"], losses[-1], rtol=1e-10)
        assert net["looks"][0] == [0, start]
        assert net["looks"][-1] == [3, right(model.forward(test.x)[0]).mean()]
        flow = error_flow(model, probe_of(lesson, amount, choice), wrt="state")
        np.testing.assert_allclose(net["left"], np.median(flow / flow[0], axis=1), rtol=1e-8)
    clean(page, TAG)


@pytest.fixture(scope="module")
def modules(browser):
    page = open_modules(browser)
    yield page
    page.close()


LEARNS = """
async ({ lesson, set, kind, seed }) => {
  const { LESSONS } = await import("/page/lessons.js"), { PLAN } = await import("/page/plan.js");
  const there = { ...LESSONS[lesson], ...PLAN[lesson] }, test = there.test(set);
  const one = there.net(set, kind, seed), looks = [];
  for (let update = 1; update <= there.updates; update++) {
    one.learn();
    if (update % there.every) continue;
    const right = Array.from({ length: test.count }, (_, n) => there.right(one.model, test, n)).filter(Boolean).length;
    looks.push([update, right / test.count]);
    if (there.learnt(right / test.count, update === there.updates)) return { learnt: update, looks };
  }
  return { learnt: null, looks };
}
"""


@pytest.mark.parametrize(
    ("lesson", "amount", "choice", "kind", "seed", "every"),
    [
        ("agreement", 1, "alone", "Elman net", 0, 25),
        ("lag", 1, "", "tanh net", 1, 20),
        ("timing", 2, "gap", "peepholes", 4, 50),
        ("timing", 2, "gap", "LSTM", 4, 50),
        ("adding", 1, "", "GRU", 0, 25),
    ],
)
def test_a_net_learns_as_the_library_s_does(modules, lesson, amount, choice, kind, seed, every):
    set_ = {"amount": amount, "choice": choice}
    found = modules.evaluate(LEARNS, {"lesson": lesson, "set": set_, "kind": kind, "seed": seed})
    model, batches, loss, test, right = LESSONS[lesson](amount, choice, kind, seed)
    wanted = []
    for update, _ in enumerate(train(model, batches, loss, Adam(model.params, 0.01), max_norm=1.0), 1):
        if update % every == 0:
            wanted.append([update, right(model.forward(test.x)[0]).mean()])
        if update == found["looks"][-1][0]:
            break
    assert found["learnt"] == wanted[-1][0]  # it has learnt it
    assert [update for update, _ in found["looks"]] == [update for update, _ in wanted]
    assert found["looks"][-1] == wanted[-1]
    # On the way a sequence at the border may fall on either side: rounding grows while a net changes its mind.
    off = np.abs(np.subtract(found["looks"], wanted)[:, 1])
    assert np.median(off) == 0


def test_nets_that_add_are_those_of_the_stored_study(modules):
    rows = {row[:4]: row.updates for row in gru_and_lstm.load()}
    for kind, seed in (("GRU", 2), ("LSTM", 4)):
        set_ = {"amount": 1, "choice": ""}
        found = modules.evaluate(LEARNS, {"lesson": "adding", "set": set_, "kind": kind, "seed": seed})
        assert found["learnt"] == rows["parameters", f"{kind}, bias 1", "adding", 0.01][seed]


def test_the_spectral_radius_is_the_largest_eigenvalue(modules):
    for seed in range(20):
        W = np.random.default_rng(seed).standard_normal((24, 24))
        found = modules.evaluate(
            "async (W) => (await import('/page/flow.js')).spectralRadius(W, 24)", W.ravel().tolist()
        )
        assert abs(found / abs(np.linalg.eigvals(W)).max() - 1) < 1e-12


def test_what_is_reached_without_learning(modules):
    """The two answers that the curves are compared with, from the same fresh sequences."""
    found = modules.evaluate(
        """async () => {
          const { LESSONS } = await import("/page/lessons.js");
          const of = (name, set, what) => LESSONS[name][what](LESSONS[name].test(set));
          return [of("agreement", { amount: 3 }, "simple"), of("adding", {}, "guessing"), of("adding", {}, "simple"),
            of("timing", { choice: "gap" }, "simple"), of("timing", { choice: "after" }, "guessing")];
        }"""
    )
    sentences = agreement(3, 500, np.random.default_rng(1003))
    sums, gaps = (f(n, 200, np.random.default_rng(10_000)) for f, n in ((tasks.adding, 22), (tasks.spike_gap, 9)))
    n, first = np.arange(200), (sums.x[:, :, 1] == 1).argmax(0)
    one = np.zeros(sums.target.shape) + np.where(first > 0, 0.5 + sums.x[first, n, 0] / 4, 0.5)[:, None]
    longer = gaps.target.max((0, 2)) == 1
    wanted = [
        (noun_number(sentences) == sentences.number).mean(),
        tasks.adding_solved(np.full(sums.target.shape, 0.5), sums).mean(),
        tasks.adding_solved(one, sums).mean(),
        (longer == (gaps.mask.argmax(0) == len(gaps.x) - 1)).mean(),
        0.0,
    ]
    np.testing.assert_allclose(found, wanted)


def test_first_a_guess_then_the_curve_and_the_guess_beside_it(show):
    page = show(Training(lesson="lag", amount=0.5))
    train_ = page.get_by_role("button", name="Train", exact=True)
    assert train_.is_disabled()
    assert page.locator(f"{TAG} svg path.curve").count() == 0
    press(page, "4 of 5")
    assert train_.is_enabled()
    train_.focus()
    page.keyboard.press("Enter")
    wait(page, "of 5 learnt it")
    counts = [LESSONS["lag"](0.5, "", "tanh net", seed) for seed in range(5)]
    learnt = 0
    for model, batches, loss, test, right in counts:
        for _ in train(model, batches, loss, Adam(model.params, 0.01), max_norm=1.0):
            pass
        learnt += right(model.forward(test.x)[0]).mean() > 0.95
    assert f"{learnt} of 5 learnt it" in told(page)
    assert "You guessed four." in told(page)
    page.wait_for_function(  # and a screen reader hears it
        "([tag, said]) => document.querySelector(tag).shadowRoot.querySelector('[role=status]').textContent === said",
        arg=[TAG, page.locator(f"{TAG} .verdict").inner_text()],
        timeout=SOON,
    )
    assert page.locator(f"{TAG} svg .got").count() == learnt
    assert "your guess: 4" in page.locator(f"{TAG} svg").text_content()
    assert page.get_by_role("button", name="Go on").is_disabled()
    # Another set-up is another guess.
    press(page, "0.9")
    assert state(page, TAG, "guess") == -1
    assert train_.is_disabled()


def test_pause_go_on_and_start_again(show):
    page = show(Training(lesson="timing", guess=3))
    press(page, "Train")
    wait(page, r"Update [1-9]")
    press(page, "Pause")
    page.wait_for_function(f"() => document.querySelector('{TAG}').store.get('result').length === 15", timeout=SOON)
    assert page.get_by_role("button", name="3 of 5", exact=True).is_disabled()  # too late for another guess
    press(page, "Go on")
    wait(page, "Pause")
    press(page, "Start again")
    wait(page, "Your guess stands")
    page.wait_for_timeout(500)
    assert not page.workers


def test_a_report_that_crosses_a_pause_changes_nothing(show):
    page = show(Training(lesson="timing", guess=3), head=LATE)
    press(page, "Train")
    wait(page, r"Update [1-9]")
    pause_and_go_on(page, TAG, 15, SOON)
    page.wait_for_timeout(1000)
    assert page.get_by_role("button", name="Pause", exact=True).is_visible()


def test_it_rests_while_nobody_can_see_it(show):
    page = show(Training(lesson="timing", guess=3))
    press(page, "Train")
    wait(page, r"Update [1-9]")
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_function(f"() => document.querySelector('{TAG}').store.get('result').length === 15", timeout=SOON)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: false, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    wait(page, "Pause")


def test_another_lesson_can_be_set_from_python(widget):
    page = widget(Training())
    page.evaluate("model.set('lesson', 'adding')")
    page.wait_for_function(
        f"() => document.querySelector('.{TAG}').shadowRoot.textContent.includes('GRU against LSTM')"
    )
    assert page.get_by_role("slider", name="Bias of the gate that keeps").count() == 1


@pytest.mark.parametrize(("lesson", "wrong"), [("agreement", {"amount": 9}), ("lag", {"choice": "gap"})])
def test_what_a_lesson_does_not_know_is_refused(lesson, wrong):
    with pytest.raises(Exception, match=f"{next(iter(wrong))} is .*expected .* for {lesson}"):
        Training(lesson=lesson, **wrong)


def test_the_page_stays_responsive_while_nets_learn(show, browser):
    page = show(Training(lesson="adding", guess=3))
    press(page, "Train")
    wait(page, r"Update [1-9]")
    assert 0 < longest_task(browser, page, lambda: page.wait_for_timeout(4000)) < 50


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768])
def test_with_curves_axe_finds_nothing_and_it_fits(show, scheme, width):
    page = show(Training(lesson="timing", guess=3), scheme=scheme, width=width, height=768)
    press(page, "Train")
    wait(page, r"Update \d,\d\d\d|Update [2-9]\d\d")
    press(page, "Pause")
    page.wait_for_function(f"() => document.querySelector('{TAG}').store.get('result').length === 15", timeout=SOON)
    clean(page, TAG)
    found = Axe().run(page).response["violations"]
    assert not found, json.dumps(found, indent=1)[:3000]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert width < 768 or page.locator(f"{TAG} .frame").bounding_box()["height"] <= 680
    assert re.search(r"LSTM: [\d, ]+; peepholes: [\d, ]+; coupled gates: [\d, ]+\.", told(page))


@pytest.mark.parametrize("lesson", PLACES)
def test_what_links_lead_to_sets_the_figure(show, lesson):
    figure = Training(lesson=lesson)
    page = show(
        figure, head="".join(f'<a href="#train:{lesson}{place}">{k}</a>' for k, place in enumerate(PLACES[lesson]))
    )
    found = set()
    for k, place in enumerate(PLACES[lesson]):
        page.get_by_role("link", name=str(k), exact=True).click()
        page.wait_for_timeout(100)
        found.add((state(page, TAG, "amount"), state(page, TAG, "choice")))
        assert f'id="train:{lesson}{place}"' in figure._repr_mimebundle_()[0]["text/html"]
    assert len(found) == len(PLACES[lesson])


def test_what_is_chosen_stands_in_the_address_and_a_link_sets_it(show):
    links = "#train:agreement;amount=4;choice=mixed", "#train:adding;amount=3", "#train:agreement;amount=99"
    page = show(Training(guess=1), head="".join(f'<a href="{link}">link {k}</a>' for k, link in enumerate(links)))
    page.get_by_role("link", name="link 0").click()
    page.wait_for_function(f"() => document.querySelector('{TAG}').store.get('amount') === 4")
    assert (state(page, TAG, "choice"), state(page, TAG, "guess")) == ("mixed", -1)
    for other in ("link 1", "link 2"):  # another lesson's, and one that can't be
        page.get_by_role("link", name=other).click()
        page.wait_for_timeout(200)
        assert (state(page, TAG, "amount"), state(page, TAG, "choice")) == (4, "mixed")
    press(page, "No words between")
    assert page.evaluate("location.hash") == "#train:agreement;amount=0"
    press(page, "Six")
    assert page.evaluate("location.hash") == "#train:agreement"
