"""What is stored is what the learners give: a trial of each kind, run again, comes out as it stands in the file."""

import pytest

from lstmlib.paper.readings import SETS
from lstmlib.paper.rows import ROWS, reading_of
from lstmlib.paper.store import Store, current
from lstmlib.paper.trials import run_trials

# A row of every learner and criterion, under readings that change the arithmetic; their shortest trials take seconds.
CHEAP = [
    ("table-1/3x2-0.5", {"initial": "0.5", "ranges": "caption", "update": "step"}),
    ("table-1/3x2-0.5", {"shortcuts": "inputs and 1"}),
    ("table-1/RCC", {"patience": "25"}),
    ("table-2/RTRL-4-10", {}),
    ("table-2/RTRL-4-10", {"outputs-see": "step before"}),
    ("schmidhuber-1992/chunker-20", SETS["chunker-1992"] | {"update": "step", "hidden-units": "3"}),
    ("table-2/LSTM-100", {"added-gate": "closed", "output-error": "difference"}),
    ("section-5.2/2b", {"added-gate": "closed", "errors": "end"}),
    ("table-3/q50-p50", {"recurrence": "none"}),
    ("table-4/T100-N3", {}),
    ("table-5/T100-N3", {}),
    ("table-9/6a", {}),
    ("table-9/6a", {"gradient": "full"}),
    ("table-9/6a", {"recurrence": "cells"}),
    ("table-9/6a", {"without": "output gates"}),
    ("table-9/6a", {"biased": "gates", "recurrence": "cells"}),
    ("table-9/6a", SETS["authors-program"]),
    ("gers-2000/external-reset", {}),
    ("gers-2000/forget-gates", {"target": "actual", "right": "order"}),
]


def test_a_chunker_comes_out_as_stored():
    """With one hidden unit none of its trials succeeds, so that one that failed is made again."""
    row = ROWS["schmidhuber-1992/chunker-20"]
    reading = reading_of(row, SETS["chunker-1992"])
    stored = current(Store(row, reading).load()[0])[0]
    found = []
    run_trials(row, reading, stored["seed"], [stored["trial"]], found.append)
    again = {key: value for key, value in found[0].items() if key != "seconds"}
    assert again == {key: stored[key] for key in again}


@pytest.mark.parametrize(("name", "chosen"), CHEAP, ids=lambda value: value if isinstance(value, str) else str(value))
def test_the_shortest_trial_comes_out_as_stored(name, chosen):
    row = ROWS[name]
    reading = reading_of(row, chosen)
    results = current(Store(row, reading).load()[0])
    stored = min((result for result in results if result["solved"]), key=lambda result: result["sequences"])
    found = []
    run_trials(row, reading, stored["seed"], [stored["trial"]], found.append)
    again = {key: value for key, value in found[0].items() if key != "seconds"}
    assert again == {key: stored[key] for key in again}
