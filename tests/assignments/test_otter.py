"""The sets for Otter-Grader: every answer a question, every test there, nothing hidden in sight, the same points."""

import nbformat
import pytest
import yaml

import for_otter
import problem_sets

NAMES = problem_sets.names()


@pytest.fixture(scope="module")
def both():
    """Return each set's source and what Otter gets, by name."""
    found = {}
    for name in NAMES:
        source = nbformat.read(problem_sets.source(name), as_version=4)
        found[name] = source, for_otter.converted(source, name)
    return found


def blocks(notebook):
    """Return each question: its settings, its answers, and its tests with theirs."""
    found, inside = [], []
    for cell in notebook.cells:
        if cell.cell_type == "raw":
            first, _, rest = cell.source.partition("\n")
            begin, _, kind = first.removeprefix("# ").partition(" ")
            if begin == "BEGIN":
                inside.append(kind)
                if kind == "QUESTION":
                    found.append((yaml.safe_load(rest), [], []))
            elif begin == "END":
                assert inside.pop() == kind
        elif inside[-1:] == ["SOLUTION"]:
            found[-1][1].append(cell)
        elif inside[-1:] == ["TESTS"]:
            _, head, body = cell.source.split('"""', 2)
            found[-1][2].append((yaml.safe_load(head.split("\n", 1)[1]), body.split("\n", 1)[1]))
    assert inside == []
    return found


@pytest.mark.parametrize("name", NAMES)
def test_points_and_questions_are_the_sources(both, name):
    source, made = both[name]
    graded = [cell for cell in source.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    questions = blocks(made)
    assert sum(about.get("points", 0) for about, _, _ in questions) == 24
    tests = [one for _, _, checks in questions for one in checks]
    by_test = sum(cell.metadata["nbgrader"]["points"] for cell in graded if not cell.metadata["nbgrader"]["solution"])
    assert sum(settings["points"] for settings, _ in tests) == by_test
    for about, answers, checks in questions:
        assert len(answers) == 1
        assert bool(about.get("manual")) == (not checks)
        if checks:
            assert sum(settings["points"] for settings, _ in checks) == about["points"]
    assert len({about["name"] for about, _, _ in questions}) == len(questions)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_hidden_is_hidden(both, name):
    for _, answers, checks in blocks(both[name][1]):
        assert all("###" not in cell.source for cell in answers)
        for settings, code in checks:
            assert "HIDDEN" not in code
            compile(code, name, "exec")
            if settings["hidden"]:
                assert settings["points"] > 0


@pytest.mark.parametrize("name", NAMES)
def test_solutions_pass_and_tests_leave_no_names(both, name):
    """What Otter does: the answers' cells run in one namespace, each test then runs in it."""
    made, space = both[name][1], {}
    for cell in made.cells:
        if cell.cell_type == "code" and cell.source.startswith('"""'):
            before = set(space)
            exec(compile(cell.source, name, "exec"), space)
            assert len(set(space) - before - {"__doc__"}) <= 1  # the test's own function
        elif cell.cell_type == "code" and "%pip" not in cell.source and "plt.show()" not in cell.source:
            exec(compile(cell.source, name, "exec"), space)


def test_a_wrong_answer_loses_its_hidden_test(both):
    space = {}
    cells = [cell.source for cell in both["set-1-recurrence"][1].cells if cell.cell_type == "code"]
    step = next(text for text in cells if "def step(" in text and not text.startswith('"""'))
    exec(next(text for text in cells if text.startswith("import numpy")), space)
    exec(step.replace("h @ W_hh.T", "h @ W_hh"), space)
    many = [text for text in cells if "def s1_step_many" in text]
    exec(many[0], space)  # what is seen looks at shapes alone
    with pytest.raises(AssertionError, match="wrong way round"):
        exec(many[1], space)


def test_a_test_below_no_answer_is_told(both):
    source = nbformat.from_dict(both["set-1-recurrence"][0])
    source.cells = [cell for cell in source.cells if cell.metadata.get("nbgrader", {}).get("grade_id") != "s1-step"]
    with pytest.raises(ValueError, match="s1-step-one-unit tests no answer"):
        for_otter.converted(source, "set-1-recurrence")
