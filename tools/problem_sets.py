"""Write the problem sets' student versions: no solutions, no hidden tests.

    python tools/problem_sets.py      # into _build/problem-sets/, one notebook a set, and a zip of all

nbgrader makes them from ``assignments/source``, by the same steps as ``nbgrader generate_assignment``; the gradebook is
left alone.
"""

import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import nbformat
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config, PyFileConfigLoader

from address import ROOT, install_cell

COURSE = ROOT / "assignments"
OUT = ROOT / "_build" / "problem-sets"

# nbgrader calls alembic by its name when it makes a gradebook, and .venv need not be activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def names(course: Path = COURSE) -> list[str]:
    """Return the sets' names, in order."""
    return sorted((path.parent.name for path in (course / "source").glob("*/*.ipynb")), key=in_order)


def in_order(name: str) -> tuple[int, str]:
    """Return what a set's name is sorted by: its number, so that the tenth follows the ninth."""
    number = re.match(r"set-(\d+)-", name)
    return int(number[1]) if number else 0, name


def source(name: str, course: Path = COURSE) -> Path:
    """Return where a set's source stands."""
    return course / "source" / name / f"{name}.ipynb"


def course_api(course: Path = COURSE, **settings: str) -> NbGraderAPI:
    """Return nbgrader's own interface to a course, with its settings and these ones of the course directory."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    config.merge(Config({"CourseDirectory": settings}))
    api = NbGraderAPI(config=config)
    api.log_level = "WARN"
    return api


def write_install_cell(path: Path) -> None:
    """Write the first code cell anew, which installs the library in Colab: it follows the repository's address."""
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    if cell.source != install_cell():
        cell.source = install_cell()
        nbformat.write(notebook, path)


def student_versions(out: Path = OUT, course: Path = COURSE) -> list[Path]:
    """Write all student versions to ``<out>/<set>.ipynb``, and ``<out>/problem-sets.zip``; return the notebooks' paths.

    Raises:
        SystemExit: nbgrader refuses a source; its reason is in the message.
    """
    staging = out / "staging"
    shutil.rmtree(out, ignore_errors=True)
    written = []
    for name in names(course):
        write_install_cell(source(name, course))
        api = course_api(course, release_directory=str(staging), assignment_id=name)
        app = GenerateAssignment(coursedir=api.coursedir, parent=api)
        app.no_database = True
        app.preprocessors = [step for step in app.preprocessors if step is not SaveCells]
        try:
            app.start()
        except Exception as error:
            sys.exit(f"{source(name, course)}: nbgrader refuses it: {error}")
        written.append(Path(shutil.move(staging / name / f"{name}.ipynb", out / f"{name}.ipynb")))
    shutil.rmtree(staging)
    with zipfile.ZipFile(out / "problem-sets.zip", "w", zipfile.ZIP_DEFLATED) as together:
        for path in written:
            # A fixed date: the same notebooks make the same bytes.
            together.writestr(zipfile.ZipInfo(path.name, (2000, 1, 1, 0, 0, 0)), path.read_bytes())
    return written


def bring_up_to_date(out: Path = OUT, course: Path = COURSE) -> None:
    """Write all student versions if a source is newer than they are, or one is missing."""
    sources = [source(name, course) for name in names(course)]
    made = [out / f"{name}.ipynb" for name in names(course)] + [out / "problem-sets.zip"]
    oldest = min(path.stat().st_mtime if path.exists() else 0.0 for path in made)
    if oldest < max(path.stat().st_mtime for path in [*sources, course / "nbgrader_config.py"]):
        student_versions(out, course)


def main() -> None:
    """Write them and say where."""
    written = student_versions()
    print(f"{len(written)} problem sets for students, and a zip of all, are in {OUT.relative_to(ROOT)}/:")
    for path in written:
        points = sum(
            cell.metadata["nbgrader"].get("points", 0)
            for cell in nbformat.read(path, as_version=4).cells
            if "nbgrader" in cell.metadata
        )
        print(f"  {path.name}  {points} points")


if __name__ == "__main__":
    main()
