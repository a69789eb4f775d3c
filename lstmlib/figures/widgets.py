"""The interactive figures: in JupyterLab a widget that Python can read and set, in the book the same figure alone.

safe = Safe()
safe                            # as a cell's last line: shows it
safe.input_gate                 # what the reader has set
safe.step = 5                   # the figure follows
"""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

import base64
import html
import json
import re
from typing import Any, ClassVar

import anywidget
import numpy as np
import traitlets as t

from lstmlib.figures import bundle
from lstmlib.numpy.checks import Array
from lstmlib.numpy.rnn import RNN

# The first of them is the one to carry to the end.
TAPE = [7.0, -4.0, 9.0, 2.0, -8.0, 5.0, -3.0, 6.0, -9.0, 1.0, 8.0, -5.0]
SENTENCE = ["The", "cat", "sat", "on", "the", "mat"]
# The largest slope of each squashing function.
LARGEST_SLOPE = {"logistic": 0.25, "tanh": 1.0, "identity": 1.0}


class Figure(anywidget.AnyWidget):  # type: ignore[misc]  # it comes without types
    """A figure with its state: the traits named in ``_state``, which a page gets as attributes."""

    _name: ClassVar[str] = ""
    _state: ClassVar[tuple[str, ...]] = ()

    def _changed(self) -> dict[str, Any]:
        """Return what differs from a new figure's state, by name."""
        now = {name: getattr(self, name) for name in self._state}
        return {name: value for name, value in now.items() if value != self.traits()[name].default()}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._changed().items())})"

    def _still(self) -> str:
        """Return the name of the still picture that shows this figure."""
        return self._name

    def _without_script(self) -> str:
        """Return what stands in the figure's place where no JavaScript runs."""
        svg = bundle.still(self._still())
        title = re.search("<title>(.*?)</title>", svg)
        alt = title.group(1) if title else ""
        # As an image, not as elements: JupyterLab takes the elements out of a page that has not been run yet.
        source = base64.b64encode(svg.encode()).decode()
        return (
            f'<img alt="{alt}" style="max-width:100%" src="data:image/svg+xml;base64,{source}">'
            "<p>A still picture; run the cell, or open the page with JavaScript, to play with it.</p>"
        )

    def _html(self) -> str:
        tag = "lstm-" + self._name.replace("_", "-")
        attributes = "".join(
            f' {name.replace("_", "-")}="{html.escape(_attribute(value))}"' for name, value in self._changed().items()
        )
        return f'<{tag} class="lstm-figure"{attributes}>{self._without_script()}</{tag}>'

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": repr(self), "text/html": self._html()}, metadata


def _attribute(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _numbers(name: str, value: list[float], length: int, low: float, high: float) -> list[float]:
    """Return the list if it is of that length and range."""
    if len(value) != length:
        raise t.TraitError(f"{name} has {len(value)} numbers, expected {length}")
    wrong = [number for number in value if not low <= number <= high]
    if wrong:
        raise t.TraitError(f"{name} holds {wrong[0]}, expected numbers from {low:g} to {high:g}")
    return value


class Safe(Figure):
    """A memory cell as a safe with two doors: s(t) = keep s(t-1) + i(t) x(t), shown outside as o(t) s(t).

    Squashing functions are the identity here, and s(0) is 0.

    Args:
        values: the tape x(1) ... x(12), each from -9 to 9.
        input_gate: how far the left door stands open at each step, i(1) ... i(12), each from 0 to 1.
        output_gate: the same for the right door, o(1) ... o(12).
        step: the step shown, 1 to 12.
        keep: what is left of the content after a step: 1 in a memory cell, less in an ordinary unit, which leaks.

    Raises:
        traitlets.TraitError: a list of another length, or a number outside its range.
    """

    _name = "safe"
    _esm = bundle.module_script("safe")
    _state = ("values", "input_gate", "output_gate", "step", "keep")

    values = t.List(t.Float(), default_value=TAPE).tag(sync=True)
    input_gate = t.List(t.Float(), default_value=[0.0] * 12).tag(sync=True)
    output_gate = t.List(t.Float(), default_value=[0.0] * 12).tag(sync=True)
    step = t.Int(1, min=1, max=12).tag(sync=True)
    keep = t.Float(1.0, min=0.0, max=1.0).tag(sync=True)

    @t.validate("values")
    def _check_values(self, proposal: Any) -> list[float]:
        return _numbers("values", proposal.value, 12, -9.0, 9.0)

    @t.validate("input_gate", "output_gate")
    def _check_gate(self, proposal: Any) -> list[float]:
        return _numbers(proposal.trait.name, proposal.value, 12, 0.0, 1.0)


class ErrorChain(Figure):
    """The error's way back through a chain of one unit: each step multiplies it by the weight and the slope f'.

    Args:
        w: the weight from the unit to itself, -6 to 6.
        squash: "logistic", "tanh" or "identity".
        slope: f' at every step, from 0 to the squashing function's largest slope: 1/4, 1, and always 1.
        steps: how many steps back, q, 1 to 100.

    Raises:
        traitlets.TraitError: a value outside its range.
    """

    _name = "error_chain"
    _esm = bundle.module_script("error_chain")
    _state = ("w", "squash", "slope", "steps")

    w = t.Float(3.9, min=-6.0, max=6.0).tag(sync=True)
    squash = t.Enum(list(LARGEST_SLOPE), default_value="logistic").tag(sync=True)
    slope = t.Float(0.25, min=0.0, max=1.0).tag(sync=True)
    steps = t.Int(100, min=1, max=100).tag(sync=True)

    @t.validate("slope")
    def _check_slope(self, proposal: Any) -> float:
        largest = LARGEST_SLOPE[self.squash]
        if proposal.value > largest or (self.squash == "identity" and proposal.value != 1.0):
            word = "always" if self.squash == "identity" else "at most"
            raise t.TraitError(f"slope is {proposal.value:g}, but the {self.squash} function's is {word} {largest:g}")
        return float(proposal.value)

    @t.observe("squash")
    def _fit_slope(self, _: Any) -> None:
        # A slope that the new function has nowhere becomes its largest.
        if self.slope > LARGEST_SLOPE[self.squash] or self.squash == "identity":
            self.slope = LARGEST_SLOPE[self.squash]


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


class Quiz(Figure):
    """Questions to check oneself by, with a reason for every answer.

    Texts may hold `code` in backticks, *emphasis* in asterisks and short subscripts as in W_hh; formulas in Unicode.

    Args:
        questions: a list of {"question": text, "answers": [{"text": text, "right": bool, "reason": text}, ...]}.
        chosen: the number of the answer chosen for each question, from 0, or -1; empty if none is.

    Raises:
        traitlets.TraitError: a question that lacks something, has fewer than two answers, or not exactly one right one.
    """

    _name = "quiz"
    _esm = bundle.module_script("quiz")
    _state = ("questions", "chosen")

    questions = t.List(t.Dict()).tag(sync=True)
    chosen = t.List(t.Int()).tag(sync=True)

    def __init__(self, questions: list[dict[str, Any]], **state: Any) -> None:
        super().__init__(questions=questions, **state)

    def __repr__(self) -> str:
        return f"Quiz({len(self.questions)} question{'s' if len(self.questions) != 1 else ''})"

    @t.validate("questions")
    def _check_questions(self, proposal: Any) -> list[dict[str, Any]]:
        if not proposal.value:
            raise t.TraitError("questions is empty, expected at least one")
        for number, question in enumerate(proposal.value, 1):
            _check_question(f"question {number}", question)
        return list(proposal.value)

    @t.validate("chosen")
    def _check_chosen(self, proposal: Any) -> list[int]:
        chosen, sizes = proposal.value, [len(question["answers"]) for question in self.questions]
        if len(chosen) > len(sizes) or any(not -1 <= c < size for c, size in zip(chosen, sizes, strict=False)):
            raise t.TraitError(f"chosen is {chosen}, expected for each question an answer's number from 0, or -1")
        return list(chosen)

    def _without_script(self) -> str:
        return "".join(
            f"<p><strong>{number}. {_marked(question['question'])}</strong></p>"
            + "".join(
                f"<details><summary>{_marked(answer['text'])}</summary><p><strong>"
                f"{'✓ Right.' if answer['right'] else '✗ Not yet.'}</strong> {_marked(answer['reason'])}</p></details>"
                for answer in question["answers"]
            )
            for number, question in enumerate(self.questions, 1)
        )


def _check_question(name: str, question: dict[str, Any]) -> None:
    """Raise an error that names the question and what is wrong with it."""
    if set(question) != {"question", "answers"}:
        raise t.TraitError(f"{name} has the keys {sorted(question)}, expected 'question' and 'answers'")
    if not isinstance(question["question"], str) or not question["question"].strip():
        raise t.TraitError(f"{name} has no text")
    answers = question["answers"]
    if not isinstance(answers, list) or len(answers) < 2:
        raise t.TraitError(f"{name} needs a list of two answers or more")
    for letter, answer in enumerate(answers, 1):
        if not isinstance(answer, dict) or set(answer) != {"text", "right", "reason"}:
            raise t.TraitError(f"{name}, answer {letter}: expected the keys 'text', 'right' and 'reason'")
        if not isinstance(answer["right"], bool):
            raise t.TraitError(f"{name}, answer {letter}: 'right' is {answer['right']!r}, expected True or False")
        for key in ("text", "reason"):
            if not isinstance(answer[key], str) or not answer[key].strip():
                raise t.TraitError(f"{name}, answer {letter}: '{key}' is {answer[key]!r}, expected a text")
    right = sum(answer["right"] for answer in answers)
    if right != 1:
        raise t.TraitError(f"{name} has {right} right answers, expected exactly one")


def _marked(text: str) -> str:
    """Return a text's marks as HTML, as the figure itself does, with all else escaped."""

    def element(part: str) -> str:
        if part[0] in "`*":
            tag = {"`": "code", "*": "em"}[part[0]]
            return f"<{tag}>{html.escape(part[1:-1])}</{tag}>"
        return f"{part[0]}<sub>{part[2:]}</sub>"

    return "".join(element(part) if k % 2 else html.escape(part) for k, part in enumerate(bundle.MARKED.split(text)))
