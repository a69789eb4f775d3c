"""Eight steps of a linear recurrence, folded in rounds, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy.checks import Array
from lstmlib.numpy.scan import Round, combine, doubling, one_by_one, sweeps
from lstmlib.page import bundle
from lstmlib.page.figure import Figure, check_numbers

STEPS = 8
PLANS = {"loop": one_by_one, "doubling": doubling, "sweeps": sweeps}


class ParallelScan(Figure):
    """A linear recurrence h(t) = a h(t-1) + b(t) with h(0) = 0, computed by folding pairs (a, b), round by round.

    Args:
        values: what comes in, b(1) ... b(8), each from -2 to 2.
        a: the factor of every step, -1 to 1.
        plan: which cells are folded in which round, "loop", "doubling" or "sweeps".
        round: how many rounds are done, from 0 to the plan's number: 7, 3 or 5.
        workers: how many combinations can be made at once, 1 to 8.

    Raises:
        traitlets.TraitError: a list of another length, or a value outside its range.
    """

    _name = "scan"
    _esm = bundle.module_script("scan")
    _state = ("values", "a", "plan", "round", "workers")

    values = t.List(t.Float(), default_value=[1.0, 0.0, -0.5, 2.0, 0.0, 1.5, -1.0, 0.5]).tag(sync=True)
    a = t.Float(0.5, min=-1.0, max=1.0).tag(sync=True)
    plan = t.Enum(list(PLANS), default_value="doubling").tag(sync=True)
    round = t.Int(0, min=0).tag(sync=True)
    workers = t.Int(STEPS, min=1, max=STEPS).tag(sync=True)

    @t.validate("values")
    def _check_values(self, proposal: Any) -> list[float]:
        return check_numbers("values", proposal.value, STEPS, -2.0, 2.0)

    @t.validate("round")
    def _check_round(self, proposal: Any) -> int:
        most = len(self.rounds())
        if proposal.value > most:
            raise t.TraitError(f"round is {proposal.value}, expected 0 to {most}: {self.plan} has {most} rounds")
        return int(proposal.value)

    @t.observe("plan")
    def _fit_round(self, _: Any) -> None:
        self.round = min(self.round, len(self.rounds()))

    def rounds(self) -> list[Round]:
        """Return the plan's rounds, as the library has them."""
        return PLANS[self.plan](STEPS)

    def time(self) -> int:
        """Return the turns that the whole plan takes: rounds wait for each other, a worker folds a pair a turn."""
        return sum(-(-len(to) // self.workers) for to, _ in self.rounds())

    def pairs(self) -> tuple[Array, Array]:
        """Return every cell's pair after the rounds done so far, a (8,) and b (8,), by the library."""
        a, b = np.full(STEPS, self.a), np.array(self.values)
        for to, earlier in self.rounds()[: self.round]:
            a[to], b[to] = combine((a[to], b[to]), (a[earlier], b[earlier]))
        return a, b
