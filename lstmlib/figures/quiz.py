"""Questions to check oneself by, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

import html
import re
from typing import Any

import traitlets as t

from lstmlib.page import bundle
from lstmlib.page.figure import Figure

# The marks that a quiz's texts may hold: `code`, *emphasis*, a short subscript as in W_hh; quiz.js has the same.
MARKED = re.compile(r"(`[^`]+`|\*[^*\s](?:[^*]*[^*\s])?\*|[A-Za-z]_[a-z0-9]{1,3}(?![A-Za-z0-9_]))")


def order(question: dict[str, Any]) -> list[int]:
    """Return the order in which a question's answers stand, drawn by a generator that its text seeds, as in quiz.js."""
    seed = 450
    for letter in question["question"]:
        seed = (seed ^ ord(letter)) * 16777619 & 0xFFFFFFFF
    places = list(range(len(question["answers"])))
    for k in range(len(places) - 1, 0, -1):
        seed = (seed * 1664525 + 1013904223) & 0xFFFFFFFF
        other = seed * (k + 1) >> 32
        places[k], places[other] = places[other], places[k]
    return places


class Quiz(Figure):
    """Questions to check oneself by, with a reason for every answer.

    The answers of a question stand in an order that its text decides, the same for every reader, whatever the order in
    which they are given; ``chosen`` counts them as they are given. Texts may hold `code` in backticks, *emphasis* in
    asterisks and short subscripts as in W_hh; formulas in Unicode.

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
            f"<p><strong>{number}. {marked(question['question'])}</strong></p>"
            + "".join(
                f"<details><summary>{marked(answer['text'])}</summary><p><strong>"
                f"{'✓ Right.' if answer['right'] else '✗ Not yet.'}</strong> {marked(answer['reason'])}</p></details>"
                for answer in (question["answers"][place] for place in order(question))
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


def marked(text: str) -> str:
    """Return a text's marks as HTML, as the figure itself does, with all else escaped."""

    def element(part: str) -> str:
        if part[0] in "`*":
            tag = {"`": "code", "*": "em"}[part[0]]
            return f"<{tag}>{html.escape(part[1:-1])}</{tag}>"
        return f"{part[0]}<sub>{part[2:]}</sub>"

    return "".join(element(part) if k % 2 else html.escape(part) for k, part in enumerate(MARKED.split(text)))
