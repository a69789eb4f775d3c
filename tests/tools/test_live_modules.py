"""What an import needs, and whether a page has it; and the files that the page gets."""

import importlib
import json
import re
import runpy
import shutil
import zipfile
from pathlib import Path

import pytest

import editor
import runtime
from live_modules import missing, parts, wanted
from lstmlib import plots

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("module", "name", "lacks", "needs"),
    [
        ("numpy", None, [], []),
        ("json", None, [], []),
        ("lstmlib.numpy", "LSTM", [], []),
        ("lstmlib.tasks", "adding", [], []),
        ("lstmlib.plots", "show_table", [], []),
        ("lstmlib.plots", "use_style", [], ["plots"]),
        ("lstmlib.figures", "Safe", [], ["figures"]),
        ("lstmlib.exercises.sequences", "check_step", [], []),
        ("lstmlib.data", "electricity", [], []),
        ("lstmlib.data", "digits", ["sklearn"], []),  # imported only where it runs
        ("lstmlib.torch", "LSTM", ["torch"], []),
        ("lstmlib.online.compiled.lstm1997", "train", ["numba"], []),
        ("scipy.stats", "mannwhitneyu", ["scipy"], []),
    ],
)
def test_what_an_import_needs(module, name, lacks, needs):
    found = wanted(module, name)
    assert missing(found) == lacks
    assert parts(found) == needs


def test_the_page_s_plots_have_what_the_library_s_have():
    stand_in = runpy.run_path(str(ROOT / "book" / "_live" / "python" / "lstmlib" / "plots" / "__init__.py"))
    assert sorted(stand_in["_HOMES"]) == sorted(plots.__all__)
    for name, home in stand_in["_HOMES"].items():
        assert getattr(plots, name) is getattr(importlib.import_module(f"lstmlib.plots.{home}"), name)


def test_the_runtime_is_what_the_list_says(tmp_path):
    assert runtime.wrong() == []
    names = list(runtime.listed()["files"])
    (tmp_path / names[0]).write_bytes(b"another")
    assert runtime.wrong(tmp_path)[0] == f"{names[0]} has another checksum"
    assert f"{names[1]} is missing" in runtime.wrong(tmp_path)


def test_the_lock_file_names_the_wheels_that_are_there():
    files = runtime.listed()["files"]
    lock = json.loads((runtime.RUNTIME / runtime.LOCK).read_text(encoding="utf8"))
    wheels = {package["file_name"]: package["sha256"] for package in lock["packages"].values()}
    assert wheels == {name: about["sha256"] for name, about in files.items() if name.endswith(".whl")}
    assert {d for package in lock["packages"].values() for d in package["depends"]} <= set(lock["packages"])


def test_every_wheel_brings_its_licence():
    for name in runtime.listed()["files"]:
        if name.endswith(".whl"):
            inside = zipfile.ZipFile(runtime.RUNTIME / name)
            licences = [entry for entry in inside.namelist() if "licen" in entry.lower() or "copying" in entry.lower()]
            text = "".join(inside.read(entry).decode("utf8", "replace") for entry in licences)
            metadata = next(inside.read(entry).decode() for entry in inside.namelist() if entry.endswith("METADATA"))
            assert licences or "Licen" in metadata, name
            assert text or "Permission" in metadata or "Licen" in metadata


def test_the_editor_is_what_its_list_says(tmp_path):
    assert editor.wrong() == []
    shutil.copytree(editor.EDITOR, tmp_path, dirs_exist_ok=True)
    (tmp_path / "source.js").write_text("// another")
    assert editor.wrong(tmp_path) == ["source.js has another checksum: make runtime"]


def test_every_package_of_the_editor_is_pinned_to_the_bit_and_brings_its_licence():
    lock = json.loads((editor.EDITOR / "package-lock.json").read_text(encoding="utf8"))
    licences = (editor.EDITOR / editor.LICENCES).read_text(encoding="utf8")
    packages = editor.packages(lock)
    assert {"@codemirror/view", "@lezer/python"} <= set(packages)
    for name, about in packages.items():
        assert about["integrity"].startswith("sha512-")
        assert about["license"] == "MIT"
        assert f"{name} {about['version']}\n\n" in licences
    assert licences.count("Permission is hereby granted, free of charge") == len(packages)
    asked = json.loads((editor.EDITOR / "package.json").read_text(encoding="utf8"))
    for name, version in (asked["dependencies"] | asked["devDependencies"]).items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version


def test_the_editor_asks_no_other_host():
    text = (editor.EDITOR / editor.BUNDLE).read_text(encoding="utf8")
    assert set(re.findall(r"https?://[\w.-]+", text)) <= {"http://www.w3.org"}
