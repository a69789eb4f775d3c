"""What a page says of itself: its citation, its place of discussion, what search engines read, what it may load."""

import json
import re
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

import address

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

import about_page  # noqa: E402

HTML = ROOT / "_build" / "html" / "book"
PAGES = [path for path in sorted(HTML.glob("*.html")) if "book-about" in path.read_text(encoding="utf8")]
WHO = [{"family-names": "Berg", "given-names": "Anna"}, {"name": "The developers"}]
CITATION = {"title": "Cells: a book", "version": "1.2.0", "authors": WHO, "keywords": ["lstm"]}


def fields(entry):
    return dict(re.findall(r"^  (\w+) *= \{(.*)\},$", entry, re.MULTILINE))


def test_a_pages_entry():
    entry = about_page.bibtex(CITATION, "book/gates", "Gates", "2026-11-29")
    assert entry.startswith("@incollection{memory-cell:gates,\n")
    assert entry.endswith("\n}")
    assert fields(entry) == {
        "author": "Berg, Anna and {The developers}",
        "title": "Gates",
        "booktitle": "Cells: a book",
        "year": "2026",
        "note": "Version 1.2.0, 2026-11-29",
        "url": f"{address.pages()}book/gates.html",
    }


def test_the_books_entry_with_a_release():
    released = CITATION | {"doi": "10.5281/zenodo.1", "date-released": "2027-02-01"}
    entry = about_page.bibtex(released, "book/index", "A safe", "2027-03-01")
    assert entry.startswith("@book{memory-cell,\n")
    found = fields(entry)
    assert (found["title"], found["doi"], found["year"]) == ("Cells: a book", "10.5281/zenodo.1", "2027")
    assert "booktitle" not in found
    assert about_page.described(released, "book/gates", "Gates")["sameAs"] == "https://doi.org/10.5281/zenodo.1"


def test_without_git_there_is_no_day():
    entry = about_page.bibtex(CITATION, "book/gates", "Gates", "")
    assert "year" not in fields(entry)
    assert fields(entry)["note"] == "Version 1.2.0"


def test_search_engines_read_the_page_as_part_of_the_book():
    page = about_page.described(CITATION, "book/gates", "Gates")
    assert (page["@type"], page["isPartOf"]["@type"], page["isPartOf"]["name"]) == ("Chapter", "Book", "Cells: a book")
    assert [who["@type"] for who in page["author"]] == ["Person", "Organization"]
    assert about_page.described(CITATION, "book/index", "A safe")["@type"] == "Book"
    assert "sameAs" not in page


def test_nothing_may_come_from_elsewhere():
    assert not re.search(r"https?:|\*", about_page.POLICY)
    assert "'unsafe-eval'" not in about_page.POLICY


@pytest.mark.skipif(not PAGES, reason="the book is not built: make book")
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_page_has_them(path):
    soup = BeautifulSoup(path.read_text(encoding="utf8"), "html.parser")
    assert soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"] == about_page.POLICY
    about = json.loads(soup.find("script", type="application/ld+json").string)
    assert about["url"] == f"{address.pages()}book/{path.name}"
    place = soup.find(class_="book-about")
    entry = fields(place.pre.text)
    assert entry["url"] == about["url"]
    assert "\n" not in entry["title"]
    assert place.a["href"].startswith(address.discussions())
    assert not re.search(r"[{}]", entry["title"])
