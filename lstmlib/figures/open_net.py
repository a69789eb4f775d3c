"""A net of 1997, opened: what a stored net of any experiment does with a sequence that the reader changes."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t

from lstmlib.numpy.checks import Array
from lstmlib.page import bundle
from lstmlib.page.figure import Asking
from lstmlib.tasks.embedded_reber import SYMBOLS

if TYPE_CHECKING:
    from lstmlib.paper.inside import Inside
    from lstmlib.paper.steps import Steps

EXPERIMENTS = ("1", "2a", "2b", "2c", "3a", "3b", "3c", "4", "5", "6a", "6b")
STRING = "BTBPTTVPXTTVVETE"
MOST_WAIT, MOST_LETTERS = 900, 60


class OpenNet(Asking):
    """Gates, contents and outputs of a net of 1997 over a sequence, step by step; pale, over the sequence's twin.

    Args:
        experiment: "1", "2a", ..., "6b".
        seed: of the sequence.
        wait: by how many steps, drawn like the task's others, the last step comes later; of no effect in 1 and 2a.
        edits: what the reader has changed, each [step, channel, value]: a symbol's number, or a number (channel 0) or
            its mark (channel 1); steps from 0.
        text: the string that is read in experiment 1.
        step: which step is looked at, from 0; -1 for the last.
        twin: whether the twin is shown.

    Raises:
        traitlets.TraitError: an unknown experiment, a letter that the grammar doesn't have, or a number outside its
            range.
    """

    _name = "open_net"
    _esm = bundle.module_script("open_net")
    _state = ("asked", "experiment", "seed", "wait", "edits", "text", "step", "twin")

    experiment = t.Enum(EXPERIMENTS, "4").tag(sync=True)
    seed = t.Int(10, min=0, max=999).tag(sync=True)
    wait = t.Int(0, min=0, max=MOST_WAIT).tag(sync=True)
    edits = t.List(t.List(t.Float(), minlen=3, maxlen=3)).tag(sync=True)
    text = t.Unicode(STRING).tag(sync=True)
    step = t.Int(-1, min=-1, max=2000).tag(sync=True)
    twin = t.Bool(True).tag(sync=True)

    @t.validate("text")
    def _check_text(self, proposal: Any) -> str:
        text: str = proposal["value"]
        if not 2 <= len(text) <= MOST_LETTERS or set(text) - set(SYMBOLS):
            raise t.TraitError(f"text is {text!r}, expected 2 to {MOST_LETTERS} of the letters {SYMBOLS}")
        return text

    @t.validate("edits")
    def _check_edits(self, proposal: Any) -> list[list[float]]:
        edits: list[list[float]] = proposal["value"]
        for step, channel, value in edits:
            if step < 0 or step != int(step) or channel not in (0, 1) or not abs(value) < 200:
                raise t.TraitError(f"edits has {[step, channel, value]}, expected [step from 0, channel 0 or 1, value]")
        return edits

    @staticmethod
    def given() -> dict[str, Any]:
        """Return of every experiment its net's fields, its task's constants, its parameters, and how it was tested."""
        from lstmlib.paper.inside import load  # here, since it takes numba, which a page doesn't have

        return {name: _given(stored) for name, stored in load().items()}

    def _without_script(self) -> str:
        """Return the still picture, and what links to experiments lead to."""
        places = "".join(f'<span id="net:{name}"></span>' for name in EXPERIMENTS)
        return places + super()._without_script()

    def sequence(self) -> Array:
        """Return the inputs (T, D)."""
        from lstmlib.paper.inside import PLANS
        from lstmlib.paper.steps import example, stretched

        plan = PLANS[self.experiment]
        if self.experiment == "1":
            return np.eye(len(SYMBOLS))[[SYMBOLS.index(letter) for letter in self.text[:-1]]]
        x = example(plan, self.seed).x if self.experiment == "2a" else stretched(plan, self.seed, self.wait)
        symbolic = x.shape[1] > 2
        for step, channel, value in self.edits:
            if step >= len(x):
                continue
            if symbolic:
                x[int(step)] = np.eye(x.shape[1])[int(value)]
            else:
                x[int(step), int(channel)] = value
        return x

    def reading(self) -> "Steps":
        """Return what the library's net does over the sequence."""
        from lstmlib.paper.inside import load
        from lstmlib.paper.steps import read

        stored = load()[self.experiment]
        return read(stored.plan.net, stored.params, self.sequence())


def _given(stored: "Inside") -> dict[str, Any]:
    plan, params = stored.plan, stored.params
    return {
        "net": asdict(plan.net),
        "task": dict(plan.row.task),
        "first_pair": plan.reading.get("first-pair"),
        "params": {name: value.tolist() for name, value in params.items()},
        "after": stored.after,
        "fresh_wrong": stored.fresh_wrong,
    }
