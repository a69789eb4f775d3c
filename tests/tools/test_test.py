"""A test that failed is run once more; what fails twice, or fails with many others, has failed."""

import importlib.util

import pytest

from address import ROOT

ONCE = """from pathlib import Path
def test_by_chance():
    seen = Path(__file__).with_name("seen")
    again = seen.exists()
    seen.touch()
    assert again
"""
TWICE = "def test_wrong():\n    assert False\n"
MANY = "import pytest\n@pytest.mark.parametrize('k', range(6))\ndef test_wrong(k):\n    assert False\n"
BROKEN = "import nothing_of_that_name\n"


def the_tool():
    """tools/test.py, which has the name of a room of Python's own."""
    spec = importlib.util.spec_from_file_location("tools_test", ROOT / "tools/test.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("files", "ends_well"),
    [([ONCE], True), ([ONCE, TWICE], False), ([MANY], False), ([BROKEN], False)],
)
def test_what_failed_gets_a_second_look(tmp_path, monkeypatch, capfd, files, ends_well):
    tool = the_tool()
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    (name, command), *_ = [check for check in tool.CHECKS.items() if "pytest" in check[0]]
    monkeypatch.setattr(tool, "CHECKS", {name: ["1" if part == "3" else part for part in command]})
    for variable in ("PYTEST_ADDOPTS", "FAILED_TESTS"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT / 'tools'}\naddopts = -p no:cacheprovider\n")
    (tmp_path / "conftest.py").write_text((ROOT / "conftest.py").read_text())
    (tmp_path / "test_right.py").write_text("def test_right():\n    pass\n")
    for k, text in enumerate(files):
        (tmp_path / f"test_{k}.py").write_text(text)
    if ends_well:
        tool.main()
    else:
        with pytest.raises(SystemExit, match="Failed: tests, notebooks and pages"):
            tool.main()
    said = capfd.readouterr().out
    if files != [BROKEN]:  # named as soon as it failed, with its reason in short
        assert "failed: test_0.py::" in said[: said.index(" FAILURES ")]
    assert ("Passed only the second time:\n  test_0.py::test_by_chance" in said) == (files == [ONCE])
