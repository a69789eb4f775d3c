"""Code without the calls that hand numbers to the prose: what a reader of a notebook needs, and no more.

``glue`` stores a number for the text; in a plain notebook the number stands in the text already. So the calls go, and,
in cells that the page doesn't show, what was computed for them alone.
"""

import ast
import re
from collections.abc import Iterable

GLUE = "glue"


def parsed(source: str) -> ast.Module | None:
    """Return the code's tree, or None where it isn't Python (a cell with a line for IPython)."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def names(source: str) -> set[str]:
    """Return the names that a piece of code speaks of; where it can't be parsed, every word."""
    tree = parsed(source)
    if tree is None:
        return set(re.findall(r"\w+", source))
    return _names(tree)


def gluers(sources: Iterable[str]) -> set[str]:
    """Return ``glue`` and the functions of a notebook that call it: calling one of these shows the reader nothing."""
    found = {GLUE}
    for tree in map(parsed, sources):
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.FunctionDef) and found & _names(node):
                found.add(node.name)
    return found


def without_glue(source: str, glues: set[str], live: set[str] | None = None) -> str:
    """Return a cell's code without what serves the prose alone.

    Args:
        source: the code.
        glues: what ``gluers`` returned for the notebook.
        live: the names that what follows speaks of, for a cell that the page doesn't show: what it computes for no
            one, and what it asserts, goes too. None for a cell that is shown: there only the calls go.

    Raises:
        ValueError: a call can't be cut out, because it shares a line with other code or is all that a branch holds.
    """
    tree = parsed(source)
    if tree is None:
        return source
    kept: list[ast.stmt] = []
    gone: list[ast.stmt] = []
    needed = None if live is None else set(live)
    for statement in reversed(tree.body):
        if _useless(statement, glues, needed):
            gone.append(statement)
        else:
            inside = _inside(statement, glues)
            gone += inside
            kept.append(statement)
            if needed is not None:
                needed |= _names(statement, without=inside)
    return _cut(source, kept, gone)


def _names(tree: ast.AST, without: Iterable[ast.AST] = ()) -> set[str]:
    hidden = {id(node) for statement in without for node in ast.walk(statement)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in hidden}


def _glues(node: ast.stmt, glues: set[str]) -> bool:
    """Whether a statement does nothing but glue, or makes ready for it."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name in glues
        case ast.FunctionDef(name=name):
            return name in glues
        case ast.ImportFrom(module="myst_nb"):
            return True
    return False


def _blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    """Return the blocks of a compound statement; a function's and a class's are their own affair."""
    if isinstance(node, ast.For | ast.While | ast.If | ast.With):
        return [block for block in (node.body, getattr(node, "orelse", [])) if block]
    return []


def _bound(node: ast.stmt) -> set[str] | None:
    """Return the names that a statement binds if that is all it does, else None."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return {(alias.asname or alias.name).split(".")[0] for alias in aliases}
        case ast.Assign(targets=targets):
            pass
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            targets = [target]
        case _:
            return None
    parts = [part for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])]
    if all(isinstance(part, ast.Name) for part in parts):
        return {part.id for part in parts if isinstance(part, ast.Name)}
    return None


def _useless(node: ast.stmt, glues: set[str], live: set[str] | None) -> bool:
    if _glues(node, glues):
        return True
    if blocks := _blocks(node):
        return all(_useless(inner, glues, live) for block in blocks for inner in block)
    if live is None:
        return False
    bound = _bound(node)
    return isinstance(node, ast.Assert) or (bound is not None and not bound & live)


def _inside(node: ast.stmt, glues: set[str]) -> list[ast.stmt]:
    """Return the statements to cut out of a compound one that stays."""
    found = []
    for block in _blocks(node):
        gone = [inner for inner in block if _useless(inner, glues, None)]
        if len(gone) == len(block):
            raise ValueError(f"line {block[0].lineno}: a branch that only glues; turn the condition round")
        found += gone + [deep for inner in block if inner not in gone for deep in _inside(inner, glues)]
    return found


def _lines(node: ast.stmt) -> range:
    decorators = getattr(node, "decorator_list", [])
    return range(min(part.lineno for part in [node, *decorators]), (node.end_lineno or node.lineno) + 1)


def _cut(source: str, kept: list[ast.stmt], gone: list[ast.stmt]) -> str:
    lines = source.split("\n")
    cut = {line for node in gone for line in _lines(node)}
    for node in kept:
        own = {node.lineno, node.end_lineno} if not _blocks(node) else {node.lineno}
        if own & cut:
            raise ValueError(f"line {node.lineno}: glue shares a line with other code; give it one of its own")
    for line in sorted(cut):  # a remark belongs to the line below it
        above = line - 1
        while above >= 1 and above not in cut and lines[above - 1].lstrip().startswith("#"):
            cut.add(above)
            above -= 1
    text = "\n".join(line for number, line in enumerate(lines, 1) if number not in cut)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")
