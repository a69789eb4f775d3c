"""What came in for the problem sets: whose it is, which set, whether it can be graded, and what a person should see.

Notebooks are copied to where nbgrader wants them, with missing cells put back.
"""

import ast
import json
import re
import warnings
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import nbformat

from arrivals import LARGEST, Arrival, attempt, is_aside, is_late, printable, student_of


class Submission(NamedTuple):
    """A notebook that came in for a set."""

    student: str
    set: str
    file: PurePosixPath  # where it lay
    notes: list[str]


class Refusal(NamedTuple):
    """A file that can't be graded, and why."""

    student: str
    file: PurePosixPath
    reason: str


def cell_id(cell: Any) -> str | None:
    """Return nbgrader's name of a cell, if it has one."""
    found = cell.get("metadata", {}).get("nbgrader")
    name = found.get("grade_id") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None


def read(path: Path, released: dict[str, Any]) -> tuple[str, Any]:
    """Return which set a notebook belongs to, and the notebook.

    Args:
        path: the file.
        released: set -> its student version.

    Raises:
        ValueError: it can't be graded; the message is a line that says why.
    """
    if path.stat().st_size > LARGEST:
        raise ValueError(f"is larger than {LARGEST // 2**20} MB: clear its outputs and send it again")
    try:
        text = path.read_text(encoding="utf-8-sig")
        plain = json.loads(text)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"is not a notebook: not JSON ({str(error)[:80]})") from None
    if not isinstance(plain, dict) or not (isinstance(plain.get("cells"), list) or "worksheets" in plain):
        raise ValueError("is not a notebook: it has no list of cells")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbformat gives cells of one id new ones, and says so
            notebook = nbformat.reads(json.dumps(_with_usual_ids(plain)), as_version=4)
            nbformat.validate(notebook, relax_add_props=True)
        nbformat.writes(notebook).encode("utf8")
    except UnicodeEncodeError:
        raise ValueError("is not a notebook: it holds half a character, which no file can") from None
    except Exception as error:  # nbformat raises many kinds; each means the same here
        raise ValueError(f"is not a notebook: {str(error).strip().splitlines()[0][:80]}") from None
    ids = {cell_id(cell) for cell in notebook.cells}
    shared = {name: len(ids & {cell_id(cell) for cell in nb.cells} - {None}) for name, nb in released.items()}
    name = max(shared, key=lambda key: shared[key], default=None)
    if name is None or not shared[name]:
        raise ValueError("has no cell of any problem set: was it made from a student version?")
    return name, notebook


def _with_usual_ids(plain: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook without cell ids that nbformat refuses; it makes new ones."""
    for cell in plain.get("cells", []):
        given = cell.get("id") if isinstance(cell, dict) else None
        if given is not None and not (isinstance(given, str) and re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", given)):
            del cell["id"]
    return plain


def mend(notebook: Any, released: Any) -> list[str]:
    """Put back what is missing from a submission, in place; return notes on that and on changed test cells.

    nbgrader puts the text of locked cells right by itself; a missing one it puts beside its neighbour, and stops where
    the neighbour is missing, too. It also stops at a copy of a cell, and where its own marks on a cell are damaged.
    """
    wanted = {cell_id(cell): cell for cell in released.cells if cell_id(cell)}
    locked = {name for name, cell in wanted.items() if cell.metadata["nbgrader"]["locked"]}
    seen: set[str] = set()
    copied, changed = [], []
    for cell in notebook.cells:
        name, marked = cell_id(cell), cell.metadata.get("nbgrader") is not None
        # Nothing that a cell says of itself is taken over: a tag can keep it from running.
        cell.metadata = nbformat.NotebookNode()
        if name in wanted and name not in seen:
            cell.metadata = nbformat.from_dict(wanted[name].metadata)
            seen.add(name)
            if name in locked:
                if _lines(cell) != _lines(wanted[name]):
                    changed.append(name)
                cell.source = wanted[name].source
            cell.cell_type = wanted[name].cell_type
        elif marked and name in seen:
            copied.append(name)
        if cell.cell_type == "code":
            cell.setdefault("outputs", [])
            cell.setdefault("execution_count", None)
        else:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
    notebook.metadata = nbformat.from_dict(released.metadata)
    own = {cell_id(cell): index for index, cell in enumerate(notebook.cells) if cell_id(cell)}
    missing, place = [], 0
    for cell in released.cells:
        name = cell_id(cell)
        if name is None:
            continue
        if name in own:
            place = own[name] + len(missing) + 1
        else:
            notebook.cells.insert(place, nbformat.from_dict(cell))
            missing.append(name)
            place += 1
    notes = [f"put back missing cells: {', '.join(missing)}"] if missing else []
    notes += [f"copies of a cell, run like the first: {', '.join(copied)}"] if copied else []
    return notes + ([f"took the original of changed cells: {', '.join(changed)}"] if changed else [])


def _lines(cell: Any) -> list[str]:
    """Return a cell's lines, whatever ends them."""
    return [line.rstrip() for line in cell.source.strip().splitlines()]


SUSPECT = {"open", "exec", "eval", "compile", "__import__", "get_ipython", "globals", "setattr", "breakpoint", "input"}
SUSPECT |= {"In", "_ih", "__globals__", "__code__", "__subclasses__", "__builtins__", "f_back", "_getframe", "f_locals"}
SUSPECT |= {"f_globals", "tb_frame", "gi_frame", "cr_frame", "vars", "locals", "modules", "displayhook", "excepthook"}
SUSPECT |= {"showtraceback", "run_code", "run_cell", "user_ns", "_oh", "Out", "BdbQuit", "settrace", "setprofile"}
SUSPECT |= {"__array__", "__eq__", "__defaults__", "__kwdefaults__", "__closure__"}
SUSPECT_MODULES = {"os", "sys", "subprocess", "pathlib", "inspect", "gc", "ctypes", "socket", "importlib", "builtins"}
SUSPECT_MODULES |= {"IPython", "nbgrader", "sqlite3", "shutil", "threading", "multiprocessing", "urllib", "requests"}
SUSPECT_MODULES |= {"bdb", "traceback", "types", "resource", "signal", "atexit", "_thread", "asyncio", "ast"}


def look(notebook: Any, released: Any) -> list[str]:
    """Return a note on what has no place in an answer: files, processes, changes to NumPy, layers of lstmlib.

    This is for a person to look at; it proves nothing, and who wants to hide can.
    """
    own = {cell_id(cell) for cell in released.cells if cell_id(cell) and cell.metadata["nbgrader"]["locked"]}
    code = "\n".join(cell.source for cell in released.cells if cell.cell_type == "code")
    given = set(re.findall(r"^\s*(?:import|from) ([\w.]+)", code, re.MULTILINE))
    odd: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type != "code" or cell_id(cell) in own:
            continue
        try:
            nodes = list(ast.walk(ast.parse(cell.source)))
        except SyntaxError:
            odd |= {line.strip()[:40] for line in cell.source.splitlines() if line.lstrip().startswith(("!", "%"))}
            continue
        for node in nodes:
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in SUSPECT:
                    odd.add(name)
                case ast.Constant(value=str(text)) if text in SUSPECT:
                    odd.add(repr(text))
                case ast.FunctionDef(name=name) if name in SUSPECT:
                    odd.add(name)
                case ast.Import(names=modules):
                    odd |= {f"import {module.name}" for module in modules if is_odd(module.name, given)}
                case ast.ImportFrom(module=str(module)) if is_odd(module, given):
                    odd.add(f"import {module}")
                case ast.Global(names=called):
                    odd |= {f"global {name}" for name in called}
                case ast.Attribute(value=ast.Name(id="np" | "numpy"), ctx=ast.Store()):
                    odd.add(f"{ast.unparse(node)} = ...")
    return [f"look at it: uses {', '.join(sorted(odd))}"] if odd else []


def is_odd(module: str, given: set[str]) -> bool:
    """Tell whether a person should see that an answer imports a module which the set itself doesn't."""
    return module.split(".")[0] in SUSPECT_MODULES | {"lstmlib"} and module not in given


def collect(came: list[Arrival], course: Path, released: dict[str, Any]) -> tuple[list[Submission], list[Refusal]]:
    """Copy every notebook that came in to where nbgrader wants it, mended; say which can't be graded."""
    taken: dict[tuple[str, str], tuple[Submission, Arrival, bytes]] = {}
    refused: list[Refusal] = []
    for one in came:
        if is_aside(one):
            continue
        student = student_of(one.name)
        try:
            name, notes, text = _taken(one, released)
        except ValueError as error:  # also where a text can't be written as UTF-8
            refused.append(Refusal(student, one.name, str(error).splitlines()[0][:200]))
            continue
        except Exception as error:  # whatever one file does, the others are graded
            why = f"can't be read as a notebook: {type(error).__name__}: {str(error)[:80]}"
            refused.append(Refusal(student, one.name, why))
            continue
        mine = Submission(student, name, one.name, notes), one, text
        before = taken.get((student, name))
        if before is not None:
            older, mine = sorted([before, mine], key=lambda each: attempt(each[1]))
            mine[0].notes.append(f"a second file, {printable(older[1].name.name)}, was left aside")
        taken[student, name] = mine
    for (student, name), (_, _, text) in taken.items():
        target = course / "submitted" / student / name / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
    return [mine for mine, _, _ in taken.values()], refused


def _taken(one: Arrival, released: dict[str, Any]) -> tuple[str, list[str], bytes]:
    """Return which set a file belongs to, notes on it, and the notebook as it is to be graded.

    Raises:
        ValueError: it can't be graded; the message is a line that says why.
    """
    if one.wrong or one.file is None:
        raise ValueError(one.wrong)
    if one.name.suffix.lower() != ".ipynb":
        raise ValueError(f"is no notebook: its name ends in {one.name.suffix or 'nothing'!r}")
    name, notebook = read(one.file, released)
    notes = ["handed in late"] if is_late(one.name) else []
    notes += [] if one.name.stem.endswith(name) else [f"called {printable(one.name.name)}"]
    notes += mend(notebook, released[name]) + look(notebook, released[name])
    return name, notes, nbformat.writes(notebook).encode("utf8")
