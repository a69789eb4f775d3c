"""What the published site has besides the pages: its root, a map for search engines, a page for lost readers.

``tools/build.py`` calls it when the pages are built.
"""

import re
from pathlib import Path

from address import ROOT, pages

HTML = ROOT / "_build" / "html"
HEAD = '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
SHARED = re.compile(r'<meta (?:property="og:|name="(?:description|twitter:))[^>]*>')  # what link previews are made of
LOST = """<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>Not found: The Memory Cell</title>
<style>body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }}</style>
</head>
<body>
<main>
<h1>There is no such page</h1>
<p>What stood here has moved, or the address has a slip. The book is where it was:
<a href="{site}book/index.html">The Memory Cell</a>.</p>
<form action="{site}search.html" role="search">
<label>Search the book <input type="search" name="q"></label> <button>Search</button>
</form>
</main>
</body>
</html>
"""


def finish(html: Path = HTML, site: str = pages()) -> None:
    """Write the root page, the map of the site, and the page for an address that isn't there.

    Templates that the theme leaves among its files, whose links lead nowhere, are removed.

    Args:
        html: the folder of the built site.
        site: the address under which it is published, with a slash at its end.
    """
    for template in (html / "_static").glob("*.html"):
        if "{%" in template.read_text(encoding="utf8"):
            template.unlink()
    front = (html / "book" / "index.html").read_text(encoding="utf8")
    title = re.search(r"<title>(.*?)</title>", front, re.DOTALL)
    (html / "index.html").write_text(
        HEAD
        + (f"<title>{' '.join(title[1].split())}</title>\n" if title else "")
        + "\n".join(SHARED.findall(front))
        + f'\n<link rel="canonical" href="{site}book/index.html">\n'
        + '<meta http-equiv="refresh" content="0; url=book/index.html">\n</head>\n'
        + '<body><p><a href="book/index.html">The Memory Cell</a></p></body>\n</html>\n',
        encoding="utf8",
    )
    listed = [f"<url><loc>{site}book/{path.name}</loc></url>\n" for path in sorted((html / "book").glob("*.html"))]
    (html / "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        + "".join(listed)
        + "</urlset>\n",
        encoding="utf8",
    )
    # The server shows it at whatever address was asked for, so its links are whole.
    (html / "404.html").write_text(HEAD + LOST.format(site=site), encoding="utf8")
