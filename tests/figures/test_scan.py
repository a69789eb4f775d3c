"""The scan's figure as Python sees it: state, HTML, errors, and the pairs that give its numbers."""

import numpy as np
import pytest
from traitlets import TraitError

from lstmlib.figures import ParallelScan
from lstmlib.numpy.scan import scan


def test_state_is_in_the_html_and_the_repr():
    assert repr(ParallelScan()) == "ParallelScan()"
    figure = ParallelScan(a=-1.0, plan="sweeps", round=2)
    assert repr(figure) == "ParallelScan(a=-1.0, plan='sweeps', round=2)"
    data, _ = figure._repr_mimebundle_()
    assert data["text/html"].startswith('<lstm-scan class="lstm-figure" a="-1.0" plan="sweeps" round="2"><img ')


@pytest.mark.parametrize(("plan", "rounds"), [("loop", 7), ("doubling", 3), ("sweeps", 5)])
def test_after_all_rounds_b_is_the_state(plan, rounds):
    figure = ParallelScan(a=0.7, plan=plan, round=rounds)
    assert len(figure.rounds()) == rounds
    a, b = figure.pairs()
    np.testing.assert_allclose(b, scan(np.array([0.7]), np.array(figure.values)), rtol=1e-14)
    np.testing.assert_allclose(a, 0.7 ** np.arange(1, 9), rtol=1e-14)


def test_a_plan_with_fewer_rounds_takes_back_what_is_too_many():
    figure = ParallelScan(plan="loop", round=7)
    figure.plan = "doubling"
    assert figure.round == 3


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"values": [0.0] * 7}, "values has 7 numbers, expected 8"),
        ({"values": [2.5] + [0.0] * 7}, "values holds 2.5, expected numbers from -2 to 2"),
        ({"a": 1.1}, "a"),
        ({"plan": "tree"}, "plan"),
        ({"round": 4}, "round is 4, expected 0 to 3: doubling has 3 rounds"),
    ],
)
def test_bad_state_is_refused(state, said):
    with pytest.raises(TraitError, match=said):
        ParallelScan(**state)
