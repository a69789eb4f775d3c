"""The plan of the library: what CONTRIBUTING draws, what the contracts say, and who imports whom in the code."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import test as checks

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PLAN = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def lint(*arguments):
    command = [BIN / "lint-imports", "--no-cache", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def floors():
    """Return the floors of the drawing, from the top: the rooms on each."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    drawing = text.split("### The plan of the library\n")[1].split("\n\n")[0]
    return [line.strip(" │").split() for line in drawing.splitlines() if "│" in line]


def test_the_code_keeps_to_the_plan():
    done = lint()
    assert done.returncode == 0, done.stdout


def test_the_drawing_is_the_contract():
    (layers,) = (contract["layers"] for contract in PLAN["contracts"] if contract["type"] == "layers")
    assert floors() == [re.split(r" \| ", layer) for layer in layers]


def test_every_room_is_drawn_and_described():
    rooms = {
        path.stem for path in (ROOT / "lstmlib").iterdir() if (path / "__init__.py").exists() or path.suffix == ".py"
    }
    drawn = [room for floor in floors() for room in floor]
    assert sorted(drawn) == sorted(rooms - {"__init__"})
    table = (ROOT / "CONTRIBUTING.md").read_text()
    for room in rooms:
        if (ROOT / "lstmlib" / room).is_dir():
            assert f"| `lstmlib/{room}/` |" in table


@pytest.mark.parametrize(
    "change", [('  "tasks",\n  "numpy",', '  "numpy",\n  "tasks",'), ('"output | page | plots"', '"output | page"')]
)
def test_what_breaks_the_plan_is_noticed(tmp_path, change):
    text = (ROOT / "pyproject.toml").read_text()
    assert change[0] in text
    (tmp_path / "pyproject.toml").write_text(text.replace(*change))
    assert lint("--config", str(tmp_path / "pyproject.toml")).returncode == 1


def test_before_a_commit_runs_what_is_checked_first():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    first = [" ".join([Path(command[0]).name, *map(str, command[1:])]) for command in checks.CHECKS.values()][:3]
    entries = [hook["entry"].removeprefix(".venv/bin/") for hook in hooks]
    assert [entry for entry in entries if entry != "lint-imports"] == [entry.removesuffix(" .") for entry in first]
    assert subprocess.run([BIN / "pre-commit", "validate-config"], cwd=ROOT, check=False).returncode == 0
