"""A GRU beside an LSTM, one unit each, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy.checks import Array
from lstmlib.numpy.gru import GRU
from lstmlib.numpy.lstm import LSTM
from lstmlib.page import bundle
from lstmlib.page.figure import Figure, check_numbers

STEPS = 16
MARK = 8.0  # what a mark adds to the net input of the LSTM's input gate, and takes from that of the GRU's update gate
VALUES = [-0.3, 0.8, 0.5, -0.6, 0.2, 0.7, -0.4, -0.8, 0.3, -0.7, 0.6, -0.2, 0.4, -0.5, 0.1, -0.9]


class GRUBesideLSTM(Figure):
    """An LSTM and a GRU of one unit that read the same tape: gates, content, output, and the error on its way back.

    A step of the tape is a number x(t), which the candidates see, and a mark, which opens the LSTM's input gate and
    the GRU's update gate to the new. The gates see nothing else: their net inputs are the numbers set here, and a mark
    changes one of them by 8. Both units start at 0. The error is 1 at the last output, and is the length of the
    gradient for the state after step t.

    Args:
        values: the numbers x(1) ... x(16), each from -1 to 1.
        marks: 1 at a marked step and 0 at others (16).
        forget: the net input of the LSTM's forget gate, -8 to 8.
        input: that of its input gate, -8 to 8, at a step without a mark.
        output: that of its output gate, -8 to 8.
        update: that of the GRU's update gate z, -8 to 8, at a step without a mark; z near 1 keeps the old.
        reset: that of its reset gate r, -8 to 8.
        recurrent: the weight from each unit's last output to its candidate, -2 to 2.
        step: 0 shows nothing yet; 1 to 16 the steps forwards; 17 to 32 the error at step 16 down to 1.

    Raises:
        traitlets.TraitError: a list of another length, or a value outside its range.
    """

    _name = "gru_lstm"
    _esm = bundle.module_script("gru_lstm")
    _state = ("values", "marks", "forget", "input", "output", "update", "reset", "recurrent", "step")

    values = t.List(t.Float(), default_value=VALUES).tag(sync=True)
    marks = t.List(t.Int(), default_value=[0, 1] + [0] * (STEPS - 2)).tag(sync=True)
    forget = t.Float(4.0, min=-8.0, max=8.0).tag(sync=True)
    input = t.Float(-4.0, min=-8.0, max=8.0).tag(sync=True)
    output = t.Float(4.0, min=-8.0, max=8.0).tag(sync=True)
    update = t.Float(4.0, min=-8.0, max=8.0).tag(sync=True)
    reset = t.Float(0.0, min=-8.0, max=8.0).tag(sync=True)
    recurrent = t.Float(0.0, min=-2.0, max=2.0).tag(sync=True)
    step = t.Int(2 * STEPS, min=0, max=2 * STEPS).tag(sync=True)

    @t.validate("values")
    def _check_values(self, proposal: Any) -> list[float]:
        return check_numbers("values", proposal.value, STEPS, -1.0, 1.0)

    @t.validate("marks")
    def _check_marks(self, proposal: Any) -> list[int]:
        return [int(mark) for mark in check_numbers("marks", proposal.value, STEPS, 0, 1)]

    def layers(self) -> tuple[LSTM, GRU]:
        """Return the two units from the library: they give the figure's numbers."""
        lstm, gru = LSTM(2, 1), GRU(2, 1)
        for layer in (lstm, gru):
            for value in layer.params.values():
                value[...] = 0.0
        # Rows are gates: i, f, g, o and r, z, n; columns are the number and the mark.
        lstm.params["weight_ih_l0"][:] = [[0.0, MARK], [0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
        lstm.params["weight_hh_l0"][2] = self.recurrent
        lstm.params["bias_ih_l0"][:] = [self.input, self.forget, 0.0, self.output]
        gru.params["weight_ih_l0"][:] = [[0.0, 0.0], [0.0, -MARK], [1.0, 0.0]]
        gru.params["weight_hh_l0"][2] = self.recurrent
        gru.params["bias_ih_l0"][:] = [self.reset, self.update, 0.0]
        return lstm, gru

    def inputs(self) -> Array:
        """Return the tape as the layers read it, (16, 1, 2)."""
        return np.stack([np.array(self.values), np.array(self.marks, float)], -1)[:, None]
