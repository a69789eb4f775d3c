"""A problem set run in this process: the same cells that nbgrader grades, in the same order, a second or less each."""

import functools
import sys
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import nbformat
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions
from nbgrader.utils import is_grade, is_solution

import problem_sets

sys.path.insert(0, str(problem_sets.COURSE))
import sealed

matplotlib.use("Agg")
PREPROCESSORS = {"starter": [ClearSolutions, ClearHiddenTests], "solutions gone": [ClearSolutions]}


class Wrong(NamedTuple):
    """An answer that students really give: the solution with some of its text replaced."""

    mistake: str
    answer: str  # the solution cell's name, without the set's prefix
    replace: dict[str, str]  # each must be found
    loses: set[str]  # the test cells that must fail, without the prefix: these and no others


class Right(NamedTuple):
    """An answer that is right, and isn't the source's: another way, other kinds of number, single precision."""

    way: str
    answer: str  # the solution cell's name, without the set's prefix
    code: str


@functools.cache
def source(name: str) -> Any:
    """Return a set's source notebook."""
    return nbformat.read(problem_sets.source(name), as_version=4)


def short(cell: Any) -> str:
    """Return nbgrader's name of a cell without the set's prefix; nothing for a cell without one."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "").partition("-")[2]


def graded(notebook: Any) -> dict[str, Any]:
    """Return the names of the cells that tests grade, with their points."""
    graded = [cell for cell in notebook.cells if cell.cell_type == "code" and is_grade(cell)]
    return {short(cell): cell.metadata.nbgrader["points"] for cell in graded}


def answers(notebook: Any) -> list[str]:
    """Return the names of the answers that tests grade."""
    named = [short(cell) for cell in notebook.cells if cell.cell_type == "code" and is_solution(cell)]
    return [name for name in named if any(test.startswith(f"{name}-") for test in graded(notebook))]


def without_solutions(name: str) -> Any:
    """Return a set as a student gets it who hands it in unchanged, with the hidden tests that grading adds."""
    notebook, resources = nbformat.from_dict(source(name)), {}
    return ClearSolutions().preprocess(nbformat.reads(nbformat.writes(notebook), as_version=4), resources)[0]


def failures(notebook: Any, wrong: Wrong | None = None, right: Right | None = None) -> dict[str, str]:
    """Run a notebook's code, with one answer replaced; return the graded cells that fail, each with its error.

    Every cell runs, whatever became of those before it, as in nbgrader. The cell that installs the library in Colab is
    left out: it is no plain Python.
    """
    space: dict[str, Any] = {"__name__": "__main__"}
    failed = {}
    for cell in notebook.cells:
        name, text = short(cell), cell.source
        if cell.cell_type != "code" or name == "install":
            continue
        if (wrong or right) and is_solution(cell) and name not in answers(notebook):
            continue  # a measurement that a person reads: no test rests on it
        if wrong is not None and name == wrong.answer:
            for old, new in wrong.replace.items():
                assert old in text, f"{old!r} is not in the solution of {name}"
                text = text.replace(old, new)
        if right is not None and name == right.answer:
            text = right.code
        if is_grade(cell):
            text = sealed.enclosed(text, "reached")
        try:
            exec(compile(text, name or "cell", "exec"), space)
        except Exception as error:
            if is_grade(cell):
                failed[name] = f"{type(error).__name__}: {error}"
    return failed


def wrong_answers(name: str) -> list[Wrong]:
    """Return the wrong answers to a set, which ``wrong/<set>.py`` lists."""
    return _listed("wrong", name)


def right_answers(name: str) -> list[Right]:
    """Return other right answers to a set, which ``right/<set>.py`` lists."""
    return _listed("right", name)


def _listed(kind: str, name: str) -> list[Any]:
    space: dict[str, Any] = {}
    path = Path(__file__).parent / kind / f"{name.replace('-', '_')}.py"
    exec(compile(path.read_text(encoding="utf8"), str(path), "exec"), space)
    return space[kind.upper()]
