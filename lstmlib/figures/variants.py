"""A cell whose parts can be switched on and off, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy.checks import Array
from lstmlib.page import bundle
from lstmlib.page.figure import Figure
from lstmlib.studies.variants.nets import CHANGES, Cells, check_changes

STEPS, SPIKES = 28, (3, 17)  # the inputs are 1 at these steps, and 0 at all others
SWITCHES = CHANGES[:-1]  # gate recurrence has nothing to do in this cell
THRESHOLD, GAIN = 0.9, 200.0
WIDE, READ = 128, 64  # the layer whose parameters are counted beside the cell's


class CellParts(Figure):
    """One cell, set by hand to fire some steps after a spike; its parts can be taken out, and it goes wrong.

    With all parts it is a peephole LSTM of one unit: a spike opens the input gate, the gate's peephole holds it open
    while the cell counts, at 0.9 the output gate's peephole opens the way out, and the forget gate's clears the cell.

    Args:
        changes: what is taken out or coupled: names of ``lstmlib.studies.variants.CHANGES``, but not "gate recurrence".
        delay: how many steps after a spike the whole cell fires, 2 to 10.
        step: the step shown, 1 to 28.

    Raises:
        traitlets.TraitError: an unknown change, or a value outside its range.
    """

    _name = "variants"
    _esm = bundle.module_script("variants")
    _state = ("changes", "delay", "step")

    changes = t.List(t.Unicode(), default_value=[]).tag(sync=True)
    delay = t.Int(6, min=2, max=10).tag(sync=True)
    step = t.Int(9, min=1, max=STEPS).tag(sync=True)

    @t.validate("changes")
    def _check_changes(self, proposal: Any) -> list[str]:
        try:
            check_changes(proposal.value)
        except ValueError as error:
            raise t.TraitError(str(error)) from error
        if "gate recurrence" in proposal.value:
            raise t.TraitError(f"changes holds 'gate recurrence', expected names from {', '.join(SWITCHES)}")
        return list(proposal.value)

    def layer(self) -> Cells:
        """Return the cell from the library, with the figure's weights: it gives the figure's numbers."""
        # For each of i, f, g, o: the weight of x, that of h, the bias, the peephole.
        rate = float(np.arctanh(THRESHOLD / (self.delay + 0.5)))  # so that delay + 1 steps of it pass the threshold
        entry = (20.0, -400.0, -8.0, GAIN)
        forget = tuple(-value for value in entry) if "coupled" in self.changes else (0.0, 0.0, GAIN * THRESHOLD, -GAIN)
        values = {"i": entry, "f": forget, "g": (0.0, 0.0, rate, 0.0), "o": (0.0, 0.0, -GAIN * THRESHOLD, GAIN)}
        cell = Cells(1, 1, 1, self.changes)
        for k, block in enumerate(cell.blocks):
            w, u, b, _ = values[block]
            cell.params["weight_ih"][0, k, 0], cell.params["weight_hh"][0, k, 0] = w, u
            cell.params["bias"][0, k] = b
        if "weight_ch" in cell.params:
            cell.params["weight_ch"][0] = [values[gate][3] for gate in cell.gates]
        return cell

    def inputs(self) -> Array:
        """Return the inputs as the cell reads them, (28, 1, 1, 1)."""
        x = np.zeros((STEPS, 1, 1, 1))
        x[[spike - 1 for spike in SPIKES]] = 1.0
        return x
