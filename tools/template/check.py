"""Run problem sets and say which of their visible tests pass.

    python check.py [set-1-recurrence.ipynb ...]

The notebook itself stays as it is. What a course adds when it grades is not here.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

LIMIT = 30  # seconds a cell may take


def begun(notebook):
    """Return whether an answer was written: a set that is as it was handed out is left alone."""
    answers = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    untouched = [
        cell for cell in answers if "NotImplementedError" in cell.source or cell.source == "*Your answer here.*"
    ]
    return len(untouched) < len(answers)


def results(notebook):
    """Return of each test its name, its points, and why it fails; nothing where it passes."""
    NotebookClient(
        notebook, timeout=LIMIT, allow_errors=True, interrupt_on_timeout=True, kernel_name="python3"
    ).execute()
    found = []
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and not about.get("solution"):
            errors = [f"{one.ename}: {one.evalue}" for one in cell.outputs if one.output_type == "error"]
            found.append((about["grade_id"], about["points"], errors[0].splitlines()[0][:160] if errors else ""))
    return found


def number(path):
    """Return a set's number, by which it is sorted."""
    return int(path.stem.split("-")[1])


def main(names):
    """Check the named sets, or all that were begun; end with 1 if a test of these fails."""
    paths = [Path(name) for name in names] or sorted(Path(__file__).parent.glob("set-*.ipynb"), key=number)
    failed = False
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        if not names and not begun(notebook):
            print(f"{path.stem}: not begun")
            continue
        found = results(notebook)
        passed = sum(points for _, points, error in found if not error)
        print(
            f"{path.stem}: {passed} of {sum(points for _, points, _ in found)} points as far as the visible tests look"
        )
        for name, points, error in found:
            failed = failed or bool(error)
            print(f"  {'not yet' if error else 'passes '} {name} ({points})" + (f": {error}" if error else ""))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
