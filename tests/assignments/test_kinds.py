"""Hostile and honest submissions of further kinds, graded as a class is."""

import shutil

import nbformat
import pytest
from a_class import NAME, Class
from kinds import FILES, HONEST, HOSTILE, RIGHT
from nbformat.v4 import new_code_cell

import grade
import problem_sets

USUAL = f"{NAME}.ipynb"
POINTS = 6  # of the two answers that the honest ones give


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    course = tmp_path_factory.mktemp("kinds")
    for file in problem_sets.COURSE.glob("*.py"):  # a busy machine must not cut an honest cell off
        text = file.read_text(encoding="utf8").replace("timeout = 30", "timeout = 120")
        (course / file.name).write_text(text, encoding="utf8")
    shutil.copytree(problem_sets.COURSE / "source" / NAME, course / "source" / NAME)
    made = Class(tmp_path_factory.mktemp("kinds-handed-in"), grade.prepare(course)[NAME])
    for name, cells in HOSTILE.items():
        given = {cell: code for cell, code in cells.items() if cell != "before"}
        notebook = made.answered("", **given)
        if "before" in cells:
            notebook.cells.insert(3, new_code_cell(cells["before"]))
        made.hand_in(f"{name}/{USUAL}", notebook)
    for name, first in HONEST.items():
        made.hand_in(f"{name}/{USUAL}", made.answered("", step=first + RIGHT["step"], run=RIGHT["run"]))
    plain = nbformat.writes(made.answered("", **RIGHT))
    for name, written in FILES.items():
        made.hand_in(f"{name}/{USUAL}", written(plain))
    return {row["student"]: row for row in grade.grade_all(made.folder, course, jobs=2)}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_kind_earns_nothing(rows, name):
    assert rows[name]["points"] == 0, rows[name]
    assert "\n" not in rows[name]["notes"]


@pytest.mark.parametrize("name", [*HONEST, *FILES])
def test_an_honest_kind_earns_its_points(rows, name):
    assert (rows[name]["status"], rows[name]["points"]) == ("graded", POINTS), rows[name]
