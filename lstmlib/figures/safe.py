"""A memory cell as a safe with two doors, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import traitlets as t

from lstmlib.page import bundle
from lstmlib.page.figure import Figure, check_numbers

# The first of them is the one to carry to the end.
TAPE = [7.0, -4.0, 9.0, 2.0, -8.0, 5.0, -3.0, 6.0, -9.0, 1.0, 8.0, -5.0]


class Safe(Figure):
    """A memory cell as a safe with two doors: s(t) = keep s(t-1) + i(t) x(t), shown outside as o(t) s(t).

    Squashing functions are the identity here, and s(0) is 0. A net of one memory cell can take the doors over and learn
    the same task in the page: that of Hochreiter and Schmidhuber (1997), trained on-line by its truncated gradient at a
    rate of 0.1 on ``lstmlib.tasks.keep_first`` with 12 numbers, a second mark at the last step; the tape's 10 is its 1.

    Args:
        values: the tape x(1) ... x(12), each from -9 to 9.
        input_gate: how far the left door stands open at each step, i(1) ... i(12), each from 0 to 1.
        output_gate: the same for the right door, o(1) ... o(12).
        step: the step shown, 1 to 12.
        keep: what is left of the content after a step: 1 in a memory cell, less in an ordinary unit, which leaks.
        seed: of the net's weights and sequences.
        result: how far the net is, once it has paused: {"shown", "params"}, how many sequences and the weights.

    Raises:
        traitlets.TraitError: a list of another length, or a number outside its range.
    """

    _name = "safe"
    _esm = bundle.module_script("safe")
    _state = ("values", "input_gate", "output_gate", "step", "keep", "seed")

    values = t.List(t.Float(), default_value=TAPE).tag(sync=True)
    input_gate = t.List(t.Float(), default_value=[0.0] * 12).tag(sync=True)
    output_gate = t.List(t.Float(), default_value=[0.0] * 12).tag(sync=True)
    step = t.Int(1, min=1, max=12).tag(sync=True)
    keep = t.Float(1.0, min=0.0, max=1.0).tag(sync=True)
    seed = t.Int(0, min=0).tag(sync=True)
    result = t.Dict().tag(sync=True)

    @t.validate("values")
    def _check_values(self, proposal: Any) -> list[float]:
        return check_numbers("values", proposal.value, 12, -9.0, 9.0)

    @t.validate("input_gate", "output_gate")
    def _check_gate(self, proposal: Any) -> list[float]:
        return check_numbers(proposal.trait.name, proposal.value, 12, 0.0, 1.0)
