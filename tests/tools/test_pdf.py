"""A book of two short chapters, printed as the whole one is."""

from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pytest

import pdf
from lstmlib.page.browser import find_browser

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The Memory Cell</title></head>
<body><main><article>
<section id="book"><h1>The Memory Cell</h1><p>Front. <a href="book/index.html#what">To the second</a>,
<a href="notebooks/a.ipynb">a notebook</a>, <a href="nowhere.html#no">nowhere</a>.</p>
<div class="toctree-wrapper">
<span id="document-book/first"></span><section id="first"><h2>1. First</h2><p>Text.</p>
<lstm-safe class="lstm-figure">
<img alt="A safe" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><p>Still.</p></lstm-safe>
<section id="exercises"><h3>1.1. Exercises</h3><p>Do it.</p>
<div class="solution admonition" id="book/first-solution-1"><p>It was done.</p></div></section></section>
<span id="document-book/second"></span><section id="second"><h2>2. Second</h2><section id="what">
<h3>2.1. What</h3>
<p><a href="#exercises">own</a> <a href="#book/first-solution-1">solved</a></p></section>
<section id="exercises"><h3>2.2. Exercises</h3><p>More. <a href="#lstmlib.LSTM">LSTM</a></p></section>
<span id="document-book/api-cells"></span>
<section id="cells"><h3>Cells</h3><p id="lstmlib.LSTM">LSTM</p></section></section>
</div></section></article></main></body></html>"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    if find_browser() is None:
        pytest.skip("no Chromium")
    folder = tmp_path_factory.mktemp("one-page")
    (folder / "book").mkdir()
    (folder / "book" / "index.html").write_text(PAGE, encoding="utf8")
    # In a thread of its own: another test's browser may be open in this one, and playwright wants one for each.
    with ThreadPoolExecutor(1) as thread:
        broken = thread.submit(pdf.make, folder, folder / "book.pdf").result()
    return folder / "book.pdf", broken


def test_the_book_is_tagged_named_and_has_bookmarks_and_contents_that_lead(printed):
    path, broken = printed
    assert broken == ["nowhere.html#no"]
    with pikepdf.open(path) as book:
        assert book.Root.MarkInfo.Marked
        assert book.Root.Lang == "en"
        assert len(book.pages) == 6  # title, contents, front, two chapters, solutions: none is empty
        with book.open_outline() as outline:
            titles = str([item.title for item in outline.root] + [c.title for i in outline.root for c in i.children])
        assert "First" in titles
        assert "Solutions" in titles
        numbers = pdf.page_numbers(path)
        assert numbers["first"] < numbers["second"] < numbers["paper-solutions"] <= len(book.pages)
        assert numbers["book/first-solution-1"] >= numbers["paper-solutions"]  # a solution stands at the end
        assert numbers["first--exercises"] == numbers["first"]  # an id of two chapters is two ids
        assert numbers["second--exercises"] == numbers["second"]
        addresses = {
            str(link.A.URI)
            for page in book.pages
            for link in page.get("/Annots", [])
            if link.get("/Subtype") == "/Link" and "/A" in link and "/URI" in link.A
        }
    assert any(address.endswith("book/first.html") for address in addresses)  # the figure to play with
    assert any(address.endswith("notebooks/a.ipynb") for address in addresses)
    assert any(address.endswith("book/api-cells.html#lstmlib.LSTM") for address in addresses)  # not on paper
