"""The plan of a course goes through the whole book, and names what there is."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
COURSE = (ROOT / "book" / "course.md").read_text(encoding="utf8")
CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
CHAPTERS = [
    Path(chapter["file"]).name for part in CONTENTS["parts"][:4] for chapter in part["chapters"]
]  # the parts that build on each other; a course takes of the rest what fits


def test_twelve_weeks_with_every_chapter_in_order():
    rows = re.findall(r"^\| (\d+) \| (.*)$", COURSE, re.MULTILINE)
    assert [int(week) for week, _ in rows] == list(range(1, 13))
    read = [page for _, rest in rows for page in re.findall(r"\{doc\}`([\w-]+)`", rest.split("|")[0])]
    assert [page for page in read if page in CHAPTERS] == CHAPTERS
    banks = {bank for _, rest in rows for bank in re.findall(r"`([\w-]+)`", rest.split("|")[2])}
    assert banks <= {path.stem for path in (ROOT / "assignments" / "questions").glob("*.yaml")}
    assert set(CHAPTERS) <= banks


def test_each_set_goes_out_before_it_comes_in():
    column = " ".join(re.findall(r"\| ([^|]*) \|$", COURSE, re.MULTILINE))
    for number in range(1, 10):
        assert 0 <= column.find(f"{number} out") < column.find(f"{number} in")


def test_each_chapter_has_goals():
    goals = re.findall(r"^\*\*\{doc\}`([\w-]+)`\.\*\* (.*)$", COURSE, re.MULTILINE)
    assert [page for page, _ in goals][: len(CHAPTERS)] == CHAPTERS
    assert all(text.count(".") >= 2 for _, text in goals)


def test_errata_are_dated_newest_first():
    dates = re.findall(r"^\| (\d+) November 2026 \|", (ROOT / "book" / "errata.md").read_text(encoding="utf8"), re.M)
    assert len(dates) >= 10
    assert [int(day) for day in dates] == sorted(map(int, dates), reverse=True)
