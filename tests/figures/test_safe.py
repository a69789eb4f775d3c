"""The safe as Python sees it."""

import pytest
from traitlets import TraitError

from lstmlib.figures import Safe


def test_state_can_be_set_and_read():
    safe = Safe()
    safe.input_gate = [1] + [0] * 11
    safe.step = 12
    assert safe.input_gate == [1.0] + [0.0] * 11
    assert safe.get_state(["step"]) == {"step": 12}
    seen = []
    safe.observe(lambda change: seen.append(change["new"]), "step")
    safe.set_state({"step": 4})  # what a message from the page does
    assert seen == [4]


def test_state_of_two_figures_is_their_own():
    one, two = Safe(), Safe()
    one.input_gate = [1.0] * 12
    assert two.input_gate == [0.0] * 12


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Safe(input_gate=[0] * 11), "input_gate has 11 numbers, expected 12"),
        (lambda: Safe(output_gate=[1.5] + [0] * 11), "output_gate holds 1.5, expected numbers from 0 to 1"),
        (lambda: Safe(values=[10] * 12), "values holds 10.0, expected numbers from -9 to 9"),
        (lambda: Safe(step=13), "step"),
        (lambda: Safe(keep=1.2), "keep"),
    ],
)
def test_bad_state_is_refused_with_a_clear_error(make, said):
    with pytest.raises(TraitError, match=said):
        make()
