"""The Reber grammar's figure as Python sees it: state and errors."""

import pytest
from traitlets import TraitError

from lstmlib.figures import ReberWalk


def test_state_is_in_the_html_and_the_repr():
    assert repr(ReberWalk()) == "ReberWalk()"
    figure = ReberWalk(exam="BTBPVVETE", string="BTB", right=1)
    assert repr(figure) == "ReberWalk(string='BTB', exam='BTBPVVETE', right=1)"
    assert figure._html().startswith('<lstm-reber class="lstm-figure" string="BTB" exam="BTBPVVETE" right="1">')


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"string": "BX"}, "'BX' has 'X' at place 1, where the grammar allows T or P"),
        ({"string": "BTBPVVETEB"}, "one string of the grammar, not several in a row"),
        ({"exam": "BTBPVVE"}, "exam is 'BTBPVVE', expected a whole string"),
        ({"exam": "BTBPVVETE", "string": "BP"}, "string is 'BP', expected the beginning of exam"),
        ({"right": 1}, "right is 1, but only 0 questions were asked"),
    ],
)
def test_bad_state_is_refused(state, said):
    with pytest.raises(TraitError, match=said):
        ReberWalk(**state)
