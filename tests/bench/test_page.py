"""The benchmark of the page's learner: it trains as the library does, and what is stored holds the targets' answers."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from lstmlib.bench.page import LEAST, MOST, RESULTS, learner_in_chromium


@pytest.mark.browser
def test_the_page_takes_time_and_counts_its_steps():
    def measured():
        with learner_in_chromium(1000) as (train, steps):
            return steps, train(1), train(0), train(3)

    # In a thread of its own: another test's browser may be open in this one, and playwright wants one for each.
    with ThreadPoolExecutor(1) as thread:
        steps, one, none, three = thread.submit(measured).result()
    assert 20 * 1000 <= steps <= 20 * 1100
    assert one > 0
    assert none < three


def test_what_is_stored_has_both_comparisons():
    found = {row["than"]: row for row in json.loads(RESULTS.read_text())["rows"]}
    compiled, readable = found["compiled, one net"], found["readable"]
    assert (compiled["most"], readable["least"]) == (MOST, LEAST)
    assert compiled["met"] == (compiled["ratio"] <= MOST)
    assert readable["met"] == (readable["ratio"] >= LEAST)
    assert 0 < compiled["low"] <= compiled["ratio"] <= compiled["high"]
