"""A class of good, half-right, broken and hostile submissions, graded once by nbgrader itself."""

import csv
import html
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import psutil
import pytest
from a_class import BEHIND, NAME, Class, curious, greedy, honest, hostile
from in_process import sealed, short, source
from nbgrader.api import Gradebook

import grade
import problem_sets
import submissions
from arrivals import arrivals

SHORT = 8  # seconds that a cell may take, here
POINTS = {"step": 3, "run": 3, "errors": 6, "blame": 4, "numeric": 4}

sys.path.insert(0, str(problem_sets.COURSE))
import sealed_kernel  # noqa: E402

walled = pytest.mark.skipif(not sealed_kernel.landlock_version(), reason="this system has no Landlock")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Return the report's rows by student, the course's folder, and the folder of submissions."""
    course = tmp_path_factory.mktemp("course")
    for file in problem_sets.COURSE.glob("*.py"):
        text = file.read_text(encoding="utf8").replace("timeout = 30", f"timeout = {SHORT}")
        (course / file.name).write_text(text, encoding="utf8")
    shutil.copytree(problem_sets.COURSE / "source" / NAME, course / "source" / NAME)
    made = Class(tmp_path_factory.mktemp("handed-in"), grade.prepare(course)[NAME])
    honest(made)
    curious(made, course)
    greedy(made)
    hostile(made, course)
    os.environ["GITHUB_SECRET"] = "hunter2"
    modes = {path: path.stat().st_mode for path in course.iterdir()}
    rows = grade.grade_all(made.folder, course, jobs=2)
    assert modes.items() <= {path: path.stat().st_mode for path in course.iterdir()}.items()
    return {row["student"]: row for row in rows}, course, made.folder


def test_a_right_submission_earns_what_tests_can_give(graded):
    row = graded[0]["anna"]
    assert (row["status"], row["points"], row["of"], row["by hand"], row["notes"]) == ("graded", 20, 24, 4, "")


def test_a_half_right_one_earns_its_part_whatever_its_file_is_called(graded):
    row = graded[0]["Ben-Half_123"]
    assert (row["status"], row["points"]) == ("graded", POINTS["step"] + POINTS["blame"])
    assert "called my homework (2).ipynb" in row["notes"]


def test_an_endless_loop_costs_its_own_points_alone(graded):
    row = graded[0]["carl_777"]
    assert (row["status"], row["points"]) == ("graded", 20 - POINTS["run"])


def test_one_that_can_not_be_interrupted_is_refused_with_a_reason(graded):
    row = graded[0]["stubborn"]
    assert row["status"] == "refused"
    assert "could not be interrupted" in row["notes"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="this system can't limit a process's memory")
def test_a_cell_that_eats_memory_costs_its_own_points_alone(graded):
    row = graded[0]["dora"]
    assert (row["status"], row["points"]) == ("graded", 20 - POINTS["errors"])


def test_deleted_cells_are_put_back_and_cost_their_own_points_alone(graded):
    row = graded[0]["emil"]
    assert (row["status"], row["points"]) == ("graded", 20 - POINTS["step"])
    assert "put back missing cells: s1-step, s1-step-one-unit, s1-step-many, s1-run-from-state" in row["notes"]


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("fred", "is not a notebook: not JSON"),
        ("frieda", "is not a notebook"),
        ("gustav", "has no cell of any problem set"),
        ("hanna", "is no notebook: its name ends in '.docx'"),
    ],
)
def test_what_is_no_submission_is_refused_with_a_reason(graded, student, reason):
    row = graded[0][student]
    assert row["status"] == "refused"
    assert reason in row["notes"]
    assert "\n" not in row["notes"]


@walled
def test_hidden_tests_and_gradebook_can_neither_be_read_nor_written(graded):
    rows, course, _ = graded
    row = rows["ida"]
    assert (row["status"], row["points"]) == ("graded", POINTS["step"])
    assert "look at it: uses import glob" not in row["notes"]
    assert "import os" in row["notes"]
    assert "open" in row["notes"]
    run = nbformat.read(course / "autograded" / "ida" / NAME / f"{NAME}.ipynb", as_version=4)
    said = "".join(output.get("text", "") for cell in run.cells for output in cell.get("outputs", []))
    assert said.count("KEPT OUT PermissionError") == 3
    assert "KEPT FROM WRITING PermissionError" in said
    assert "SAW" not in said
    assert "FOUND []" in said


def test_changed_test_cells_are_replaced_and_named(graded):
    row = graded[0]["jan"]
    assert (row["status"], row["points"], row["of"]) == ("graded", 0, 24)
    assert "took the original of changed cells: s1-step-one-unit, s1-step-many" in row["notes"]


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("karl", "changed what tests rest on (changed: "),
        ("lena", "changed what tests rest on (changed: hooks)"),
        ("max", "its kernel died"),
        ("olga", "changed what tests rest on (changed: lstmlib.exercises.report)"),
        ("theo", "changed what tests rest on (changed: lstmlib.exercises.report)"),
        ("tina", "changed what tests rest on (changed: ZMQInteractiveShell)"),
        # A grader that gets little time reads slowly, and another limit, of memory or time, may be reached first.
        ("uma", ("it wrote more than 20 MB of output", "its kernel died: out of memory", "a cell ran too long")),
    ],
)
def test_who_changes_the_checker_is_refused_with_a_reason(graded, student, reason):
    rows, course, _ = graded
    assert rows[student]["status"] == "refused"
    assert any(one in rows[student]["notes"] for one in ((reason,) if isinstance(reason, str) else reason))
    with (course / "scores.csv").open(encoding="utf8") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores[student] == 0


@pytest.mark.parametrize("student", ["paul", "rosa", "sven"])
def test_nothing_but_an_answer_earns_points(graded, student):
    row = graded[0][student]
    assert (row["status"], row["points"]) == ("graded", 0)


@walled
def test_one_submission_harms_neither_others_nor_their_files_and_learns_nothing(graded):
    """It was graded beside ``anna``'s, before most: their points, tested above, are what they are without it."""
    rows, course, _ = graded
    row = rows["bert"]
    assert (row["status"], row["points"]) == ("graded", POINTS["step"] + POINTS["run"]), "what it earns, it keeps"
    run = nbformat.read(course / "autograded" / "bert" / NAME / f"{NAME}.ipynb", as_version=4)
    said = "".join(output.get("text", "") for cell in run.cells for output in cell.get("outputs", []))
    assert "HARMED []" in said
    assert "SECRETS []" in said


def test_no_script_of_a_submission_runs_in_a_page(graded):
    """Neither in the page of feedback nor in the notebook that nbgrader shows the instructor."""
    _, course, _ = graded
    page = (course / "feedback" / "bert" / NAME / f"{NAME}.html").read_text(encoding="utf8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    assert "unsafe-inline" not in re.search(r"script-src ([^;]*)", policy)[1]
    body = page.partition("<body")[2]
    assert not re.search(r"<script|<img[^>]*onerror|href=.javascript", body)
    run = nbformat.read(course / "autograded" / "bert" / NAME / f"{NAME}.ipynb", as_version=4)
    kinds = {kind for cell in run.cells for output in cell.get("outputs", []) for kind in output.get("data", {})}
    assert kinds <= {"text/plain"}
    assert not any("<script" in cell.source for cell in run.cells if cell.cell_type == "markdown")


def test_of_two_files_the_newer_counts(graded):
    row = graded[0]["nora"]
    assert row["points"] == POINTS["step"]
    assert f"a second file, {NAME}.ipynb, was left aside" in row["notes"]


def test_scores_report_and_gradebook_say_the_same(graded):
    rows, course, _ = graded
    with (course / "scores.csv").open(encoding="utf8") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    with (course / "report.csv").open(encoding="utf8") as file:
        reported = {row["student"]: row for row in csv.DictReader(file)}
    assert set(reported) == set(rows)
    with Gradebook(problem_sets.course_api(course).coursedir.db_url) as gradebook:
        for student, row in rows.items():
            if row["status"] == "graded":
                assert scores[student] == float(reported[student]["points"]) == row["points"]
                assert gradebook.find_submission(NAME, student).score == row["points"]


@pytest.mark.parametrize("student", ["Ben-Half_123", "quinn"])
def test_feedback_gives_reasons_and_no_hidden_tests(graded, student):
    """Not even where an answer prints the cell that tests it."""
    _, course, _ = graded
    page = (course / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf8")
    assert "Test cell" not in page
    assert '<a href="#s1-step-many">s1-step-many</a>' in page
    assert ("NotImplementedError" if student != "quinn" else "left out: it repeats a test") in page
    hidden = [
        line.strip()
        for cell in source(NAME).cells
        if "### BEGIN HIDDEN TESTS" in cell.source
        for line in cell.source.split("### BEGIN HIDDEN TESTS")[1].splitlines()
    ]
    telling = [line for line in hidden if len(line) > 30 and line.isascii() and not set(line) & set("<>&\"'")]
    assert len(telling) > 5
    assert [line for line in telling if line in page] == []
    for cell in source(NAME).cells:
        if "### BEGIN HIDDEN TESTS" in cell.source:  # as it was run
            visible = cell.source.split("### BEGIN HIDDEN TESTS")[0]
            added = sealed.as_guarded(cell.source) - sealed.as_guarded(visible)
            assert [line for line in added if len(line) > 30 and html.escape(line) in page] == []
    assert "HIDDEN" not in page


def test_copies_and_damaged_marks_cost_nothing(graded):
    row = graded[0]["quinn"]
    assert (row["status"], row["points"]) == ("graded", POINTS["step"])
    assert "copies of a cell, run like the first: s1-step" in row["notes"]
    assert "look at it: uses In, import subprocess" in row["notes"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="this system has no subreaper")
def test_what_a_submission_left_running_is_ended(graded):
    assert graded
    running = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert [line for line in running if BEHIND in line] == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda raw: raw["cells"][0].update(source="half \ud800 a letter"), "it holds half a character"),
        (lambda raw: raw["cells"].insert(0, None), "is not a notebook"),
        (lambda raw: raw.update(cells="none"), "it has no list of cells"),
    ],
)
def test_an_odd_file_is_refused_in_one_line_and_stops_nothing(graded, tmp_path, change, reason):
    _, course, folder = graded
    good = folder / "anna" / f"{NAME}.ipynb"
    raw = json.loads(good.read_text(encoding="utf8"))
    change(raw)
    for student, text in (("odd", json.dumps(raw)), ("anna", good.read_text(encoding="utf8"))):
        (tmp_path / student).mkdir()
        (tmp_path / student / "answer.ipynb").write_text(text, encoding="utf8")
    released = {NAME: nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", as_version=4)}
    taken, refused = submissions.collect(arrivals(tmp_path, tmp_path), tmp_path / "elsewhere", released)
    assert [submission.student for submission in taken] == ["anna"]
    assert [(refusal.student, reason in refusal.reason, "\n" in refusal.reason) for refusal in refused] == [
        ("odd", True, False)
    ]


def test_marks_of_other_kinds_are_put_right(graded):
    _, course, folder = graded
    released = nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    notebook = nbformat.read(folder / "anna" / f"{NAME}.ipynb", as_version=4)
    before = {short(cell): dict(cell.metadata["nbgrader"]) for cell in released.cells if short(cell)}
    for cell, mark in zip([c for c in notebook.cells if short(c)], ([1], {"grade_id": ["x"]}, 7, None), strict=False):
        cell.metadata["nbgrader"] = mark
    submissions.mend(notebook, released)
    assert {short(cell): dict(cell.metadata["nbgrader"]) for cell in notebook.cells if short(cell)} == before


def test_a_cell_more_after_submissions_gets_a_clear_line(graded, tmp_path):
    """And the gradebook, and the student version made next, are as they were."""
    _, course, _ = graded
    copy = tmp_path / "course"
    shutil.copytree(course, copy, ignore=shutil.ignore_patterns("submitted", "autograded", "feedback"))
    path = problem_sets.source(NAME, copy)
    text = path.read_text(encoding="utf8")
    more = nbformat.reads(text, as_version=4)
    test = nbformat.from_dict(next(cell for cell in more.cells if short(cell) == "step-many"))
    test.id, test.metadata["nbgrader"]["grade_id"] = "more", "s1-step-more"
    more.cells.append(test)
    nbformat.write(more, path)
    with pytest.raises(SystemExit, match=r"cells were added, removed or renamed(.|\n)*gradebook.db away"):
        grade.prepare(copy)
    path.write_text(text, encoding="utf8")
    assert grade.prepare(copy)[NAME].cells


def test_a_cell_says_nothing_of_how_it_is_run_and_line_ends_are_no_change(graded):
    _, course, folder = graded
    released = nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    notebook = nbformat.read(folder / "anna" / f"{NAME}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", "\r\n")
        cell.metadata |= {"tags": ["skip-execution"], "collapsed": True}
    assert submissions.mend(notebook, released) == []
    for cell in notebook.cells:
        assert not {"tags", "collapsed"} & set(cell.metadata)


def test_points_given_by_hand_outlive_a_refusal(graded):
    """Manual work isn't thrown away because a later file can't be graded; without it, what is refused is taken out."""
    _, course, _ = graded
    submission = submissions.Submission("anna", NAME, course / "none", [])
    with Gradebook(problem_sets.course_api(course).coursedir.db_url) as gradebook:
        (words,) = [
            found
            for notebook in gradebook.find_submission(NAME, "anna").notebooks
            for found in notebook.grades
            if found.name == "s1-cut-words"
        ]
        words.manual_score = 3
        gradebook.db.commit()
        assert "stay in the gradebook" in grade.outcome(course, gradebook, submission, "no reason")["notes"]
        assert gradebook.find_submission(NAME, "anna").score == 23
        words.manual_score = None
        gradebook.db.commit()


def test_a_source_that_changed_is_taken_up(graded):
    """Points raised after a first run count in the next one; nothing else is made anew."""
    _, course, _ = graded
    path = course / "source" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if short(cell) == "step-one-unit":
            cell.metadata["nbgrader"]["points"] = 5
    nbformat.write(notebook, path)
    grade.prepare(course)
    with Gradebook(problem_sets.course_api(course).coursedir.db_url) as gradebook:
        assert gradebook.find_assignment(NAME).max_score == 28
    stamp = json.loads((course / "release" / "stamp.json").read_text())
    assert set(stamp) == {NAME}


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no limits")
def test_processor_time_is_limited():
    """What can't be interrupted, and outlives its cell, ends in the end."""
    code = "import sealed_kernel as s\ns.LIMITS['RLIMIT_CPU'] = 1\nprint(s.limit())\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", code], cwd=problem_sets.COURSE, capture_output=True, timeout=120)
    assert done.returncode < 0, done
