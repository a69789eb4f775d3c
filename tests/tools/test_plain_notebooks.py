"""The notebooks that readers get, rendered: no role, no directive, no number missing, nothing given away."""

import copy
import functools
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from myst_nb.core.variables import format_plain_text
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from test_pages import links

from address import pages
from contents import notebooks
from plain_notebooks import OUT, glued, write_branch

ROOT = Path(__file__).resolve().parents[2]
PAGES = [page for _, page in notebooks()]

if not OUT.exists():
    pytest.skip("the book is not built: make book", allow_module_level=True)

MYST = re.compile(r"\{[a-z:_-]+\}|:::|^\(\S+\)=|scrapbook|myst", re.MULTILINE)


@functools.cache
def made(page):
    return nbformat.read(OUT / f"{Path(page).name}.ipynb", as_version=4)


@functools.cache
def rendered(page):
    """Return the notebook as nbconvert renders it, without its outputs and code: text, and what is folded in it."""
    texts = nbformat.from_dict(made(page))
    texts.cells = [cell for cell in texts.cells if cell.cell_type == "markdown"]
    return BeautifulSoup(HTMLExporter(template_name="basic").from_notebook_node(texts)[0], "html.parser")


@pytest.mark.parametrize("page", PAGES)
def test_the_text_reads_without_jupyter_book(page):
    soup = copy.copy(rendered(page))
    for code in soup(["pre", "code"]):
        assert "```{" not in code.text
        code.decompose()
    text = re.sub(r"\$\$.*?\$\$|\$[^$]+\$", "", soup.text, flags=re.DOTALL)
    assert MYST.findall(text) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_number_of_the_prose_stands_in_it(page):
    stored = nbformat.read(ROOT / f"{page}.ipynb", as_version=4)
    texts = "\n".join(cell.source for cell in stored.cells if cell.cell_type == "markdown")
    read = " ".join(rendered(page).text.split())
    values = glued(stored)
    for name in set(re.findall(r"\{glue:text\}`([\w -]+)`", texts)):
        assert " ".join(format_plain_text(values[name], "s").split()) in read, name


@pytest.mark.parametrize("page", PAGES)
def test_solutions_and_answers_are_folded(page):
    stored = nbformat.read(ROOT / f"{page}.ipynb", as_version=4)
    solutions = sum(cell.source.count("```{solution}") for cell in stored.cells)
    summaries = [summary.text for summary in rendered(page).select("details > summary")]
    assert sum(text.startswith("Solution to exercise") for text in summaries) == solutions
    quizzes = sum("Quiz([" in cell.source for cell in stored.cells)
    assert sum(len(d.text) > 30 and d.text.strip().count("✓ Right.") for d in rendered(page)("details")) >= quizzes
    assert not any('"right": True' in cell.source for cell in made(page).cells)


@pytest.mark.parametrize("page", PAGES)
def test_code_that_the_page_hides_is_folded_or_gone(page):
    shown = [cell for cell in made(page).cells if cell.cell_type == "code" and not cell.metadata.get("jupyter")]
    stored = nbformat.read(ROOT / f"{page}.ipynb", as_version=4)
    open_there = {cell.id for cell in stored.cells if cell.cell_type == "code" and not cell.metadata.get("tags")}
    assert {cell.id for cell in shown} <= open_there
    assert not any("glue" in cell.source for cell in made(page).cells)
    assert not any("papermill" in str(output.get("data", {}).keys()) for cell in shown for output in cell.outputs)


@pytest.mark.parametrize("page", PAGES)
def test_plots_are_shown_at_their_size_in_every_viewer(page):
    """And have their words: JupyterLab, Colab, GitHub and nbconvert look for both in an output's metadata."""
    for cell in made(page).cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                assert {"alt", "width", "height"} <= set(output.metadata["image/png"])


def test_no_code_lacks_a_name():
    """What was cut out is needed nowhere: ruff reads each notebook's cells as one program."""
    command = [Path(sys.executable).parent / "ruff", "check", "--isolated", "--select", "F821", *OUT.glob("*.ipynb")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


PRINTED = {"the-memory-cell.pdf", "the-memory-cell.epub"}  # put there when the site is published, see publish.yml


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_the_site(page):
    """Addresses under the book's own stand in the built pages, pictures among them."""
    site, html = pages(), OUT.parent
    for target in [*(a["href"] for a in rendered(page)("a")), *(i["src"] for i in rendered(page)("img"))]:
        if target.startswith("#"):  # nbconvert's own, at headings
            continue
        assert target.startswith("https://"), target
        if target.startswith(site):
            file, _, fragment = target.removeprefix(site).partition("#")
            if file in PRINTED:
                continue
            assert (html / file).exists(), target
            assert not fragment or fragment in links(html / file).ids, target


def test_the_branch_holds_what_binder_needs(tmp_path):
    write_branch(tmp_path, commit="0a1b2c")
    assert {path.name for path in tmp_path.glob("*.ipynb")} == {f"{Path(page).name}.ipynb" for page in PAGES}
    wanted = (tmp_path / ".binder" / "requirements.txt").read_text()
    assert "/whl/cpu\n-c constraints.txt\n" in wanted
    assert wanted.endswith("@0a1b2c\n")
    for path in tmp_path.glob("*.ipynb"):  # Colab's installation: the library that the notebook was written for
        assert "@0a1b2c" in next(
            cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"
        )
    assert (tmp_path / ".binder" / "constraints.txt").read_text() == (ROOT / "constraints.txt").read_text()
    assert all(
        (tmp_path / name).exists() for name in re.findall(r"\]\((\S+[.]ipynb)\)", (tmp_path / "README.md").read_text())
    )


def test_a_plain_notebook_runs():
    """A short one: nbval runs all sources and compares what they print, and names are looked at above."""
    notebook = nbformat.from_dict(made("book/how-the-numbers-were-made"))
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    assert any(cell.outputs for cell in notebook.cells if cell.cell_type == "code")
