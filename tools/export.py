"""Write what was graded as learning-management systems import it: Canvas, Moodle, Blackboard, and a plain table.

    python tools/export.py [--roster list.csv] [--course assignments] [--missing 0]

Everything comes from the gradebook, points given by hand among it. The list is one that the system exports, or one of
your own (see ``roster.py``); without one, students are called as in the gradebook. Into ``<course>/export/``:

    canvas.csv       Student, ID, SIS Login ID, Section, a column a set, and a line of possible points
    moodle.csv       one line a student, by username, ID number or e-mail, whichever all of them have
    blackboard.csv   Last Name, First Name, Username, and a column a set
    plain.csv        names, points, their sum, points still to be given by hand, sets that came late

An empty cell (in Moodle's file a ``-``) says that the gradebook has no points: nothing was handed in, or it was
refused.
What the formats demand: Canvas's own importer (instructure/canvas-lms, lib/gradebook_importer.rb); docs.moodle.org,
*Grade import*, and moodle/moodle, grade/import/csv; Blackboard's help, *Working offline with the Grade Center*.
"""

import argparse
import csv
import re
import sys
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook

from arrivals import printable
from problem_sets import COURSE, course_api, in_order
from roster import Person, Roster, match, read_roster, safe

NOTHING = "-"  # Moodle's sign for no grade


class Graded(NamedTuple):
    """What a gradebook holds."""

    sets: dict[str, float]  # set -> its points, of sets that somebody handed in
    points: dict[str, dict[str, float]]  # student -> set -> points
    by_hand: dict[str, float]  # student -> points that a person has still to give
    late: dict[str, list[str]]  # student -> sets
    people: dict[str, Person]  # student -> what the gradebook knows


class Line(NamedTuple):
    """A student, and what they earned."""

    student: str  # empty: nothing of theirs was graded
    person: Person
    points: dict[str, float]


def graded(course: Path) -> Graded:
    """Read a course's gradebook and the last run's report."""
    found = Graded({}, {}, {}, {}, {})
    with Gradebook(course_api(course).coursedir.db_url) as gradebook:
        for one in gradebook.students:
            found.people[one.id] = Person(
                one.first_name or "", one.last_name or "", one.id, "", one.email or "", one.lms_user_id or ""
            )
            found.points[one.id] = {}
        for assignment in sorted(gradebook.assignments, key=lambda each: in_order(each.name)):
            for submission in assignment.submissions:
                name, student = assignment.name, submission.student.id
                found.sets[name] = assignment.max_score
                penalty = submission.late_submission_penalty or 0.0
                found.points[student][name] = max(0.0, submission.score - penalty)
                marks = [grade for notebook in submission.notebooks for grade in notebook.grades]
                open_ = sum(grade.max_score for grade in marks if grade.needs_manual_grade)
                found.by_hand[student] = found.by_hand.get(student, 0) + open_
                if (submission.total_seconds_late or 0) > 0:
                    found.late.setdefault(student, []).append(name)
    for row in reported(course):
        late = found.late.setdefault(row["student"], [])
        if "handed in late" in row["notes"] and row["set"] not in late:
            late.append(row["set"])
    return found


def reported(course: Path) -> list[dict[str, str]]:
    """Return the rows of the last run's report; none if there is none."""
    path = course / "report.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf8") as file:
        return list(csv.DictReader(file))


def lines(found: Graded, roster: Roster | None) -> tuple[list[Line], list[str]]:
    """Return a line for everybody, in the list's order, and what a person should know."""
    handed_in = [student for student in found.people if found.points[student]]
    if roster is None:
        said = ["No list of the course was named (ROSTER=...): students are called as their folders were."]
        return [Line(student, _numbered(found.people[student]), found.points[student]) for student in handed_in], said
    matches = match(handed_in, roster.people)
    of = {person: student for student, person in matches.of.items()}
    all_ = [Line(of.get(p, ""), p, found.points[of[p]] if p in of else {}) for p in roster.people]
    absent = sum(not line.student for line in all_)
    said = [f"{len(of)} of {len(all_)} in the list handed something in; {absent} did not."]
    if them := ", ".join(matches.unknown):
        said.append(f"In no file, since the list has none or several such, or knows another as the same: {them}")
    if matches.doubtful:
        said.append(f"Found by Canvas's number though the name is another, look: {', '.join(matches.doubtful)}")
    return all_, said


def _numbered(person: Person) -> Person:
    """Return a student with the number that Canvas wrote behind the name of what was handed in."""
    as_canvas = re.fullmatch(r"[^\W_]+_(\d+)", person.login)
    return person._replace(canvas=person.canvas or (as_canvas[1] if as_canvas else ""))


def number(points: float | None, missing: str = "") -> str:
    """Return points as all of these systems read them; ``missing`` for none."""
    return missing if points is None else f"{round(points, 2):.10g}"


def canvas(all_: list[Line], found: Graded, roster: Roster | None, missing: str) -> list[list[str]]:
    """Return Canvas's table. Its importer wants ID in the second column and Section in the last before the sets."""
    names = [(roster and roster.column(name)) or name for name in found.sets]
    table = [["Student", "ID", "SIS Login ID", "Section", *names]]
    table.append(["    Points Possible", "", "", "", *(number(most) for most in found.sets.values())])
    for line in all_:
        who = line.person.sortable or line.student
        who = re.sub(r"points possible", "points-possible", who, flags=re.IGNORECASE)  # else a line of points to Canvas
        own = [who, line.person.canvas, line.person.login, line.person.section]
        table.append([*map(safe, own), *(number(line.points.get(name), missing) for name in found.sets)])
    return table


def moodle(all_: list[Line], found: Graded, missing: str) -> tuple[list[list[str]], list[str]]:
    """Return Moodle's table, and whom it leaves out.

    Moodle stops at a student whom it doesn't know, and gives a line without a name to the student before. So a column
    by which students can be found is there only if all lines fill it, and a line that fills none is left out.
    """
    columns = {"Username": "login", "ID number": "number", "Email address": "email"}
    filled = {column: [line for line in all_ if getattr(line.person, what)] for column, what in columns.items()}
    most = max(len(having) for having in filled.values())
    kept = next(having for having in filled.values() if len(having) == most)
    whole = [column for column in columns if all(getattr(line.person, columns[column]) for line in kept)]
    left = [line.person.name or line.student for line in all_ if line not in kept]
    table = [["First name", "Last name", *whole, *found.sets]]
    for line in kept:
        own = [line.person.first, line.person.last, *(getattr(line.person, columns[column]) for column in whole)]
        table.append([*map(safe, own), *(number(line.points.get(name), missing or NOTHING) for name in found.sets)])
    return table, left


def blackboard(all_: list[Line], found: Graded, roster: Roster | None, missing: str) -> list[list[str]]:
    """Return Blackboard's table, which finds students by Username."""
    names = [
        (roster and roster.column(name)) or f"{name} [Total Pts: {number(most)}]" for name, most in found.sets.items()
    ]
    table = [["Last Name", "First Name", "Username", *names]]
    for line in all_:
        own = [line.person.last, line.person.first, line.person.login]
        if own[2]:
            table.append([*map(safe, own), *(number(line.points.get(name), missing) for name in found.sets)])
    return table


def plain(all_: list[Line], found: Graded, missing: str) -> list[list[str]]:
    """Return a table for people and programs."""
    whole = number(sum(found.sets.values()))
    names = [f"{name} ({number(most)})" for name, most in found.sets.items()]
    table = [["student", "last name", "first name", "email", *names, f"sum ({whole})", "by hand", "late"]]
    for line in all_:
        own = [line.student, line.person.last, line.person.first, line.person.email]
        row = [*map(safe, own), *(number(line.points.get(name), missing) for name in found.sets)]
        open_, late = found.by_hand.get(line.student, 0), found.late.get(line.student, [])
        total = number(sum(line.points.values()) if line.points else None, missing)
        table.append([*row, total, number(open_), " ".join(late)])
    return table


def export(course: Path, list_: Path | None, missing: str = "") -> list[str]:
    """Write all files into ``<course>/export/``; return what a person should know.

    Raises:
        ValueError: the list of the course can't be read, or nothing was graded; the message says why.
    """
    found, roster = graded(course), read_roster(list_) if list_ else None
    if not found.sets:
        raise ValueError("The gradebook has no submission yet: make grade SUBMITTED=folder")
    all_, said = lines(found, roster)
    table, left = moodle(all_, found, missing)
    tables = {
        "canvas": canvas(all_, found, roster, missing),
        "moodle": table,
        "blackboard": blackboard(all_, found, roster, missing),
        "plain": plain(all_, found, missing),
    }
    out = course / "export"
    out.mkdir(exist_ok=True)
    for name, rows in tables.items():
        # Spreadsheets know UTF-8 by its mark; systems do without.
        coding = "utf-8-sig" if name == "plain" else "utf-8"
        with (out / f"{name}.csv").open("w", newline="", encoding=coding) as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    if left:
        said.append(f"Not in moodle.csv, since Moodle could not find them: {', '.join(left)}")
    open_ = {student: points for student, points in found.by_hand.items() if points}
    if open_:
        said.append(f"Still to be given by hand: {number(sum(open_.values()))} points of {len(open_)} students.")
    refused = [
        f"{row['student']} ({row['set'] or row['file']})" for row in reported(course) if row["status"] == "refused"
    ]
    if refused:
        said.append(f"Refused, and {'counted as ' + missing if missing else 'left empty'}: {', '.join(refused)}")
    return said


def main() -> None:
    """Read the command line, export, and say what is in the files and what isn't."""
    parser = argparse.ArgumentParser(description="Write points as learning-management systems import them.")
    parser.add_argument("--roster", default="", help="the course's list, as your system exports it, or your own")
    parser.add_argument("--course", type=Path, default=COURSE, help="nbgrader's course folder")
    parser.add_argument("--missing", default="", help="what stands where there are no points: nothing, or 0")
    given = parser.parse_args()
    own = given.course / "students.csv"
    list_ = Path(given.roster) if given.roster else own if own.exists() else None
    try:
        said = export(given.course.resolve(), list_, given.missing)
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    print(f"canvas.csv, moodle.csv, blackboard.csv and plain.csv are in {given.course.name}/export/.")
    print(*(printable(line) for line in said), sep="\n")


if __name__ == "__main__":
    main()
