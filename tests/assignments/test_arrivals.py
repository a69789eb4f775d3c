"""Whatever comes in, in whatever order and form: nobody is dropped, and no two become one."""

import io
import struct
import zipfile
from pathlib import PurePosixPath

import pytest

import arrivals
from arrivals import attempt, printable, student_of

WHO = {
    "anna/set.ipynb": "anna",
    "anna/deep/er/set.ipynb": "anna",
    "Anna Berg_1234_assignsubmission_file_/homework (2).ipynb": "Anna-Berg_1234",
    "berganna_1234_5678_set-1.ipynb": "berganna_1234",
    "berganna_LATE_1234_5678_set-1-2.ipynb": "berganna_1234",
    "berganna_9999_5679_set-1.ipynb": "berganna_9999",
    "berganna_1234_5680_work.zip/set.ipynb": "berganna_1234",
    "carl_set-1.ipynb": "carl",
    "carl.zip/set.ipynb": "carl",
    "_x.ipynb": "_x",
    "Zo\u00eb/set.ipynb": "Zo\u00eb",
    "Zoe\u0308/set.ipynb": "Zo\u00eb",
    "\u5f20\u4f1f/set.ipynb": "\u5f20\u4f1f",
}


@pytest.mark.parametrize(("name", "student"), WHO.items())
def test_whose_it_is(name, student):
    assert student_of(PurePosixPath(name)) == student
    assert arrivals.is_late(PurePosixPath(name)) == ("_LATE_" in name)


def test_who_is_called_otherwise_is_another():
    names = [
        "Jo Li",
        "Jo-Li",
        "Jo_Li",
        "Jo  Li",
        "Jo/Li".replace("/", ":"),
        "jo li",
        "\U0001f642\U0001f642",
        "\U0001f642",
    ]
    names += ["Bj\udcf6rn", "Bj\udcf7rn", "a+b", "a b", "-one", "=cmd|x", "..."]
    found = [student_of(PurePosixPath(name) / "set.ipynb") for name in names]
    assert len(set(found)) == len(names)
    for student in found:
        student.encode("utf8")
        assert printable(student) == student
        assert not set("+/ :") & set(student)
        assert student.strip("-.")


def packed(path, members):
    """Write a zip: name -> its text, or its text and its date."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as together:
        for name, text in members.items():
            text, date = text if isinstance(text, tuple) else (text, (2026, 11, 1, 12, 0, 0))
            together.writestr(zipfile.ZipInfo(name, date), text)
    return path


def students(submitted, folder):
    came = arrivals.arrivals(submitted, folder)
    return sorted({student_of(one.name) for one in came if not arrivals.is_aside(one)})


LAYOUTS = {
    "folders": (["anna/set.ipynb", "ben/set.ipynb"], ["anna", "ben"]),
    "folders in one called as the zip": (["export/anna/set.ipynb"], ["anna"]),
    "folders in one called otherwise": (["HW 1/anna/set.ipynb", "HW 1/ben/x/set.ipynb"], ["anna", "ben"]),
    "folders in two": (["a/b/anna/set.ipynb", "a/b/ben/set.ipynb", "__MACOSX/a/._b"], ["anna", "ben"]),
    "Moodle's, one student": (["x/Anna Berg_12_assignsubmission_file/set.ipynb"], ["Anna-Berg_12"]),
    "Canvas's": (["berg_1_5_set.ipynb", "berg_2_6_set.ipynb"], ["berg_1", "berg_2"]),
    "Canvas's in a folder": (
        ["submissions/berg_1_5_set.ipynb", "submissions/li_LATE_2_6_set.ipynb"],
        ["berg_1", "li_2"],
    ),
    "one student's folder": (["anna/set.ipynb", "anna/second.ipynb"], ["anna"]),
    "one student's sets": (["anna/set-1/a.ipynb", "anna/set-2/b.ipynb"], ["anna"]),
    "one student, one file": (["anna/deep/set.ipynb"], ["anna"]),
}


@pytest.mark.parametrize(("names", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_zips_and_folders_of_any_layout(names, expected, tmp_path):
    (tmp_path / "work").mkdir()
    archive = packed(tmp_path / "export.zip", dict.fromkeys(names, "text"))
    assert students(archive, tmp_path / "work") == expected
    with zipfile.ZipFile(archive) as together:
        together.extractall(tmp_path / "export")
    assert students(tmp_path / "export", tmp_path / "work") == expected
    (tmp_path / "around").mkdir()
    archive.rename(tmp_path / "around" / "export.zip")
    assert students(tmp_path / "around", tmp_path / "work") == expected


def test_zips_of_students_are_looked_into(tmp_path):
    inner = io.BytesIO()
    packed(inner, {"my/set.ipynb": "text", "my/notes.txt": "text"})
    archive = packed(tmp_path / "all.zip", {"anna/work.zip": inner.getvalue(), "ben/set.ipynb": "x"})
    (tmp_path / "work").mkdir()
    came = arrivals.arrivals(archive, tmp_path / "work")
    assert [str(one.name) for one in came] == [
        "anna/work.zip/my/notes.txt",
        "anna/work.zip/my/set.ipynb",
        "ben/set.ipynb",
    ]
    assert [one.file.read_text() for one in came] == ["text", "text", "x"]


def test_the_newest_attempt_counts(tmp_path):
    late, early = (2026, 11, 20, 8, 0, 0), (2026, 11, 1, 23, 0, 0)
    names = {
        "a/first.ipynb": ("1", late),
        "a/second.ipynb": ("2", early),
        "b_1_50_set-9.ipynb": ("3", early),
        "b_1_50_set-10.ipynb": ("4", early),
        "c_1_51_set.ipynb": ("5", early),
        "c_1_49_set.ipynb": ("6", early),
    }
    (tmp_path / "work").mkdir()
    came = arrivals.arrivals(packed(tmp_path / "all.zip", names), tmp_path / "work")
    newest = {}
    for one in sorted(came, key=attempt):
        newest[student_of(one.name)] = one.file.read_text()
    assert newest == {"a": "1", "b_1": "4", "c_1": "5"}


def test_what_can_not_be_unpacked_comes_with_a_reason_and_stops_nothing(tmp_path):
    big = "x" * (arrivals.LARGEST + 1)
    names = {
        "huge/set.ipynb": big,
        "broken/set.ipynb": "b" * 999,
        "locked/set.ipynb": "l" * 999,
        "odd/set.ipynb": "o" * 999,
    }
    names |= {"good/set.ipynb": "g", "good": "a file and a folder", "../../etc/up.ipynb": "u", "/root/abs.ipynb": "r"}
    names |= {
        f"long/{'n' * 300}.ipynb": "n",
        "=cmd\x1b[31m/set.ipynb": "e",
        "clock/set.ipynb": ("t", (1980, 0, 0, 0, 0, 0)),
    }
    archive = packed(tmp_path / "all.zip", names)
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as together:
        at = {member.filename: member.header_offset for member in together.infolist()}
    entry = {name: data.rindex(name.encode()) - 46 for name in ("locked/set.ipynb", "odd/set.ipynb")}
    for start, flags in ((at["locked/set.ipynb"] + 6, 1), (entry["locked/set.ipynb"] + 8, 1)):
        struct.pack_into("<H", data, start, flags)
    for start in (at["odd/set.ipynb"] + 8, entry["odd/set.ipynb"] + 10):
        struct.pack_into("<H", data, start, 9)  # Deflate64, as Windows packs
    data[at["broken/set.ipynb"] + 30 + len("broken/set.ipynb") + 3] ^= 0xFF
    archive.write_bytes(data)
    (tmp_path / "work").mkdir()
    came = {str(one.name): one for one in arrivals.arrivals(archive, tmp_path / "work")}
    wrong = {name.split("/")[0]: one.wrong for name, one in came.items() if one.wrong}
    assert set(wrong) == {"huge", "broken", "locked", "odd"}
    assert "is larger than 20 MB" in wrong["huge"]
    assert "is encrypted" in wrong["locked"]
    assert "in a way that can't be read" in wrong["odd"]
    assert "is damaged" in wrong["broken"]
    assert came["good"].file.read_text() == "a file and a folder"
    assert {"good/set.ipynb", "etc/up.ipynb", "root/abs.ipynb", f"long/{'n' * 300}.ipynb"} <= set(came)
    assert all(one.file.parent == tmp_path / "work" for one in came.values() if one.file)
    (tmp_path / "none.zip").write_bytes(b"PK\x03\x04 and nothing more")
    (one,) = arrivals.arrivals(tmp_path / "none.zip", tmp_path / "work")
    assert "is a zip that can't be opened" in one.wrong


def test_links_are_named(tmp_path):
    (tmp_path / "in" / "eve").mkdir(parents=True)
    (tmp_path / "secret.ipynb").write_text("{}")
    (tmp_path / "in" / "eve" / "set.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (tmp_path / "in" / "ivo").symlink_to(tmp_path)
    came = arrivals.arrivals(tmp_path / "in", tmp_path)
    assert [(str(one.name), "is a link" in one.wrong) for one in came] == [("eve/set.ipynb", True), ("ivo", True)]
