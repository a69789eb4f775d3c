"""Solutions and hidden tests are in no file that students get: student versions, the built book, the package."""

import contextlib
import functools
import html
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import nbformat
import pytest
from in_process import source

import problem_sets
from address import ROOT

HTML = ROOT / "_build" / "html"
REGIONS = re.compile(r"### BEGIN (?:SOLUTION|HIDDEN TESTS)\n(.*?)### END", re.DOTALL)
TEXTS = {".html", ".txt", ".md", ".ipynb", ".js", ".json", ".py", ".csv", ".svg", ".xml", ""}


def lines(text: str) -> set[str]:
    return {" ".join(line.split()) for line in text.splitlines()}


@functools.cache
def secrets() -> set[str]:
    """Return the lines that stand in solutions and hidden tests alone, those that are long enough to tell something.

    Lines that the book or the library have for their own sake are no secret: an LSTM's step can be read in both.
    """
    public = "\n".join(path.read_text(encoding="utf8") for path in (ROOT / "lstmlib").rglob("*.py"))
    for path in (ROOT / "book").glob("*.ipynb"):
        public += "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    hidden: set[str] = set()
    for name in problem_sets.names():
        for cell in source(name).cells:
            hidden |= set().union(*[lines(region) for region in REGIONS.findall(cell.source)])
            public += "\n" + REGIONS.sub("", cell.source)
    return {line for line in hidden - lines(public) if len(line) >= 35}


def found_in(text: str) -> list[str]:
    """Return the secrets in a text, whether it is plain, JSON or HTML."""
    plain = re.sub(r"<[^>]+>", "", html.unescape(text)) + text
    for literal in re.findall(r'"(?:[^"\\]|\\.)*"', text):
        with contextlib.suppress(ValueError):  # HTML quotes things that are no JSON
            plain += "\n" + json.loads(literal)
    squeezed = " ".join(plain.split())
    return [line for line in secrets() if line in squeezed]


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    out = tmp_path_factory.mktemp("released")
    problem_sets.student_versions(out / "sets")
    return out / "sets"


def test_there_is_something_to_look_for():
    assert len(secrets()) > 100
    example = source("set-1-recurrence")
    assert found_in(nbformat.writes(example))
    assert found_in(json.dumps([cell.source for cell in example.cells]))
    assert found_in(html.escape("\n".join(cell.source for cell in example.cells)))


@pytest.mark.parametrize("name", problem_sets.names())
def test_student_versions_hold_nothing_of_it(released, name):
    notebook = nbformat.read(released / f"{name}.ipynb", as_version=4)
    assert found_in("\n".join(cell.source for cell in notebook.cells)) == []
    text = (released / f"{name}.ipynb").read_text(encoding="utf8")
    assert found_in(text) == []
    assert "BEGIN SOLUTION" not in text
    assert "HIDDEN" not in text
    given = {cell.metadata["nbgrader"]["grade_id"] for cell in notebook.cells if "nbgrader" in cell.metadata}
    assert given == {
        cell.metadata["nbgrader"]["grade_id"] for cell in source(name).cells if "nbgrader" in cell.metadata
    }


def test_the_zip_holds_the_student_versions_and_nothing_else(released):
    with zipfile.ZipFile(released / "problem-sets.zip") as together:
        assert together.namelist() == [f"{name}.ipynb" for name in problem_sets.names()]
        for name in together.namelist():
            assert together.read(name) == (released / name).read_bytes()


@pytest.mark.skipif(not HTML.exists(), reason="the book is not built: make book")
def test_the_built_book_holds_nothing_of_it():
    leaks = {}
    for path in HTML.rglob("*"):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as together:
                texts = [together.read(name).decode("utf8", "replace") for name in together.namelist()]
        elif path.is_file() and path.suffix in TEXTS:
            texts = [path.read_text(encoding="utf8", errors="replace")]
        else:
            continue
        for text in texts:
            if found := found_in(text):
                leaks[str(path.relative_to(HTML))] = found[:2]
    assert leaks == {}


@pytest.mark.skipif(not HTML.exists(), reason="the book is not built: make book")
def test_the_page_offers_every_set():
    page = (HTML / "book" / "problem-sets.html").read_text(encoding="utf8")
    for name in [f"{name}.ipynb" for name in problem_sets.names()] + ["problem-sets.zip"]:
        (link,) = re.findall(rf'href="\.\./(_downloads/[0-9a-f]+/{re.escape(name)})"', page)
        assert (HTML / link).exists()


def test_the_package_holds_nothing_of_it(tmp_path):
    """Neither the source distribution nor the wheel has a file of the problem sets."""
    copy = tmp_path / "copy"
    copy.mkdir()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout: which files belong to the project is not known")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not name.startswith("book/"):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    code = "from setuptools import build_meta as b; b.build_sdist('out'); b.build_wheel('out')"
    (copy / "out").mkdir()
    done = subprocess.run([sys.executable, "-c", code], cwd=copy, capture_output=True, text=True)
    if "No module named 'setuptools" in done.stderr:
        pytest.skip("setuptools is not installed")
    assert done.returncode == 0, done.stderr[-2000:]
    (sdist,), (wheel,) = (copy / "out").glob("*.tar.gz"), (copy / "out").glob("*.whl")
    with tarfile.open(sdist) as first, zipfile.ZipFile(wheel) as second:
        held = first.getnames() + second.namelist()
    assert any(name.endswith("lstmlib/numpy/lstm.py") for name in held)
    assert [name for name in held if "assignments" in Path(name).parts or "set-1" in name or "set_1" in name] == []
