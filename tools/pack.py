"""Make a pack of the book's figures for lectures and papers: each as SVG and as PDF, with caption, licence and source.

    python tools/pack.py [page ...]        # make pack: into _build/figures/, all pages or these

Plots are drawn again: what is stored with a notebook is made of pixels. So the notebooks run once more, a minute or
less each, and matplotlib writes both forms. Drawings and the still pictures of the interactive figures are SVG
already; Chromium prints them. ``index.html`` shows all, ``figures.csv`` lists them; licence and source stand in the
files' own metadata as well.
"""

import argparse
import base64
import csv
import html
import io
import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import nbformat
import pikepdf
from nbclient import NotebookClient
from nbformat import NotebookNode
from playwright.sync_api import Browser, sync_playwright

from address import ROOT, pages
from contents import notebooks
from lstmlib.page.browser import find_browser
from notebooks import ARITHMETIC
from plain_markdown import Page, caption, figures
from plain_notebooks import glued
from references import References, references

OUT = ROOT / "_build" / "figures"
LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
CREDIT = "The Memory Cell developers"
# Both forms of every plot, beside each other in one output; the first cell of a copy that is thrown away.
BOTH = (
    'get_ipython().run_line_magic("matplotlib", "inline")\n'
    "get_ipython().run_line_magic(\"config\", \"InlineBackend.figure_formats = ['svg', 'pdf']\")"
)
STILL = re.compile(r'<(lstm-[\w-]+) class="lstm-figure".*?<img alt="([^"]*)"[^>]*base64,([\w+/=]+)"', re.DOTALL)


class Drawn(NamedTuple):
    """One figure, in both forms."""

    page: str  # as in gates
    name: str  # as in fig-drift
    title: str  # its number, if it has one: Fig. 4.2
    caption: str
    alt: str
    svg: str
    pdf: bytes

    @property
    def address(self) -> str:
        """Where the figure stands in the book."""
        anchor = f"#{self.name}" if self.title else ""
        return f"{pages()}book/{self.page}.html{anchor}"


def words(text: str) -> str:
    """Return Markdown as plain words: links by their words, no marks."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[*`]|\\(?=[_*])", "", text).split())


def drawn_again(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook run once more, with every plot as SVG and as PDF."""
    copy = nbformat.from_dict(notebook)
    copy.cells = [nbformat.v4.new_code_cell(BOTH), *copy.cells]
    NotebookClient(copy, timeout=1800, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    return copy


def plots(notebook: NotebookNode, name: str, refs: References) -> Iterator[Drawn]:
    """Yield the plots of a notebook that ran with both forms.

    Args:
        notebook: as ``drawn_again`` gives it.
        name: the page's, as in the contents.
        refs: what its references mean.
    """
    page = Page(name, glued(notebook), refs, pages())
    short = Path(name).name
    for cell in notebook.cells:
        said = cell.metadata.get("mystnb", {})
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/svg+xml" not in data:
                continue
            label = said.get("figure", {}).get("name", f"{short}-plot")
            text = words(caption("", said.get("figure", {}).get("caption", ""), page))
            title = refs.numbers.get(label, ("", ""))[0]
            alt = said.get("image", {}).get("alt", "")
            pdf = base64.b64decode(data["application/pdf"])
            yield Drawn(short, label, title, text, alt, data["image/svg+xml"], pdf)


def stills(notebook: NotebookNode, name: str, browser: Browser) -> Iterator[Drawn]:
    """Yield the still pictures of a notebook's interactive figures, as stored; quizzes have none."""
    short, seen = Path(name).name, set()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found = STILL.search(output.get("data", {}).get("text/html", ""))
            if not found or found[3] in seen:
                continue
            seen.add(found[3])
            svg = base64.b64decode(found[3]).decode()
            label = found[1].removeprefix("lstm-") + (f"-{len(seen)}" if len(seen) > 1 else "")
            alt = html.unescape(found[2])
            yield Drawn(
                short, label, "", f"An interactive figure, standing still. {alt}", alt, svg, printed(svg, browser)
            )


def drawings(notebook: NotebookNode, name: str, refs: References, browser: Browser) -> Iterator[Drawn]:
    """Yield the drawings that a page's text shows."""
    page = Page(name, glued(notebook), refs, pages())
    short = Path(name).name
    for cell in notebook.cells:
        for file, options, text in figures(cell.source) if cell.cell_type == "markdown" else []:
            svg = (ROOT / name).parent.joinpath(file).read_text(encoding="utf8")
            label = options.get("name", Path(file).stem)
            title = refs.numbers.get(label, ("", ""))[0]
            about = words(caption("", text, page))
            yield Drawn(short, label, title, about, options.get("alt", ""), svg, printed(svg, browser))


def printed(svg: str, browser: Browser) -> bytes:
    """Return an SVG as a PDF of its own size."""
    width, height = re.search(r'viewBox="\S+ \S+ ([\d.]+) ([\d.]+)"', svg).groups()  # type: ignore[union-attr]
    tab = browser.new_page()
    tab.set_content(f'<body style="margin:0">{svg}</body>')
    tab.add_style_tag(
        content=f"@page {{ size: {width}px {height}px; margin: 0 }} svg {{ display: block; width: {width}px }}"
    )
    made: bytes = tab.pdf(prefer_css_page_size=True, print_background=True)
    tab.close()
    return made


def with_credit(one: Drawn) -> tuple[str, bytes]:
    """Return both files of a figure with title, description, licence and source in their metadata."""
    title, about = one.title or one.name, f"{one.caption} Source: {one.address}. Licence: {LICENCE}. {CREDIT}."
    start = one.svg[one.svg.index("<svg") :]
    head, _, rest = start.partition(">")
    own = "" if "<title>" in one.svg else f"<title>{html.escape(title)}</title>"
    svg = f'<?xml version="1.0" encoding="utf-8"?>\n{head}>{own}<desc>{html.escape(about)}</desc>{rest}'
    with pikepdf.open(io.BytesIO(one.pdf)) as pdf:
        with pdf.open_metadata() as data:
            data["dc:title"], data["dc:description"] = title, one.caption
            data["dc:rights"], data["dc:source"], data["dc:creator"] = LICENCE, one.address, [CREDIT]
        made = io.BytesIO()
        pdf.save(made, deterministic_id=True)
    return svg, made.getvalue()


def index(figures: list[Drawn]) -> str:
    """Return the page that shows all."""
    parts, page = [], ""
    for one in figures:
        if one.page != page:
            page = one.page
            parts.append(f"<h2>{html.escape(page)}</h2>")
        file = f"{one.page}/{one.name}"
        head = f"<strong>{html.escape(one.title or one.name)}.</strong> {html.escape(one.caption)}"
        parts.append(
            f'<figure><img src="{file}.svg" alt="{html.escape(one.alt)}" loading="lazy"><figcaption>{head} '
            f'<a href="{file}.svg">SVG</a> <a href="{file}.pdf">PDF</a> <a href="{one.address}">source</a>'
            "</figcaption></figure>"
        )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Figures of The Memory Cell</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>body{font:1rem/1.5 system-ui,'
        "sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}img{max-width:100%;background:#fff}"
        "figure{margin:2rem 0}</style></head><body><h1>Figures of The Memory Cell</h1>"
        f"<p>{len(figures)} figures, under {LICENCE}. Name {CREDIT} and the source, and say what you changed.</p>"
        + "\n".join(parts)
        + "</body></html>\n"
    )


def write(figures: list[Drawn], out: Path) -> None:
    """Write all files of the pack."""
    shutil.rmtree(out, ignore_errors=True)
    for one in figures:
        (out / one.page).mkdir(parents=True, exist_ok=True)
        svg, pdf = with_credit(one)
        (out / one.page / f"{one.name}.svg").write_text(svg, encoding="utf8")
        (out / one.page / f"{one.name}.pdf").write_bytes(pdf)
    (out / "index.html").write_text(index(figures), encoding="utf8")
    shutil.copy(ROOT / "LICENSE-TEXT.md", out)
    with (out / "figures.csv").open("w", newline="", encoding="utf-8-sig") as file:
        rows = ([f"{o.page}/{o.name}", o.title, o.caption, o.alt, o.address, LICENCE, CREDIT] for o in figures)
        head = ["file", "number", "caption", "alt text", "source", "licence", "credit"]
        csv.writer(file).writerows([head, *rows])


def has_plots(notebook: NotebookNode) -> bool:
    """Return whether a notebook shows something made of pixels."""
    return any("image/png" in o.get("data", {}) for cell in notebook.cells for o in cell.get("outputs", []))


def collect(names: list[str], browser: Browser) -> list[Drawn]:
    """Return the figures of pages, drawn again: as many notebooks run at once as there are processors, up to four."""
    wanted = [name for _, name in notebooks() if not names or Path(name).name in names]
    stored = {name: nbformat.read(ROOT / f"{name}.ipynb", as_version=4) for name in wanted}
    refs, found = references(), list[Drawn]()
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
        again = {name: threads.submit(drawn_again, stored[name]) for name in wanted if has_plots(stored[name])}
        for name in wanted:
            found += stills(stored[name], name, browser)
            found += drawings(stored[name], name, refs, browser)
            if name in again:
                made = list(plots(again[name].result(), name, refs))
                print(f"{Path(name).name}: {len(made)} plots", flush=True)
                found += made
    for path in sorted((ROOT / "book").glob("*.md")):
        if not names or path.stem in names:
            text = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(path.read_text(encoding="utf8"))])
            found += drawings(text, f"book/{path.stem}", refs, browser)
    return found


def main() -> None:
    """Draw, write, say what came out."""
    parser = argparse.ArgumentParser(description="Make a pack of the book's figures.")
    parser.add_argument("pages", nargs="*", help="which, as in gates; all if none is named")
    names = parser.parse_args().pages
    os.environ.setdefault(*ARITHMETIC)  # what is drawn is what the pages show
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        figures = collect(names, browser)
        browser.close()
    write(figures, OUT)
    print(f"{len(figures)} figures, as SVG and PDF, are in {OUT.relative_to(ROOT)}/; open index.html there.")


if __name__ == "__main__":
    main()
