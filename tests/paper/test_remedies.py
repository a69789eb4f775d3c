"""The paper's experiments with and without its remedies: what is run, what is stored, and that the two agree."""

import json

import numpy as np
import pytest

from lstmlib.paper import remedies
from lstmlib.paper.rows import ROWS
from lstmlib.paper.trials import initial_params, random_sources


def test_conditions_differ_in_the_gates_biases_alone():
    drawn = {
        condition: initial_params(row, {}, random_sources(row, 0, 3)[0])
        for condition in remedies.CONDITIONS
        for row in [remedies.row_with("table-9/6a", condition)]
    }
    with_, without = drawn["both"], drawn["neither"]
    for name in with_:
        if name != "bias":
            np.testing.assert_array_equal(with_[name], without[name])
    np.testing.assert_array_equal(with_["bias"][[0, 1, -2, -1]], [-2.0, -4.0, -2.0, -4.0])
    assert np.abs(without["bias"]).max() <= 0.1
    np.testing.assert_array_equal(drawn["input gates"]["bias"][:2], [-2.0, -4.0])
    np.testing.assert_array_equal(drawn["output gates"]["bias"][-2:], [-2.0, -4.0])


def test_both_remedies_are_the_paper_s_row_of_experiment_3():
    row = remedies.row_with("table-4/T100-N3", "both")
    paper = ROWS["table-4/T100-N3"]
    assert (row.input_gate_bias, row.output_gate_bias) == (paper.input_gate_bias, paper.output_gate_bias)


@pytest.mark.parametrize(
    ("name", "condition", "said"), [("table-1", "both", "table-9/6a"), ("table-9/6a", "none", "neither")]
)
def test_unknown_names_are_refused(name, condition, said):
    with pytest.raises(ValueError, match=said):
        remedies.row_with(name, condition)


def test_a_few_trials_run_and_say_what_came_of_them():
    results = remedies.measure("table-9/6a", "both", 2, cap=500)
    assert [result["trial"] for result in results] == [0, 1]
    assert {result["solved"] for result in results} == {False}  # nobody learns it in so few
    assert {result["sequences"] for result in results} == {500}
    assert remedies.middle(results) == np.inf


def test_the_middle_is_the_median_with_failures_at_the_end():
    def made(*counts):
        return [{"solved": count > 0, "sequences": abs(count)} for count in counts]

    assert remedies.middle(made(3, 1, 2)) == 2
    assert remedies.middle(made(3, 1, -2)) == 3
    assert remedies.middle(made(3, -1, -2)) == np.inf


def test_the_stored_trials_are_whole():
    stored = remedies.load()
    assert stored.keys() == remedies.BIASES.keys()
    for conditions in stored.values():
        assert conditions.keys() == remedies.CONDITIONS.keys()
        for results in conditions.values():
            assert [result["trial"] for result in results] == list(range(remedies.TRIALS))
            assert all(result["solved"] or result["sequences"] == remedies.CAP for result in results)
    head = json.loads(remedies.PATH.read_text(encoding="utf8").splitlines()[0])
    assert head["command"] == "python -m lstmlib.paper.remedies"
