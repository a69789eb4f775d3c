"""Measure what grading takes: every set's own solution, one after the other, and then a class of 200, two side by side.

    python tools/class_size.py      # a quarter of an hour on idle cores; writes tools/class_size.json
    python tools/class_size.py 20   # a class of 20; the file says how many there were

A class hands in solutions of all sets in turn; of each third one, an answer is missing. How busy the machine was with
other things stands beside the minutes. The guide for instructors says these numbers, and a test holds the two together.
"""

import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbgrader.preprocessors import ClearSolutions
from nbgrader.utils import is_solution

import grade
from problem_sets import COURSE, names, source
from submissions import Submission

OUT = Path(__file__).with_name("class_size.json")
CLASS, JOBS = 200, 2


class Watched:
    """What this process and all that it started took while something ran: bytes at most, and others' load."""

    def __init__(self, run: Callable[[], Any]) -> None:
        self.peak, loads, self.done = 0, list[float](), False
        before, start = processor_seconds(), time.perf_counter()
        watch = threading.Thread(target=self._watch, args=(loads,))
        watch.start()
        try:
            self.result = run()
        finally:
            self.done = True
            watch.join()
        self.minutes = (time.perf_counter() - start) / 60
        self.seconds = processor_seconds() - before
        self.load = sum(loads) / max(1, len(loads))

    def _watch(self, loads: list[float]) -> None:
        me = psutil.Process()
        while not self.done:
            total = 0
            for one in me.children(recursive=True):
                try:
                    total += one.memory_full_info().uss
                except psutil.Error:  # it ended meanwhile
                    continue
            self.peak = max(self.peak, total)
            loads.append(psutil.getloadavg()[0])
            time.sleep(0.5)


def processor_seconds() -> float:
    """Return the processor time of what this process has started, and of what that has started and waited for."""
    times = [child.cpu_times() for child in psutil.Process().children()]
    return sum(each.user + each.system + each.children_user + each.children_system for each in times)


def hand_in(course: Path, student: str, name: str, *, missing: bool = False) -> Submission:
    """Put a set's solution where a submission is graded, with or without its first answer."""
    notebook = nbformat.read(source(name, course), as_version=4)
    if missing:
        answer = next(cell for cell in notebook.cells if cell.cell_type == "code" and is_solution(cell))
        ClearSolutions().preprocess_cell(answer, {"language": "python"}, 0)
    target = course / "submitted" / student / name / f"{name}.ipynb"
    target.parent.mkdir(parents=True)
    nbformat.write(notebook, target)
    return Submission(student, name, target, [])


def measured(course: Path, name: str) -> dict[str, float]:
    """Grade a set's source as one submission; return its processor seconds and megabytes."""
    submission = hand_in(course, "anna", name)
    idle = sum(child.memory_full_info().uss for child in psutil.Process().children(recursive=True))
    watched = Watched(lambda: list(grade.graded(course, [submission], 1)))
    if watched.result[0][1]:
        sys.exit(f"{name}: its own solution can't be graded: {watched.result[0][1]}")
    run = nbformat.read(course / "autograded" / "anna" / name / f"{name}.ipynb", as_version=4)
    if any(output.output_type == "error" for cell in run.cells for output in cell.get("outputs", [])):
        sys.exit(f"{name}: a cell of its own solution failed")
    return {"processor seconds": round(watched.seconds, 1), "megabytes": round((watched.peak - idle) / 2**20)}


def class_of(course: Path, size: int) -> dict[str, float]:
    """Grade a class's submissions, two side by side; return minutes by the clock, processor minutes, and the load."""
    sets = names(course)
    came = [hand_in(course, f"student-{k:03}", sets[k % len(sets)], missing=k % 3 == 2) for k in range(size)]
    watched = Watched(lambda: list(grade.graded(course, came, JOBS)))
    refused = [f"{one.student}: {why}" for one, why in watched.result if why]
    if refused:
        sys.exit("\n".join(refused))
    return {
        "submissions": size,
        "side by side": JOBS,
        "minutes by the clock": round(watched.minutes, 1),
        "processor minutes": round(watched.seconds / 60, 1),
        "load of the machine": round(watched.load, 1),
        "megabytes at most": round(watched.peak / 2**20),
    }


def main() -> None:
    """Measure and write the numbers."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else CLASS
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        for file in COURSE.glob("*.py"):  # a machine that is busy must not cut cells off: processor time is measured
            text = file.read_text(encoding="utf8").replace("timeout = 30", "timeout = 240")
            (course / file.name).write_text(text, encoding="utf8")
        shutil.copytree(COURSE / "source", course / "source")
        grade.prepare(course)
        sets = {}
        list(grade.graded(course, [hand_in(course, "first", names(course)[0])], 1))  # what is started once
        for name in names(course):
            sets[name] = measured(course, name)
            print(name, sets[name], flush=True)
        together = class_of(course, size)
    mean = sum(each["processor seconds"] for each in sets.values()) / len(sets)
    result = {
        "machine": f"{os.cpu_count()} cores, Python {sys.version.split()[0]}",
        "sets": sets,
        "processor seconds a submission": round(mean, 1),
        "megabytes at most": max(each["megabytes"] for each in sets.values()),
        "class": together,
    }
    print(json.dumps(result, indent=1))
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
