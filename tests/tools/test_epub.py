"""The e-book's check notices what readers would stumble over; formulas become MathML."""

import importlib.util
import zipfile
from pathlib import Path

import pytest

import epub

ROOT = Path(__file__).resolve().parents[2]
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="content.opf"/></rootfiles></container>'
)
PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf" unique-identifier="uid"><metadata>'
    f'<identifier id="uid">{epub.pages()}</identifier></metadata><manifest>'
    '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
    '<spine><itemref idref="a"/></spine></package>'
)
PAGE = '<html xmlns="http://www.w3.org/1999/xhtml"><body>{}</body></html>'
GOOD = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "content.opf": PACKAGE,
    "toc.ncx": f'<ncx><meta name="dtb:uid" content="{epub.pages()}"/></ncx>',
    "nav.xhtml": PAGE.format('<a href="a.xhtml#there">A</a>'),
    "a.xhtml": PAGE.format('<p id="there"><a href="https://example.org">out</a></p>'),
}


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (None, None, []),
        ("a.xhtml", "<p>", ["a.xhtml: not well-formed"]),
        ("a.xhtml", PAGE.format('<p id="there"/><p id="there"/>'), ["a.xhtml: the id there is there twice"]),
        ("a.xhtml", PAGE.format("<p/>"), ["nav.xhtml: a.xhtml#there has no such place"]),
        ("a.xhtml", PAGE.format('<p id="there"/><img src="b.png"/>'), ["a.xhtml: b.png isn't there"]),
        ("a.xhtml", PAGE.format('<p id="there"/><img src="https://e.org/b.png"/>'), ["a.xhtml: takes https"]),
        ("a.xhtml", PAGE.format('<p id="there"/><script/>'), ["a.xhtml: a script"]),
        (
            "a.xhtml",
            PAGE.format('<p id="there"><svg/></p>'),
            ["a.xhtml: holds svg", "a.xhtml: an SVG that doesn't say"],
        ),
        ("toc.ncx", '<ncx><meta name="dtb:uid" content="b"/></ncx>', ["toc.ncx: names the book by another"]),
        ("b.png", "", ["b.png: not in the manifest"]),
        ("a.xhtml", PAGE.format('<p id="there"/><math/>'), ["a.xhtml: holds mathml"]),
        ("mimetype", "text", ["mimetype isn't the first file"]),
        ("content.opf", PACKAGE.replace('properties="nav"', ""), ["no navigation document"]),
        ("content.opf", PACKAGE.replace('idref="a"', 'idref="b"'), ["b: in the reading order, not in the manifest"]),
    ],
)
def test_what_is_wrong_is_found(tmp_path, file, text, said):
    with zipfile.ZipFile(tmp_path / "book.epub", "w") as book:
        for name, data in {**GOOD, **({file: text} if file else {})}.items():
            book.writestr(name, data)
    found = epub.wrong(tmp_path / "book.epub")
    assert len(found) == len(said)
    assert all(line.startswith(start) for line, start in zip(found, said, strict=True))


def test_the_manifest_says_which_pages_hold_mathml(tmp_path):
    with zipfile.ZipFile(tmp_path / "built.epub", "w") as book:
        for name, data in {
            **GOOD,
            "a.xhtml": PAGE.format('<p id="there"><math/></p>'),
            "toc.ncx": GOOD["toc.ncx"].replace(epub.pages(), "uid"),
        }.items():
            book.writestr(name, data)
    epub.declare(tmp_path / "built.epub", tmp_path / "book.epub")
    assert epub.wrong(tmp_path / "book.epub") == []
    with zipfile.ZipFile(tmp_path / "book.epub") as book:
        assert book.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert book.read("content.opf").decode().count("mathml") == 1


def printed():
    spec = importlib.util.spec_from_file_location("printed", ROOT / "book" / "_ext" / "printed.py")
    printed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(printed)
    return printed


def test_what_authors_wrote_as_html_becomes_xhtml():
    made = printed().as_xhtml('<p><img src="a.png"><svg viewbox="0 0 1 1"></svg>')
    assert '<img src="a.png"/>' in made
    assert 'viewBox="0 0 1 1"' in made
    assert 'xmlns="http://www.w3.org/2000/svg"' in made
    assert "viewbox" not in made
    assert printed().without_colons('<a id="net:1" href="#a:b">c:d</a>') == '<a id="net-1" href="#a-b">c:d</a>'


def test_formulas_become_mathml():
    as_mathml = printed().as_mathml
    assert "<mo><mrow>" not in as_mathml(r"a \mathrel{+}= b", "inline")
    assert "<msup>" in as_mathml("x^2", "inline")
    block = as_mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "block")
    assert block.count("<mtr>") == 2
    assert ">&amp;<" not in block
    assert 'display="block"' in block
