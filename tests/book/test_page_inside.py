"""What errors do inside a net, in JavaScript: what arrives at each lag, and what each step adds to an update."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from in_page import listed, open_modules, sequences
from test_page_learners import CASES, SIMPLE, strings

from lstmlib.numpy import LSTM1997, RNN, error_flow
from lstmlib.numpy.error_flow import gradient_by_lag
from lstmlib.online import Net
from lstmlib.tasks.symbols import one_hot
from lstmlib.tasks.temporal_order import draw_temporal_order

pytestmark = pytest.mark.browser

SETUP = """
  const { LSTM1997 } = await import("/page/lstm1997.js"), { SimpleRecurrent } = await import("/page/simple.js");
  const { pushes, errorByLag } = await import("/page/inside.js");
  const learner = new (kind === "LSTM" ? LSTM1997 : SimpleRecurrent)(net, options);
  learner.put(params);
"""
FLOW = (
    "async ({ net, kind, options, params, drawn, asked, error }) => {"
    + SETUP
    + """
  return { flow: [...errorByLag(learner, drawn, 0, asked, error)], pushes: [...pushes(learner, drawn, 0)] };
}"""
)
# The sum over steps of what is pushed, times what was seen, beside the change that the learner makes.
SUM = (
    "async ({ net, kind, options, params, drawn }) => {"
    + SETUP
    + """
  const { D } = learner, U = net.hidden_size ?? learner.U, T = drawn.lengths[0], before = learner.params;
  const pushed = pushes(learner, drawn, 0), fromInputs = new Float64Array(U * D);
  for (let t = 0; t < T; t++) for (let u = 0; u < U; u++) {
    if (drawn.symbols) fromInputs[u * D + drawn.symbols[t]] += pushed[t * U + u];
    else for (let d = 0; d < D; d++) fromInputs[u * D + d] += pushed[t * U + u] * drawn.x[t * D + d];
  }
  learner.learn(drawn, 0, 1);
  return { summed: [...fromInputs], changed: [...learner.params.weight_ih].map((w, k) => w - before.weight_ih[k]) };
}"""
)


@pytest.fixture(scope="module")
def modules(browser):
    page = open_modules(browser)
    yield page
    page.close()


def asked(modules, script, net, params, drawn, kind="LSTM", options=None, **more):
    given = {"net": asdict(net), "kind": kind, "options": options or {}, "params": listed(params)}
    return modules.evaluate(script, given | {"drawn": sequences(drawn)} | more)


@pytest.mark.parametrize("gradient", ["truncated", "full"])
def test_an_error_at_each_lag_and_each_step_s_push_are_the_library_s(modules, gradient):
    net, rng = Net(8, 2, 2, 4), np.random.default_rng(1)
    params, drawn, error = net.draw(rng, 1.0), draw_temporal_order(2, 1, rng), rng.standard_normal(4)
    T, x = int(drawn.lengths[0]), one_hot(drawn, 8).x
    options = {"symbolic": True, "full": gradient == "full"}
    found = asked(modules, FLOW, net, params, drawn, options=options, asked=T - 1, error=error.tolist())

    layer = LSTM1997(8, 2, 2, gradient=gradient)
    for name, value in layer.params.items():
        value[...] = params[name.removesuffix("_l0")]
    last = error[None] @ params["weight_out"]
    flow = error_flow(layer, x, wrt="state", dy_last=last)[:, 0]
    # Along all paths it is a sum whose parts nearly cancel in the end: what is left of them is as exact as they are.
    np.testing.assert_allclose(found["flow"], flow, rtol=1e-12, atol=1e-13 * flow[0])

    y = 1 / (1 + np.exp(-(layer.forward(x)[0][-1, 0] @ params["weight_out"].T + params["bias_out"])))
    wanted = np.zeros((T, 1, 4))
    wanted[-1, 0] = (np.eye(4)[drawn.target[T - 1, 0]] - y) * y * (1 - y) @ params["weight_out"]
    pushed = np.reshape(found["pushes"], (T, net.num_units))
    by_lag = gradient_by_lag(layer, x, wanted, "bias_l0")
    np.testing.assert_allclose(pushed, by_lag[::-1], rtol=1e-10, atol=1e-12 * abs(by_lag).max())
    assert abs(pushed).max() > 0


def test_an_error_at_each_lag_without_memory_cells(modules):
    net, rng = replace(SIMPLE["hidden units"], hidden_size=5), np.random.default_rng(1)
    params, drawn, error = net.draw(rng, 1.0), strings(1, rng), rng.standard_normal(7)
    T, x = int(drawn.lengths[0]), one_hot(drawn, 7).x
    layer = RNN(7, 5, nonlinearity="logistic")
    for name, value in layer.params.items():
        value[...] = params.get(name.removesuffix("_l0"), 0.0)
    wanted = error_flow(layer, x[:T], wrt="state", dy_last=error[None] @ params["weight_out"])[:, 0]
    for rule in ("BPTT", "RTRL"):
        more = {"asked": T - 1, "error": error.tolist()}
        found = asked(modules, FLOW, net, params, drawn, "simple", {"rule": rule}, **more)
        np.testing.assert_allclose(found["flow"], wanted, rtol=1e-12)
    elman = asked(modules, FLOW, net, params, drawn, "simple", {"rule": "Elman"}, **more)["flow"]
    np.testing.assert_allclose(elman[:2], wanted[:2], rtol=1e-12)  # at lag 1 it arrives, and is not used
    assert not any(elman[2:])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "each_step" not in case[3]])
def test_what_the_steps_push_adds_up_to_the_update(modules, name):
    net, task, _, options = CASES[name]
    rng = np.random.default_rng(2)
    params, drawn = net.draw(rng, 0.5), task(1, rng)
    given = {"symbolic": hasattr(drawn, "symbols"), "full": options.get("gradient") == "full"}
    given["outputSlope"] = options.get("output_slope", True)
    given["initialActivation"] = options.get("initial_activation", 0)
    found = asked(modules, SUM, net, params, drawn, options=given)
    largest = np.abs(found["changed"]).max()
    assert largest > 0
    np.testing.assert_allclose(found["summed"], found["changed"], rtol=1e-9, atol=1e-12 * max(largest, 1e-3))


@pytest.mark.parametrize("rule", ["BPTT", "Elman"])
@pytest.mark.parametrize("name", SIMPLE)
def test_the_same_without_memory_cells(modules, name, rule):
    rng = np.random.default_rng(2)
    params, drawn = SIMPLE[name].draw(rng, 0.5), strings(1, rng)
    found = asked(modules, SUM, SIMPLE[name], params, drawn, "simple", {"rule": rule})
    np.testing.assert_allclose(found["summed"], found["changed"], rtol=1e-9, atol=1e-14)
