"""The error's chain as Python sees it."""

import pytest
from traitlets import TraitError

from lstmlib.figures import ErrorChain


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ErrorChain(slope=0.5), "slope is 0.5, but the logistic function's is at most 0.25"),
        (lambda: ErrorChain(w=7), "w"),
        (lambda: ErrorChain(squash="relu"), "squash"),
        (lambda: ErrorChain(steps=0), "steps"),
    ],
)
def test_bad_state_is_refused_with_a_clear_error(make, said):
    with pytest.raises(TraitError, match=said):
        make()


def test_slope_follows_the_squashing_function():
    chain = ErrorChain(squash="tanh", slope=0.9)
    chain.squash = "logistic"
    assert chain.slope == 0.25
    chain.squash = "identity"
    assert chain.slope == 1.0
    with pytest.raises(TraitError, match="the identity function's is always 1"):
        chain.slope = 0.5
