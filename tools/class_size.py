"""Measure what grading takes: every set's own solution, graded as a submission is, one after the other.

    python tools/class_size.py      # some minutes; writes tools/class_size.json

The guide for instructors says these numbers, and a test holds the two together.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil

import grade
from problem_sets import COURSE, names, source

OUT = Path(__file__).with_name("class_size.json")
CLASS = 200


def peak_while(process: subprocess.Popen[bytes]) -> list[int]:
    """Return a list that holds, at any time, the most bytes that a process and its descendants had for themselves."""
    peak = [0]

    def watch() -> None:
        while process.poll() is None:
            total = 0
            try:
                parent = psutil.Process(process.pid)
                for one in [parent, *parent.children(recursive=True)]:
                    total += one.memory_full_info().uss
            except psutil.Error:
                pass
            peak[0] = max(peak[0], total)
            time.sleep(0.2)

    threading.Thread(target=watch, daemon=True).start()
    return peak


def measured(course: Path, name: str) -> dict[str, float]:
    """Grade a set's source as one submission; return its processor seconds and megabytes."""
    target = course / "submitted" / "anna" / name / f"{name}.ipynb"
    target.parent.mkdir(parents=True)
    shutil.copy(source(name, course), target)
    command = [sys.executable, str(Path(grade.__file__)), "--course", str(course), "--one", name, "anna"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=course)
    peak = peak_while(process)
    if process.wait():
        sys.exit(f"{name}: its own solution can't be graded")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = nbformat.read(course / "autograded" / "anna" / name / f"{name}.ipynb", as_version=4)
    if any(output.output_type == "error" for cell in run.cells for output in cell.get("outputs", [])):
        sys.exit(f"{name}: a cell of its own solution was cut off; the machine is too busy to measure on")
    return {
        "processor seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "megabytes": round(peak[0] / 2**20),
    }


def main() -> None:
    """Measure all sets and write the numbers."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        for file in COURSE.glob("*.py"):
            shutil.copy(file, course)
        shutil.copytree(COURSE / "source", course / "source")
        grade.prepare(course)
        sets = {}
        for name in names(course):
            sets[name] = measured(course, name)
            print(name, sets[name], flush=True)
    mean = sum(each["processor seconds"] for each in sets.values()) / len(sets)
    result = {
        "machine": f"{os.cpu_count()} cores, Python {sys.version.split()[0]}",
        "sets": sets,
        "processor seconds a submission": round(mean, 1),
        "megabytes at most": max(each["megabytes"] for each in sets.values()),
        f"minutes on two cores for {CLASS}": round(CLASS * mean / 2 / 60),
    }
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
