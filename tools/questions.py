"""Write the question bank for Moodle, for systems that read QTI 2.1, and as Markdown.

    python tools/questions.py [--students students.csv]     # into _build/questions/

A chapter's questions have two sources, each once: its quiz, as the page has it (``book/<chapter>.ipynb``), and
``assignments/questions/<chapter>.yaml``. There a question with a ``number`` is one for every student: what stands in
braces is drawn, and the number is a formula of what was drawn. The files hold several drawings of each; with
``--students``, a list with a column ``id``, everybody gets a sheet with drawings of their own, and you get the answers.
"""

import argparse
import csv
import hashlib
import html
import json
import math
import os
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import yaml

import question_files
from address import ROOT
from lstmlib.figures.quiz import Quiz, order
from roster import safe

SOURCES = ROOT / "assignments" / "questions"
OUT = ROOT / "_build" / "questions"
DRAWINGS = 6  # of each question with a number, in the files for learning-management systems
FUNCTIONS = {name: getattr(math, name) for name in ("ceil", "exp", "log", "log2", "sqrt", "tanh")}
FUNCTIONS["sigma"] = lambda z: 1 / (1 + math.exp(-z))


class Answer(NamedTuple):
    """An answer, and why it is right or wrong."""

    text: str
    right: bool
    reason: str


class Choice(NamedTuple):
    """A question with answers to choose from, in the order in which they are shown."""

    key: str  # the same as long as the text is
    text: str
    answers: list[Answer]
    at: str  # the heading that it rests on; empty for a quiz's


class Drawn(NamedTuple):
    """One drawing of a question with a number."""

    key: str
    text: str
    value: float
    off: float  # by how much an answer may miss the value
    reason: str


class Number(NamedTuple):
    """A question with a number, before anything is drawn."""

    key: str
    text: str
    draw: dict[str, list[float]]
    formula: str
    within: float  # of the value, by which an answer may miss it
    reason: str
    at: str

    def value(self, values: dict[str, float]) -> float:
        """Return the number for what was drawn."""
        return float(eval(self.formula, {"__builtins__": {}} | FUNCTIONS, dict(values)))

    def drawn(self, whose: str) -> Drawn:
        """Return the drawing that a name decides: the same name, the same numbers, on every machine."""
        values = {}
        for name, several in self.draw.items():
            digest = hashlib.sha256(f"{self.key} {name} {whose}".encode()).digest()
            values[name] = several[int.from_bytes(digest[:8], "big") % len(several)]
        value = self.value(values)
        shown = {name: f"{value:g}".replace("-", "\N{MINUS SIGN}") for name, value in values.items()}
        text, reason = self.text.format(**shown), self.reason.format(**shown)
        return Drawn(f"{self.key}-{whose}", text, value, abs(value) * self.within, reason)

    def drawings(self, most: int) -> list[Drawn]:
        """Return several drawings, no two alike; fewer than asked for where there aren't as many."""
        found: dict[str, Drawn] = {}
        for number in range(1, 20 * most):
            one = self.drawn(str(number))
            if len(found) < most:
                found.setdefault(one.text, one)
        return list(found.values())


class Chapter(NamedTuple):
    """A chapter's questions."""

    name: str  # as its file is called
    title: str
    choices: list[Choice]
    numbers: list[Number]


def key(chapter: str, text: str) -> str:
    """Return a question's name, which follows from its text."""
    return f"{chapter}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def shuffled(chapter: str, question: dict[str, Any], at: str = "") -> Choice:
    """Return a question, as a quiz has it, with its answers in the order in which the page shows them."""
    answers = [Answer(**question["answers"][place]) for place in order(question)]
    return Choice(key(chapter, question["question"]), question["question"], answers, at)


def quiz(notebook: Any) -> list[dict[str, Any]]:
    """Return the questions that a chapter's page asks, from its quiz's stored output, where its numbers are put in.

    Raises:
        ValueError: the notebook has no quiz.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            shown = re.search(r'<lstm-quiz [^>]*questions="([^"]*)"', output.get("data", {}).get("text/html", ""))
            if shown:
                return list(json.loads(html.unescape(shown[1])))
    raise ValueError("no quiz")


def written(chapter: str, entries: list[dict[str, Any]]) -> tuple[list[Choice], list[Number]]:
    """Return the questions of a YAML file.

    Raises:
        ValueError: an entry lacks something, or has what it shouldn't; the message names it.
    """
    choices, numbers = [], []
    for entry in entries:
        text = entry.get("question", "")
        if set(entry) == {"question", "at", "right", "wrong"}:
            given = [(entry["right"], True), *((wrong, False) for wrong in entry["wrong"])]
            answers = [{"text": answer, "right": right, "reason": why} for (answer, why), right in given]
            question = {"question": text, "answers": answers}
            Quiz([question])  # complains of what is missing
            choices.append(shuffled(chapter, question, entry["at"]))
        elif set(entry) == {"question", "at", "draw", "number", "within", "reason"}:
            given = (entry["draw"], entry["number"], entry["within"], entry["reason"], entry["at"])
            numbers.append(Number(key(chapter, text), text, *given))
        else:
            raise ValueError(f"{chapter}: {text[:60]!r} has the keys {', '.join(sorted(entry))}")
    return choices, numbers


def chapter(path: Path) -> Chapter:
    """Return a chapter's questions from its YAML file and its page."""
    notebook = nbformat.read(ROOT / "book" / f"{path.stem}.ipynb", as_version=4)
    title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    asked = [shuffled(path.stem, question) for question in quiz(notebook)]
    choices, numbers = written(path.stem, yaml.safe_load(path.read_text(encoding="utf8")))
    return Chapter(path.stem, title, asked + choices, numbers)


def bank() -> list[Chapter]:
    """Return all questions, in the book's order."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
    pages = [Path(page["file"]).name for part in contents["parts"] for page in part["chapters"]]
    paths = sorted(SOURCES.glob("*.yaml"), key=lambda path: pages.index(path.stem))
    return [chapter(path) for path in paths]


def sheets(chapters: list[Chapter], students: Path, out: Path) -> int:
    """Write everybody's own questions with numbers, and all answers; return for how many."""
    with students.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    if not rows or "id" not in rows[0]:
        raise ValueError(f"{students.name} has no column id, or no line")
    folder = out / "students"
    folder.mkdir(parents=True)
    answers = []
    for number, row in enumerate(rows, 1):
        drawn = [(each.title, [one.drawn(row["id"]) for one in each.numbers]) for each in chapters]
        name = re.sub(r"[^\w.-]+", "-", row["id"])
        (folder / f"{number:03}-{name}.md").write_text(question_files.sheet(row["id"], drawn), encoding="utf8")
        counted = enumerate((one for _, some in drawn for one in some), 1)
        answers += [
            [safe(row["id"]), k, one.key, question_files.plain_number(one.value), one.text] for k, one in counted
        ]
    with (folder / "answers.csv").open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([["id", "question", "key", "answer", "text"], *answers])
    return len(rows)


def main() -> None:
    """Write all files and say what is in them."""
    parser = argparse.ArgumentParser(description="Write the question bank.")
    parser.add_argument("--students", default="", help="a list with a column id: a sheet of their own for each")
    given = parser.parse_args()
    chapters = bank()
    question_files.write(chapters, DRAWINGS, OUT)
    for each in chapters:
        print(f"{each.title}: {len(each.choices)} questions to choose from, {len(each.numbers)} with a number")
    total = sum(len(each.choices) + len(each.numbers) for each in chapters)
    print(f"{total} questions are in {os.path.relpath(OUT, ROOT)}/: moodle/, qti/, markdown/")
    if given.students:
        try:
            print(f"Sheets for {sheets(chapters, Path(given.students), OUT)} students, and the answers: students/")
        except (ValueError, OSError) as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
