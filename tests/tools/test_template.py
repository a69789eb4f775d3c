"""The template repository: students' versions alone, and a check that tells right from wrong."""

import importlib.util
import json

import nbformat
import pytest
import yaml

import problem_sets
import template

pytest.importorskip("nbgrader")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("template")
    template.write(out / "repository", out / "sets")
    return out / "repository"


@pytest.fixture
def check(made):
    spec = importlib.util.spec_from_file_location("check", made / "check.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_holds_all_sets_and_no_solution(made):
    sets = sorted(made.glob("set-*.ipynb"))
    assert [path.stem for path in sets] == sorted(problem_sets.names())
    for path in [*sets, *made.glob("*.*")]:
        text = path.read_text(encoding="utf8") if path.is_file() else ""
        assert "BEGIN SOLUTION" not in text
        assert "HIDDEN TESTS" not in text
    flow = yaml.safe_load((made / ".github" / "workflows" / "check.yml").read_text())
    assert flow["jobs"]["check"]["steps"][-1]["run"] == "python check.py"
    assert "lstmlib[notebooks] @ git+https://" in (made / "requirements.txt").read_text()
    assert "{" not in (made / "README.md").read_text()


def test_a_set_as_handed_out_is_not_begun(made, check, capsys):
    assert check.main([]) == 0
    assert capsys.readouterr().out.count("not begun") == len(problem_sets.names())


def test_what_is_right_passes_and_what_is_wrong_is_named(made, check, capsys, monkeypatch):
    path = made / "set-1-recurrence.ipynb"
    notebook = nbformat.read(path, as_version=4)
    answer = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "s1-step")
    answer.source = "def step(x, h, W_ih, W_hh, b):\n    return np.tanh(x @ W_ih.T + h @ W_hh.T + b)"
    kept = {"s1-setup", "s1-step", "s1-step-one-unit", "s1-step-many", "s1-run", "s1-run-from-zero"}
    notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") in kept]
    before = json.dumps(notebook)
    mine = made / "mine.ipynb"
    nbformat.write(notebook, mine)
    assert check.main([str(mine)]) == 1
    said = capsys.readouterr().out
    assert "mine: 3 of 5 points" in said
    assert "passes  s1-step-many (2)" in said
    assert "not yet s1-run-from-zero (2): NotImplementedError" in said
    assert json.dumps(nbformat.read(mine, as_version=4)) == before
    mine.unlink()
