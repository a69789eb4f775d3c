"""Print the whole book to one PDF, with page numbers, contents, running heads and bookmarks: ``make pdf``.

    python tools/pdf.py        # writes _build/the-memory-cell.pdf

Sphinx puts all chapters into one page; ``paper/paper.js`` makes a book of it, ``paper/paper.css`` sets it on A4, and
Chromium prints it, tagged for screen readers. Printed twice: the first time tells on which page each heading stands.
"""

import functools
import http.server
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pikepdf
from playwright.sync_api import Page, sync_playwright

from address import ROOT, pages
from lstmlib.page.browser import find_browser

PAPER = Path(__file__).parent / "paper"
BUILT = ROOT / "_build" / "one-page"
OUT = ROOT / "_build" / "the-memory-cell.pdf"
WAIT = 1_800_000  # milliseconds; a busy machine is slow
TITLE = {"title": "The Memory Cell", "subtitle": "An executable textbook on Long Short-Term Memory"}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that says nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def build() -> Path:
    """Build the page that holds all chapters; return its folder."""
    command = [Path(sys.executable).parent / "jupyter-book", "build", ".", "--builder", "singlehtml", "-q"]
    done = subprocess.run([*command, "--path-output", BUILT], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"The one page did not build:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return BUILT / "_build" / "singlehtml"


def page_numbers(path: Path) -> dict[str, int]:
    """Return on which page each named place of a PDF is, counted from 1."""
    with pikepdf.open(path) as pdf:
        numbers = {page.obj.objgen: k for k, page in enumerate(pdf.pages, 1)}
        places: dict[str, Any] = {}
        if "/Dests" in pdf.Root:
            places = {name.removeprefix("/"): place for name, place in pdf.Root.Dests.items()}
        elif "/Names" in pdf.Root and "/Dests" in pdf.Root.Names:
            places = dict(pikepdf.NameTree(pdf.Root.Names.Dests).items())
        found = {}
        for name, place in places.items():
            target = place.D if isinstance(place, pikepdf.Dictionary) else place
            if (number := numbers.get(target[0].objgen)) is not None:
                found[name] = number
        return found


FILL = """(numbers) => [...document.querySelectorAll(".paper-contents a")].filter((link) => {
  const number = numbers[decodeURIComponent(link.getAttribute("href").slice(1))];
  link.querySelector(".page").textContent = number ?? "";
  return number === undefined;
}).length"""


# A formula that is wider than the page would have Chromium shrink all pages; it is set smaller by itself.
FIT = """() => { for (const box of document.querySelectorAll("mjx-container")) {
  box.style.fontSize = `${0.86 * parseFloat(box.style.fontSize || 100)}%`; // beside this text
  const inner = box.firstElementChild, block = box.closest("p, li, td, div.math, dd, figcaption, section");
  const wide = inner.getBoundingClientRect().width / block.getBoundingClientRect().width;
  if (wide > 1) box.style.fontSize = `${parseFloat(box.style.fontSize) / wide / 1.02}%`;
} }"""


def print_page(page: Page, path: Path) -> None:
    """Print twice, the second time with the numbers of pages in the contents, and pack what came out.

    Raises:
        ValueError: a line of the contents is on no page.
    """
    for final in (False, True):
        page.pdf(path=path, prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
        if not final and (lost := page.evaluate(FILL, page_numbers(path))):
            raise ValueError(f"{lost} lines of the contents have no page")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        with pdf.open_metadata() as about:
            about["dc:title"] = TITLE["title"]
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate, recompress_flate=True)


def make(folder: Path, path: Path) -> list[str]:
    """Print a one-page book.

    Args:
        folder: what Sphinx built.
        path: where the PDF goes.

    Returns:
        links that lead nowhere on paper.
    """
    shutil.copyfile(folder / "book" / "index.html", folder / "book.html")  # its paths are meant from the root
    handler = functools.partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 672, "height": 1000}, color_scheme="light")
        page.set_default_timeout(WAIT)
        page.route("**/_static/figures/*.js*", lambda route: route.abort())  # still pictures stay
        page.goto(f"http://127.0.0.1:{server.server_port}/book.html")
        page.evaluate("window.MathJax?.startup?.promise.then(() => true)")
        broken = page.evaluate((PAPER / "paper.js").read_text(encoding="utf8"), {**TITLE, "site": pages()})
        page.add_style_tag(path=PAPER / "paper.css")
        page.emulate_media(media="print", color_scheme="light")
        page.evaluate(FIT)
        print_page(page, path)
        browser.close()
    server.shutdown()
    return list(broken)


def main() -> None:
    """Build, print, say what came out."""
    broken = make(build(), OUT)
    with pikepdf.open(OUT) as pdf:
        print(f"{OUT.relative_to(ROOT)}: {len(pdf.pages)} pages, {OUT.stat().st_size / 1e6:.1f} MB")
    if broken:
        print(f"{len(broken)} links lead nowhere on paper and are plain text there: {', '.join(broken[:8])}")


if __name__ == "__main__":
    main()
