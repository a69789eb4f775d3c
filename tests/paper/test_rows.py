"""The rows of the tables: numbers of weights, names, readings."""

from collections import Counter

import pytest

from lstmlib.paper.readings import READINGS, SETS
from lstmlib.paper.rows import ROWS, chosen_from, find, label, reading_of

GROWS = {"table-1/RCC"}  # its number of weights is in tests/online/test_cascade.py


@pytest.mark.parametrize("name", ROWS)
def test_every_net_has_the_paper_s_number_of_weights(name):
    row = ROWS[name]
    if name in GROWS:
        assert row.net.hidden_size == 0
    else:
        others = {"schmidhuber-1992": 506, "gers-2000": 360}  # not printed; those of 2000 without forget gates
        assert row.net.num_weights == (row.reported.weights or others[row.table])


def test_all_rows_of_all_tables_are_there():
    rows = Counter(row.table for row in ROWS.values())
    assert rows == {
        "table-1": 9,
        "table-2": 8,
        "section-5.2": 1,
        "table-3": 9,
        "table-4": 3,
        "table-5": 3,
        "table-6": 2,
        "table-7": 3,
        "table-8": 2,
        "table-9": 2,
        "gers-2000": 5,
        "schmidhuber-1992": 1,
    }
    assert all(row.runnable for row in ROWS.values())
    assert {row.trials for row in ROWS.values()} == {0, 10, 17, 18, 20, 30, 100}


def test_table_10():
    """Learning rates and gate biases, as the paper's table of constants has them."""
    rates = {
        "2a": 1.0,
        "2b": 1.0,
        "2c": 0.01,
        "3a": 1.0,
        "3b": 1.0,
        "3c": 0.1,
        "4": 0.5,
        "5": 0.1,
        "6a": 0.5,
        "6b": 0.1,
    }
    inward = {
        "3a": (-1, -3, -5),
        "3b": (-1, -3, -5),
        "3c": (-1, -3, -5),
        "4": (-3, -6),
        "6a": (-2, -4),
        "6b": (-2, -4, -6),
    }
    outward = {"3a": (-2, -4, -6), "3b": (-2, -4, -6), "3c": (-2, -4, -6)}
    for row in ROWS.values():
        if row.method != "LSTM" or row.table == "gers-2000":
            continue
        if row.experiment == "1":
            assert row.name.endswith(str(row.learning_rate))
            assert row.output_gate_bias == (-1, -2, -3, -4)[: row.net.num_blocks]
            assert row.input_gate_bias is None
        else:
            assert row.learning_rate == rates[row.experiment]
            assert row.input_gate_bias == inward.get(row.experiment)
            assert row.output_gate_bias == outward.get(row.experiment)
        assert row.weight_range == (0.2 if row.experiment[0] in "12" else 0.1)


def test_the_table_of_2000():
    rows = {row.name.split("/")[1]: row for row in find("gers-2000")}
    for name, row in rows.items():
        assert (row.learning_rate, row.weight_range, row.trials, row.cap) == (0.5, 0.2, 100, 30_000)
        assert row.input_gate_bias == row.output_gate_bias == (-0.5, -1.0, -1.5, -2.0)
        assert row.net.forget_gates == ("forget" in name) == (row.forget_gate_bias == (0.5, 1.0, 1.5, 2.0))
        shares = [row.reported.percent, row.reported.good[0], row.reported.rest[0]]
        assert sum(shares) == 100.0
    assert rows["state-decay"].net.decay == 0.9
    assert {name: dict(row.task) for name, row in rows.items() if row.task} == {
        "external-reset": {"resets": True},
        "forget-gates-alpha-decay": {"rate_decay": 0.99},
    }


def test_find():
    assert [row.name for row in find("table-9")] == ["table-9/6a", "table-9/6b"]
    assert [row.name for row in find("table-7/T500")] == ["table-7/T500"]
    with pytest.raises(ValueError, match="no row or table 'table-7/T5'; there are table-7/T100, table-7/T500"):
        find("table-7/T5")
    with pytest.raises(ValueError, match="'table-99'; there are table-1, table-2"):
        find("table-99")


def test_readings():
    row = ROWS["table-7/T100"]
    default = reading_of(row, {})
    assert default == {name: READINGS[name][0] for name in row.readings}
    assert label(row, default) == "default"
    other = reading_of(row, {"initial": "0.5", "error": "squared"})
    assert label(row, other) == "error=squared,initial=0.5"
    assert reading_of(ROWS["table-3/q50-p50"], {})["test-every"] == "1000"
    bptt = {"factor": "1", "test-every": "1000", "outputs-see": "this step", "initial": "0"}
    assert reading_of(ROWS["table-2/BPTT-100"], {}) == bptt
    assert reading_of(ROWS["table-2/LSTM-100"], {})["test-every"] == "10"
    with pytest.raises(ValueError, match="leaves no reading 'update' open; it has initial, factor, output-error"):
        reading_of(row, {"update": "step"})
    with pytest.raises(ValueError, match="reading initial has no option '1'; it has 0, "):
        reading_of(row, {"initial": "1"})
    assert {name for row in ROWS.values() for name in row.readings} == set(READINGS)


def test_a_set_of_readings_has_a_name():
    for name, expected in {
        "table-9/6a": {"initial": "0.5", "gate-bias": "noisy", "applied": "late", "constant-unit": "seen"},
        "table-8/n140": {"initial": "0.5", "applied": "late", "constant-unit": "seen"},  # it names no gate biases
        "table-4/T100-N3": {"initial": "0.5", "gate-bias": "noisy", "applied": "late"},  # its outputs have no bias
        "table-3/q50-p50": {"initial": "0.5", "applied": "late"},
    }.items():
        row = ROWS[name]
        chosen = chosen_from(row, ["authors-program", "recurrence=cells"])
        assert chosen == expected | {"recurrence": "cells"}
        assert label(row, reading_of(row, chosen)) == "authors-program,recurrence=cells"
        part = chosen_from(row, ["authors-program", "applied=at once"])
        assert "authors-program" not in label(row, reading_of(row, part))
    assert all(option in READINGS[name] for options in SETS.values() for name, option in options.items())
    with pytest.raises(ValueError, match="no set of readings 'the-program'; there are authors-program"):
        chosen_from(ROWS["table-9/6a"], ["the-program"])
    with pytest.raises(ValueError, match="doesn't concern table-2/LSTM-100, which leaves no reading 'initial' open"):
        chosen_from(ROWS["table-2/LSTM-100"], ["authors-program"])
