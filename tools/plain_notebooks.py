"""Write the book's notebooks as any viewer shows them: JupyterLab, VS Code, Colab, GitHub.

    python tools/plain_notebooks.py                 # after a build, as tools/build.py does, into _build/html/notebooks/
    python tools/plain_notebooks.py --branch DIR    # what the branch holds that Colab and Binder open

The sources are written for Jupyter Book: their numbers are names, and the page hides cells and folds solutions. Of each
this makes a notebook in which the numbers stand, references are words that lead to the page, solutions and the answers
of quizzes open on a press, and code that the page hides is folded, or gone where no other cell needs it.
"""

import argparse
import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from address import ROOT, pages, repository
from contents import notebooks
from lstmlib.figures.quiz import order
from plain_code import gluers, names, without_glue
from plain_markdown import Page, caption, folded, plain
from references import References, references

OUT = ROOT / "_build" / "html" / "notebooks"
GLUED = "application/papermill.record/text/plain"
HIDING = {"remove-cell", "remove-input", "hide-input", "hide-cell"}
QUESTIONS = re.compile(r'<lstm-quiz [^>]*?questions="([^"]*)"')
CODE_IN_TEXT = re.compile(r"^(?:~~~|```) *python\n(.*?)^(?:~~~|```)", re.MULTILINE | re.DOTALL)


def glued(notebook: NotebookNode) -> dict[str, str]:
    """Return what a notebook's cells glue: name and text."""
    return {
        output.metadata["scrapbook"]["name"]: output.data[GLUED]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if GLUED in output.get("data", {})
    }


def make_plain(notebook: NotebookNode, name: str, refs: References, site: str = "") -> NotebookNode:
    """Return the plain version of a notebook.

    Args:
        notebook: as stored in ``book/``, with its outputs.
        name: the page's, as in the contents.
        refs: what its references mean.
        site: the address of the pages; the book's own if none is given.

    Raises:
        ValueError: something in a cell can't be made plain; the message names the cell.
    """
    page = Page(name, glued(notebook), refs, site or pages())
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    glues = gluers(sources)
    live = {word for cell in notebook.cells for code in CODE_IN_TEXT.findall(cell.source) for word in names(code)}
    cells: list[NotebookNode] = []
    for number, cell in reversed(list(enumerate(notebook.cells))):
        try:
            if cell.cell_type == "markdown":
                made = [_text(cell, page)]
            else:
                made = _code(cell, glues, live, page)
                live |= {word for part in made if part.cell_type == "code" for word in names(part.source)}
        except ValueError as error:
            raise ValueError(f"{name}.ipynb, cell {number}: {error}") from error
        cells = made + cells
    metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    _head(cells[0], page)
    made_plain = new_notebook(cells=[cell for cell in cells if cell.source], metadata=metadata)
    nbformat.validate(made_plain)
    return made_plain


def _text(cell: NotebookNode, page: Page) -> NotebookNode:
    return new_markdown_cell(plain(cell.source, page), id=cell.id)


def _head(cell: NotebookNode, page: Page) -> None:
    """Say below the title where the page is."""
    title, _, rest = cell.source.partition("\n")
    note = (
        f"*The notebook of [a page]({page.address}) of [The Memory Cell]({page.site}), where the figures answer before "
        "anything is run. Code that the page hides is folded here.*"
    )
    cell.source = f"{title}\n\n{note}\n{rest}".rstrip()


def _code(cell: NotebookNode, glues: set[str], live: set[str], page: Page) -> list[NotebookNode]:
    """Return what stands for a code cell: a quiz's questions, or the cell and its figure's caption, or nothing."""
    tags = set(cell.metadata.get("tags", []))
    shown = [output for output in cell.outputs if GLUED not in output.get("data", {})]
    for output in shown:
        if found := QUESTIONS.search(output.get("data", {}).get("text/html", "")):
            return [new_markdown_cell(_quiz(json.loads(html.unescape(found[1]))), id=cell.id)]
    made = nbformat.from_dict(cell)
    hidden = "remove-cell" in tags
    made.source = without_glue(cell.source, glues, live if hidden else None)
    if not made.source:
        return []
    made.outputs = [] if tags & {"remove-cell", "remove-output"} else nbformat.from_dict(shown)
    made.metadata = nbformat.from_dict({})
    if tags & HIDING:  # JupyterLab and VS Code look at the one, Colab at the other
        made.metadata = nbformat.from_dict({"jupyter": {"source_hidden": True}, "cellView": "form"})
    said = cell.metadata.get("mystnb", {})
    if alt := said.get("image", {}).get("alt"):
        for output in made.outputs:
            if "image/png" in output.get("data", {}):
                output.metadata["image/png"] = {**output.metadata.get("image/png", {}), "alt": alt}
    figure = said.get("figure", {})
    if "caption" not in figure:
        return [made]
    return [made, new_markdown_cell(caption(figure.get("name", ""), figure["caption"], page), id=f"{cell.id}-caption")]


def _quiz(questions: list[dict]) -> str:
    """Return a quiz as text: each answer opens and says what is right or wrong in it."""
    parts = []
    for number, question in enumerate(questions, 1):
        parts.append(f"**{number}. {question['question']}**")
        for place in order(question):
            answer = question["answers"][place]
            word = "✓ Right." if answer["right"] else "✗ Not yet."
            parts.append(folded(_as_html(answer["text"]), f"**{word}** {answer['reason']}"))
    return "\n\n".join(parts)


def _as_html(text: str) -> str:
    """Return an answer's text for a summary, in which some viewers read no Markdown."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", text)


def write(out: Path = OUT) -> list[Path]:
    """Write all plain notebooks and return their paths, in the order of the contents.

    Raises:
        ValueError: one can't be made plain.
    """
    refs = references()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    written = []
    for _, name in notebooks():
        made = make_plain(nbformat.read(ROOT / f"{name}.ipynb", as_version=4), name, refs)
        written.append(out / f"{Path(name).name}.ipynb")
        nbformat.write(made, written[-1])
    return written


def newest_commit() -> str:
    """Return the commit that is checked out; nothing where there is no git."""
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() if found.returncode == 0 else ""


def write_branch(folder: Path, out: Path = OUT, commit: str = "") -> None:
    """Write what stands on the branch of notebooks: these, and what Binder installs to run them.

    Args:
        folder: made if it isn't there.
        out: where the notebooks are, with what came from the same build.
        commit: of the library that they install; without, whatever is newest then.
    """
    (folder / ".binder").mkdir(parents=True, exist_ok=True)
    moving, fixed = f"git+{repository()}", f"git+{repository()}@{commit}" if commit else f"git+{repository()}"
    for path in out.glob("*.ipynb"):  # a copy that somebody keeps goes on with the library that it was written for
        text = path.read_text(encoding="utf8")
        (folder / path.name).write_text(text.replace(f'{moving}\\"', f'{fixed}\\"'), encoding="utf8")
    shutil.copy(ROOT / "constraints.txt", folder / ".binder")
    (folder / ".binder" / "requirements.txt").write_text(
        "# No CUDA: Binder's machines have no GPU, and little room.\n"
        "--extra-index-url https://download.pytorch.org/whl/cpu\n"
        "-c constraints.txt\n"
        f"lstmlib[torch,notebooks,paper,lab] @ {fixed}\n",
        encoding="utf8",
    )
    listed = [f"- [{Path(page).name}]({Path(page).name}.ipynb)\n" for _, page in notebooks()]
    (folder / "README.md").write_text(
        f"The notebooks of [The Memory Cell]({pages()}), made from the sources on `main`; change them there.\n\n"
        + "".join(listed),
        encoding="utf8",
    )


def main() -> None:
    """Write what the command line asks for, and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--branch", type=Path, metavar="DIR", help="write the branch's files into this folder")
    folder = parser.parse_args().branch
    if folder is None:
        print(f"{len(write())} notebooks are in {OUT.relative_to(ROOT)}/")
    else:
        write_branch(folder, commit=newest_commit())
        print(f"The branch's files are in {folder}/")


if __name__ == "__main__":
    main()
