"""What is told of gates, as an interactive figure: a gate along a passage, with the claim's places marked."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import numpy as np
import traitlets as t

from lstmlib.page import bundle
from lstmlib.page.figure import Figure

NAMES = (
    *("sentence", "nouns", "grammar", "outdated", "changes", "history"),
    *("phrases", "motifs", "rhythm", "characters", "strokes", "identity"),
)


def given() -> dict[str, Any]:
    """Return for each claim what is told and a passage, as ``lstmlib.studies.at_work.gates.record`` has them."""
    from lstmlib.studies.at_work.gates import record

    passages = record.passages_of()
    return {
        claim.name: {"field": claim.field, "gate": claim.gate, "told": claim.told, **passages[claim.name]}
        for claim in record.CLAIMS
    }


class Claims(Figure):
    """One gate along a passage, at the places that a claim is about and at their partners, before and after learning.

    Args:
        claim: which claim, one of ``NAMES``.
        net: "learnt" or "untrained".
        at: the step that is read out.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "claims"
    _esm = bundle.module_script("claims")
    _state = ("data", "claim", "net", "at")

    data = t.Dict().tag(sync=True)
    claim = t.Enum(list(NAMES), default_value=NAMES[0]).tag(sync=True)
    net = t.Enum(["learnt", "untrained"], default_value="learnt").tag(sync=True)
    at = t.Int(11, min=0, max=71).tag(sync=True)

    def __init__(self, **state: Any) -> None:
        super().__init__(**({"data": given()} | state))

    def __repr__(self) -> str:
        state = {name: value for name, value in self._changed().items() if name != "data"}
        return f"Claims({', '.join(f'{name}={value!r}' for name, value in state.items())})"

    def means(self) -> dict[str, list[float]]:
        """Return "mean" and "best": the gate at the passage's places and at its partners, all cells' mean and the best.

        Over a window of several steps it is the product of a forget gate and the mean of another.
        """
        one, found = self.data[self.claim], {}
        combine = np.prod if one["gate"] == "forget" else np.mean
        for name in ("mean", "best"):
            gate = np.array(one[self.net][name])
            each = [[combine(gate[k : k + one["width"]]) for k in one[side]] for side in ("places", "partners")]
            found[name] = [float(np.mean(values)) for values in each]
        return found
