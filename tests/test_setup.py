"""The ways to set the project up say the same, and what follows from the repository's address follows it."""

import ast
import base64
import importlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image

import address
import build
import install

ROOT = Path(__file__).resolve().parents[1]

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))


def pins():
    lines = (line.split("#")[0].strip() for line in (ROOT / "constraints.txt").read_text().splitlines())
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines if line}


def test_environment_says_what_pyproject_says():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, pip, by_pip = environment["dependencies"]
    assert python.startswith(f"python{PYPROJECT['project']['requires-python']}")
    assert pip == "pip"
    assert " ".join(by_pip["pip"]).split() == install.PIP_ARGUMENTS


def test_the_installer_supports_the_pythons_that_pyproject_names():
    oldest, newest = install.OLDEST, install.NEWEST
    assert PYPROJECT["project"]["requires-python"] == f">={oldest[0]}.{oldest[1]}"
    (python, *_) = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert python == f"python>={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"


def test_every_requirement_is_pinned_to_a_version_that_it_allows():
    project = PYPROJECT["project"]
    wanted = project["dependencies"] + [
        line for extra in project["optional-dependencies"].values() for line in extra if not line.startswith("lstmlib")
    ]
    pinned = pins()
    for line in wanted:
        requirement = Requirement(line)
        pin = pinned.get(canonicalize_name(requirement.name))
        assert pin is not None, f"constraints.txt does not pin {requirement.name}"
        (exact,) = pin.specifier
        assert exact.operator == "=="
        assert requirement.specifier.contains(exact.version), f"{line}, but pinned to {exact.version}"


def test_all_holds_every_extra_and_the_readers_part_is_small():
    extras = PYPROJECT["project"]["optional-dependencies"]

    def held(name):
        (together,) = extras[name]
        return set(re.search(r"\[(.*)\]", together).group(1).split(","))

    assert held("all") | held("reader") == set(extras) - {"all"}
    for package in ("mypy", "playwright", "distributed", "nbgrader", "onnxruntime"):
        assert not any(line.startswith(package) for extra in held("reader") for line in extras[extra])


@pytest.mark.parametrize("target", ["lab", "book", "serve", "notebooks"])
def test_readers_commands_install_the_readers_part(target):
    asked = subprocess.run(["make", "-n", "-W", "pyproject.toml", target], cwd=ROOT, capture_output=True, text=True)
    assert re.findall(r"tools/install\.py (\w+)", asked.stdout) == ["reader"]


@pytest.mark.parametrize(
    ("target", "extra"),
    [
        ("test", "all"),
        ("install", "all"),
        ("stills", "all"),
        ("grade", "grading"),
        ("bench", "bench"),
        ("data", "data"),
        ("pdf", "print"),
        ("epub", "print"),
        ("pack", "print"),
        ("solutions", "print"),
        ("otter", "grading"),
        ("template", "grading"),
    ],
)
def test_other_commands_install_what_they_need(target, extra):
    asked = subprocess.run(["make", "-n", "-W", "pyproject.toml", target], cwd=ROOT, capture_output=True, text=True)
    assert re.findall(r"tools/install\.py (\w+)", asked.stdout)[-1] == extra


def test_the_address_stands_in_one_place():
    """In pyproject.toml; the notebooks' first cells, the README's links and the citation say the same."""
    where = address.repository().removeprefix("https://")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout: which files belong to the project is not known")
    files = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    holding = [name for name in files if where in (ROOT / name).read_text(encoding="utf8", errors="replace")]
    others = sorted(name for name in holding if not name.endswith(".ipynb"))
    assert others == ["CITATION.cff", "README.md", "pyproject.toml"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf8"))
    assert (citation["repository-code"], citation["url"]) == (address.repository(), address.pages())
    assert citation["preferred-citation"]["url"] == address.pages()
    assert citation["version"] == importlib.import_module("lstmlib").__version__


def test_the_package_names_the_book():
    assert PYPROJECT["project"]["urls"]["Documentation"] == address.pages()


def test_the_readme_leads_to_the_book():
    readme = (ROOT / "README.md").read_text(encoding="utf8")
    owner_name = "/".join(address.repository().split("/")[-2:])
    for link in (
        address.pages(),
        f"git clone {address.repository()}\n",
        f"https://colab.research.google.com/github/{owner_name}/blob/{address.NOTEBOOKS}/index.ipynb",
        f"{address.repository()}/actions/workflows/test.yml/badge.svg",
        f"https://mybinder.org/v2/gh/{owner_name}/{address.NOTEBOOKS}?urlpath=lab/tree/index.ipynb",
    ):
        assert link in readme


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_install_the_library_in_colab_first(path):
    cells = json.loads(path.read_text())["cells"]
    first = next(cell for cell in cells if cell["cell_type"] == "code")
    assert "".join(first["source"]) == address.install_cell(), "run: make notebooks"
    assert first["metadata"]["tags"] == ["remove-cell"]


def test_in_colab_a_failed_installation_stops_the_first_cell(monkeypatch):
    code = re.sub(r"%pip install .*", "pass", address.install_cell())
    exec(code, {})  # anywhere else it does nothing
    monkeypatch.setitem(sys.modules, "google.colab", sys)
    exec(code, {})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match="could not be installed"):
        exec(code, {})


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_keep_to_the_rules_for_cells(path):
    """Cells that are shown are short and narrow, figures have alt text and captions, one output may go unchecked."""
    unchecked = 0
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] != "code":
            continue
        source, tags = "".join(cell["source"]), cell["metadata"].get("tags", [])
        unchecked += "nbval-ignore-output" in tags or "NBVAL_IGNORE_OUTPUT" in source
        if not {"remove-cell", "remove-input"} & set(tags):
            lines = [line for line in source.splitlines() if line.strip()]
            assert len(lines) <= (30 if "hide-input" in tags else 15), source  # folded code may be longer
            assert max(map(len, lines)) <= 95, f"wider than a page's column:\n{source}"
        for output in cell["outputs"]:
            if picture := output.get("data", {}).get("image/png"):
                stored = Image.open(io.BytesIO(base64.b64decode(picture)))
                size = output["metadata"].get("image/png", {})
                again = f"plots are stored with two pixels for one: python tools/notebooks.py book/{path.name}"
                assert (stored.width // 2, stored.height // 2) == (size.get("width"), size.get("height")), again
                assert stored.mode == "P", again
        if any("image/png" in output.get("data", {}) for output in cell["outputs"]):
            shown = cell["metadata"].get("mystnb", {})
            assert len(shown.get("image", {}).get("alt", "")) > 20, f"a figure without alt text:\n{source}"
            assert len(shown.get("figure", {}).get("caption", "")) > 20, f"a figure without a caption:\n{source}"
    assert unchecked <= 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_one_minute_is_read_in_one(path):
    """The room *In one minute* asks first, then shows its figure, and holds no more than 140 words."""
    cells = json.loads(path.read_text())["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    _, room, rest = text.partition("## In one minute\n")
    assert len(rest.partition("\n## ")[0].split()) <= 140
    if room:
        code = itertools.takewhile(lambda cell: cell["cell_type"] == "code", cells[1:])
        shown = {kind for cell in code for output in cell["outputs"] for kind in output.get("data", {})}
        assert {"text/html", "image/png"} & shown, "no figure before the room's second paragraph"


def test_every_chapter_is_in_the_contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    pages_of = [page for chapter in chapters for page in (chapter, *chapter.get("sections", []))]
    listed = {toc["root"]} | {page["file"] for page in pages_of}
    pages = {f"book/{path.stem}" for suffix in ("ipynb", "md") for path in (ROOT / "book").glob(f"*.{suffix}")}
    assert listed == pages


@pytest.mark.parametrize("name", ["install.py"])
def test_the_installer_parses_on_an_old_python(name):
    """Python 3.6 must get as far as the line that says what to install."""
    ast.parse((ROOT / "tools" / name).read_text(), feature_version=(3, 6))


def test_the_installer_names_the_versions_it_wants(monkeypatch):
    monkeypatch.setattr(install, "supported", lambda python: False)
    with pytest.raises(SystemExit, match=r"(?s)needs Python 3\.11 or newer.*name it"):
        install.find_python()


def test_the_installer_tries_a_newer_python_and_says_so(monkeypatch, capsys):
    monkeypatch.setattr(install, "supported", lambda python: False)
    monkeypatch.setattr(install, "NEWEST", (3, 10))
    assert install.find_python() == sys.executable
    assert re.search(r"Python 3\.\d+ is newer than .* 3\.10", capsys.readouterr().out)


def test_the_installer_passes_over_names_that_do_not_run(tmp_path):
    broken = tmp_path / "python3.13"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    assert not install.supported(str(broken))
    assert not install.supported(str(tmp_path / "absent"))
    assert install.supported(sys.executable)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{ not JSON", r"book/broken\.ipynb is not a readable notebook: .*\n.*git checkout -- book/broken\.ipynb"),
        ('["a list"]', r"book/broken\.ipynb is not a readable notebook"),
        (
            json.dumps(
                {
                    "cells": [
                        {
                            "cell_type": "code",
                            "id": "a",
                            "execution_count": 1,
                            "metadata": {},
                            "source": "1/0",
                            "outputs": [
                                {
                                    "output_type": "error",
                                    "ename": "ZeroDivisionError",
                                    "evalue": "division by zero",
                                    "traceback": [],
                                }
                            ],
                        }
                    ],
                    "metadata": {},
                    "nbformat": 4,
                    "nbformat_minor": 5,
                }
            ),
            r"cell 0 has an error stored as its output \(ZeroDivisionError: division by zero\)\.\n.*make notebooks",
        ),
    ],
)
def test_a_broken_notebook_stops_the_build_with_its_name(tmp_path, monkeypatch, content, message):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "broken.ipynb").write_text(content)
    (tmp_path / "book" / "set-1.ipynb").write_text("a student's, which isn't in the contents")
    (tmp_path / "_toc.yml").write_text("root: book/broken\nparts: []\n")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match=message):
        build.check_notebooks()


def test_make_lists_its_targets():
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    for target in ("book", "test", "serve", "lab", "help"):
        assert re.search(rf"^{target} +\w", done.stdout, re.MULTILINE)


def test_make_says_what_to_do_without_python(tmp_path):
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    for name in ("pyproject.toml", "constraints.txt", "tools/install.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    done = subprocess.run(
        ["make", "book", "PYTHON=no-such-python"], cwd=tmp_path, capture_output=True, text=True, env=os.environ
    )
    assert done.returncode != 0
    assert "Install Python 3.11 or newer" in done.stdout


def test_check_prints_what_a_bug_report_needs():
    done = subprocess.run([sys.executable, "-m", "lstmlib", "check"], capture_output=True, text=True)
    assert done.returncode == 0
    for word in ("lstmlib", "Python", "system", "backends numpy", "torch", "GPU", "browser", "missing"):
        assert word in done.stdout


def test_what_is_new_is_named_on_its_own_page_of_the_reference():
    """The overview leads to the pages; an entry on it would stand in the reference twice."""
    assert "eval-rst" not in (ROOT / "book" / "api.md").read_text(encoding="utf8"), "see book/api-*.md"
