"""Write the problem sets for Otter-Grader, and with it zips for Gradescope, from the sources that nbgrader takes.

    python tools/for_otter.py                        # make otter: one notebook a set, into _build/otter/
    python tools/for_otter.py --with path/to/otter   # make otter OTTER=…: runs "otter assign" on each as well

A notebook is what ``otter assign`` takes: raw cells mark questions, solutions and tests. Each answer is a question;
each test cell a test of it, with its points. What nbgrader hides stands in a second test, which is hidden and has the
points; the visible part alone is worth none. Otter-Grader is no part of this project: install it into an environment
of its own, with ``lstmlib`` beside it.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import nbformat
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

import problem_sets
from address import ROOT, repository

OUT = ROOT / "_build" / "otter"
HIDDEN = re.compile(r"^### (?:BEGIN|END) HIDDEN TESTS\n?", re.MULTILINE)
HIDDEN_PART = re.compile(r"^### BEGIN HIDDEN TESTS\n.*?^### END HIDDEN TESTS\n?", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"### (BEGIN|END) SOLUTION")


def marked(kind: str, about: dict[str, object] | None = None) -> NotebookNode:
    """Return a raw cell that marks a place, with settings below."""
    return new_raw_cell(f"# {kind}\n{yaml.safe_dump(about, sort_keys=False) if about else ''}".rstrip())


def name_of(cell: NotebookNode) -> str:
    """Return a cell's name as Otter takes it: the words of a test file's name."""
    return str(cell.metadata["nbgrader"]["grade_id"]).replace("-", "_")


def as_function(name: str, source: str) -> str:
    """Return a test as a function and its call: its names are its own, and what it shows is no output."""
    return f"def {name}():\n{indent(source.strip(), '    ')}\n{name}()"


def tests(cell: NotebookNode) -> list[NotebookNode]:
    """Return a test cell as Otter's: what is seen, and if something is hidden, both together, which has the points."""
    name, points = name_of(cell), cell.metadata["nbgrader"]["points"]
    seen, whole = HIDDEN_PART.sub("", cell.source), HIDDEN.sub("", cell.source)
    found = []
    code = [line for line in seen.splitlines() if line.strip() and not line.startswith(("#", "import ", "from "))]
    if code or seen == whole:
        found.append(_test(f"{name}_seen", seen, False, points if seen == whole else 0))
    if seen != whole:
        found.append(_test(name, whole, True, points))
    return found


def _test(name: str, source: str, hidden: bool, points: float) -> NotebookNode:
    config = f'""" # BEGIN TEST CONFIG\nhidden: {str(hidden).lower()}\npoints: {points}\n""" # END TEST CONFIG\n'
    return new_code_cell(config + as_function(name, source))


def answer(cell: NotebookNode) -> NotebookNode:
    """Return an answer with Otter's marks of a solution."""
    if cell.cell_type == "markdown":
        return new_markdown_cell(MARK.sub("", cell.source).strip())
    return new_code_cell(MARK.sub(r"# \1 SOLUTION", cell.source))


def question(given: NotebookNode, checks: list[NotebookNode]) -> list[NotebookNode]:
    """Return a question's cells: an answer, and its tests; without tests a person reads it."""
    about: dict[str, object] = {"name": name_of(given)}
    points = [cell.metadata["nbgrader"]["points"] for cell in (checks or [given]) if cell.metadata["nbgrader"]["grade"]]
    if points:
        about["points"] = sum(points)
    if not checks:
        about["manual"] = True
    cells = [marked("BEGIN QUESTION", about), marked("BEGIN SOLUTION"), answer(given), marked("END SOLUTION")]
    if checks:
        cells += [marked("BEGIN TESTS"), *(test for cell in checks for test in tests(cell)), marked("END TESTS")]
    return [*cells, marked("END QUESTION")]


def converted(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return a set's source as ``otter assign`` takes it.

    Raises:
        ValueError: a test cell that stands below no answer.
    """
    config = {"name": name, "generate": True, "requirements": "requirements.txt", "export_cell": {"pdf": False}}
    cells = [marked("ASSIGNMENT CONFIG", config)]
    given: NotebookNode | None = None
    checks: list[NotebookNode] = []
    for cell in [*notebook.cells, None]:
        about = cell.metadata.get("nbgrader", {}) if cell else {}
        if about.get("grade") and not about.get("solution"):
            if given is None:
                raise ValueError(f"{name}: {about['grade_id']} tests no answer")
            checks.append(cell)
            continue
        if given is not None:
            cells += question(given, checks)
            given, checks = None, []
        if about.get("solution"):
            given = cell
        elif cell:
            cells.append((new_code_cell if cell.cell_type == "code" else new_markdown_cell)(cell.source))
    return new_notebook(cells=cells, metadata={"kernelspec": notebook.metadata["kernelspec"]})


def write(out: Path = OUT, course: Path = problem_sets.COURSE) -> list[Path]:
    """Write every set as Otter's own source, with what its autograder installs; return the notebooks' paths."""
    shutil.rmtree(out, ignore_errors=True)
    written = []
    for name in problem_sets.names(course):
        folder = out / name
        folder.mkdir(parents=True)
        notebook = converted(nbformat.read(problem_sets.source(name, course), as_version=4), name)
        written.append(folder / f"{name}.ipynb")
        nbformat.write(notebook, written[-1])
        (folder / "requirements.txt").write_text(f"lstmlib[notebooks] @ git+{repository()}\n", encoding="utf8")
    return written


def assign(otter: str, notebook: Path) -> str:
    """Run ``otter assign``, which also runs the tests on the solutions; return what it says, or why it failed."""
    command = [shutil.which(otter) or otter, "assign", notebook.name, "dist"]
    done = subprocess.run(command, cwd=notebook.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{notebook.name}: otter assign failed:\n{done.stdout[-4000:]}")
    return done.stdout.strip()


def main() -> None:
    """Write them, run Otter if it is named, and say where all of it is."""
    parser = argparse.ArgumentParser(description="Write the problem sets for Otter-Grader.")
    parser.add_argument("--with", dest="otter", default="", help="the command otter of an environment that has it")
    otter = parser.parse_args().otter
    written = write()
    for path in written if otter else []:
        print(f"{path.stem}: {assign(otter, path).splitlines()[-1]}", flush=True)
    print(f"{len(written)} sets for Otter-Grader are in {OUT.relative_to(ROOT)}/; they hold the solutions.")
    if otter:
        print("In each, dist/student is for students, and dist/autograder has the zip for Gradescope.")
    else:
        print("In each: otter assign <set>.ipynb dist   (or make otter OTTER=path/to/otter)")


if __name__ == "__main__":
    main()
