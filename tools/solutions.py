"""Make a booklet of all solutions, for instructors: of the problem sets and of the chapters' exercises.

    python tools/solutions.py       # make solutions: into _build/instructors/, as HTML and PDF

Both come from where they stand once: ``assignments/source`` and the folded solutions of the chapters. Nothing of the
booklet is published: ``_build/instructors`` lies beside the pages, not among them.
"""

import html
import re
from pathlib import Path

import nbformat
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat import NotebookNode
from playwright.sync_api import sync_playwright

import problem_sets
from address import ROOT, pages
from contents import notebooks
from lstmlib.page.browser import find_browser
from plain_markdown import Page, plain
from plain_notebooks import glued
from references import References, references

OUT = ROOT / "_build" / "instructors"
BLOCKS = MarkdownIt("commonmark").use(colon_fence_plugin)
SOLUTION = re.compile(r"^ *### BEGIN SOLUTION\n(.*?)^ *### END SOLUTION *$\n?", re.MULTILINE | re.DOTALL)
LOOKS = """body{font:11pt/1.5 Georgia,serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#000;background:#fff}
h1,h2,h3,h4{font-family:system-ui,sans-serif;line-height:1.25;break-after:avoid}h2{break-before:page;margin-top:3rem}
pre{font-size:9pt;line-height:1.4;white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f4f5;padding:.6rem}
.solution{border-left:3px solid #2e8b57;padding-left:1rem;margin:1rem 0 2rem}.tests{font-size:9.5pt;color:#444}
table{border-collapse:collapse}th,td{border-bottom:1px solid #bbb;padding:.2rem .8rem .2rem 0;text-align:left}
img{max-width:100%}@page{size:A4;margin:20mm}"""


def formula(text: str, options: dict[str, bool]) -> str:
    """Return TeX as MathML; as it is written where that can't be said so."""
    try:
        return str(
            convert(text.replace("{aligned}", "{split}"), display="block" if options["display_mode"] else "inline")
        )
    except Exception:  # the package raises what it likes
        return f"<code>{html.escape(text)}</code>"


MARKDOWN = (
    MarkdownIt("commonmark", {"html": True}).enable("table").use(dollarmath_plugin, renderer=formula, allow_space=True)
)


def rendered(text: str) -> str:
    """Return plain Markdown with formulas as HTML."""
    return str(MARKDOWN.render(text))


def code(text: str) -> str:
    """Return code as HTML."""
    return f"<pre>{html.escape(text.strip())}</pre>"


def solved(source: str) -> str:
    """Return what stands between the marks of a solution, the lines around it included: a whole answer."""
    return SOLUTION.sub(r"\1", source).strip()


def of_set(notebook: NotebookNode) -> str:
    """Return a problem set with its solutions, and of each test what it is worth and looks at."""
    parts: list[str] = []
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and not about.get("solution"):
            parts.append(rendered(re.sub(r"^(#+)", r"#\1", cell.source, flags=re.MULTILINE)))
        elif about.get("solution"):
            text = solved(cell.source)
            parts.append(
                f'<div class="solution">{rendered(text) if cell.cell_type == "markdown" else code(text)}</div>'
            )
        elif about.get("grade"):
            lines = [line.removeprefix("#").strip() for line in _first_comment(cell.source)]
            parts.append(f'<p class="tests">Test {about["grade_id"]}: {html.escape(" ".join(lines))}</p>')
    return "\n".join(parts)


def _first_comment(source: str) -> list[str]:
    lines = source.splitlines()
    comment = re.compile("#(?!##)")  # "###" begins hidden tests
    end = next((k for k, line in enumerate(lines) if not comment.match(line)), len(lines))
    return lines[:end]


def exercises(notebook: NotebookNode) -> list[tuple[str, str, str]]:
    """Return a chapter's exercises: label, text and solution, as they stand in the source."""
    texts, solutions = {}, {}
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for token in BLOCKS.parse(cell.source):
            found = re.fullmatch(r"\{(exercise|solution)\}\s*(.*)", token.info.strip()) if token.info else None
            if not found:
                continue
            body = token.content
            label = found[2]
            if found[1] == "exercise":
                label = re.search(r"^:label: *(\S+)", body, re.MULTILINE)[1]  # type: ignore[index]
            body = re.sub(r"\A(?::[\w-]+:.*\n)+", "", body)
            (texts if found[1] == "exercise" else solutions)[label] = body.strip()
    return [(label, text, solutions[label]) for label, text in texts.items() if label in solutions]


def of_chapter(notebook: NotebookNode, name: str, refs: References) -> str:
    """Return a chapter's exercises with their solutions; nothing where it has none."""
    page, parts = Page(name, glued(notebook), refs, pages()), []
    for label, text, solution in exercises(notebook):
        number = refs.numbers.get(label, ("Exercise", ""))[0]
        parts.append(f"<h3>{number}</h3>{rendered(plain(text, page))}")
        parts.append(f'<div class="solution">{rendered(plain(solution, page))}</div>')
    title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    return f"<h2>{html.escape(title)}</h2>" + "\n".join(parts) if parts else ""


def booklet(refs: References) -> str:
    """Return the whole booklet as one HTML file."""
    sets = [of_set(nbformat.read(problem_sets.source(name), as_version=4)) for name in problem_sets.names()]
    chapters = [of_chapter(nbformat.read(ROOT / f"{name}.ipynb", as_version=4), name, refs) for _, name in notebooks()]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Solutions: The Memory Cell</title>'
        f"<style>{LOOKS}</style></head><body><h1>Solutions</h1><p>To <em>The Memory Cell</em>, for instructors. The "
        "sets' solutions are on no page of the book: keep this file to yourself. A green line marks an answer.</p>"
        + "\n".join([*sets, *(chapter for chapter in chapters if chapter)])
        + "</body></html>\n"
    )


def main() -> None:
    """Write both forms and say where they are."""
    OUT.mkdir(parents=True, exist_ok=True)
    page: Path = OUT / "solutions.html"
    page.write_text(booklet(references()), encoding="utf8")
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.goto(page.as_uri())
        tab.pdf(path=OUT / "solutions.pdf", prefer_css_page_size=True, tagged=True, outline=True)
        browser.close()
    print(
        f"The solutions are in {OUT.relative_to(ROOT)}/: solutions.html, solutions.pdf. They are for instructors alone."
    )


if __name__ == "__main__":
    main()
