"""The carousel beside an ordinary unit, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy.carousel import Carousel
from lstmlib.numpy.checks import Array
from lstmlib.numpy.rnn import RNN
from lstmlib.page import bundle
from lstmlib.page.figure import Figure, check_numbers

STEPS = 30


class CarouselUnit(Figure):
    """Two units that get the same inputs: what each holds from step to step, and the error on its way back.

    The ordinary unit is h(t) = f(w h(t-1) + x(t)), the carousel c(t) = c(t-1) + x(t), in the paper y and s; both start
    at 0. The error is 1 at the last step, and d h(30) / d h(t) at step t.

    Args:
        values: the inputs x(1) ... x(30), each from -1 to 1.
        w: the ordinary unit's weight to itself, 0 to 1.2.
        squash: its f, "logistic", "tanh" or "identity".
        step: 0 shows nothing yet; 1 to 30 the steps forwards; 31 to 60 the error at step 30 down to 1.

    Raises:
        traitlets.TraitError: a list of another length, or a value outside its range.
    """

    _name = "carousel"
    _esm = bundle.module_script("carousel")
    _state = ("values", "w", "squash", "step")

    values = t.List(t.Float(), default_value=[0.8] + [0.0] * (STEPS - 1)).tag(sync=True)
    w = t.Float(0.9, min=0.0, max=1.2).tag(sync=True)
    squash = t.Enum(["logistic", "tanh", "identity"], default_value="tanh").tag(sync=True)
    step = t.Int(2 * STEPS, min=0, max=2 * STEPS).tag(sync=True)

    @t.validate("values")
    def _check_values(self, proposal: Any) -> list[float]:
        return check_numbers("values", proposal.value, STEPS, -1.0, 1.0)

    def layers(self) -> tuple[RNN | Carousel, Carousel]:
        """Return the two units from the library, ordinary unit first: they give the figure's numbers."""
        # An Elman net always squashes; without that, the unit is a carousel whose loop isn't 1.
        plain = self.squash == "identity"
        ordinary = Carousel(1, 1, loop="free") if plain else RNN(1, 1, nonlinearity=self.squash)
        carousel = Carousel(1, 1)
        for layer in (ordinary, carousel):
            for name, value in layer.params.items():
                value[...] = {"weight_ih_l0": 1.0, "weight_hh_l0": self.w}.get(name, 0.0)
        return ordinary, carousel

    def inputs(self) -> Array:
        """Return the inputs as the layers read them, (30, 1, 1)."""
        return np.array(self.values)[:, None, None]
