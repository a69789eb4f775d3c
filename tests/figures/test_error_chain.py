"""The error's chain as Python sees it."""

import math

import pytest
from traitlets import TraitError

from lstmlib.figures import ErrorChain


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ErrorChain(net=6.5), "net"),
        (lambda: ErrorChain(w=7), "w"),
        (lambda: ErrorChain(squash="relu"), "squash"),
        (lambda: ErrorChain(steps=0), "steps"),
    ],
)
def test_bad_state_is_refused_with_a_clear_error(make, said):
    with pytest.raises(TraitError, match=said):
        make()


@pytest.mark.parametrize("net", [-6.0, -0.7, 0.0, 2.3])
def test_the_slope_is_that_of_the_function_at_the_net_input(net):
    chain = ErrorChain(net=net)
    h = 1 / (1 + math.exp(-net))
    assert chain.slope == pytest.approx(h * (1 - h), rel=1e-12)
    chain.squash = "tanh"
    assert chain.slope == pytest.approx(1 - math.tanh(net) ** 2, rel=1e-9)
    chain.squash = "identity"
    assert chain.slope == 1.0
