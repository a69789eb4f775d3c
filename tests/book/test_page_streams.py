"""Streams of 2000 in JavaScript: the learner is lstmlib.online's, a trial goes as lstmlib's does from the same seed."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from in_page import apart, listed, open_modules, setup_of

from lstmlib.online import Net2000
from lstmlib.online.lstm2000 import LSTM2000
from lstmlib.paper.rows import ROWS, reading_of
from lstmlib.paper.trials import run_trials
from lstmlib.tasks import continual_embedded_reber
from lstmlib.tasks.embedded_reber import possible_next, walk

pytestmark = pytest.mark.browser

LEARN = """
async ({ net, params, symbols, possible }) => {
  const { LSTM2000 } = await import("/page/lstm2000.js"), learner = new LSTM2000(net);
  learner.put(params);
  learner.reset();
  symbols.forEach((symbol, t) => {
    learner.step(symbol);
    for (let k = 0; k < 7; k++) learner.e[k] = possible[t][k] - learner.y[k];
    learner.correct(0.5);
  });
  const found = Object.entries(learner.params).map(([name, values]) => [name, [...values]]);
  return { params: Object.fromEntries(found), contents: [...learner.s], y: [...learner.y] };
}
"""
RUN = """
async ({ setup, params }) => {
  const { begin } = await import("/page/trials.js"), trial = begin(setup);
  for (;;) {
    const step = trial.turns.next();
    if (!step.done) continue;
    const learnt = Object.entries(trial.learner.params).map(([name, values]) => [name, [...values]]);
    return params ? { ...step.value, params: Object.fromEntries(learnt) } : step.value;
  }
}
"""


@pytest.fixture(scope="module")
def modules(browser):
    page = open_modules(browser)
    yield page
    page.close()


@pytest.mark.parametrize("forget_gates", [True, False])
def test_weights_after_hundreds_of_symbols_are_the_library_s(modules, forget_gates):
    net, rng = Net2000(7, 4, 2, 7, forget_gates), np.random.default_rng(0)
    biases = {"forget_gate_bias": (0.5, 1.0, 1.5, 2.0)} if forget_gates else {}
    params = net.draw(rng, input_gate_bias=(-0.5, -1.0, -1.5, -2.0), **biases)
    x = continual_embedded_reber(400, 1, rng).x[:, 0]
    symbols = x.argmax(1).tolist()
    possible = [
        [float(s in there) for s in "BTPSXVE"] for there in possible_next("".join("BTPSXVE"[k] for k in symbols))
    ]
    learner = LSTM2000(net, params)
    for inputs, target in zip(x, possible, strict=True):
        learner.step(inputs)
        learner.add_error(np.array(target))
        learner.update(0.5)
    given = {"net": asdict(net), "params": listed(params), "symbols": symbols, "possible": possible}
    found = modules.evaluate(LEARN, given)
    assert apart(listed(params), learner.params) > 0.1  # it has learnt something
    assert apart(found["params"], learner.params) < 1e-12
    np.testing.assert_allclose(found["contents"], learner.s, rtol=1e-11)
    np.testing.assert_allclose(found["y"], learner.y, rtol=1e-11)


def test_the_walk_is_the_library_s(modules):
    found = modules.evaluate(
        """async () => {
          const { WALK } = await import("/page/grammar.js");
          return { ...WALK, allowed: WALK.allowed.map((row) => [...row]) };
        }"""
    )
    for name, value in walk()._asdict().items():
        np.testing.assert_array_equal(found[name], value)


@pytest.mark.parametrize("name", ["forget-gates", "standard", "external-reset"])
def test_the_first_training_streams_have_the_library_s_lengths(modules, name):
    """At a cap the last test takes all ten streams, so their mean length is compared, too."""
    row, found = replace(ROWS[f"gers-2000/{name}"], cap=10), []
    run_trials(row, reading_of(row, {}), 0, [0, 1], found.append)
    for wanted in found:
        got = modules.evaluate(RUN, {"setup": setup_of(row.name, {}, wanted["trial"], cap=10)})
        assert got == {key: wanted[key] for key in ("solved", "sequences", "symbols", "length")}


def test_a_net_that_meets_the_criterion_here_makes_no_error_in_the_library_s_hands(modules):
    """After thousands of streams the last digits have made another net of it than lstmlib's; but it must be as good."""
    row = ROWS["gers-2000/forget-gates"]
    found = modules.evaluate(RUN, {"setup": setup_of(row.name, {}, 2), "params": True})
    assert found["solved"]
    assert found["length"] == 100_000
    shapes = row.net.shapes
    params = {name: np.reshape(value, shapes[name]) for name, value in found["params"].items()}
    learner, x = LSTM2000(row.net, params), continual_embedded_reber(5000, 1, np.random.default_rng(0)).x[:, 0]
    allowed = possible_next("".join("BTPSXVE"[k] for k in x.argmax(1)))
    for inputs, there in zip(x, allowed, strict=True):
        wanted = np.array([float(symbol in there) for symbol in "BTPSXVE"])
        assert (abs(learner.step(inputs) - wanted) < 0.49).all()
