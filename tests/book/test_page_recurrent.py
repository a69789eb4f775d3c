"""The modern layers in JavaScript: from the same weights and batches, lstmlib.numpy's weights after many updates."""

import numpy as np
import pytest
from in_page import apart, listed, open_modules, sequences

from lstmlib import tasks
from lstmlib.numpy import (
    GRU,
    LSTM,
    RNN,
    SGD,
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
from lstmlib.tasks.agreement import agreement

pytestmark = pytest.mark.browser

MODEL = """
  const layers = await import("/page/recurrent.js"), parts = await import("/page/model.js");
  const recurrent = new layers[kind](sizes[0], sizes[1], options);
  const model = new parts.SequenceModel(recurrent, new parts.Linear(sizes[1], sizes[2]), loss);
  for (const [name, values] of Object.entries(params)) model.params[name].set(values);
"""
LEARN = """
async ({ kind, options, sizes, loss, params, batches, optimiser, rate, momentum, most }) => {
  MODEL
  const stepper = new parts[optimiser](model.params, rate, momentum), losses = [], norms = [];
  for (const batch of batches) {
    losses.push(model.learn(batch, stepper, most ?? Infinity));
    norms.push(model.norm);
  }
  const plain = Object.entries(model.params).map(([name, values]) => [name, [...values]]);
  return { params: Object.fromEntries(plain), losses, norms, size: model.size };
}
""".replace("MODEL", MODEL)
FLOW = """
async ({ kind, options, sizes, loss, params, drawn, dy }) => {
  MODEL
  return dy.map((one, n) => [...model.errorFlow(drawn, n, drawn.steps, one)]);
}
""".replace("MODEL", MODEL)


@pytest.fixture(scope="module")
def modules(browser):
    page = open_modules(browser)
    yield page
    page.close()


def adding(rng):
    return tasks.adding(22, 8, rng)


def gap(rng):
    return tasks.spike_gap(9, 8, rng)


def after(rng):
    return tasks.spike_after(10, 8, rng)


def copy(rng):
    return tasks.copy(4, 8, rng, num_symbols=3, num_recalled=2)


def sentences(rng):
    return agreement(1, 8, rng).batch


# The layer in Python and in JavaScript, what it learns, how, and for how many updates.
LSTM_1, BEFORE, BOTH = {"forgetBias": 1.0}, {"reset": "before"}, {"coupled": True, "peephole": True}
CASES = {
    "RNN": (RNN, {}, "RNN", {}, sentences, "crossEntropy", "SGD", 1000),
    "RNN, Adam": (RNN, {}, "RNN", {}, copy, "crossEntropy", "Adam", 300),
    "LSTM": (LSTM, {}, "LSTM", {}, copy, "crossEntropy", "Adam", 300),
    "LSTM, forget bias": (LSTM, {"forget_bias": 1.0}, "LSTM", LSTM_1, adding, "squaredError", "Adam", 500),
    "LSTM, SGD": (LSTM, {"forget_bias": 1.0}, "LSTM", LSTM_1, adding, "squaredError", "SGD", 1000),
    "peepholes": (PeepholeLSTM, {}, "LSTM", {"peephole": True}, gap, "binaryCrossEntropy", "Adam", 500),
    "peepholes, SGD": (PeepholeLSTM, {}, "LSTM", {"peephole": True}, after, "binaryCrossEntropy", "SGD", 1000),
    "coupled": (CoupledLSTM, {"forget_bias": 1.0}, "LSTM", {"coupled": True}, adding, "squaredError", "Adam", 500),
    "coupled, peepholes": (CoupledLSTM, {"peephole": True}, "LSTM", BOTH, gap, "binaryCrossEntropy", "Adam", 500),
    "GRU": (GRU, {}, "GRU", {}, adding, "squaredError", "Adam", 500),
    "GRU, classes": (GRU, {}, "GRU", {}, copy, "crossEntropy", "SGD", 1000),
    "GRU, reset before": (GRU, BEFORE, "GRU", BEFORE, copy, "crossEntropy", "Adam", 300),
    "GRU, reset before, SGD": (GRU, BEFORE, "GRU", BEFORE, gap, "binaryCrossEntropy", "SGD", 1000),
}
LOSSES = {"crossEntropy": cross_entropy, "squaredError": squared_error, "binaryCrossEntropy": binary_cross_entropy}
H = 6


def built(make, options, task, loss):
    """Return a model, and its sizes D, H, O."""
    rng = np.random.default_rng(3)
    batch = task(rng)
    D = batch.x.shape[2]
    classes = D if loss == "crossEntropy" else 1
    return SequenceModel(make(D, H, rng=rng, **options), Linear(H, classes, rng=rng)), [D, H, classes]


@pytest.mark.parametrize("case", CASES)
def test_weights_after_many_updates_are_the_library_s(modules, case):
    make, options, kind, there, task, loss, optimiser, updates = CASES[case]
    model, sizes = built(make, options, task, loss)
    rng = np.random.default_rng(4)
    batches = [task(rng) for _ in range(updates)]
    # Without momentum, and with it; a norm that clips most of the first updates.
    how = {"SGD": (0.1, {"momentum": 0.5}), "Adam": (0.003, {})}[optimiser]
    given = {
        "kind": kind,
        "options": there,
        "sizes": sizes,
        "loss": loss,
        "params": listed(model.params),
        "batches": [sequences(batch) for batch in batches],
        "optimiser": optimiser,
        "rate": how[0],
        "momentum": how[1].get("momentum", 0.0),
        "most": 0.2,
    }
    stepper = {"SGD": SGD, "Adam": Adam}[optimiser](model.params, how[0], **how[1])
    told = list(train(model, batches, LOSSES[loss], stepper, max_norm=0.2))
    found = modules.evaluate(LEARN, given)
    norms = [norm for _, norm in told]
    assert max(norms) > 0.2  # some were clipped
    off = apart({name: np.array(value) for name, value in found["params"].items()}, dict(model.params))
    assert off < 1e-12
    np.testing.assert_allclose(found["losses"], [value for value, _ in told], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["norms"], norms, rtol=1e-9, atol=1e-12)
    assert found["size"] == model.num_parameters


@pytest.mark.parametrize("case", CASES)
def test_the_error_on_its_way_back_is_the_library_s(modules, case):
    make, options, kind, there, task, loss, _, _ = CASES[case]
    model, sizes = built(make, options, task, loss)
    batch = task(np.random.default_rng(5))
    batch = batch._replace(lengths=np.full(len(batch.lengths), len(batch.x)))
    dy = np.random.default_rng(6).standard_normal((len(batch.lengths), sizes[2]))
    given = {"kind": kind, "options": there, "sizes": sizes, "loss": loss, "params": listed(model.params)}
    found = modules.evaluate(FLOW, given | {"drawn": sequences(batch), "dy": dy.tolist()})
    np.testing.assert_allclose(np.transpose(found), error_flow(model, batch.x, wrt="state", dy_last=dy), rtol=1e-11)
