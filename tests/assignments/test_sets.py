"""Every problem set: its solution earns all points, its starter none, and wrong answers lose what they should."""

import json
import re
import warnings

import pytest
from in_process import answers, failures, graded, right_answers, short, source, without_solutions, wrong_answers

import problem_sets
from address import install_cell

NAMES = problem_sets.names()
WRONG = [(name, wrong) for name in NAMES for wrong in wrong_answers(name)]
IDS = [f"{name}: {wrong.answer}: {wrong.mistake}" for name, wrong in WRONG]
RIGHT = [(name, right) for name in NAMES for right in right_answers(name)]


@pytest.fixture(autouse=True)
def quiet(monkeypatch, tmp_path):
    """Run as a sealed kernel does: without warnings, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_earns_full_marks(name):
    assert failures(source(name)) == {}


@pytest.mark.parametrize("name", NAMES)
def test_the_starter_earns_nothing(name):
    notebook = without_solutions(name)
    assert set(failures(notebook)) == set(graded(notebook))


@pytest.mark.parametrize(("name", "wrong"), WRONG, ids=IDS)
def test_a_wrong_answer_loses_its_points_and_no_others(name, wrong):
    failed = failures(source(name), wrong)
    assert set(failed) == wrong.loses, failed


@pytest.mark.parametrize(
    ("name", "right"), RIGHT, ids=[f"{name}: {right.answer}: {right.way}" for name, right in RIGHT]
)
def test_another_right_answer_loses_nothing(name, right):
    assert failures(source(name), right=right) == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_has_two_other_right_ones(name):
    given = [right.answer for right in right_answers(name)]
    assert {answer: given.count(answer) for answer in answers(source(name)) if given.count(answer) < 2} == {}
    assert set(given) <= set(answers(source(name)))


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_has_three_wrong_ones(name):
    given = [wrong.answer for wrong in wrong_answers(name)]
    assert {answer: given.count(answer) for answer in answers(source(name)) if given.count(answer) < 3} == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_test_can_be_lost_alone_or_nearly(name):
    """Half-right answers earn something: no wrong answer but a broken one takes all, and each test is lost by one."""
    lost = [wrong.loses for wrong in wrong_answers(name)]
    assert set(graded(source(name))) == set().union(*lost)


@pytest.mark.parametrize("name", NAMES)
def test_a_set_keeps_to_the_rules(name):
    notebook = source(name)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code[0].source == install_cell(), "run: make assignments"
    assert all(not cell.outputs and cell.execution_count is None for cell in code), "outputs are stored"
    ids = [cell.metadata["nbgrader"]["grade_id"] for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert len(ids) == len(set(ids))
    assert {grade_id.partition("-")[0] for grade_id in ids} == {f"s{name.split('-')[1]}"}
    total = sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in notebook.cells)
    assert f"**Points:** {total}" in notebook.cells[0].source
    for cell in code:
        if short(cell) in graded(notebook):
            points = graded(notebook)[short(cell)]
            assert cell.source.startswith(f"# {points} point"), "a test cell says first what it is worth"


@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_what_the_set_says(name):
    """Points and minutes stand in the set's first cell, and in the book's list of sets."""
    page = (problem_sets.ROOT / "book" / "problem-sets.md").read_text(encoding="utf8")
    (row,) = [line for line in page.splitlines() if f"/{name}.ipynb" in line]
    first = source(name).cells[0].source
    points = re.search(r"\*\*Points:\*\* (\d+)", first).group(1)
    time = re.search(r"\*\*Time:\*\* about (?:(\d+) minutes|(two) hours)", first)
    assert row.endswith(f"| {points} |")
    assert f"| {time.group(1) or 120} min" in row


def test_the_guide_says_what_grading_was_measured_to_take():
    measured = json.loads((problem_sets.ROOT / "tools" / "class_size.json").read_text(encoding="utf8"))
    page = " ".join((problem_sets.ROOT / "book" / "instructors.md").read_text(encoding="utf8").split())
    assert list(measured["sets"]) == NAMES, "run: python tools/class_size.py"
    seconds = [each["processor seconds"] for each in measured["sets"].values()]
    mean = measured["processor seconds a submission"]
    assert mean == pytest.approx(sum(seconds) / len(seconds), abs=0.06)
    assert f"took {min(seconds):.0f} to {max(seconds):.0f} seconds of processor time, {mean} on average" in page
    if together := measured.get("class"):
        took = f"A class of {together['submissions']} took {together['processor minutes']} minutes of processor time"
        assert took in page
        assert f"{together['minutes by the clock']} minutes by the clock" in page
        assert f"a load of {together['load of the machine']}" in page
    else:
        assert "a class of 200 hasn't been measured" in page
    assert f"{200 * mean / 120:.0f} minutes on two idle cores" in page
    assert f"held {measured['megabytes at most']} MB at most" in page
