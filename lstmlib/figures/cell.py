"""One memory cell to take apart, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy.checks import Array
from lstmlib.numpy.lstm import LSTM
from lstmlib.numpy.lstm1997 import LSTM1997
from lstmlib.page import bundle
from lstmlib.page.figure import Figure, check_numbers

PARTS = (
    "before",
    "forget_gate",
    "keep",
    "input_gate",
    "cell_input",
    "write",
    "add",
    "state",
    "squash",
    "output_gate",
    "show",
    "output",
    "input",
    "previous",
)


class Cell(Figure):
    """One step of a memory cell with one input and one unit: every part's numbers, and the error on its way back.

    With ``kind="1997"`` it is the cell of ``LSTM1997``, s(t) = s(t-1) + i(t) g(t), whose squashing functions are
    g(z) = 4 f(z) - 2 and h(z) = 2 f(z) - 1; with ``kind="2000"`` the one of ``LSTM``, c(t) = f(t) c(t-1) + i(t) g(t),
    with tanh for both. Gates and cell input see x(t) and the output of the step before.

    Source: Hochreiter and Schmidhuber (1997), section 4; Gers, Schmidhuber and Cummins (2000).

    Args:
        kind: "1997", without a forget gate, or "2000", with one.
        x: the input x(t), -2 to 2.
        h: the output of the step before, -1 to 1; the page calls it y(t-1) in the cell of 1997.
        c: the state before the step, -8 to 8; s(t-1) in the cell of 1997.
        weight_ih: the weights from x(t), four in the library's order i, f, g, o, each from -3 to 3; f's goes unused
            where there is no forget gate.
        weight_hh: those from the output of the step before.
        bias: the biases, each from -6 to 6.
        dh: the error that comes back to the output, dE/dh(t), -1 to 1.
        dc: the error that comes back to the state from later steps, -1 to 1.
        gradient: "full", or "truncated": no error goes back to the output of the step before.
        view: "forward" writes activations into the drawing, "back" the errors.
        part: the part that is explained, one of ``PARTS``.

    Raises:
        traitlets.TraitError: a value outside its range, or the forget gate of a cell that has none.
    """

    _name = "cell"
    _esm = bundle.module_script("cell")
    _state = ("kind", "x", "h", "c", "weight_ih", "weight_hh", "bias", "dh", "dc", "gradient", "view", "part")

    kind = t.Enum(["1997", "2000"], default_value="1997").tag(sync=True)
    x = t.Float(1.0, min=-2.0, max=2.0).tag(sync=True)
    h = t.Float(0.4, min=-1.0, max=1.0).tag(sync=True)
    c = t.Float(0.6, min=-8.0, max=8.0).tag(sync=True)
    weight_ih = t.List(t.Float(), default_value=[0.5, -1.0, 1.0, 0.5]).tag(sync=True)
    weight_hh = t.List(t.Float(), default_value=[0.5, 0.5, 0.5, -0.5]).tag(sync=True)
    bias = t.List(t.Float(), default_value=[0.0, 1.0, 0.0, 0.0]).tag(sync=True)
    dh = t.Float(1.0, min=-1.0, max=1.0).tag(sync=True)
    dc = t.Float(0.5, min=-1.0, max=1.0).tag(sync=True)
    gradient = t.Enum(["full", "truncated"], default_value="full").tag(sync=True)
    view = t.Enum(["forward", "back"], default_value="forward").tag(sync=True)
    part = t.Enum(list(PARTS), default_value="add").tag(sync=True)

    @t.validate("weight_ih", "weight_hh", "bias")
    def _check_numbers(self, proposal: Any) -> list[float]:
        limit = 6.0 if proposal.trait.name == "bias" else 3.0
        return check_numbers(proposal.trait.name, proposal.value, 4, -limit, limit)

    @t.validate("part")
    def _check_part(self, proposal: Any) -> str:
        if proposal.value == "forget_gate" and self.kind == "1997":
            raise t.TraitError("part is 'forget_gate', but the cell of 1997 has none")
        return str(proposal.value)

    @t.observe("kind")
    def _fit_part(self, _: Any) -> None:
        # What stands at the forget gate's place in the cell of 1997 is the loop.
        if self.kind == "1997" and self.part == "forget_gate":
            self.part = "keep"

    def _still(self) -> str:
        return self._name if self.kind == "1997" else f"{self._name}_{self.kind}"

    def layer(self) -> LSTM1997 | LSTM:
        """Return the same cell from the library: it gives the figure's numbers."""
        w, u, b = (np.array(value)[:, None] for value in (self.weight_ih, self.weight_hh, self.bias))
        layer: LSTM1997 | LSTM
        if self.kind == "2000":
            layer = LSTM(1, 1)
            values = {"weight_ih_l0": w, "weight_hh_l0": u, "bias_ih_l0": b[:, 0], "bias_hh_l0": 0.0 * b[:, 0]}
        else:
            layer = LSTM1997(1, 1, gradient=self.gradient)
            rows = [0, 2, 3]  # its units are input gate, cell, output gate
            sees_cell = np.array([[0.0, 1.0, 0.0]])  # and here none of them sees a gate
            values = {"weight_ih_l0": w[rows], "weight_hh_l0": u[rows] * sees_cell, "bias_l0": b[rows, 0]}
        for name, value in values.items():
            layer.params[name][:] = value
        return layer

    def inputs(self) -> Array:
        """Return x(t) as the layer reads it, (1, 1, 1)."""
        return np.array([[[self.x]]])

    def state_before(self) -> tuple[Array, Array]:
        """Return output and state of the step before as the layer takes them, both (1, U) or (1, 1)."""
        h = np.array([[self.h]]) if self.kind == "2000" else np.array([[0.0, self.h, 0.0]])
        return h, np.array([[self.c]])
