"""The error's way back through a chain of one unit, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import traitlets as t

from lstmlib.page import bundle
from lstmlib.page.figure import Figure

# The largest slope of each squashing function.
LARGEST_SLOPE = {"logistic": 0.25, "tanh": 1.0, "identity": 1.0}


class ErrorChain(Figure):
    """The error's way back through a chain of one unit: each step multiplies it by the weight and the slope f'.

    Args:
        w: the weight from the unit to itself, -6 to 6.
        squash: "logistic", "tanh" or "identity".
        slope: f' at every step, from 0 to the squashing function's largest slope: 1/4, 1, and always 1.
        steps: how many steps back, q, 1 to 100.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "error_chain"
    _esm = bundle.module_script("error_chain")
    _state = ("w", "squash", "slope", "steps")

    w = t.Float(3.9, min=-6.0, max=6.0).tag(sync=True)
    squash = t.Enum(list(LARGEST_SLOPE), default_value="logistic").tag(sync=True)
    slope = t.Float(0.25, min=0.0, max=1.0).tag(sync=True)
    steps = t.Int(100, min=1, max=100).tag(sync=True)

    @t.validate("slope")
    def _check_slope(self, proposal: Any) -> float:
        largest = LARGEST_SLOPE[self.squash]
        if proposal.value > largest or (self.squash == "identity" and proposal.value != 1.0):
            word = "always" if self.squash == "identity" else "at most"
            raise t.TraitError(f"slope is {proposal.value:g}, but the {self.squash} function's is {word} {largest:g}")
        return float(proposal.value)

    @t.observe("squash")
    def _fit_slope(self, _: Any) -> None:
        # A slope that the new function has nowhere becomes its largest.
        if self.slope > LARGEST_SLOPE[self.squash] or self.squash == "identity":
            self.slope = LARGEST_SLOPE[self.squash]
