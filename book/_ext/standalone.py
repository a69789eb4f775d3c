"""What makes the built pages stand alone: no request to another host, figures that run where the page is opened.

Also here: everything that follows from the repository's public address, which pyproject.toml holds.
"""

import hashlib
import re
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import lstmlib.figures  # noqa: E402, F401  # all figures are known then
from address import NOTEBOOKS, pages, repository  # noqa: E402
from lstmlib.page.bundle import classic_script, figures_in  # noqa: E402
from lstmlib.page.figure import write_given  # noqa: E402

FIGURES, ALL = "figures", "all.js"  # the folder of their scripts; what no page is named
ABOUT = (
    "How does a network hold on to what matters across a long gap? From the vanishing gradient over the memory cell to "
    "what came back after the transformer, with figures to play with, and every number computed by a small library."
)


def follow_address(app: Sphinx, config: Config) -> None:
    """Point the edit, issue and launch buttons and the social cards at the repository."""
    config.html_theme_options.update(
        repository_url=repository(),
        repository_branch="main",
        path_to_docs="",
        use_repository_button=True,
        use_edit_page_button=True,
        use_issues_button=True,
    )
    config.html_baseurl = pages()
    config.ogp_site_url = pages()


def find_looks(app: Sphinx, config: Config) -> None:
    """Name the style sheet and the templates by whole paths: Jupyter Book 1 resolves relative ones nowhere."""
    config.html_static_path.append(str(ROOT / "book" / "_static"))
    config.templates_path.append(str(ROOT / "book" / "_templates"))
    config.html_css_files.append("book.css")
    config.html_js_files += [(name, {"defer": "defer"}) for name in ("book.js", "levels.js", "live.js", "search.js")]


def add_figures(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Give a page with figures the script of those: a classic one, since modules don't load from a file's address."""
    if app.builder.name == "html" and (names := figures_in(context.get("body", ""))):
        version = hashlib.sha256(classic_script(names).encode()).hexdigest()[:8]
        address = context["pathto"](f"_static/{FIGURES}/{pagename.rsplit('/', 1)[-1]}.js", 1)
        context["body"] += f'<script defer src="{address}?v={version}"></script>'


def write_figures(app: Sphinx, exception: Exception | None) -> None:
    """Write every page's script, and one of all figures for decks; beside them what figures load when a reader asks.

    Also those of pages that haven't changed: the figures may have.
    """
    if exception or app.builder.name != "html":
        return
    folder = Path(app.outdir) / "_static" / FIGURES
    folder.mkdir(parents=True, exist_ok=True)
    for path in (Path(app.outdir) / "book").glob("*.html"):
        if names := figures_in(path.read_text(encoding="utf8")):
            (folder / f"{path.stem}.js").write_text(classic_script(names), encoding="utf8")
    (folder / ALL).write_text(classic_script(), encoding="utf8")
    write_given(folder)


def drop_scripts(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Leave out Thebe, which would be fetched from elsewhere, and tags that Sphinx 7.4 emits twice."""
    seen, kept = set(), []
    for script in context.get("script_files", []):
        name, body = str(getattr(script, "filename", script)), getattr(script, "attributes", {}).get("body", "")
        if "thebe" in name or "THEBE" in body or (name, body) in seen:
            continue
        seen.add((name, body))
        kept.append(script)
    context["script_files"] = kept


def mend_roles(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Give bibliography entries the role that their list wants: docutils' own, doc-biblioentry, is deprecated."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def drop_repeated_ids(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Leave the sections in exercises and solutions without ids: sphinx-exercise gives all of a page the same two."""
    for section in doctree.findall(nodes.section):
        if section["ids"] in (["exercise-content"], ["solution-content"]):
            section["ids"] = []


def keep_shape(app: Sphinx, doctree: nodes.document) -> None:
    """Give plots, whose notebooks say how large they are shown, a width alone: a narrow screen may make it smaller."""
    for image in doctree.findall(nodes.image):
        if "width" in image:
            image.attributes.pop("height", None)


def lead_to_plain_notebooks(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Have a chapter's buttons lead to the notebook that every viewer shows (tools/plain_notebooks.py), or edits."""
    if not str(context.get("sourcename", "")).endswith(".ipynb"):
        return
    notebook = f"{pagename.rsplit('/', 1)[-1]}.ipynb"
    for group in context.get("header_buttons", []):  # an e-book has none
        for button in group.get("buttons", []):
            if button.get("label") == "download-source-button":
                button["url"] = context["pathto"](f"notebooks/{notebook}", 1)
            elif button.get("label") == "source-edit-button":  # as cells, in a browser: GitHub's own editor shows JSON
                button["url"] = f"{repository().replace('github.com', 'github.dev')}/blob/main/{pagename}.ipynb"
            elif group.get("label") == "launch-buttons":
                for between in ("?urlpath=lab/tree/", "/"):
                    button["url"] = button["url"].replace(
                        f"main{between}{pagename}.ipynb", f"{NOTEBOOKS}{between}{notebook}"
                    )


def say_what_the_book_is(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Give the front page a title of its own and a description: its first words are an instruction."""
    if pagename == app.config.root_doc:
        context["title"] = "An executable textbook on LSTM"
        tags = re.sub(r'(<meta [^>]*description" content=")[^"]*', rf"\g<1>{ABOUT}", context.get("metatags", ""))
        context["metatags"] = re.sub(r'(<meta property="og:image:alt" content=")[^"]*', rf"\g<1>{ABOUT}", tags)


def name_toggles(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Give a name to what folds a chapter's pages in the contents: the theme leaves it without one."""
    if contents := context.get("generate_toctree_html"):
        named = '<summary aria-label="Pages of this chapter">'
        context["generate_toctree_html"] = lambda *given, **more: str(contents(*given, **more)).replace(
            "<summary>", named
        )


# A formula in a line, and what must not be parted from it; browsers may break a line on either side of one.
FORMULA = re.compile(
    r'([(\[“‘]?)(<span class="math notranslate nohighlight">\\\([^<]*\\\)</span>)((?:’s\b|[.,;:!?)\]”’]|-\w+)*)'
)


def keep_together(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Keep a comma, a bracket or an ending in the line of the formula at which it stands."""

    def kept(found: re.Match[str]) -> str:
        return f'<span class="book-kept">{found[0]}</span>' if found[1] or found[3] else found[0]

    if "body" in context and app.builder.name != "epub":
        context["body"] = FORMULA.sub(kept, context["body"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("config-inited", follow_address, priority=10)
    app.connect("config-inited", find_looks, priority=10)
    app.connect("doctree-read", keep_shape)
    app.connect("doctree-resolved", drop_repeated_ids)
    app.connect("html-page-context", drop_scripts, priority=900)
    app.connect("html-page-context", mend_roles)
    app.connect("html-page-context", keep_together)
    app.connect("html-page-context", say_what_the_book_is, priority=900)
    app.connect("html-page-context", lead_to_plain_notebooks, priority=900)
    app.connect("html-page-context", name_toggles, priority=900)
    app.connect("html-page-context", add_figures, priority=950)
    app.connect("build-finished", write_figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
