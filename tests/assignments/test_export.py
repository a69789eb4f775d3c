"""What was graded, as Canvas, Moodle and Blackboard read it: every point is its student's, and nothing runs."""

import csv
import re
import shutil

import pytest
from nbgrader.api import Gradebook

import export
import problem_sets
from roster import Person, match, read_roster, safe

SETS = {"set-1-recurrence": 24.0, "set-2-vanishing-gradients": 24.0}
ONE, TWO = SETS
FORMULA = "=cmd|' /C calc'!A0"
# The gradebook's student -> points of the two sets; None: nothing handed in.
POINTS = {
    "berganna_101": (20.5, 7.0),
    "Zoë-Łukasz": (13.0, None),
    "o-neill": (0.0, 24.0),
    "ben@example.org": (9.25, 3.0),
    "stranger": (1.0, None),
}
CANVAS = f"""Student,ID,SIS User ID,SIS Login ID,Section,Essay (16),Set 1 recurrence (17),Final Score
    Points Possible,,,,,10,24,(read only)
"Berg, Anna",101,S1,aberg,"Monday, early",,,
"Łukasz, Zoë",102,S2,zlukasz,A,,,
"O""Neill, =SUM(A1)",103,S3,o-neill,A,,,
"{FORMULA}, Ben",104,S4,ben@example.org,A,,,
"Silva, Never",105,S5,nsilva,B,,,
"""
MOODLE = """First name,Last name,ID number,Email address,Assignment: set 1 (Real)
Anna,Berg,,berganna_101,
Zoë,Łukasz,7,zoe@example.org,
"Q ""The"" =1+1, Jr.",O'Neill,8,o-neill,
Ben,@SUM(A1),9,ben@example.org,
Never,Silva,10,silva@example.org,
"""
BLACKBOARD = """"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"set-1-recurrence [Total Pts: 24 Score] |4711"
"Berg"\t"Anna"\t"berganna_101"\t"1"\t""
"Łukasz"\t"Zoë"\t"zl"\t"2"\t""
"O""Neill"\t"-2+3"\t"o-neill"\t"3"\t""
"x; =1"\t"Ben"\t"ben@example.org"\t"4"\t""
"Silva"\t"Never"\t"nsilva"\t"5"\t""
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course with a gradebook, and the report of a last run."""
    course = tmp_path_factory.mktemp("course")
    for file in problem_sets.COURSE.glob("*.py"):
        shutil.copy(file, course)
    with Gradebook(problem_sets.course_api(course).coursedir.db_url) as gradebook:
        for name, most in SETS.items():
            gradebook.add_assignment(name)
            gradebook.add_notebook(name, name)
            for cell, points in (("tested", most - 4), ("read", 4)):
                gradebook.add_grade_cell(cell, name, name, max_score=points, cell_type="code")
        gradebook.add_assignment("set-3-nobody")
        for student, given in POINTS.items():
            gradebook.add_student(student)
            for name, points in zip(SETS, given, strict=True):
                if points is not None:
                    gradebook.add_submission(name, student)
                    tested = gradebook.find_grade("tested", name, name, student)
                    tested.manual_score, tested.needs_manual_grade = points, False
                    gradebook.find_grade("read", name, name, student).needs_manual_grade = student == "stranger"
        gradebook.db.commit()
    report = [
        ["student", "set", "status", "points", "of", "by hand", "file", "notes"],
        ["berganna_101", TWO, "graded", "7.0", "24", "0", "x", "handed in late"],
        ["hanna", "", "refused", "0", "", "", "essay.docx", "is no notebook"],
    ]
    with (course / "report.csv").open("w", newline="", encoding="utf8") as file:
        csv.writer(file).writerows(report)
    return course


def exported(course, tmp_path, text, coding="utf-8", missing=""):
    """Export with this list of the course; return each file's rows, and what was said."""
    list_ = None
    if text is not None:
        list_ = tmp_path / "list.csv"
        list_.write_bytes(text.encode(coding))
    said = export.export(course, list_, missing)
    tables = {}
    for name in ("canvas", "moodle", "blackboard", "plain"):
        with (course / "export" / f"{name}.csv").open(newline="", encoding="utf-8-sig") as file:
            tables[name] = list(csv.reader(file))
    return tables, " ".join(said)


def as_canvas_reads(table):
    """Return what Canvas's importer takes from a table: column -> points possible, and ID -> login, name, grades.

    The rules are those of ``header?``, ``update_column_count`` and ``check_for_non_student_row`` in Canvas's
    lib/gradebook_importer.rb.
    """
    header, *rows = table
    assert "Student" in header[0]
    assert "ID" in header[1]
    columns = 3
    if re.search(r"SIS\s+Login\s+ID", header[2]):
        columns = 4
    elif re.search(r"SIS\s+User\s+ID", header[2]):
        columns = 5
    assert "Section" in header[columns - 1], "the CSV header row is invalid"
    possible = [row for row in rows if "Points Possible" in row[0]]
    assert len(possible) == 1
    people = [row for row in rows if row not in possible and not re.fullmatch(r"[;, ]*", ",".join(row))]
    return dict(zip(header[columns:], possible[0][columns:], strict=True)), {
        row[1]: (row[2], row[0], dict(zip(header[columns:], row[columns:], strict=True))) for row in people
    }


def as_moodle_reads(table, by):
    """Return the grades that Moodle gives: whom -> column -> grade, by the rules of grade/import/csv.

    A line that is empty where students are told apart counts for the student before: that must not happen.
    """
    header, *rows = table
    found = {}
    for row in rows:
        who = row[header.index(by)]
        assert who, "Moodle gives this line to the student before"
        assert who not in found
        grades = dict(zip(header, row, strict=True))
        found[who] = {name: None if grades[name] in ("", "-") else float(grades[name]) for name in SETS}
    return found


def test_canvas_takes_every_point_to_its_student(course, tmp_path):
    tables, said = exported(course, tmp_path, CANVAS)
    possible, people = as_canvas_reads(tables["canvas"])
    assert possible == {"Set 1 recurrence (17)": "24", TWO: "24"}, "a set that Canvas knows keeps its number"
    grades = {student: list(grades.values()) for student, (_, _, grades) in people.items()}
    assert grades == {
        "101": ["20.5", "7"],
        "102": ["13", ""],
        "103": ["0", "24"],
        "104": ["9.25", "3"],
        "105": ["", ""],
    }
    assert people["101"][:2] == ("aberg", "Berg, Anna")
    assert people["102"][1] == "Łukasz, Zoë"
    assert people["103"][1] == "O\"Neill, '=SUM(A1)"
    assert tables["canvas"][2][3] == "Monday, early"
    assert "4 of 5 in the list handed something in; 1 did not." in said
    assert "In no file, since the list has none or several such, or knows another as the same: stranger" in said
    assert "4 points of 1 students" in said
    assert "Refused, and left empty: hanna (essay.docx)" in said


def test_moodle_takes_every_point_to_its_student_and_stops_at_nobody(course, tmp_path):
    tables, said = exported(course, tmp_path, MOODLE)
    assert "ID number" not in tables["moodle"][0], "one line lacks it"
    grades = as_moodle_reads(tables["moodle"], "Email address")
    assert grades == {
        "berganna_101": {ONE: 20.5, TWO: 7},
        "zoe@example.org": {ONE: 13, TWO: None},
        "o-neill": {ONE: 0, TWO: 24},
        "ben@example.org": {ONE: 9.25, TWO: 3},
        "silva@example.org": {ONE: None, TWO: None},
    }
    assert "stranger" not in str(tables["moodle"])
    without = MOODLE.replace("zoe@example.org", "").replace(",10,", ",,")
    tables, said = exported(course, tmp_path, without)
    assert "Zoë Łukasz" in said
    assert set(as_moodle_reads(tables["moodle"], "Email address")) == set(grades) - {"zoe@example.org"}


@pytest.mark.parametrize("coding", ["utf-16", "utf-8", "utf-8-sig"])
def test_blackboard_finds_its_columns_and_usernames(course, tmp_path, coding):
    tables, _ = exported(course, tmp_path, BLACKBOARD, coding)
    header, *rows = tables["blackboard"]
    assert header[2:] == ["Username", "set-1-recurrence [Total Pts: 24 Score] |4711", f"{TWO} [Total Pts: 24]"]
    assert {row[2]: row[3:] for row in rows} == {
        "berganna_101": ["20.5", "7"],
        "zl": ["13", ""],
        "o-neill": ["0", "24"],
        "ben@example.org": ["9.25", "3"],
        "nsilva": ["", ""],
    }
    raw = (course / "export" / "blackboard.csv").read_text(encoding="utf8")
    assert raw.startswith('"Last Name","First Name","Username",'), "comma-separated values stand in quotes"


@pytest.mark.parametrize("text", [CANVAS, MOODLE, BLACKBOARD, None])
def test_no_cell_is_a_formula_whatever_separates_cells(course, tmp_path, text):
    tables, _ = exported(course, tmp_path, text)
    for name in tables:
        raw = (course / "export" / f"{name}.csv").read_text(encoding="utf-8-sig")
        for separator in ",;\t":
            cells = [cell for row in csv.reader(raw.splitlines(), delimiter=separator) for cell in row]
            started = [cell for cell in cells if re.match(r"[\s\"]*[=+\-@]", cell) and cell != "-"]
            assert started == []
    for row in tables["moodle"][1:]:
        assert all(cell == "-" or not cell.startswith("-") for cell in row)


def test_odd_texts():
    assert safe("Anna") == "Anna"
    assert safe("Ann-Marie = 5") == "Ann-Marie = 5"
    assert safe(FORMULA) == "'" + FORMULA
    assert safe("a\t=1\nb\x1b\x00") == "a =1 b\ufffd\ufffd"
    assert safe('x; =1,"@y|-z') == "x; '=1,\"'@y|'-z"
    assert safe("\uff1dcmd") == "'\uff1dcmd"
    assert [export.number(x) for x in (None, 0.0, 20.0, 9.25, 1 / 3, 1234567.5)] == [
        "",
        "0",
        "20",
        "9.25",
        "0.33",
        "1234567.5",
    ]


def test_without_a_list_students_are_called_as_they_were(course, tmp_path):
    tables, said = exported(course, tmp_path, None)
    assert "No list of the course" in said
    _, people = as_canvas_reads(tables["canvas"])
    assert people["101"][0] == "berganna_101", "Canvas wrote its number into the file's name"
    assert set(as_moodle_reads(tables["moodle"], "Username")) == set(POINTS)
    rows = {row[0]: row for row in tables["plain"]}
    assert rows["student"][4:] == [f"{ONE} (24)", f"{TWO} (24)", "sum (48)", "by hand", "late"]
    assert rows["berganna_101"][4:] == ["20.5", "7", "27.5", "0", TWO]
    assert rows["stranger"][4:] == ["1", "", "1", "4", ""]


def test_a_list_of_ones_own_and_zeros_for_what_is_missing(course, tmp_path):
    own = "id,first_name,last_name,email\nberganna_101,Anna,Berg,a@x\nghost,Never,There,g@x\n"
    tables, said = exported(course, tmp_path, own, missing="0")
    grades = as_moodle_reads(tables["moodle"], "Username")
    assert grades == {"berganna_101": {ONE: 20.5, TWO: 7}, "ghost": {ONE: 0, TWO: 0}}
    assert [row[4:7] for row in tables["plain"][1:]] == [["20.5", "7", "27.5"], ["0", "0", "0"]]
    assert "Refused, and counted as 0: hanna" in said


def test_two_of_one_name_are_nobody_unless_something_else_tells_them_apart():
    annas = [Person("Anna", "Berg", "ab1", "", "", "101"), Person("Anna", "Berg", "ab2", "", "", "102")]
    found = match(["Anna-Berg_77", "berganna_102", "ab1"], annas)
    assert found.of == {"berganna_102": annas[1], "ab1": annas[0]}
    assert found.unknown == ["Anna-Berg_77"]
    assert match(["ab1", "berganna_101"], annas).of == {}, "two students' work is never one person's"
    both = match(["Anna-Berg_77", "ab1"], annas[:1])
    assert (both.of, both.unknown) == ({"ab1": annas[0]}, ["Anna-Berg_77"]), "a name alone takes nothing away"
    assert match(["liwei_101"], annas).doubtful == ["liwei_101"], "a number alone is said"
    points = Person("0", "Points Possible", "pp", "", "", "9")
    line = export.Line("pp", points, {})
    found = export.Graded({ONE: 24.0}, {}, {}, {}, {})
    as_canvas_reads(export.canvas([line], found, None, ""))


@pytest.mark.parametrize(
    ("raw", "why"),
    [(b"First name,Points\nAnna,3\n", "none of the columns"), (b"Username\nBj\xf6rn\n", "UTF-8"), (b"", "none of")],
)
def test_a_list_that_tells_nobody_apart_is_refused_in_one_line(tmp_path, raw, why):
    path = tmp_path / "list.csv"
    path.write_bytes(raw)
    with pytest.raises(ValueError, match=why):
        read_roster(path)


def test_an_empty_gradebook_is_said(tmp_path):
    for file in problem_sets.COURSE.glob("*.py"):
        shutil.copy(file, tmp_path)
    with pytest.raises(ValueError, match="no submission yet"):
        export.export(tmp_path, None)
