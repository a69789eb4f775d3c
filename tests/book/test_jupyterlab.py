"""Readers' notebooks in JupyterLab itself, in Chromium: no roles, answers folded, figures that Python hears."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from myst_nb.core.variables import format_plain_text

import lab
from contents import notebooks
from plain_notebooks import glued

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ["sequences", "forget-gate", "transformer"]
WAIT = 300  # seconds; a busy machine is slow
MYST = re.compile(r"\{[a-z:_-]+\}|:::|```|^\(\S+\)=", re.MULTILINE)
FIGURE = [
    "from lstmlib.figures import Safe\n\nsafe = Safe()\nsafe",
    "print('the gate:', safe.input_gate[0], safe.step)",
]
# All of a notebook is drawn at once, so that all of it can be looked at; nothing is asked of another host.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

if not lab.PLAIN.exists():
    pytest.skip("the book is not built: make book", allow_module_level=True)
pytestmark = pytest.mark.browser


def wait_for(address, process):
    """Wait until a server answers."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        assert process.poll() is None, "JupyterLab has stopped"
        try:
            return urllib.request.urlopen(address, timeout=10).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise TimeoutError(address)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """JupyterLab over a folder as `make lab` makes it, and a notebook with a figure; its address and the folder."""
    top = tmp_path_factory.mktemp("lab")
    work = top / "work"
    lab.bring(work, [(f"{name}.ipynb", lab.PLAIN / f"{name}.ipynb") for name in CHAPTERS])
    cells = [nbformat.v4.new_code_cell(source) for source in FIGURE]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), work / "figure.ipynb")
    for name, values in SETTINGS.items():
        path = top / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}  # nothing of who runs the tests
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JUPYTERLAB_SETTINGS_DIR": str(top / "settings")}
    environment |= {f"JUPYTER_{name}_DIR": str(top / folder) for name, folder in folders.items()}
    options = [f"--ServerApp.root_dir={work}", f"--port={port}", "--ServerApp.port_retries=0", "--no-browser"]
    options += ["--IdentityProvider.token=", "--LabApp.extension_manager=readonly", "--allow-root"]
    with (top / "log").open("w") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        process = subprocess.Popen(command, cwd=work, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/"
    try:
        wait_for(f"{address}api/status", process)
        yield address, work
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def visit(server, browser):
    """Return a function that opens a notebook and waits until its last cell is drawn."""
    contexts = []

    def visit(name):
        address, work = server
        context = browser.new_context(viewport={"width": 1200, "height": 900}, reduced_motion="reduce")
        contexts.append(context)
        context.set_default_timeout(WAIT * 1000)
        page = context.new_page()
        page.outside = []
        page.on(
            "request",
            lambda r: page.outside.append(r.url) if r.url.startswith("http") and "127.0.0.1" not in r.url else 0,
        )
        page.goto(f"{address}doc/tree/{name}.ipynb")
        count = len(nbformat.read(work / f"{name}.ipynb", as_version=4).cells)
        page.wait_for_function("n => document.querySelectorAll('.jp-Notebook .jp-Cell').length >= n", arg=count)
        page.wait_for_function("() => !document.querySelector('.jp-MarkdownCell .jp-MarkdownOutput:empty')")
        return page

    yield visit
    for context in contexts:
        context.close()


# What a reader reads: the text of the cells as it is drawn, without formulas and code.
TEXT = """() => [...document.querySelectorAll(".jp-MarkdownOutput")].map((drawn) => {
  const text = drawn.cloneNode(true);
  text.querySelectorAll("mjx-container, script, pre, code, .MathJax").forEach((part) => part.remove());
  return text.textContent;
}).join("\\n")"""


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_reads_there_as_in_the_book(visit, name):
    page = visit(name)
    page.wait_for_function("() => document.querySelector('mjx-container, .MathJax')")  # formulas are set
    text = page.evaluate(TEXT)
    assert len(text) > 5000
    assert MYST.findall(re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", "", text, flags=re.DOTALL)) == []
    source = next(page for _, page in notebooks() if Path(page).name == name)
    stored = nbformat.read(ROOT / f"{source}.ipynb", as_version=4)
    read, values = " ".join(text.split()), glued(stored)
    prose = "\n".join(cell.source for cell in stored.cells if cell.cell_type == "markdown")
    numbers = set(re.findall(r"\{glue:text\}`([\w -]+)`", prose))
    assert len(numbers) > 5
    for number in numbers:
        assert " ".join(format_plain_text(values[number], "s").split()) in read, number
    folded = page.locator(".jp-MarkdownOutput details")
    assert folded.count() >= prose.count("```{solution}") > 3
    assert folded.evaluate_all("all => all.filter((one) => one.open).length") == 0
    right = page.get_by_text("✓ Right.")
    assert right.count() > 3
    assert not any(answer.is_visible() for answer in right.all())
    assert not page.locator(".jp-CodeCell .jp-InputArea-editor:visible", has_text='"right": True').count()
    folded.first.locator("summary").click()
    assert folded.first.locator(":scope > :not(summary)").first.is_visible()
    assert page.outside == []


def test_a_figure_stands_there_before_it_is_run(visit):
    """A still picture, though nobody has trusted the notebook."""
    page = visit(CHAPTERS[0])
    picture = page.locator(".jp-OutputArea-output img[src^='data:image/svg']").first
    assert picture.evaluate("i => i.decode().then(() => i.naturalWidth)") > 100
    assert picture.get_attribute("alt")


def run(page, cell):
    """Run a cell, once a kernel is there: what is pressed before is lost."""
    page.get_by_text(re.compile(r"\| Idle$")).first.wait_for()
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    cell.locator(".jp-InputPrompt", has_text=re.compile(r"\[\d+\]")).wait_for()


def test_a_figure_is_played_with_there_and_python_hears_of_it(visit):
    page = visit("figure")
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    run(page, cells.nth(0))
    door = cells.nth(0).get_by_role("button", name="Open the left door")
    door.press("Enter")
    cells.nth(0).get_by_role("button", name="Step →").press("Enter")
    run(page, cells.nth(1))
    cells.nth(1).get_by_text("the gate: 1.0 2").wait_for()
    assert page.outside == []


def test_every_extension_of_jupyterlab_fits_it():
    listed = subprocess.run(
        [sys.executable, "-m", "jupyter", "labextension", "list"], capture_output=True, text=True, check=True
    )
    said = listed.stdout + listed.stderr
    assert re.search(r"anywidget v\S+ .*enabled.*OK", said)
    assert "jupyterlab-manager" in said
    assert "not compatible" not in said
    assert "error" not in said.lower()
