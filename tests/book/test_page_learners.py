"""The learners in JavaScript: from the same weights and sequences, lstmlib's weights after hundreds of updates."""

from dataclasses import asdict

import numpy as np
import pytest
from in_page import apart, listed, open_modules, sequences

from lstmlib import tasks
from lstmlib.online import Net, SimpleNet
from lstmlib.online.compiled import lstm1997 as compiled
from lstmlib.online.compiled import simple as compiled_simple
from lstmlib.tasks.embedded_reber import as_symbols, embedded_reber_string
from lstmlib.tasks.long_lag import draw_long_lag, draw_triggered_recall
from lstmlib.tasks.temporal_order import draw_temporal_order

pytestmark = pytest.mark.browser

LEARN = """
async ({ net, kind, options, params, drawn, rate, eachStep }) => {
  const { LSTM1997 } = await import("/page/lstm1997.js"), { SimpleRecurrent } = await import("/page/simple.js");
  const errors = [], learner = new (kind === "LSTM" ? LSTM1997 : SimpleRecurrent)(net, options);
  learner.put(params);
  for (let n = 0; n < drawn.count; n++) {
    learner.learn(drawn, n, rate, eachStep);
    errors.push([learner.worst, learner.mean, learner.squared]);
  }
  const params_ = Object.entries(learner.params).map(([name, values]) => [name, [...values]]);
  return { params: Object.fromEntries(params_), errors };
}
"""


@pytest.fixture(scope="module")
def modules(browser):
    page = open_modules(browser)
    yield page
    page.close()


def order(count, rng):
    return draw_temporal_order(2, count, rng)


def strings(count, rng):
    return as_symbols([embedded_reber_string(rng) for _ in range(count)])


def recall(count, rng):
    return draw_triggered_recall(20, 10, count, rng)


def classes(count, rng):
    return tasks.two_sequence(30, count, rng)


def pairs(count, rng):
    return tasks.adding(30, count, rng)


ORDER, PAIRS = Net(8, 2, 2, 4), Net(2, 2, 2, 1)
# What is trained: a net, its task, the learning rate, and options of the learner. With the paper's own rates some of
# these nets are unstable: the last digit of a sum, which is rounded differently here, grows to a different net. The
# full gradient without output gates, for one, is 4e-16 apart after 10 updates, at a rate of 0.5 as at 0.1; after 500
# updates it is 3e-11 apart at 0.5, and 1e-15 at 0.1.
CASES = {
    "temporal order": (ORDER, order, 0.1, {}),
    "three blocks of three": (Net(8, 3, 3, 4), order, 0.1, {}),
    "no output gates": (Net(8, 2, 2, 4, output_gates=False), order, 0.1, {}),
    "forget gates": (Net(8, 2, 2, 4, forget_gates=True), order, 0.5, {}),
    "forget gates, no output gates": (Net(2, 2, 2, 1, forget_gates=True, output_gates=False), pairs, 0.5, {}),
    "no recurrence": (Net(8, 2, 2, 4, recurrent=False), order, 0.1, {}),
    "cells seen alone": (Net(2, 2, 2, 1, gates_seen=False), pairs, 0.5, {}),
    "no biases": (Net(14, 2, 1, 2, biased="none", output_bias=False), recall, 0.1, {}),
    "no biases, no recurrence": (Net(14, 2, 1, 2, biased="none", output_bias=False, recurrent=False), recall, 0.1, {}),
    "gates biased": (Net(7, 4, 1, 7, biased="gates", output_bias=False), strings, 0.1, {}),
    "shortcuts": (Net(7, 3, 2, 7, biased="gates", direct=True), strings, 0.1, {}),
    "shortcuts from numbers": (Net(2, 2, 2, 1, direct=True), pairs, 0.5, {}),
    "changes at each step": (Net(7, 3, 2, 7, direct=True), strings, 0.1, {"each_step": True}),
    "plain cells": (
        Net(11, 1, 1, 11, "none", False, False, False, direct=True, plain=True),
        lambda count, rng: draw_long_lag(10, count, rng),
        0.2,
        {},
    ),
    "linear outputs": (Net(2, 2, 2, 1, linear_output=True), pairs, 0.1, {}),
    "other ranges": (Net(2, 2, 2, 1, swapped_ranges=True), pairs, 0.5, {}),
    "other first activations": (ORDER, order, 0.1, {"initial_activation": 0.5}),
    "no output slope": (ORDER, order, 0.1, {"output_slope": False}),
    "numbers": (PAIRS, pairs, 0.5, {}),
    "noise": (Net(1, 3, 1, 1, output_bias=False), classes, 0.2, {}),
    "full gradient": (ORDER, order, 0.1, {"gradient": "full"}),
    "full gradient, numbers": (PAIRS, pairs, 0.5, {"gradient": "full"}),
    "full gradient, forget gates": (Net(8, 2, 2, 4, forget_gates=True), order, 0.5, {"gradient": "full"}),
    "full gradient, no output gates": (Net(8, 2, 2, 4, output_gates=False), order, 0.1, {"gradient": "full"}),
}


@pytest.mark.parametrize("name", CASES)
def test_weights_after_hundreds_of_updates_are_the_library_s(modules, name):
    net, task, rate, options = CASES[name]
    rng = np.random.default_rng(1)
    params, drawn = net.draw(rng), task(500, rng)
    wanted, errors = compiled.train(net, params, drawn, rate, **options)
    given = {"symbolic": hasattr(drawn, "symbols"), "full": options.get("gradient") == "full"}
    given |= {
        "initialActivation": options.get("initial_activation", 0),
        "outputSlope": options.get("output_slope", True),
    }
    found = modules.evaluate(
        LEARN,
        {
            "net": asdict(net),
            "kind": "LSTM",
            "options": given,
            "params": listed(params),
            "drawn": sequences(drawn),
            "rate": rate,
            "eachStep": options.get("each_step", False),
        },
    )
    assert apart(listed(params), wanted) > 0.01  # it has learnt something
    assert apart(found["params"], wanted) < 1e-12
    np.testing.assert_allclose(found["errors"], errors, rtol=1e-10, atol=1e-13)


SIMPLE = {
    "hidden units": SimpleNet(7, 4, 7, direct=False),
    "outputs that see inputs": SimpleNet(7, 3, 7),
    "outputs among the hidden units": SimpleNet(7, 9, 7, direct=False, recurrent_outputs=True),
}


@pytest.mark.parametrize("rule", ["RTRL", "BPTT", "Elman", "RTRL at each step", "Elman at each step"])
@pytest.mark.parametrize("name", SIMPLE)
def test_nets_without_memory_cells(modules, name, rule):
    net, each_step = SIMPLE[name], "each" in rule
    rng = np.random.default_rng(2)
    params, drawn = net.draw(rng), strings(300, rng)
    look_back = not rule.startswith("Elman")
    wanted, errors = compiled_simple.train(net, params, drawn, 0.2, each_step=each_step, look_back=look_back)
    found = modules.evaluate(
        LEARN,
        {
            "net": asdict(net),
            "kind": "simple",
            "options": {"rule": rule.split()[0]},
            "params": listed(params),
            "drawn": sequences(drawn),
            "rate": 0.2,
            "eachStep": each_step,
        },
    )
    assert apart(listed(params), wanted) > 0.01
    assert apart(found["params"], wanted) < 1e-12
    np.testing.assert_allclose(found["errors"], errors, rtol=1e-10)


def test_backpropagation_through_time_has_no_gradient_before_the_end(modules):
    net, rng = SIMPLE["hidden units"], np.random.default_rng(0)
    given = {"net": asdict(net), "kind": "simple", "options": {"rule": "BPTT"}, "params": listed(net.draw(rng))}
    with pytest.raises(Exception, match="at a sequence's end"):
        modules.evaluate(LEARN, given | {"drawn": sequences(strings(1, rng)), "rate": 0.1, "eachStep": True})


def test_a_net_reads_as_the_readable_learner_does(modules):
    from lstmlib.paper.steps import read
    from lstmlib.tasks.symbols import one_hot

    net, rng = Net(8, 2, 2, 4, forget_gates=True), np.random.default_rng(3)
    params, drawn = net.draw(rng, 1.0), order(1, rng)
    found = modules.evaluate(
        """async ({ net, params, drawn }) => {
          const { LSTM1997 } = await import("/page/lstm1997.js"), learner = new LSTM1997(net, { symbolic: true });
          learner.put(params);
          const { contents, inward, outputs } = learner.read(drawn, 0);
          return { contents: [...contents], inward: [...inward], outputs: [...outputs] };
        }""",
        {"net": asdict(net), "params": listed(params), "drawn": sequences(drawn)},
    )
    wanted = read(net, params, one_hot(drawn, 8).x[:, 0])
    for name in found:
        np.testing.assert_allclose(found[name], getattr(wanted, name).ravel(), rtol=1e-12, atol=1e-14)
