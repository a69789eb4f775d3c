"""The benchmark of the learners: every side takes the steps that it says it takes; nothing here is timed."""

import json

from lstmlib.bench.online import RESULTS, TARGETS, measure, runs


def test_every_side_runs_and_counts_its_steps():
    timed = runs(1000)
    steps = {name: count for name, (_, count) in timed.items()}
    assert set(steps) == {"readable", "compiled, one net", "compiled, eight nets", "torch.nn.LSTM(2, 4)"}
    assert steps["readable"] == steps["torch.nn.LSTM(2, 4)"]
    assert 1000 <= steps["readable"] <= 1100  # one sequence
    assert 20 * 1000 <= steps["compiled, one net"] <= 20 * 1100
    assert steps["compiled, eight nets"] == 8 * steps["compiled, one net"]
    for run, _ in timed.values():
        run()


def test_what_is_stored_has_every_comparison():
    about = json.loads(RESULTS.read_text())
    found = {(row["shape"]["T"], row["what"], row["than"]): row for row in about["rows"]}
    assert len(found) == 8
    for T, targets in TARGETS.items():
        for than, least in zip(("readable", "torch.nn.LSTM(2, 4)"), targets, strict=True):
            row = found[T, "compiled, one net", than]
            assert row["least"] == least
            assert row["met"] == (row["ratio"] >= least)


def test_a_compiled_net_is_faster_in_any_case():
    assert all(row.ratio > 3.0 for row in measure(1))
