"""Grade a folder of submissions: collect, run the tests, write scores and feedback.

    python tools/grade.py SUBMITTED [--course assignments] [--jobs 2]

SUBMITTED is a folder or a zip. A notebook's student is the folder that it lies in (``anna/set-1-recurrence.ipynb``,
and ``Anna Berg_1234_assignsubmission_file_/...`` as Moodle exports it). In no folder, it is what Canvas writes in
front, with the user's number (``berganna_1234`` of ``berganna_1234_5678_set-1-recurrence.ipynb``), or else the
beginning of the name up to the first underscore. Which set it is, its cells say, whatever the file is called. nbgrader
does the rest, in ``<course>``:

    submitted/<student>/<set>/    what was collected
    autograded/ feedback/         the run notebooks; a page for each student
    gradebook.db                  all points, for ``nbgrader formgrader``
    scores.csv                    nbgrader's export, one row a student and set
    report.csv                    one row a submission: its points, and what a person should know of it
"""

import argparse
import collections
import contextlib
import csv
import ctypes
import json
import multiprocessing.connection
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import CsvExportPlugin

from address import ROOT
from arrivals import arrivals, printable
from problem_sets import COURSE, course_api, names, source
from submissions import Submission, collect

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, from linux/prctl.h
PATIENCE = 600  # seconds for one submission, whatever its cells do
MEMORY = 4 * 2**30  # bytes for the process that grades one, whatever it hears from its kernel
# A process for each submission; where the system can, split off from one that has nbgrader in it already, since to
# import it takes longer than to grade.
STARTED = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
if sys.platform != "win32":
    STARTED.set_forkserver_preload(["nbgrader.apps", "nbgrader.converters", "nbconvert.exporters.html", "psutil"])
COLUMNS = ["student", "set", "status", "points", "of", "by hand", "file", "notes"]


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
    for named in ("TamperedError", "FloodError"):
        if named in log:
            return re.findall(rf"{named}: (.*)", log)[-1]
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
    with contextlib.suppress(ImportError, OSError, ValueError):  # not on Windows, not on macOS
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
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


def feedback(course: Path, name: str, student: str) -> Path:
    """Return the folder of a submission's page of feedback."""
    return course / "feedback" / student / name


def in_its_process(course: Path, name: str, student: str, log: str) -> None:
    """Grade one submission, with all that is said on the way in a file."""
    said = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.chdir(course)
    grade_one(course, name, student)


class Grading:
    """One submission, being graded in a process of its own."""

    def __init__(self, course: Path, submission: Submission) -> None:
        self.submission, self.until = submission, time.monotonic() + PATIENCE
        descriptor, log = tempfile.mkstemp(prefix="grading-", suffix=".log")
        os.close(descriptor)
        self.log = Path(log)
        given = (course, submission.set, submission.student, log)
        self.process = STARTED.Process(target=in_its_process, args=given, daemon=True)
        self.process.start()

    def result(self) -> str | None:
        """Return why the submission can't be graded, or ``None``; end what still runs."""
        late = self.process.is_alive()
        if late:
            with contextlib.suppress(psutil.Error):
                end_all(psutil.Process(self.process.pid))
            self.process.kill()
        self.process.join()
        text = self.log.read_text(encoding="utf8", errors="replace")
        self.log.unlink()
        if late:
            return f"took longer than {PATIENCE} s in all"
        return reason(text) if self.process.exitcode else None


def graded(course: Path, submissions: list[Submission], jobs: int) -> Iterator[tuple[Submission, str | None]]:
    """Grade submissions, several side by side; yield each as it is done, with why it can't be graded, or ``None``."""
    waiting, running = collections.deque(submissions), list[Grading]()
    while waiting or running:
        while waiting and len(running) < max(1, jobs):
            running.append(Grading(course, waiting.popleft()))
        ended = multiprocessing.connection.wait([one.process.sentinel for one in running], timeout=1.0)
        for one in [*running]:
            if one.process.sentinel in ended or time.monotonic() > one.until:
                running.remove(one)
                yield one.submission, one.result()


def outcome(course: Path, gradebook: Gradebook, submission: Submission, wrong: str | None) -> dict[str, Any]:
    """Return a submission's row of the report."""
    row = {"student": submission.student, "set": submission.set}
    gradebook.db.expire_all()  # another process wrote
    if wrong is not None:
        shutil.rmtree(feedback(course, submission.set, submission.student), ignore_errors=True)  # an earlier one's
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
        submissions, refused = collect(arrivals(submitted, Path(folder)), course, released)
    rows = [
        {"student": student, "status": "refused", "file": printable(str(file)), "notes": printable(why)}
        for student, file, why in refused
    ]
    for row in rows:
        print(f"{row['student']}: {row['file']} {row['notes']}", flush=True)
    with Gradebook(course_api(course).coursedir.db_url) as gradebook:
        for count, (submission, wrong) in enumerate(graded(course, submissions, jobs), 1):
            row = outcome(course, gradebook, submission, wrong)
            rows.append(row | {"file": printable(str(submission.file)), "notes": printable(row["notes"])})
            given = f"{row['points']:g} of {row['of']:g}" if wrong is None else "refused"
            if row.get("by hand"):
                given += f", {row['by hand']:g} more to be given by hand"
            said = f"{row['student']}: {row['set']} {given}" + f" ({rows[-1]['notes']})" * bool(row["notes"])
            print(f"{count} of {len(submissions)}: {said}", flush=True)
    write(course, rows)
    return rows


def write(course: Path, rows: list[dict[str, Any]]) -> None:
    """Write report.csv, and nbgrader's scores.csv."""
    with (course / "report.csv").open("w", newline="", encoding="utf8", errors="backslashreplace") as file:
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
    given = parser.parse_args()
    course = given.course.resolve()
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
        f"Scores, report and feedback are in {os.path.relpath(course, ROOT)}/.\n"
        "For Canvas, Moodle or Blackboard: make export"
    )


if __name__ == "__main__":
    main()
