"""The booklet of solutions: all of them are in it, and none of it is among the pages."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import problem_sets
import solutions
from references import References

CHAPTER = """# Gates

## Exercises

```{exercise}
:label: ex-a

**Warm-up.** What is $\\sigma(0)$?
```

```{solution} ex-a
:class: dropdown

One half: {glue:text}`half:.1f`.
```
"""


ANSWER = "def f(x):\n    ### BEGIN SOLUTION\n    return x < 2\n    ### END SOLUTION"


def set_of(*cells):
    return new_notebook(cells=list(cells))


def graded(cell, **about):
    cell.metadata["nbgrader"] = {"grade_id": "s1-a", "solution": False, "grade": False, **about}
    return cell


def test_a_set_with_its_answers_and_what_its_tests_look_at():
    text = solutions.of_set(
        set_of(
            new_markdown_cell("# Problem set\n\n## 1. One step"),
            graded(
                new_code_cell("def f(x):\n    ### BEGIN SOLUTION\n    return x < 2\n    ### END SOLUTION"),
                solution=True,
            ),
            graded(new_code_cell("# 1 point: small ones,\n# and large.\nassert f(1)"), grade=True),
            graded(new_markdown_cell("### BEGIN SOLUTION\n*Because.*\n### END SOLUTION"), solution=True, grade=True),
        )
    )
    assert "<h2>Problem set</h2>" in text
    assert "def f(x):\n    return x &lt; 2" in text
    assert "1 point: small ones, and large." in text
    assert "<em>Because.</em>" in text
    assert "BEGIN SOLUTION" not in text
    assert "assert" not in text


def test_a_chapters_exercises_with_their_solutions():
    chapter = set_of(new_markdown_cell(CHAPTER))
    assert [label for label, _, _ in solutions.exercises(chapter)] == ["ex-a"]
    refs = References(numbers={"ex-a": ("Exercise 4.1", "x")})
    chapter.cells.append(
        new_code_cell(
            outputs=[
                nbformat.v4.new_output(
                    "display_data",
                    {"application/papermill.record/text/plain": "0.5"},
                    metadata={"scrapbook": {"name": "half"}},
                )
            ]
        )
    )
    text = solutions.of_chapter(chapter, "book/gates", refs)
    assert "<h2>Gates</h2><h3>Exercise 4.1</h3>" in text
    assert "<math" in text
    assert "One half: 0.5." in text
    assert solutions.of_chapter(set_of(new_markdown_cell("# Empty")), "book/x", refs) == ""


@pytest.mark.parametrize("name", problem_sets.names())
def test_every_solution_of_a_set_is_in_it(name):
    source = nbformat.read(problem_sets.source(name), as_version=4)
    text = solutions.of_set(source)
    answers = [cell for cell in source.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    assert text.count('<div class="solution">') == len(answers)
    assert not re.search("###|HIDDEN", text)


def test_nothing_of_it_is_published():
    assert solutions.OUT.parts[-2:] == ("_build", "instructors")
    pages = solutions.ROOT / "_build" / "html"
    assert not list(pages.rglob("solutions.html")) + list(pages.rglob("solutions.pdf"))
    for path in (solutions.ROOT / ".github").rglob("*.yml"):
        assert not re.search(r"instructors|make solutions|make otter|make pack", path.read_text(encoding="utf8"))
