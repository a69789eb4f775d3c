"""Which modules a page's Python has, and what of its runtime an import needs: found in the library's own imports."""

import ast
import sys
from functools import cache
from pathlib import Path

from address import ROOT

# What the page brings, by the part of the runtime that it is in; in "core" too are the stand-ins of book/_live/page.py.
BROUGHT = {"numpy": "core", "IPython": "core", "myst_nb": "core", "traitlets": "figures", "anywidget": "figures"}
BROUGHT |= {"matplotlib": "plots", "cycler": "plots"}
LAZY = {"lstmlib.plots"}  # in the page it imports what is asked for alone (book/_live/python/lstmlib)


def wanted(module: str, name: str | None = None) -> frozenset[str]:
    """Return the packages, outside the library and Python itself, that an import needs.

    Args:
        module: its dotted name.
        name: what is taken from it, so that what is imported only when that is called counts, too.
    """
    packages = _at_import(module)
    if name is None:
        return packages
    if _path(f"{module}.{name}") is not None:
        packages |= _at_import(f"{module}.{name}")
    home, name = _home(module, name)
    return packages | _at_import(home) | _when_called(home, name)


def parts(packages: frozenset[str]) -> list[str]:
    """Return the parts of the runtime that bring these packages, besides the core."""
    return sorted({BROUGHT[package] for package in packages if package in BROUGHT} - {"core"})


def missing(packages: frozenset[str]) -> list[str]:
    """Return those that a page can't have; numba stands for what comes with it."""
    return sorted(packages - set(BROUGHT) - {"llvmlite"})


def _path(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


@cache
def _tree(module: str) -> ast.Module:
    path = _path(module)
    return ast.parse(path.read_text(encoding="utf8")) if path else ast.Module([], [])


def _imports(tree: ast.AST, package: str, *, inside: bool) -> list[tuple[str, str | None]]:
    """Return what is imported, module and name; ``inside`` functions too, or only at the top."""
    found: list[tuple[str, str | None]] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*up, *(node.module or "").split(".")]).strip(".")
            found += [(module, alias.name) for alias in node.names]
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        elif inside or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            found += _imports(node, package, inside=inside)
    return found


def _package(module: str) -> str:
    path = _path(module)
    return module if path and path.name == "__init__.py" else module.rpartition(".")[0]


def _at_import(module: str) -> frozenset[str]:
    """Return the packages that importing a module needs: its own imports, those of its packages, and so on."""
    packages: set[str] = set()
    todo, seen = [module], {module}
    while todo:
        at = todo.pop()
        top = at.split(".")[0]
        if top != "lstmlib":
            packages |= {top} - sys.stdlib_module_names
            continue
        parents = [at.rsplit(".", k)[0] for k in range(1, at.count(".") + 1)]
        named = [] if at in LAZY else _imports(_tree(at), _package(at), inside=False)
        modules = {*parents, *(m for m, _ in named), *(f"{m}.{n}" for m, n in named if n and _path(f"{m}.{n}"))}
        todo += modules - seen
        seen |= modules
    return frozenset(packages)


def _home(module: str, name: str) -> tuple[str, str]:
    """Return the module that defines what another one passes on."""
    for node in _tree(module).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("lstmlib"):
            for alias in node.names:
                if (alias.asname or alias.name) == name and _path(f"{node.module}.{alias.name}") is None:
                    return _home(node.module, alias.name)
    return module, name


def _when_called(module: str, name: str) -> frozenset[str]:
    """Return the packages that a function or class imports where it runs, with what it calls in its own module."""
    defined = {node.name: node for node in _tree(module).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    packages: frozenset[str] = frozenset()
    todo, seen = [name], {name}
    while todo:
        node = defined.get(todo.pop())
        if node is None:
            continue
        for other, _ in _imports(node, _package(module), inside=True):
            packages |= _at_import(other)
        called = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & set(defined)
        todo += called - seen
        seen |= called
    return packages
