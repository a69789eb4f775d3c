"""The published site's root, its map, and the page for an address that isn't there."""

import xml.etree.ElementTree as ET

from bs4 import BeautifulSoup
from PIL import Image

from page_weight import lighten
from site_files import finish

SITE = "https://example.org/book/"
FRONT = """<!doctype html><html><head><title>Safes &#8212; The Memory Cell</title>
<meta property="og:title" content="Safes" /><meta name="description" content="About safes." />
<meta name="twitter:card" content="summary" /><meta name="generator" content="x" /></head></html>"""


def test_root_map_and_lost_page(tmp_path):
    (tmp_path / "book").mkdir()
    for name in ("index", "gates"):
        (tmp_path / "book" / f"{name}.html").write_text(FRONT)
    (tmp_path / "_static").mkdir()
    for name, text in (("macros", '{% macro a() %}<link href="{{ b }}">'), ("page", "<p>a</p>")):
        (tmp_path / "_static" / f"{name}.html").write_text(text)
    finish(tmp_path, SITE)
    assert [path.name for path in (tmp_path / "_static").iterdir()] == ["page.html"]
    root = BeautifulSoup((tmp_path / "index.html").read_text(), "html.parser")
    assert root.html["lang"] == "en"
    assert root.title.text == "Safes — The Memory Cell"
    assert root.find("meta", {"property": "og:title"})["content"] == "Safes"
    assert root.find("meta", {"name": "description"})["content"] == "About safes."
    assert root.find("link", rel="canonical")["href"] == f"{SITE}book/index.html"
    assert "url=book/index.html" in root.find("meta", {"http-equiv": "refresh"})["content"]
    places = [place.text for place in ET.parse(tmp_path / "sitemap.xml").findall(".//{*}loc")]
    assert places == [f"{SITE}book/gates.html", f"{SITE}book/index.html"]
    lost = BeautifulSoup((tmp_path / "404.html").read_text(), "html.parser")
    assert all(link["href"].startswith(SITE) for link in lost("a"))
    assert lost.form["action"] == f"{SITE}search.html"
    assert lost.find("input")["name"] == "q"


def test_a_page_is_made_lighter_once(tmp_path):
    (tmp_path / "_images").mkdir()
    Image.new("RGB", (30, 20)).save(tmp_path / "_images" / "a.png")
    page = tmp_path / "book" / "a.html"
    page.parent.mkdir()
    page.write_text(
        '<head>\n<script defer src="../_static/scripts/fontawesome.js?digest=1"></script></head>'
        '<img alt="A &gt; B" src="../_images/a.png" /><img src="../_images/a.png" style="width: 9px"><img src="c.svg">'
    )
    lighten(page)
    once = page.read_text()
    assert once == (
        '<head></head><img alt="A &gt; B" src="../_images/a.png" loading="lazy" width="30" height="20"/>'
        '<img src="../_images/a.png" style="width: 9px" loading="lazy"/><img src="c.svg">'
    )
    lighten(page)
    assert page.read_text() == once


def test_a_plot_gets_the_size_that_its_notebook_says(tmp_path):
    (tmp_path / "_images").mkdir()
    Image.new("RGB", (1169, 729)).save(tmp_path / "_images" / "a.png")
    Image.new("RGB", (1281, 100)).save(tmp_path / "_images" / "b.png")
    page = tmp_path / "a.html"
    page.write_text(
        '<img alt="A" src="_images/a.png" style="width: 584px;" />'
        '<img alt="B" src="_images/b.png" style="width: 640px;">'
    )
    lighten(page)
    once = page.read_text()
    assert once == (
        '<img alt="A" src="_images/a.png" loading="lazy" width="584" height="364"/>'
        '<img alt="B" src="_images/b.png" loading="lazy" width="640" height="50"/>'
    )
    lighten(page)
    assert page.read_text() == once


def test_a_picture_wider_than_a_column_gets_a_box_to_scroll_in(tmp_path):
    (tmp_path / "_images").mkdir()
    (tmp_path / "book").mkdir()
    for name, width in (("wide", 900), ("narrow", 600)):
        Image.new("RGB", (width, 20)).save(tmp_path / "_images" / f"{name}.png")
        (tmp_path / "_images" / f"{name}.svg").write_text(f'<svg viewBox="0 0 {width} 9"><path/></svg>')
    page = tmp_path / "book" / "gates.html"
    names = [f"../_images/{name}" for name in ("wide.png", "narrow.png", "wide.svg", "narrow.svg")]
    page.write_text("".join(f'<figure><img src="{name}"/></figure>' for name in names))
    lighten(page)
    soup = BeautifulSoup(page.read_text(), "html.parser")
    assert [box.img["src"] for box in soup.select("figure > span.book-wide")] == names[::2]
    assert len(soup.select("img[width]")) == 2
    once = page.read_text()
    lighten(page)
    assert page.read_text() == once
