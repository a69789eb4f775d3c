"""What a page says of itself: how to cite it, where it is discussed, what search engines read, what it may load.

The facts are those of ``CITATION.cff``; the addresses follow from the repository's. An e-book and the printed book get
none of it.
"""

import html
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from address import discussions, pages  # noqa: E402

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
# Pages work from a folder as well, where "self" is nobody: so "file:". Scripts and styles of the theme stand in the
# page; Python in the page is WebAssembly, in a worker; nothing comes from elsewhere, and nothing is sent anywhere.
POLICY = "; ".join(
    (
        "default-src 'self' file:",
        "script-src 'self' file: blob: 'unsafe-inline' 'wasm-unsafe-eval'",
        "style-src 'self' file: 'unsafe-inline'",
        "img-src 'self' file: data: blob:",
        "font-src 'self' file: data:",
        "worker-src 'self' file: blob:",
        "connect-src 'self' file: data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self' file:",
    )
)


def cited() -> dict[str, Any]:
    """Return what CITATION.cff says."""
    return dict(yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf8")))


def dated() -> str:
    """Return the day of the newest commit, as in 2026-11-29; nothing where there is no git."""
    found = subprocess.run(["git", "log", "-1", "--format=%cs"], cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() if found.returncode == 0 else ""


def authors(citation: dict[str, Any]) -> str:
    """Return the authors as BibTeX wants them: people by name, a group in braces of its own."""
    return " and ".join(
        f"{{{who['name']}}}" if "name" in who else f"{who['family-names']}, {who['given-names']}"
        for who in citation["authors"]
    )


def bibtex(citation: dict[str, Any], page: str, title: str, day: str) -> str:
    """Return a page's entry for a bibliography; the front page's is the whole book's.

    Args:
        citation: what CITATION.cff says; without ``doi`` there is no such line.
        page: its name, as in "book/gates".
        title: its heading.
        day: on which this state of the book was made; the year is its first four characters.
    """
    whole = page == "book/index"
    fields = {
        "author": authors(citation),
        "title": citation["title"] if whole else title,
        **({} if whole else {"booktitle": citation["title"]}),
        "year": str(citation.get("date-released", day))[:4],
        "note": f"Version {citation['version']}" + (f", {day}" if day else ""),
        **({"doi": citation["doi"]} if "doi" in citation else {}),
        "url": f"{pages()}{page}.html",
    }
    kind, key = ("book", "memory-cell") if whole else ("incollection", f"memory-cell:{page.rsplit('/', 1)[-1]}")
    width = max(map(len, fields))
    lines = (f"  {name:{width}} = {{{value}}}," for name, value in fields.items() if value)
    return f"@{kind}{{{key},\n" + "\n".join(lines) + "\n}"


def described(citation: dict[str, Any], page: str, title: str) -> dict[str, Any]:
    """Return what search engines read of a page, in the words of schema.org."""
    whole = page == "book/index"
    book = {"@type": "Book", "name": citation["title"], "url": f"{pages()}book/index.html"}
    about = {
        "@context": "https://schema.org",
        **(book if whole else {"@type": "Chapter", "name": title, "url": f"{pages()}{page}.html", "isPartOf": book}),
        "author": [
            {"@type": "Organization" if "name" in who else "Person", **_name(who)} for who in citation["authors"]
        ],
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "keywords": ", ".join(citation["keywords"]),
        "learningResourceType": "textbook",
        "license": LICENCE,
    }
    return about | ({"sameAs": f"https://doi.org/{citation['doi']}"} if "doi" in citation else {})


def _name(who: dict[str, str]) -> dict[str, str]:
    return {"name": who.get("name") or f"{who['given-names']} {who['family-names']}"}


def say(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Write all of it into a page that is made from a source."""
    if app.builder.name != "html":
        return
    tags = context.get("metatags", "")
    context["metatags"] = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n{tags}'
    icon = context["pathto"]("_static/apple-touch-icon.png", 1)  # on a phone's home screen, where no SVG is taken
    context["metatags"] += f'\n<link rel="apple-touch-icon" href="{icon}">'
    if doctree is None or pagename not in app.env.all_docs:
        return
    citation, day = cited(), dated()
    title = re.sub(r"<[^>]*>", "", html.unescape(app.env.titles[pagename].astext()))
    about = json.dumps(described(citation, pagename, title), ensure_ascii=False).replace("<", "\\u003c")
    context["metatags"] += f'\n<script type="application/ld+json">{about}</script>'
    entry = html.escape(bibtex(citation, pagename, title, day))
    what = "book" if pagename == app.config.root_doc else "page"
    context["body"] += (
        f'<div class="book-about"><details><summary>Cite this {what}</summary>'
        f'<div class="highlight-bibtex notranslate"><div class="highlight"><pre tabindex="0">{entry}</pre></div></div>'
        f'</details><a href="{discussions()}?discussions_q={quote(title)}">Discuss this {what}</a>'
        f"<span>Version {citation['version']}{f', {day}' if day else ''}</span></div>"
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", say, priority=960)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
