"""A memory cell with three gates over a tape, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy.checks import Array
from lstmlib.numpy.lstm import LSTM
from lstmlib.page import bundle
from lstmlib.page.figure import Figure, check_numbers

STEPS = 12
SMALL = 1e-6  # the layer works on so small a scale that its tanh is a straight line
WIDE = 40.0  # the logistic function is 1 there, to the last bit, and next to 0 at minus this


class Tape(Figure):
    """Writing, holding, forgetting: c(t) = f(t) c(t-1) + i(t) x(t), shown as y(t) = o(t) c(t), from c(0) = 0.

    What is left at step t of what was written at step k is f(k+1) ... f(t), and an error at the output of step t
    reaches the content of step k through the same product. Squashing functions are the identity here.

    Args:
        values: the tape x(1) ... x(12), each from -9 to 9. Those of steps 2 and 9 are to be kept, and shown at steps 7
            and 12; at step 8 the cell is to be emptied.
        input_gate: i(1) ... i(12), each from 0 to 1.
        forget_gate: f(1) ... f(12); all 1 if ``old``.
        output_gate: o(1) ... o(12).
        old: whether the cell is that of 1997, which has no forget gate.
        step: the step shown, 1 to 12.

    Raises:
        traitlets.TraitError: a list of another length, a number outside its range, or forget gates in a cell of 1997.
    """

    _name = "tape"
    _esm = bundle.module_script("tape")
    _state = ("values", "input_gate", "forget_gate", "output_gate", "old", "step")

    values = t.List(t.Float(), default_value=[4.0, 7, -3, 5, 8, -6, 2, -5, -4, 9, 3, 6]).tag(sync=True)
    input_gate = t.List(t.Float(), default_value=[float(k in (1, 4, 8)) for k in range(STEPS)]).tag(sync=True)
    forget_gate = t.List(t.Float(), default_value=[0.9] * STEPS).tag(sync=True)
    output_gate = t.List(t.Float(), default_value=[float(k == 6) for k in range(STEPS)]).tag(sync=True)
    old = t.Bool(False).tag(sync=True)
    step = t.Int(7, min=1, max=STEPS).tag(sync=True)

    @t.validate("values")
    def _check_values(self, proposal: Any) -> list[float]:
        return check_numbers("values", proposal.value, STEPS, -9.0, 9.0)

    @t.validate("input_gate", "forget_gate", "output_gate")
    def _check_gate(self, proposal: Any) -> list[float]:
        return check_numbers(proposal.trait.name, proposal.value, STEPS, 0.0, 1.0)

    @t.validate("old")
    def _check_old(self, proposal: Any) -> bool:
        if proposal.value and any(value != 1.0 for value in self.forget_gate):
            raise t.TraitError("old is True, but the cell of 1997 forgets nothing: expected forget_gate to be all 1")
        return bool(proposal.value)

    def left(self, step: int) -> Array:
        """Return what is left after ``step`` of what was written at each step up to it (step,): products of f."""
        f = np.array(self.forget_gate)
        return np.array([f[k:step].prod() for k in range(1, step + 1)])

    def layer(self) -> LSTM:
        """Return one LSTM cell whose gates are set from outside: with ``inputs`` it gives the figure's numbers."""
        layer = LSTM(4, 1)
        for name, value in layer.params.items():
            value[...] = np.eye(4) if name == "weight_ih_l0" else 0.0
        return layer

    def inputs(self) -> Array:
        """Return the net inputs of i, f, g and o at each step (12, 1, 4); g works on ``SMALL`` times the values."""

        def net(gate: list[float]) -> Array:
            value = np.array(gate)
            with np.errstate(divide="ignore"):
                return np.clip(np.log(value) - np.log1p(-value), -WIDE, WIDE)

        g = np.arctanh(SMALL * np.array(self.values))
        return np.stack([net(self.input_gate), net(self.forget_gate), g, net(self.output_gate)], -1)[:, None]
