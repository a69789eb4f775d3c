"""Trials in JavaScript: from a seed, success after the very number of sequences that lstmlib gets from it."""

import json
import os
from pathlib import Path

import pytest
from in_page import open_modules, setup_of

from lstmlib.paper.rows import ROWS, reading_of
from lstmlib.paper.store import Store

pytestmark = pytest.mark.browser
APART = [json.loads(line) for line in Path(__file__).with_name("rounded_apart.json").read_text().splitlines()]

RUN = """
async (setup) => {
  const { begin } = await import("/page/trials.js"), trial = begin(setup);
  for (;;) {
    const step = trial.turns.next();
    if (step.done) return step.value;
  }
}
"""


@pytest.fixture(scope="module")
def modules(browser):
    page = open_modules(browser)
    yield page
    page.close()


def stored(name, chosen, trial):
    row = ROWS[name]
    results, _ = Store(row, reading_of(row, chosen)).load()
    return next(result for result in results if (result["seed"], result["trial"]) == (0, trial))


LINEAR = {"first-pair": "marker 1 and value", "output": "linear"}
SHORTCUTS, ALONE = {"shortcuts": "inputs and 1"}, {"recurrence": "none"}
long = pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="half a minute or more: LONG_TESTS=1")
TRIALS = [
    ("table-1/3x2-0.5", SHORTCUTS, 1),
    ("table-3/q50-p50", ALONE, 17),
    ("table-7/T100", LINEAR, 2),
    ("table-9/6a", {}, 0),
    pytest.param("table-3/q1000-p1000", ALONE, 7, marks=long),  # 62 million steps to learn from
]


@pytest.mark.parametrize(("name", "chosen", "trial"), TRIALS)
def test_success_after_the_stored_number_of_sequences(modules, name, chosen, trial):
    wanted = stored(name, chosen, trial)
    found = modules.evaluate(RUN, setup_of(name, chosen, trial))
    assert found["solved"] == wanted["solved"]
    assert found["sequences"] == wanted["sequences"]
    if "wrong" in wanted:
        assert found["wrong"] == wanted["wrong"]
        assert found["error"] == pytest.approx(wanted["error"], rel=1e-6)


@pytest.mark.parametrize("wanted", APART, ids=lambda wanted: f"{wanted['row']} {wanted['trial']}")
def test_where_the_last_digit_decides_the_library_rounding_like_the_page_gets_the_same(modules, wanted):
    found = modules.evaluate(RUN, setup_of(wanted["row"], wanted["chosen"], wanted["trial"]))
    for name, value in found.items():
        assert value == pytest.approx(wanted[name], rel=1e-6), name


def test_a_trial_that_does_not_succeed_ends_at_its_cap(modules):
    found = modules.evaluate(RUN, setup_of("table-9/6a", {}, cap=300))
    assert found == {"solved": False, "sequences": 300}
    found = modules.evaluate(RUN, setup_of("table-4/T100-N3", {"test-every": "100"}, cap=300))
    assert found == {"solved": False, "sequences": 300, "earlier": None}
    found = modules.evaluate(RUN, setup_of("table-2/RTRL-4-1", {}, cap=2000))
    assert found == {"solved": False, "sequences": 2000, "grown": 0}
