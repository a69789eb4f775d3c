"""What a chapter holds for its exercises: the folded solutions, the starter cells, and what they build on."""

import ast
import re
from pathlib import Path
from typing import Any

import nbformat

CHAPTERS = Path(__file__).parents[2] / "book"
DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


def solutions(page: Path) -> dict[str, str]:
    """Return exercise label -> the code of its folded solution, all its blocks in order."""
    found = {}
    for cell in nbformat.read(page, as_version=4).cells:
        if cell.cell_type == "markdown":
            for label, body in re.findall(r"```\{solution\} (\S+)\n(.*?)\n```(?:\n|$)", cell.source, re.DOTALL):
                found[label] = "\n".join(re.findall(r"~~~python\n(.*?)~~~", body, re.DOTALL))
    return found


def labels(page: Path, prefix: str) -> list[str]:
    """Return the labels of the chapter's exercises, which begin with ``prefix``."""
    cells = nbformat.read(page, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.findall(rf":label: ({prefix}\S+)", text)


def said(capsys: Any) -> list[str]:
    """Return the lines printed since this was last asked."""
    return list(capsys.readouterr().out.strip().splitlines())


def starters(page: Path) -> list[str]:
    """Return the code cells that call a check."""
    cells = nbformat.read(page, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code" and re.search(r"^check_\w+\(", cell.source, re.M)]


def definitions(page: Path) -> dict[str, Any]:
    """Return what the page's imports, constants, functions and classes define, without running what measures."""
    space: dict[str, Any] = {}
    for cell in nbformat.read(page, as_version=4).cells:
        if cell.cell_type != "code" or cell.source.startswith(("%", "!")):
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue  # the first cell has a shell line for Colab
        kept = [node for node in tree.body if isinstance(node, DEFINING) or _sets_sizes(node)]
        for node in kept:
            exec(compile(ast.Module([node], []), str(page), "exec"), space)
    return space


def _sets_sizes(node: ast.stmt) -> bool:
    """Tell whether a line assigns capitals only, such as ``D, H = 26, 24``: constants that functions build on."""
    if not isinstance(node, ast.Assign):
        return False
    names = [name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    return bool(names) and all(name.isupper() for name in names)


def check_solution(page, name, space, capsys):
    """See to it that the page's own solution of an exercise is right in all that its check looks at."""
    exec(solutions(page)[name], space)
    lines = said(capsys)
    assert lines
    assert all(line.startswith("right: ") for line in lines), lines


def check_starters(page, checked, space, capsys):
    """See to it that each starter is told 'not yet', and there are as many as exercises that check themselves."""
    found = starters(page)
    assert len(found) == len(checked)
    for code in found:
        exec(code, dict(space))
    lines = said(capsys)
    assert len(lines) == len(checked)
    assert all(line.startswith("not yet: ") for line in lines)


def check_all_solutions(page, prefix, capsys, given=None):
    """See to it that every exercise has a solution that runs and satisfies its check; return the exercises' labels."""
    found, there = labels(page, prefix), solutions(page)
    assert sorted(there) == sorted(found)
    for code in there.values():
        exec(code, definitions(page) | (given or {}))
    assert "not yet" not in capsys.readouterr().out
    return found
