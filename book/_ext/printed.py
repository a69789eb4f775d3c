"""What the book on paper and the e-book need of their builds: all on one page; MathML and XHTML."""

import re
import sys
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from address import pages
from lstmlib import __version__
from lstmlib.page.figure import ELSE, STILL

THEMES = ("sphinx_book_theme", "pydata_sphinx_theme", "sphinx_thebe", "sphinx_copybutton", "sphinxext.opengraph")
SITE_ONLY = re.compile(r"mystnb\.|exercise\.css")
TO_FIGURE = re.compile(r'href="([\w-]+)\.html#[^"]*:[^"]*"')  # a link that sets a figure, which an e-book doesn't have
NESTED = re.compile(r"<mo><mrow>(<mo>[^<]*</mo>)</mrow></mo>")  # an operator in an operator, which MathML doesn't know
PLACE = re.compile(r'\b(?:href="#|id=")[^"]*')
SUMMARY = re.compile(r"<summary.*?</summary>", re.DOTALL)
TAG = re.compile(r"\s*</?(?!img|br|hr|input)\w[^<>]*>\s*")


def share_handlers(app: Sphinx) -> None:
    """Let one page show all that pages show: sphinx-exercise's handlers for the one would hide the others'."""
    handlers = app.registry.translation_handlers
    if "singlehtml" in handlers:
        handlers["singlehtml"] = {**handlers.get("html", {}), **handlers["singlehtml"]}


def prepare_book(app: Sphinx) -> None:
    """For an e-book: formulas as MathML, no script, and none of what the theme does for a site."""
    if app.builder.name != "epub":
        return
    app.config.html_math_renderer = "mathml"
    app.config.version = app.config.release = __version__
    app.config.epub_identifier, app.config.epub_uid, app.config.epub_scheme = pages(), "address", "URL"
    app.config.epub_contributor = app.config.author
    app.config.epub_copyright = "CC BY 4.0"
    for event, listeners in app.events.listeners.items():
        if event in ("html-page-context", "builder-inited", "build-finished", "doctree-resolved"):
            app.events.listeners[event] = [one for one in listeners if not one.handler.__module__.startswith(THEMES)]


def as_mathml(tex: str, display: str) -> str:
    """Return a formula as MathML.

    Raises:
        ValueError: it can't be said so.
    """
    from latex2mathml.converter import convert  # what an e-book alone needs

    try:
        made = str(convert(re.sub(r"\{aligned\}", "{split}", tex), display=display))
        return NESTED.sub(r"\1", made)
    except Exception as error:  # the package raises what it likes
        raise ValueError(f"no MathML for {tex}: {error}") from error


def visit_math(translator: Any, node: nodes.math) -> None:
    """Write a formula in a line."""
    translator.body.append(as_mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_displaymath(translator: Any, node: nodes.math_block) -> None:
    """Write a formula that stands by itself, with its number."""
    number = f'<span class="eqno">({node["number"]})</span>' if node.get("number") else ""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(f"{number}{as_mathml(node.astext(), 'block')}</div>")
    raise nodes.SkipNode


def without_colons(text: str) -> str:
    """Return HTML with other names for its places, and in links to them: Sphinx renames those of its own so."""
    return PLACE.sub(lambda found: found[0].replace(":", "-"), text)


def as_xhtml(text: str) -> str:
    """Return HTML with every element closed, and every SVG in its own namespace and spelling."""
    soup = BeautifulSoup(text, "html.parser")
    for svg in soup("svg"):
        svg["xmlns"] = "http://www.w3.org/2000/svg"
        if "viewbox" in svg.attrs:  # the parser writes all names small
            svg["viewBox"] = svg.attrs.pop("viewbox")
    return str(soup)


def write_xhtml(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """For an e-book: close every element of what cells, figures and authors wrote as HTML, and lead to its pages."""
    if app.builder.name != "epub":
        return
    address = f"{pages()}{docname}.html"
    for raw in doctree.findall(nodes.raw):
        if "html" in raw.get("format", ""):
            text = without_colons(TO_FIGURE.sub(r'href="\1.xhtml"', raw.astext()))
            there = f'A figure to play with, at <a href="{address}">{address}</a>'
            text = text.replace(STILL, there).replace(ELSE, f"{there}; the picture shows it in other settings")
            if not TAG.fullmatch(text):  # one tag has its other half elsewhere
                text = as_xhtml(text)
            raw.children[:] = [nodes.Text(text)]


def fold_solutions(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """For an e-book: fold what a script folds on the site."""
    if app.builder.name != "epub":
        return
    for solution in [node for node in doctree.findall(nodes.Element) if node.tagname == "solution_node"]:
        where = solution.parent.index(solution)
        solution.parent.insert(where + 1, nodes.raw("", "</details>", format="html"))
        solution.parent.insert(where, nodes.raw("", "<details><summary>Solution</summary>", format="html"))


def keep_to_the_book(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """For an e-book: no script, and no style sheet that only a site gets."""
    if app.builder.name == "epub":
        if "body" in context:  # what folds is named by a line, not by paragraphs
            context["body"] = SUMMARY.sub(lambda found: re.sub(r"(</?)p\b", r"\1span", found[0]), context["body"])
        context["script_files"] = []
        context["css_files"] = [
            css for css in context["css_files"] if not SITE_ONLY.search(str(getattr(css, "filename", css)))
        ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
    app.connect("builder-inited", share_handlers)
    app.connect("builder-inited", prepare_book, priority=1)
    app.connect("doctree-resolved", write_xhtml)
    app.connect("doctree-resolved", fold_solutions, priority=900)  # its halves are no XHTML for themselves
    app.connect("html-page-context", keep_to_the_book, priority=999)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
