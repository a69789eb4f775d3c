"""Grade a folder of submissions: collect, run the tests, write scores and feedback.

    python tools/grade.py SUBMITTED [--course assignments] [--jobs 2]

SUBMITTED is a folder or a zip. A notebook's student is the folder that it lies in (``anna/set-1-recurrence.ipynb``, and
``Anna Berg_1234_assignsubmission_file_/...`` as Moodle exports it) or, where it lies in no folder, the beginning of its
name up to the first underscore (``berganna_1234_5678_set-1-recurrence.ipynb``, as Canvas exports it). Which set it is,
its cells say, whatever the file is called. nbgrader does the rest, in ``<course>``:

    submitted/<student>/<set>/    what was collected
    autograded/ feedback/         the run notebooks; a page for each student
    gradebook.db                  all points, for ``nbgrader formgrader``
    scores.csv                    nbgrader's export, one row a student and set
    report.csv                    one row a submission: its points, and what a person should know of it
"""

import argparse
import ast
import collections
import contextlib
import csv
import ctypes
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import psutil
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import CsvExportPlugin

from address import ROOT
from problem_sets import COURSE, course_api, names, source

LARGEST = 20 * 2**20  # of a notebook and of what a zip unpacks to for each file, in bytes
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, from linux/prctl.h
PATIENCE = 600  # seconds for one submission, whatever its cells do
COLUMNS = ["student", "set", "status", "points", "of", "by hand", "file", "notes"]


class Submission(NamedTuple):
    """A notebook that came in for a set."""

    student: str
    set: str
    file: Path
    notes: list[str]


class Refusal(NamedTuple):
    """A file that can't be graded, and why."""

    student: str
    file: Path
    reason: str


# What came in.


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a zip, as a learning-management system exports it, and return the folder that holds the submissions.

    Files too large for a notebook are left out. Where all lies in one folder of the zip's own name, it is that one.
    """
    with zipfile.ZipFile(archive) as together:
        for member in together.infolist():
            if member.file_size <= LARGEST:
                together.extract(member, folder)
    inside = [path for path in folder.iterdir() if path.name != "__MACOSX"]
    return inside[0] if [path.name for path in inside] == [archive.stem] and inside[0].is_dir() else folder


def student_of(path: Path, root: Path) -> str:
    """Return a student's name from where a file lies, in letters that nbgrader takes."""
    parts = path.relative_to(root).parts
    said = parts[0].split("_assignsubmission")[0] if len(parts) > 1 else path.stem.split("_")[0]
    return re.sub(r"[^\w.-]+", "-", said).strip("-.") or "unnamed"


def cell_id(cell: Any) -> str | None:
    """Return nbgrader's name of a cell, if it has one."""
    found = cell.get("metadata", {}).get("nbgrader")
    name = found.get("grade_id") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None


def read(path: Path, released: dict[str, Any]) -> tuple[str, Any]:
    """Return which set a notebook belongs to, and the notebook.

    Args:
        path: the file.
        released: set -> its student version.

    Raises:
        ValueError: it can't be graded; the message is a line that says why.
    """
    if path.stat().st_size > LARGEST:
        raise ValueError(f"is larger than {LARGEST // 2**20} MB: clear its outputs and send it again")
    try:
        text = path.read_text(encoding="utf8")
        plain = json.loads(text)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"is not a notebook: not JSON ({str(error)[:80]})") from None
    if not isinstance(plain, dict) or not (isinstance(plain.get("cells"), list) or "worksheets" in plain):
        raise ValueError("is not a notebook: it has no list of cells")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbformat gives cells of one id new ones, and says so
            notebook = nbformat.reads(text, as_version=4)
            nbformat.validate(notebook, relax_add_props=True)
        nbformat.writes(notebook).encode("utf8")
    except UnicodeEncodeError:
        raise ValueError("is not a notebook: it holds half a character, which no file can") from None
    except Exception as error:  # nbformat raises many kinds; each means the same here
        raise ValueError(f"is not a notebook: {str(error).strip().splitlines()[0][:80]}") from None
    ids = {cell_id(cell) for cell in notebook.cells}
    shared = {name: len(ids & {cell_id(cell) for cell in nb.cells} - {None}) for name, nb in released.items()}
    name = max(shared, key=lambda key: shared[key], default=None)
    if name is None or not shared[name]:
        raise ValueError("has no cell of any problem set: was it made from a student version?")
    return name, notebook


def mend(notebook: Any, released: Any) -> list[str]:
    """Put back what is missing from a submission, in place; return notes on that and on changed test cells.

    nbgrader puts the text of locked cells right by itself; a missing one it puts beside its neighbour, and stops where
    the neighbour is missing, too. It also stops at a copy of a cell, and where its own marks on a cell are damaged.
    """
    marks = {cell_id(cell): cell.metadata["nbgrader"] for cell in released.cells if cell_id(cell)}
    seen: set[str] = set()
    copied = []
    for cell in notebook.cells:
        name = cell_id(cell)
        if name in marks and name not in seen:
            cell.metadata["nbgrader"] = marks[name]
            seen.add(name)
        elif cell.metadata.pop("nbgrader", None) is not None and name in seen:
            copied.append(name)
    own = {cell_id(cell): index for index, cell in enumerate(notebook.cells) if cell_id(cell)}
    given = {cell_id(cell): cell for cell in notebook.cells if cell_id(cell)}
    missing, changed, place = [], [], 0
    for cell in released.cells:
        name = cell_id(cell)
        if name is None:
            continue
        if name in own:
            place = own[name] + len(missing) + 1
            if cell.metadata["nbgrader"]["locked"] and given[name].source.strip() != cell.source.strip():
                changed.append(name)
        else:
            notebook.cells.insert(place, nbformat.from_dict(cell))
            missing.append(name)
            place += 1
    notes = [f"put back missing cells: {', '.join(missing)}"] if missing else []
    notes += [f"copies of a cell, run like the first: {', '.join(copied)}"] if copied else []
    return notes + ([f"took the original of changed cells: {', '.join(changed)}"] if changed else [])


SUSPECT = {"open", "exec", "eval", "compile", "__import__", "get_ipython", "globals", "setattr", "breakpoint", "input"}
SUSPECT |= {"In", "_ih", "__globals__", "__code__", "__subclasses__", "__builtins__", "f_back"}
SUSPECT_MODULES = {"os", "sys", "subprocess", "pathlib", "inspect", "gc", "ctypes", "socket", "importlib", "builtins"}
SUSPECT_MODULES |= {"IPython", "nbgrader", "sqlite3", "shutil", "threading", "multiprocessing", "urllib", "requests"}


def look(notebook: Any, released: Any) -> list[str]:
    """Return a note on what has no place in an answer: files, processes, changes to NumPy, layers of lstmlib.

    This is for a person to look at; it proves nothing, and who wants to hide can.
    """
    own = {cell_id(cell) for cell in released.cells if cell_id(cell) and cell.metadata["nbgrader"]["locked"]}
    code = "\n".join(cell.source for cell in released.cells if cell.cell_type == "code")
    given = set(re.findall(r"^\s*(?:import|from) ([\w.]+)", code, re.MULTILINE))
    odd: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type != "code" or cell_id(cell) in own:
            continue
        try:
            nodes = list(ast.walk(ast.parse(cell.source)))
        except SyntaxError:
            odd |= {line.strip()[:40] for line in cell.source.splitlines() if line.lstrip().startswith(("!", "%"))}
            continue
        for node in nodes:
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in SUSPECT:
                    odd.add(name)
                case ast.Import(names=modules):
                    odd |= {f"import {module.name}" for module in modules if is_odd(module.name, given)}
                case ast.ImportFrom(module=str(module)) if is_odd(module, given):
                    odd.add(f"import {module}")
                case ast.Global(names=called):
                    odd |= {f"global {name}" for name in called}
                case ast.Attribute(value=ast.Name(id="np" | "numpy"), ctx=ast.Store()):
                    odd.add(f"{ast.unparse(node)} = ...")
    return [f"look at it: uses {', '.join(sorted(odd))}"] if odd else []


def is_odd(module: str, given: set[str]) -> bool:
    """Tell whether a person should see that an answer imports a module which the set itself doesn't."""
    return module.split(".")[0] in SUSPECT_MODULES | {"lstmlib"} and module not in given


def collect(submitted: Path, course: Path, released: dict[str, Any]) -> tuple[list[Submission], list[Refusal]]:
    """Copy every notebook in a folder to where nbgrader wants it, mended; say which can't be graded."""
    taken: dict[tuple[str, str], Submission] = {}
    refused: list[Refusal] = []
    files = [path for path in sorted(submitted.rglob("*")) if path.is_file() and not path.is_symlink()]
    for path in files:
        student = student_of(path, submitted)
        hidden = any(part.startswith((".", "__MACOSX")) for part in path.relative_to(submitted).parts)
        if hidden or path.suffix != ".ipynb":
            if not hidden:
                refused.append(Refusal(student, path, f"is no notebook: its name ends in {path.suffix or 'nothing'!r}"))
            continue
        try:
            name, notebook = read(path, released)
            notes = [] if path.stem.endswith(name) else [f"called {path.name}"]
            notes += mend(notebook, released[name]) + look(notebook, released[name])
            text = nbformat.writes(notebook).encode("utf8")
        except ValueError as error:  # also where a text can't be written as UTF-8
            refused.append(Refusal(student, path, str(error).splitlines()[0][:200]))
            continue
        except Exception as error:  # whatever one file does, the others are graded
            refused.append(
                Refusal(student, path, f"can't be read as a notebook: {type(error).__name__}: {str(error)[:80]}")
            )
            continue
        before = taken.get((student, name))
        if before is not None:
            older, newer = sorted([before.file, path], key=lambda file: (file.stat().st_mtime, file.name))
            if newer == before.file:
                before.notes.append(f"a second file, {older.name}, was left aside")
                continue
            notes.append(f"a second file, {older.name}, was left aside")
        target = course / "submitted" / student / name / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
        taken[student, name] = Submission(student, name, path, notes)
    return list(taken.values()), refused


# Grading.


def prepare(course: Path) -> dict[str, Any]:
    """Bring gradebook and student versions up to date with the sources; return set -> student version."""
    stamp = course / "release" / "stamp.json"
    known = json.loads(stamp.read_text()) if stamp.exists() and (course / "gradebook.db").exists() else {}
    for name in names(course):
        text = source(name, course).read_text(encoding="utf8")
        if known.get(name) != text or not (course / "release" / name / f"{name}.ipynb").exists():
            done = course_api(course).generate_assignment(name, force=True)
            if not done["success"]:
                sys.exit(f"{source(name, course)}: {refusal(done.get('log', ''), course)}")
            known[name] = text
    stamp.write_text(json.dumps(known))
    return {name: nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4) for name in names(course)}


def refusal(log: str, course: Path) -> str:
    """Return why nbgrader makes no student version of a source, from what it logged."""
    if "Cannot add or remove cells" in log:
        return (
            "cells were added, removed or renamed, and the gradebook has submissions already; nbgrader can't follow.\n"
            f"Put the old cells back, or move {course / 'gradebook.db'} away and grade all again: what tests\n"
            "give comes back, points given by hand don't."
        )
    return f"nbgrader refuses it: {reason(log)}"


def reason(log: str) -> str:
    """Return one line for what stopped nbgrader in a submission, from what it logged."""
    if "TamperedError" in log:
        return re.findall(r"TamperedError: (.*)", log)[-1]
    if "CellTimeoutError" in log:
        return "a cell ran too long and could not be interrupted"
    if "DeadKernelError" in log or "Kernel died" in log:
        return "its kernel died: out of memory, out of processor time (120 s), or ended by the submission itself"
    errors = [line.strip() for line in log.splitlines() if re.match(r" *(\w+\.)*\w*(Error|Exception): ", line)]
    errors = [line for line in errors if "NbGraderException" not in line]
    return errors[-1][:200] if errors else "nbgrader stopped without a reason"


def grade_one(course: Path, name: str, student: str) -> None:
    """Run one submission's tests and write its feedback; the process ends with status 1, and a log, if it can't be."""
    adopt()
    try:
        _grade_one(course_api(course), name, student)
    finally:
        end_all(psutil.Process())


def adopt() -> None:
    """Become the parent, on Linux, of all that is started from here on and outlives its own parent."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def end_all(parent: psutil.Process) -> None:
    """End all processes that a submission has left running, and those that they start meanwhile."""
    for _ in range(100):
        left = parent.children(recursive=True)
        if not left:
            return
        for child in left:
            with contextlib.suppress(psutil.Error):
                child.kill()
        psutil.wait_procs(left, timeout=1)  # waits for its own children, and so clears them away


def _grade_one(api: Any, name: str, student: str) -> None:
    done = api.autograde(name, student, force=True, create=True)
    print(done.get("log", ""), done.get("error", ""))
    if not done["success"]:
        sys.exit(1)
    done = api.generate_feedback(name, student, force=True)
    if not done["success"]:
        sys.exit(done.get("error"))


def grade(course: Path, submission: Submission) -> str | None:
    """Grade one submission in a process of its own; return why it can't be, or ``None``."""
    command = [sys.executable, __file__, "--course", str(course), "--one", submission.set, submission.student]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=course)
    try:
        log, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(psutil.Error):
            end_all(psutil.Process(process.pid))
        process.kill()
        process.communicate()
        return f"took longer than {PATIENCE} s in all"
    return reason(log) if process.returncode else None


def outcome(gradebook: Gradebook, submission: Submission, wrong: str | None) -> dict[str, Any]:
    """Return a submission's row of the report."""
    row = {"student": submission.student, "set": submission.set}
    gradebook.db.expire_all()  # another process wrote
    if wrong is not None:
        notes = [wrong, *submission.notes, *withdraw(gradebook, submission)]
        return row | {"status": "refused", "points": 0.0, "notes": "; ".join(notes)}
    found = gradebook.find_submission(submission.set, submission.student)
    grades = [grade for notebook in found.notebooks for grade in notebook.grades]
    row |= {"status": "graded", "points": found.score, "of": found.max_score, "notes": "; ".join(submission.notes)}
    return row | {"by hand": sum(grade.max_score for grade in grades if grade.needs_manual_grade)}


def withdraw(gradebook: Gradebook, submission: Submission) -> list[str]:
    """Take a refused submission out of the gradebook, unless a person gave points there before; say so then."""
    try:
        found = gradebook.find_submission(submission.set, submission.student)
    except MissingEntry:
        return []
    if any(grade.manual_score is not None for notebook in found.notebooks for grade in notebook.grades):
        return ["points given by hand before stay in the gradebook"]
    gradebook.remove_submission(submission.set, submission.student)
    return []


def grade_all(submitted: Path, course: Path, jobs: int) -> list[dict[str, Any]]:
    """Grade all that lies in a folder or a zip; write gradebook, scores, feedback, report; return the report's rows."""
    released = prepare(course)
    with tempfile.TemporaryDirectory() as folder:
        came = unpack(submitted, Path(folder)) if submitted.is_file() else submitted
        submissions, refused = collect(came, course, released)
        rows = [
            {"student": student, "status": "refused", "file": file.relative_to(came), "notes": why}
            for student, file, why in refused
        ]
        for row in rows:
            print(f"{row['student']}: {row['file']} {row['notes']}", flush=True)
        with ThreadPoolExecutor(jobs) as pool, Gradebook(course_api(course).coursedir.db_url) as gradebook:
            for submission, wrong in zip(submissions, pool.map(lambda s: grade(course, s), submissions), strict=True):
                row = outcome(gradebook, submission, wrong)
                rows.append(row | {"file": submission.file.relative_to(came)})
                given = f"{row['points']:g} of {row['of']:g}" if wrong is None else "refused"
                if row.get("by hand"):
                    given += f", {row['by hand']:g} more to be given by hand"
                print(f"{row['student']}: {row['set']} {given}" + f" ({row['notes']})" * bool(row["notes"]), flush=True)
    write(course, rows)
    return rows


def write(course: Path, rows: list[dict[str, Any]]) -> None:
    """Write report.csv, and nbgrader's scores.csv."""
    with (course / "report.csv").open("w", newline="", encoding="utf8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: (row["student"], row.get("set", ""))))
    with Gradebook(course_api(course).coursedir.db_url) as gradebook:
        handed_in = [assignment.name for assignment in gradebook.assignments if assignment.submissions]
        # To nbgrader, no names means all; a set that nobody handed in has no place in a list of scores.
        CsvExportPlugin(to=str(course / "scores.csv"), assignment=handed_in or ["none"]).export(gradebook)


def main() -> None:
    """Read the command line and grade."""
    parser = argparse.ArgumentParser(description="Grade a folder, or a zip, of submitted problem sets.")
    parser.add_argument("submitted", nargs="?", default="", help="the folder, or a zip of it")
    parser.add_argument("--course", type=Path, default=COURSE, help="nbgrader's course folder")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many to grade side by side")
    parser.add_argument("--one", nargs=2, metavar=("SET", "STUDENT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    course = given.course.resolve()
    if given.one:
        grade_one(course, *given.one)
        return
    if not given.submitted:
        sys.exit("Say where the submissions are: make grade SUBMITTED=folder")
    submitted = Path(given.submitted).resolve()
    if not submitted.is_dir() and not zipfile.is_zipfile(submitted):
        sys.exit(f"No folder and no zip of submissions: {submitted}")
    print(subprocess.run([sys.executable, course / "sealed_kernel.py"], capture_output=True, text=True).stdout.strip())
    start = time.perf_counter()
    rows = grade_all(submitted, course, given.jobs)
    counts = collections.Counter(row["status"] for row in rows)
    print(
        f"{counts['graded']} graded, {counts['refused']} refused, in {time.perf_counter() - start:.0f} s. "
        f"Scores, report and feedback are in {os.path.relpath(course, ROOT)}/."
    )


if __name__ == "__main__":
    main()
