"""The error's way back through a chain of one unit, as an interactive figure."""

import math

import traitlets as t

from lstmlib.page import bundle
from lstmlib.page.figure import Figure

SQUASH = ("logistic", "tanh", "identity")


class ErrorChain(Figure):
    """The error's way back through a chain of one unit: each step multiplies it by the weight and the slope f'(net).

    Args:
        w: the weight from the unit to itself, -6 to 6.
        squash: "logistic", "tanh" or "identity".
        net: the unit's net input at every step, -6 to 6.
        steps: how many steps back, q, 1 to 100.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "error_chain"
    _esm = bundle.module_script("error_chain")
    _state = ("w", "squash", "net", "steps")

    w = t.Float(3.9, min=-6.0, max=6.0).tag(sync=True)
    squash = t.Enum(SQUASH, default_value="logistic").tag(sync=True)
    net = t.Float(0.0, min=-6.0, max=6.0).tag(sync=True)
    steps = t.Int(100, min=1, max=100).tag(sync=True)

    @property
    def slope(self) -> float:
        """The slope of the squashing function where the unit is: at most 1/4, at most 1, or always 1."""
        if self.squash == "identity":
            return 1.0
        half = math.cosh(self.net if self.squash == "tanh" else self.net / 2.0)
        return half**-2 * (1.0 if self.squash == "tanh" else 0.25)
