"""Small nets that the reader trains in a chapter, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import traitlets as t

from lstmlib.page import bundle
from lstmlib.page.figure import Figure

# Lesson -> what its slider sets: the least and the largest value; and what else can be chosen.
LESSONS: dict[str, tuple[float, float, tuple[str, ...]]] = {
    "agreement": (0, 8, ("alone", "mixed")),
    "lag": (0.1, 3, ()),
    "timing": (1, 4, ("gap", "after")),
    "adding": (0, 5, ()),
}
# What links in a text set: the lesson itself, and its presets that differ from where it starts.
PLACES: dict[str, tuple[str, ...]] = {
    "agreement": ("", ";amount=0", ";amount=4", ";amount=4;choice=mixed"),
    "lag": ("", ";amount=0.5", ";amount=1.2", ";amount=3"),
    "timing": ("", ";amount=1", ";choice=after"),
    "adding": ("", ";amount=0", ";amount=3"),
}


class Training(Figure):
    """Five nets of each kind that learn in the page, after the reader has guessed what will come of it.

    They are the nets of ``lstmlib.numpy``: weights and batches are drawn from the same seeds, 0 to 4, and the updates
    are the same to the last digits.

    Args:
        lesson: "agreement", Elman nets, a noun and its verb, ``tasks.agreement``; "lag", tanh nets, one of two symbols
            after 20 steps; "timing", LSTMs with and without peepholes and with coupled gates, ``tasks.spike_gap`` and
            ``tasks.spike_after``; "adding", GRUs and LSTMs, ``tasks.adding``.
        amount: what the slider sets: phrases between noun and verb; the recurrent matrix's spectral radius; cells; the
            bias of the gate that keeps. -1 for the lesson's own.
        choice: of "agreement", whether the nets see this gap "alone" or shorter ones too, "mixed"; of "timing", whether
            they tell a "gap" of 9 from 10 or fire "after" 10 steps. Empty for the first.
        guess: how many of five, 0 to 5; -1 for no guess yet.
        result: what came of it so far, from the page: for every net {"kind", "seed", "updates", "loss", "looks",
            "learnt", "left"}: the last update's loss, [update, share right] pairs, the update at which it counted as
            having learnt, and the share of an error left at each lag.

    Raises:
        traitlets.TraitError: an unknown name, or a number outside its range.
    """

    _name = "training"
    _esm = bundle.module_script("training")
    _state = ("lesson", "amount", "choice", "guess")

    lesson = t.Enum(tuple(LESSONS), "agreement").tag(sync=True)
    amount = t.Float(-1.0).tag(sync=True)
    choice = t.Unicode("").tag(sync=True)
    guess = t.Int(-1, min=-1, max=5).tag(sync=True)
    result = t.List(t.Dict()).tag(sync=True)

    @t.validate("amount")
    def _in_range(self, proposal: Any) -> float:
        low, high, _ = LESSONS[self.lesson]
        if proposal.value != -1.0 and not low <= proposal.value <= high:
            raise t.TraitError(f"amount is {proposal.value:g}, expected {low:g} to {high:g} for {self.lesson}, or -1")
        return float(proposal.value)

    @t.validate("choice")
    def _known(self, proposal: Any) -> str:
        choices = LESSONS[self.lesson][2]
        if proposal.value and proposal.value not in choices:
            raise t.TraitError(f"choice is {proposal.value!r}, expected one of {choices} for {self.lesson}")
        return str(proposal.value)

    def _still(self) -> str:
        return "training" if self.lesson == "agreement" else f"training-{self.lesson}"

    def _without_script(self) -> str:
        """Return the still picture, and what links to set-ups lead to."""
        places = "".join(f'<span id="train:{self.lesson}{place}"></span>' for place in PLACES[self.lesson])
        return places + super()._without_script()
