"""Files that can be read at one sitting: no Python file is over 400 lines, and no function over 60."""

import ast
import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_IN_A_FILE, MOST_IN_A_FUNCTION = 400, 60


def too_long(name, text):
    """Return what is over a limit: the file, and its functions, by name."""
    found = [name] if len(text.splitlines()) > MOST_IN_A_FILE else []
    for node in ast.walk(ast.parse(text)):
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if function and node.end_lineno - node.lineno + 1 > MOST_IN_A_FUNCTION:
            found.append(f"{name}: {node.name}")
    return found


def test_no_file_and_no_function_is_too_long_to_read():
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout: which files belong to the project is not known")
    files = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    assert len(files) > 100
    found = [item for name in files for item in too_long(name, (ROOT / name).read_text(encoding="utf8"))]
    assert found == []


def test_what_is_too_long():
    function = "def f():\n" + "    pass\n" * 59
    assert too_long("a.py", function) == []
    assert too_long("a.py", f"async {function}    pass\n") == ["a.py: f"]
    assert too_long("a.py", "class A:\n" + "    def g(self):\n" + "        pass\n" * 60) == ["a.py: g"]
    assert too_long("a.py", "x = 1\n" * 400) == []
    assert too_long("a.py", "x = 1\n" * 401) == ["a.py"]


@pytest.mark.parametrize("file", sorted(Path(ROOT, "book").glob("*.ipynb")), ids=lambda file: file.stem)
def test_no_two_numbers_of_a_page_have_one_name(file):
    outputs = [out for cell in json.loads(file.read_text())["cells"] for out in cell.get("outputs", [])]
    named = [found["name"] for out in outputs if (found := out.get("metadata", {}).get("scrapbook"))]
    assert sorted(named) == sorted(set(named))  # the build stops at it, too, only later


def test_what_tests_wait_for_in_a_page_is_a_function():
    """An expression is evaluated again at each look, which the pages' policy forbids after the first."""
    found = []
    for file in Path(ROOT, "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "wait_for_function":
                what = node.args[0]
                if not isinstance(what, ast.Name | ast.Attribute) and "=>" not in ast.unparse(what):
                    found.append(f"{file.name}:{node.lineno}")
    assert found == []
