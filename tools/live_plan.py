"""What a page's Python does when a reader runs one of its cells: which code before it, which output below it."""

import ast
from typing import Any

from nbformat import NotebookNode

from live_modules import missing, parts, wanted
from live_units import Unit, before, units


def plan(notebook: NotebookNode) -> dict[str, Any]:
    """Return the plan for a notebook's cells.

    Returns:
        ``cells``: number of a cell that a page shows and can run -> its ``source``, its ``units``, those ``before`` it,
        the ``parts`` of the runtime that they need, and the cells that it ``feeds``: whose code the page hides and
        whose output stands below it. ``hidden``: the same for these. ``units``: all units, with what each needs, binds
        and touches. ``missing``: number of a cell that can't run -> the packages that it would need.
    """
    code = {k: cell.source for k, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    found = units(code)
    tags = {k: set(notebook.cells[k].metadata.get("tags", [])) for k in code}
    shown, hidden, lacking = {}, {}, {}
    for number, source in code.items():
        mine = [k for k, unit in enumerate(found) if unit.cell == number]
        if not mine or "remove-cell" in tags[number]:
            continue
        earlier = before(found, mine)
        packages = frozenset().union(*(_packages(found[k]) for k in earlier + mine))
        about = {"source": source, "units": mine, "before": earlier, "parts": parts(packages)}
        if "remove-input" in tags[number]:
            if not missing(packages):
                hidden[number] = about
        elif lacks := missing(packages):
            lacking[number] = lacks
        else:
            shown[number] = about
    for number, about in shown.items():
        run = _run_of(notebook, number)
        about["feeds"] = [k for k in run if k in hidden and set(hidden[k]["before"]) & set(about["units"])]
    fed = {k for about in shown.values() for k in about["feeds"]}
    hidden = {k: about for k, about in hidden.items() if k in fed}
    used = {k for about in (*shown.values(), *hidden.values()) for k in about["before"] + about["units"]}
    listed = [_listed(unit) if k in used else {"cell": unit.cell} for k, unit in enumerate(found)]
    return {"cells": shown, "hidden": hidden, "units": listed, "missing": lacking}


def _packages(unit: Unit) -> frozenset[str]:
    match unit.tree:
        case ast.Import(names=[alias]):
            return wanted(alias.name)
        case ast.ImportFrom(module=str(module), names=[alias]):
            return wanted(module, alias.name)
    return frozenset().union(*(wanted(*where) for where in _inner(unit.tree)))


def _inner(tree: ast.stmt) -> list[tuple[str, str | None]]:
    """Return what a function or a block of a notebook imports inside itself."""
    found: list[tuple[str, str | None]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.module, alias.name) for alias in node.names]
    return found


def _run_of(notebook: NotebookNode, number: int) -> list[int]:
    """Return the code cells that come after one without text between."""
    run = []
    for k in range(number + 1, len(notebook.cells)):
        if notebook.cells[k].cell_type != "code":
            break
        run.append(k)
    return run


def _listed(unit: Unit) -> dict[str, Any]:
    about = {"cell": unit.cell, "source": unit.source, "needs": unit.needs}
    return about | {"binds": sorted(unit.binds), "touches": sorted(unit.touches)}
