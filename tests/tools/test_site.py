"""The published site's root, its map, and the page for an address that isn't there."""

import xml.etree.ElementTree as ET

from bs4 import BeautifulSoup

from site_files import finish

SITE = "https://example.org/book/"
FRONT = """<!doctype html><html><head><title>Safes &#8212; The Memory Cell</title>
<meta property="og:title" content="Safes" /><meta name="description" content="About safes." />
<meta name="twitter:card" content="summary" /><meta name="generator" content="x" /></head></html>"""


def test_root_map_and_lost_page(tmp_path):
    (tmp_path / "book").mkdir()
    for name in ("index", "gates"):
        (tmp_path / "book" / f"{name}.html").write_text(FRONT)
    finish(tmp_path, SITE)
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
