"""The benchmark of the learner in the page: what is stored has both comparisons, with their targets."""

import json

from lstmlib.bench.page import LEAST, MOST, RESULTS


def test_what_is_stored_has_both_comparisons():
    about = json.loads(RESULTS.read_text())
    found = {row["than"]: row for row in about["rows"]}
    assert about["machine"]["chromium"]
    assert found["compiled, one net"]["met"] == (found["compiled, one net"]["ratio"] <= MOST)
    assert found["readable"]["met"] == (found["readable"]["ratio"] >= LEAST)
