"""Who is in the course, as a learning-management system lists it, and who of them handed in what was graded.

A list is a CSV file, or a tab-separated one, that Canvas, Moodle or Blackboard exports from its gradebook, or one of
your own with the columns ``id``, ``first_name``, ``last_name`` and ``email``. Its columns' names say what they are.
"""

import codecs
import csv
import io
import re
import unicodedata
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from arrivals import printable, student_of

FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"  # what a spreadsheet reads as the beginning of a formula, also of full width

# What a column holds -> how it is called: by Canvas, by Moodle, by Blackboard, in a list of your own.
COLUMNS = {
    "name": ("student", "student name", "name"),
    "first": ("first name", "first_name", "firstname"),
    "last": ("last name", "surname", "last_name", "lastname"),
    "canvas": ("id",),
    "login": ("sis login id", "username", "user name"),
    "number": ("id number", "student id", "sis user id"),
    "email": ("email address", "email"),
    "section": ("section",),
}


class Person(NamedTuple):
    """A line of the list; what it doesn't say is empty."""

    first: str = ""
    last: str = ""
    login: str = ""
    number: str = ""  # the institution's own
    email: str = ""
    canvas: str = ""  # Canvas's own number of a user
    section: str = ""

    @property
    def name(self) -> str:
        """Return the name as it is spoken."""
        return f"{self.first} {self.last}".strip()

    @property
    def sortable(self) -> str:
        """Return the name as Canvas sorts it."""
        return ", ".join(part for part in (self.last, self.first) if part)


class Roster(NamedTuple):
    """A course's list: its people, and the columns that it has beside theirs."""

    people: list[Person]
    columns: list[str]

    def column(self, name: str) -> str | None:
        """Return what the system calls the column of a set: its title, with the number that the system knows it by."""
        for column in self.columns:
            title = re.sub(r"\s*(\[.*|\(\d+\)\s*)$", "", column)  # "[Total Pts: 24 Score] |17", or "(17)"
            if re.sub(r"\W+", "-", title).strip("-").lower() == name.lower():
                return column
        return None


def read_roster(path: Path) -> Roster:
    """Read a course's list.

    Raises:
        ValueError: it has no column that tells people apart; the message names those that are understood.
    """
    raw = path.read_bytes()
    coding = "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = raw.decode(coding)
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is neither UTF-8 nor UTF-16: save it as CSV UTF-8") from None
    head = text.partition("\n")[0]
    separator = max(",\t;", key=head.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    header = [cell.strip() for cell in rows[0]] if rows else []
    lower = [cell.lower() for cell in header]
    at = {what: next((lower.index(one) for one in called if one in lower), None) for what, called in COLUMNS.items()}
    if not any(at[what] is not None for what in ("canvas", "login", "number", "email")):
        wanted = sorted({one for what in ("canvas", "login", "number", "email") for one in COLUMNS[what]})
        raise ValueError(f"{path.name} has none of the columns {', '.join(wanted)}: its first line must name them")
    people = [person for row in rows[1:] if (person := _person(row, at))]
    own = {index for index in at.values() if index is not None}
    return Roster(people, [cell for index, cell in enumerate(header) if index not in own])


def _person(row: list[str], at: dict[str, int | None]) -> Person | None:
    """Return whom a line is about; ``None`` for lines about points and posting, as Canvas writes them."""
    found = {what: row[index].strip() if index is not None and index < len(row) else "" for what, index in at.items()}
    if not any(found[what] for what in ("canvas", "login", "number", "email")):
        return None
    name = found.pop("name")
    if name and not found["first"] + found["last"]:
        last, comma, first = name.partition(",")
        if not comma:
            first, _, last = name.rpartition(" ")
        found["first"], found["last"] = first.strip(), last.strip()
    if at["name"] is None and found["canvas"]:  # in a list of your own, "id" is what students' folders are called
        found["login"], found["canvas"] = found["login"] or found["canvas"], ""
    return Person(**found)


def _compact(text: str) -> str:
    """Return a name's letters and digits alone, without accents, as Canvas puts it before a file."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain.lower() if letter.isalnum())


def _called(text: str) -> set[str]:
    """Return what a student may be called in the gradebook whose folder was called so."""
    cleaned = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", text)).strip("-.")
    return {text, student_of(PurePosixPath(text.replace("/", "-")) / "x"), cleaned} if cleaned else set()


class Matches(NamedTuple):
    """Whose work is whose."""

    of: dict[str, Person]  # the gradebook's student -> a line of the list
    unknown: list[str]  # students that nobody in the list is
    doubtful: list[str]  # students found by Canvas's number, whose name the list spells otherwise


def match(students: list[str], people: list[Person]) -> Matches:
    """Find the gradebook's students in a list: by Canvas's number, by login, number or e-mail, and by name last.

    A name counts only where it is one person's and one student's: two Anna Bergs are nobody, and are named as unknown.
    Whoever has the name alone of somebody who is found by more is unknown, too.
    """
    names = {person: _called(person.name) | _called(f"{person.last} {person.first}") for person in people}
    letters = {person: {_compact(person.last + person.first), _compact(person.name)} for person in people}
    marks = {
        person: set().union(*(_called(mark) for mark in (person.login, person.number, person.email) if mark))
        for person in people
    }
    found: dict[str, tuple[int, Person]] = {}
    doubtful = []
    for student in students:
        stem, _, number = student.rpartition("_")
        by_number = [person for person in people if number.isdigit() and person.canvas == number]
        by_mark = [person for person in people if student in marks[person]]
        stem = stem if stem and number.isdigit() else student
        by_name = [p for p in people if student in names[p] or stem in names[p] or _compact(stem) in letters[p]]
        for candidates in (by_number, by_mark, by_name):
            if len(candidates) == 1:
                found[student] = int(candidates is by_name), candidates[0]
                if candidates is by_number and candidates[0] not in by_name:
                    doubtful.append(student)
                break
            if candidates:
                break  # several: nothing weaker decides
    taken = list(found.values())
    best = {person: min(weight for weight, one in taken if one == person) for _, person in taken}
    sure = {
        student: person
        for student, (weight, person) in found.items()
        if weight == best[person] and taken.count((weight, person)) == 1
    }
    unknown = [student for student in students if student not in sure]
    return Matches(sure, unknown, [student for student in doubtful if student in sure])


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, whatever it separates cells by.

    An apostrophe before the sign is what OWASP advises (*CSV Injection*). One also goes behind a separator in the text,
    for where a file is opened with another separator than its own.
    """
    flat = printable(text.replace("\t", " ").replace("\n", " ").replace("\r", " "))
    return re.sub(rf"(^\s*|[,;|\"']\s*)(?=[{re.escape(FORMULA)}])", r"\1'", flat)
