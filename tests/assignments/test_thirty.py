"""Thirty hostile submissions among honest ones: honest work is graded as if the others had not been there.

The same honest submissions are graded twice, alone and among the thirty, two at a time, and compared cell by cell.
"""

import os
import shutil
import sys

import nbformat
import psutil
import pytest
from a_class import NAME, Class
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from thirty import BEHIND, CODE, MARKED, marks

import grade
import problem_sets

sys.path.insert(0, str(problem_sets.COURSE))
import sealed_kernel

pytestmark = pytest.mark.skipif(not sealed_kernel.landlock_version(), reason="this system has no Landlock")
USUAL = f"{NAME}.ipynb"
SHORT = 20  # seconds that a cell may take, here


def honest(made):
    """Hand in what five students give, by names that stand first, between and last in the alphabet."""
    made.hand_in(f"anna/{USUAL}", made.answered("step run errors blame numeric cut-words"))
    made.hand_in(f"ida/{USUAL}", made.answered("step blame"))
    wrong = "def step(x, h, W_ih, W_hh, b):\n    return x @ W_ih.T + h @ W_hh.T + b  # no tanh"
    made.hand_in(f"noah/{USUAL}", made.answered("run errors", step=wrong))
    warns = "import sys, warnings\ndef step(*a):\n    print('so far', file=sys.stderr)\n    return not_written_yet"
    made.hand_in(f"rita/{USUAL}", made.answered("errors numeric", step=warns))
    made.hand_in(f"zoe_42_43_{USUAL}", made.answered(""))


def hostile(made, paths):
    """Hand in the thirty, by names that stand between those of the honest ones."""
    for number, (name, cells) in enumerate(CODE.items()):
        given = {cell: code for cell, code in cells.items() if cell not in ("before", "after")}
        notebook = made.answered("", **given)
        if "before" in cells:
            notebook.cells.insert(2, new_code_cell(f"PATHS = {paths}\n{cells['before']}"))
        if "after" in cells:
            notebook.cells.append(new_code_cell(cells["after"]))
        made.hand_in(f"{'bjot'[number % 4]}-{name}/{USUAL}", notebook)
    made.hand_in(f"b-{MARKED}/{USUAL}", marks(made.answered("")))


def new_course(folder):
    for file in problem_sets.COURSE.glob("*.py"):
        text = file.read_text(encoding="utf8").replace("timeout = 30", f"timeout = {SHORT}")
        (folder / file.name).write_text(text, encoding="utf8")
    shutil.copytree(problem_sets.COURSE / "source" / NAME, folder / "source" / NAME)
    return grade.prepare(folder)[NAME]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Return the report's rows and the course's folder: graded alone, and among the thirty."""
    found = []
    for name in ("alone", "among"):
        course = tmp_path_factory.mktemp(name)
        made = Class(tmp_path_factory.mktemp(f"{name}-handed-in"), new_course(course))
        honest(made)
        if name == "among":
            places = ("gradebook.db", "nbgrader_config.py", "sealed.py", "source", "submitted", "release")
            hostile(made, [str(course / place) for place in places] + [str(made.folder)])
        before = {path: path.read_bytes() for path in course.glob("*.py")}
        rows = {row["student"]: row for row in grade.grade_all(made.folder, course, jobs=2)}
        assert before == {path: path.read_bytes() for path in course.glob("*.py")}
        found.append((rows, course))
    return found


def scores(course):
    """Return student -> cell -> points, for all in the gradebook."""
    with Gradebook(problem_sets.course_api(course).coursedir.db_url) as gradebook:
        (assignment,) = gradebook.assignments
        return {
            submission.student.id: {each.name: each.score for book in submission.notebooks for each in book.grades}
            for submission in assignment.submissions
        }


def said(course, student):
    """Return what a student's cells gave, and the page of feedback without its head."""
    run = nbformat.read(course / "autograded" / student / NAME / USUAL, as_version=4)
    outputs = [[(o.output_type, o.get("text", o.get("evalue", ""))) for o in c.get("outputs", [])] for c in run.cells]
    page = grade.feedback(course, NAME, student) / f"{NAME}.html"
    return outputs, page.read_text(encoding="utf8").partition("<body")[2]


def test_honest_work_is_graded_as_if_the_others_had_not_been_there(both):
    (alone, alone_in), (among, among_in) = both
    assert len(among) == len(alone) + 30
    assert [alone[student]["points"] for student in sorted(alone)] == [20, 7, 9, 10, 0]
    mine, theirs = scores(alone_in), scores(among_in)
    for student, row in alone.items():
        assert {key: among[student][key] for key in row if key != "file"} == {
            k: v for k, v in row.items() if k != "file"
        }
        assert mine[student] == theirs[student]
        assert said(alone_in, student) == said(among_in, student)


def test_none_of_the_thirty_earns_a_point(both):
    (alone, _), (among, course) = both
    given = {student: row["points"] for student, row in among.items() if student not in alone}
    assert {student: points for student, points in given.items() if points} == {}
    with_points = {student for student, cells in scores(course).items() if any(cells.values())}
    assert with_points == {student for student, row in alone.items() if row["points"]}


def test_whoever_reaches_for_the_grading_is_named_or_gets_nowhere(both):
    """What changes tests, shell or library is refused with a reason, or noted for a person to look at."""
    (alone, _), (among, _) = both
    for student, row in among.items():
        if student not in alone and row["status"] == "graded":
            tampers = any(word in student for word in ("never-ends", "eats-memory", MARKED, "leaves-by-the-door"))
            assert tampers or "look at it" in row["notes"], (student, row["notes"])
        assert "\n" not in row["notes"]
        assert "it was another" not in row["notes"], "a submission doesn't write its own reason"


def test_nothing_of_theirs_is_left(both):
    assert both
    running = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert [line for line in running if BEHIND in line] == []
    course = both[1][1]
    assert not list(course.rglob("sitecustomize.py"))
    assert not os.path.exists(os.path.expanduser("~/sitecustomize.py"))
