"""An Elman net unrolled over a sentence, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy.checks import Array
from lstmlib.numpy.rnn import RNN
from lstmlib.page import bundle
from lstmlib.page.figure import Figure

SENTENCE = ["The", "cat", "sat", "on", "the", "mat"]


def _weights(rows: int, columns: int) -> list[list[float]]:
    """Return small weights that need no random numbers, and so are the same everywhere."""
    return [[round(float(np.sin(1.0 + 2.4 * r + 1.9 * c)), 2) for c in range(columns)] for r in range(rows)]


class Unrolling(Figure):
    """An Elman net of three tanh units read over a sentence, one copy a word, and the error's way back through it.

    Words go in one-hot, in the order in which they first appear, capitals aside; there are no biases.

    Args:
        words: the sentence, two to eight words.
        weight_ih: (3, D) for D different words; the same for every step.
        weight_hh: (3, 3); the same for every step.
        error: the loss's gradient for the last hidden state (3,).
        step: 0 shows the net folded up; 1 to T the forward steps; T + 1 to 2T the error at step T down to 1.

    Raises:
        traitlets.TraitError: too few or too many words, weights that don't fit, or a step beyond 2T.
    """

    _name = "unrolling"
    _esm = bundle.module_script("unrolling")
    _state = ("words", "weight_ih", "weight_hh", "error", "step")

    words = t.List(t.Unicode(), default_value=SENTENCE).tag(sync=True)
    weight_ih = t.List(t.List(t.Float()), default_value=_weights(3, 5)).tag(sync=True)
    weight_hh = t.List(t.List(t.Float()), default_value=[[0.6, -0.5, 0.2], [0.4, 0.3, -0.7], [-0.3, 0.6, 0.5]]).tag(
        sync=True
    )
    error = t.List(t.Float(), default_value=[1.0, -0.5, 0.25]).tag(sync=True)
    step = t.Int(0, min=0).tag(sync=True)

    def __init__(self, words: list[str] | str | None = None, **state: Any) -> None:
        if words is not None:
            state["words"] = words.split() if isinstance(words, str) else list(words)
            state.setdefault("weight_ih", _weights(3, len({word.lower() for word in state["words"]})))
        super().__init__(**state)

    @t.validate("words")
    def _check_words(self, proposal: Any) -> list[str]:
        if not 2 <= len(proposal.value) <= 8:
            raise t.TraitError(f"words has {len(proposal.value)}, expected two to eight")
        return list(proposal.value)

    @t.validate("weight_ih", "weight_hh", "error", "step")
    def _check_sizes(self, proposal: Any) -> Any:
        name, value = proposal.trait.name, proposal.value
        if name == "step":
            if value > 2 * len(self.words):
                raise t.TraitError(f"step is {value}, expected 0 to {2 * len(self.words)}, twice the number of words")
            return value
        expected = {"weight_ih": (3, len(self.vocabulary)), "weight_hh": (3, 3), "error": (3,)}[name]
        shape = (len(value),) if name == "error" else (len(value), *sorted({len(row) for row in value}))
        if shape != expected:
            raise t.TraitError(f"{name} has shape {shape}, expected {expected}")
        return value

    @t.observe("words")
    def _fit_words(self, _: Any) -> None:
        # Another number of different words needs other input weights; a step that is no longer there becomes 0.
        if any(len(row) != len(self.vocabulary) for row in self.weight_ih):
            self.weight_ih = _weights(3, len(self.vocabulary))
        if self.step > 2 * len(self.words):
            self.step = 0

    @property
    def vocabulary(self) -> list[str]:
        """The different words, in lower case, in order of appearance."""
        return list(dict.fromkeys(word.lower() for word in self.words))

    def layer(self) -> RNN:
        """Return the same net from the library: one that gives the figure's numbers."""
        layer = RNN(len(self.vocabulary), 3, nonlinearity="tanh", rng=np.random.default_rng(0))
        layer.params["weight_ih_l0"][:] = self.weight_ih
        layer.params["weight_hh_l0"][:] = self.weight_hh
        layer.params["bias_ih_l0"][:] = layer.params["bias_hh_l0"][:] = 0.0
        return layer

    def inputs(self) -> Array:
        """Return the sentence as the net reads it, one-hot, (T, 1, D)."""
        columns = [self.vocabulary.index(word.lower()) for word in self.words]
        return np.eye(len(self.vocabulary))[columns][:, None, :]
