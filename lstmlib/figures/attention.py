"""An attention matrix to drag through, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy.attention import softmax, softmax_backward
from lstmlib.numpy.checks import Array
from lstmlib.page import bundle
from lstmlib.page.figure import Figure
from lstmlib.studies.translation.store import stored

KEYS = {"source", "target", "language", "scores", "plane", "spread", "push"}


class AttentionMatrix(Figure):
    """What a trained decoder looks at for each symbol that it writes, the context, and the error's way back.

    Args:
        alignments: what ``alignment`` of the study of translation returns, one for each text; the stored ones,
            one day in seven languages, if ``None``.
        sentence: which text is shown, from 0.
        target: which symbol is being written, from 1.
        scale: what the scores are multiplied by before the softmax, 0 to 4; trained with 1.
        show: "weights", "scores" or "error": what the bars under the matrix are.

    Raises:
        traitlets.TraitError: an alignment whose parts don't fit together, or a value outside its range.
    """

    _name = "attention"
    _esm = bundle.module_script("attention")
    _state = ("alignments", "sentence", "target", "scale", "show")

    alignments = t.List(t.Dict()).tag(sync=True)
    sentence = t.Int(0, min=0).tag(sync=True)
    target = t.Int(1, min=1).tag(sync=True)
    scale = t.Float(1.0, min=0.0, max=4.0).tag(sync=True)
    show = t.Enum(["weights", "scores", "error"], default_value="weights").tag(sync=True)

    def __init__(self, alignments: list[dict[str, Any]] | None = None, **state: Any) -> None:
        super().__init__(alignments=stored("alignments") if alignments is None else alignments, **state)

    def __repr__(self) -> str:
        changed = {name: value for name, value in self._changed().items() if name != "alignments"}
        return f"AttentionMatrix({', '.join(f'{name}={value!r}' for name, value in changed.items())})"

    @t.validate("alignments")
    def _check_alignments(self, proposal: Any) -> list[dict[str, Any]]:
        if not proposal.value:
            raise t.TraitError("alignments is empty, expected at least one")
        for number, alignment in enumerate(proposal.value):
            if set(alignment) != KEYS:
                raise t.TraitError(f"alignments[{number}] has the keys {sorted(alignment)}, expected {sorted(KEYS)}")
            T, S = len(alignment["target"]), len(alignment["source"])
            for name, expected in (("scores", (T, S)), ("push", (T, S)), ("plane", (S, 2))):
                if np.shape(alignment[name]) != expected:
                    shape = np.shape(alignment[name])
                    raise t.TraitError(f"alignments[{number}]: {name} has shape {shape}, expected {expected}")
        return list(proposal.value)

    @t.validate("sentence", "target")
    def _check_place(self, proposal: Any) -> int:
        name, value = proposal.trait.name, int(proposal.value)
        low, many = (0, len(self.alignments)) if name == "sentence" else (1, len(self._text["target"]))
        if not low <= value < low + many:
            raise t.TraitError(f"{name} is {value}, expected {low} to {low + many - 1}")
        return value

    @property
    def _text(self) -> dict[str, Any]:
        return dict(self.alignments[self.sentence])

    def weights(self) -> Array:
        """Return the weights (T, S) of the text shown, by the library's softmax."""
        scores = self.scale * np.array(self._text["scores"])
        return softmax(scores, np.ones(scores.shape, bool))

    def contexts(self) -> Array:
        """Return where each symbol's context lies in the plane (T, 2)."""
        return self.weights() @ np.array(self._text["plane"])

    def asked(self) -> Array:
        """Return the loss's gradient for the scores (T, S), when the error on each context has length 1."""
        return self.scale * softmax_backward(self.weights(), np.array(self._text["push"]))
