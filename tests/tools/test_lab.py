"""Readers' copies of the notebooks: numbered, brought up to date, and never written over where they were changed."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import lab
from contents import notebooks


def write(path, source, outputs=()):
    nbformat.write(new_notebook(cells=[new_code_cell(source, outputs=list(outputs), id="a")]), path)


@pytest.fixture
def book(tmp_path):
    """Return a book of one chapter, and a function that brings it into ``work/``."""
    chapter = tmp_path / "gates.ipynb"
    write(chapter, "x = 1")
    work = tmp_path / "work"
    return chapter, work / "04-gates.ipynb", lambda: lab.bring(work, [("04-gates.ipynb", chapter)])


def test_a_copy_is_brought_up_to_date(book):
    chapter, mine, bring = book
    assert bring() == []
    assert mine.read_text() == chapter.read_text()
    write(chapter, "x = 2")
    assert bring() == []
    assert "x = 2" in mine.read_text()


def test_what_the_reader_changed_stays(book):
    chapter, mine, bring = book
    bring()
    write(mine, "x = 'my answer'")
    assert bring() == []  # the book has nothing newer to offer, so there is nothing to say
    write(chapter, "x = 2")
    assert bring() == ["04-gates.ipynb"]
    assert bring() == ["04-gates.ipynb"]
    assert "my answer" in mine.read_text()


def test_a_run_notebook_is_no_changed_one(book):
    chapter, mine, bring = book
    bring()
    write(mine, "x = 1", [new_output("stream", text="seen")])
    assert bring() == []
    assert "seen" in mine.read_text()
    write(chapter, "x = 2")
    assert bring() == []
    assert "x = 2" in mine.read_text()


@pytest.mark.parametrize("text", ["", "{ no JSON", '["a list"]'])
def test_a_file_that_is_no_notebook_stays_too(book, text):
    _, mine, bring = book
    mine.parent.mkdir()
    mine.write_text(text)
    assert bring() == ["04-gates.ipynb"]
    assert mine.read_text() == text


def test_a_copy_thrown_away_comes_back(book):
    _, mine, bring = book
    bring()
    mine.unlink()
    write(book[0], "x = 2")
    assert bring() == []
    assert "x = 2" in mine.read_text()


def test_pictures_are_found_without_a_network(book):
    chapter, mine, bring = book
    write(chapter, f"![a]({lab.pages()}_images/a.svg) [b]({lab.pages()}book/b.html)")
    bring()
    assert f"![a](drawings/a.svg) [b]({lab.pages()}book/b.html)" in json.loads(mine.read_text())["cells"][0]["source"]


def test_copies_are_numbered_in_the_order_of_the_contents():
    names = [name for name, _ in lab.offered()]
    assert names[0] == "00-index.ipynb"
    assert names[: len(notebooks())] == sorted(names[: len(notebooks())])
    assert len(set(names)) == len(names)
