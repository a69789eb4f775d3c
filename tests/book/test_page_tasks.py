"""Random numbers and tasks in JavaScript: the very ones that NumPy and lstmlib draw from a seed."""

from dataclasses import asdict

import numpy as np
import pytest
from in_page import open_modules, sequences, setup_of

from lstmlib import tasks
from lstmlib.online import Net, SimpleNet
from lstmlib.paper.rows import ROWS, reading_of
from lstmlib.paper.trials import draw, draw_test, initial_params
from lstmlib.tasks.agreement import VERBS, WORDS, agreement
from lstmlib.tasks.embedded_reber import allowed_next, as_symbols, string_sets
from lstmlib.tasks.symbols import one_hot

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def modules(browser):
    page = open_modules(browser)
    yield page
    page.close()


@pytest.mark.parametrize("seed", [[0], [7], [0, 123456789, 3, 1], [2**32 - 1] * 6])
def test_random_numbers_are_numpy_s(modules, seed):
    rng = np.random.default_rng(seed)
    wanted = {
        "three": rng.integers(3, size=5),
        "uniform": rng.uniform(-0.2, 0.3, 7),
        "large": rng.integers(1_000_000, size=999),
        "one": rng.integers(1, size=3),
        "normal": rng.normal(size=50_000),
        "geometric": rng.geometric(0.1, 50_000),
        "coins": rng.integers(2, size=4096, dtype=np.uint8),
        "single": [rng.integers(2) for _ in range(9)],
        "exponential": rng.standard_exponential(20_000),
        "last": [rng.random()],
    }
    found = modules.evaluate(
        """async (seed) => {
          const { Random } = await import("/page/random.js"), r = new Random(seed);
          const many = (count, draw) => Array.from({ length: count }, draw);
          return {
            three: [...r.integers(3, 5)], uniform: [...r.uniform(-0.2, 0.3, 7)],
            large: [...r.integers(1000000, 999)],
            one: [...r.integers(1, 3)], normal: many(50000, () => r.normal()),
            geometric: many(50000, () => r.geometric(0.1)), coins: [...r.coins(4096)],
            single: many(9, () => r.integer(2)), exponential: many(20000, () => r.exponential()),
            last: [r.random()],
          };
        }""",
        seed,
    )
    for name, values in wanted.items():
        if name == "exponential":
            np.testing.assert_allclose(found[name], values, rtol=1e-13)
        elif name == "normal":  # where a logarithm or an exponential decides, its last digit is the browser's own
            np.testing.assert_allclose(found[name], values, rtol=1e-15)
        else:
            np.testing.assert_array_equal(found[name], values, err_msg=name)


TASKS = {
    "table-2/LSTM-100": {},
    "section-5.2/2b": {"errors": "end"},
    "table-3/q50-p50": {},
    "table-4/T100-N3": {},
    "table-4/T1000-N3": {},
    "table-5/T100-N1": {},
    "table-6/T100-N3": {},
    "table-7/T100": {},
    "table-7/T500": {"first-pair": "marker 1 and value"},
    "table-8/n140": {"first-pair": "marker -1"},
    "table-9/6a": {},
    "table-9/6b": {},
}


@pytest.mark.parametrize("which", ["draw", "drawTest"])
@pytest.mark.parametrize("name", TASKS)
def test_tasks_are_drawn_as_the_library_draws_them(modules, name, which):
    row, reading = ROWS[name], reading_of(ROWS[name], TASKS[name])
    wanted = {"draw": draw, "drawTest": draw_test}[which](row, reading, 70, np.random.default_rng([4, 2]))
    found = modules.evaluate(
        """async ({ setup, which }) => {
          const { Random } = await import("/page/random.js"), trials = await import("/page/trials.js");
          const drawn = trials[which](setup, 70, new Random([4, 2])), plain = {};
          for (const name in drawn) plain[name] = drawn[name].length === undefined ? drawn[name] : [...drawn[name]];
          return plain;
        }""",
        {"setup": setup_of(name, TASKS[name]), "which": which},
    )
    T, N = wanted.mask.shape
    assert (found["steps"], found["count"]) == (T, N)
    np.testing.assert_array_equal(found["lengths"], wanted.lengths)
    np.testing.assert_array_equal(np.reshape(found["mask"], (N, T)), wanted.mask.T)
    if hasattr(wanted, "symbols"):
        np.testing.assert_array_equal(np.reshape(found["symbols"], (N, T)), wanted.symbols.T)
        np.testing.assert_array_equal(np.reshape(found["targets"], (N, T)), wanted.target.T)
    else:
        np.testing.assert_array_equal(np.reshape(found["x"], (N, T, -1)), wanted.x.swapaxes(0, 1))
        np.testing.assert_array_equal(np.reshape(found["values"], (N, T, 1)), wanted.target.swapaxes(0, 1))


@pytest.mark.parametrize("distinct", [False, True])
def test_strings_of_the_grammar(modules, distinct):
    train, test = string_sets(np.random.default_rng(5), distinct=distinct)
    found = modules.evaluate(
        """async (distinct) => {
          const { Random } = await import("/page/random.js"), grammar = await import("/page/grammar.js");
          const [train, test] = grammar.stringSets(new Random([5]), distinct), judged = grammar.asSymbols(test, true);
          const { symbols, targets, allowed, steps } = judged;
          return { train, test, steps, symbols: [...symbols], targets: [...targets], allowed: [...allowed] };
        }""",
        distinct,
    )
    assert found["train"] == train
    assert found["test"] == test
    symbols = as_symbols(test)
    T, N = symbols.mask.shape
    np.testing.assert_array_equal(np.reshape(found["symbols"], (N, T)), symbols.symbols.T)
    np.testing.assert_array_equal(np.reshape(found["targets"], (N, T)), symbols.target.T)
    allowed = allowed_next(one_hot(symbols, 7)).swapaxes(0, 1)
    np.testing.assert_array_equal(np.reshape(found["allowed"], (N, T, 7)), allowed)


READINGS = [
    ("table-9/6a", {}),
    ("table-9/6a", {"without": "gate biases"}),
    ("table-9/6a", {"without": "output gates", "forget-gates": "5"}),
    ("table-9/6b", {"forget-gates": "random", "recurrence": "cells"}),
    ("table-9/6b", {"gate-bias": "noisy", "output-gates": "negative"}),
    ("table-8/n140", {"input-gates": "negative"}),
    ("table-1/3x2-0.5", {"shortcuts": "inputs and 1"}),
    ("table-1/4x1-0.5", {"shortcuts": "inputs"}),
    ("table-3/q50-p50", {"recurrence": "none"}),
    ("table-2/LSTM-100", {"added-gate": "closed"}),
    ("table-2/RTRL-4-1", {}),
    ("table-1/RTRL-3", {}),
]


@pytest.mark.parametrize(("name", "chosen"), READINGS)
def test_weights_begin_as_in_the_library(modules, name, chosen):
    wanted = initial_params(ROWS[name], reading_of(ROWS[name], chosen), np.random.default_rng([6]))
    found = modules.evaluate(
        """async (setup) => {
          const { Random } = await import("/page/random.js"), { initialParams } = await import("/page/trials.js");
          return Object.fromEntries(Object.entries(initialParams(setup, new Random([6]))).map(([k, v]) => [k, [...v]]));
        }""",
        setup_of(name, chosen),
    )
    assert list(found) == list(wanted)
    for key, value in wanted.items():
        np.testing.assert_array_equal(found[key], value.ravel(), err_msg=key)


@pytest.mark.parametrize("net", [Net(8, 2, 2, 4), Net(101, 1, 1, 101, direct=True), SimpleNet(7, 15, 7)])
def test_weights_are_counted_as_in_the_library(modules, net):
    found = modules.evaluate("async (net) => (await import('/page/net.js')).count(net)", asdict(net))
    assert found == net.num_weights


SEQUENCES = {
    "agreement(2, 50, rng)": lambda rng: agreement(2, 50, rng).batch,
    "agreement(0, 50, rng)": lambda rng: agreement(0, 50, rng).batch,
    "copy(8, 50, rng, { kinds: 3, recalled: 3 })": lambda rng: tasks.copy(8, 50, rng, num_symbols=3, num_recalled=3),
    "copy(19, 50, rng, { kinds: 2, recalled: 1, lastOnly: true })": lambda rng: last_only(
        tasks.copy(19, 50, rng, num_symbols=2, num_recalled=1)
    ),
    "spikeGap(9, 50, rng)": lambda rng: tasks.spike_gap(9, 50, rng),
    "spikeAfter(10, 50, rng, 3)": lambda rng: tasks.spike_after(10, 50, rng, latest=3),
}


def last_only(batch):
    mask = np.zeros_like(batch.mask)
    mask[-1] = True
    return batch._replace(mask=mask)


@pytest.mark.parametrize("call", SEQUENCES)
def test_tasks_of_the_later_chapters(modules, call):
    wanted = sequences(SEQUENCES[call](np.random.default_rng([4, 2])))
    found = modules.evaluate(
        """async (call) => {
          const { Random } = await import("/page/random.js"), tasks = await import("/page/sequences.js");
          const drawn = new Function("tasks", "rng", `return tasks.${call}`)(tasks, new Random([4, 2])), plain = {};
          for (const name in drawn) plain[name] = drawn[name].length === undefined ? drawn[name] : [...drawn[name]];
          return plain;
        }""",
        call,
    )
    if "symbols" in found:  # there numbers, here one-hot
        found["x"] = np.eye(len(wanted["x"]) // len(found["symbols"]))[found["symbols"]].ravel()
    for name, value in wanted.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)


def test_words_are_the_library_s(modules):
    found = modules.evaluate(
        "async () => { const { WORDS, VERBS } = await import('/page/sequences.js'); return [WORDS, VERBS]; }"
    )
    assert found == [list(WORDS), [list(verbs) for verbs in VERBS]]
