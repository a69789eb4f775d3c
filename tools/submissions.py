"""What came in for the problem sets: whose it is, which set, whether it can be graded, and what a person should see.

Notebooks are copied to where nbgrader wants them, with missing cells put back.
"""

import ast
import json
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

LARGEST = 20 * 2**20  # of a notebook and of what a zip unpacks to for each file, in bytes


class Submission(NamedTuple):
    """A notebook that came in for a set."""

    student: str
    set: str
    file: Path
    notes: list[str]


class Refusal(NamedTuple):
    """A file that can't be graded, and why."""

    student: str
    file: Path
    reason: str


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a zip, as a learning-management system exports it, and return the folder that holds the submissions.

    Files too large for a notebook are left out. Where all lies in one folder of the zip's own name, it is that one.
    """
    with zipfile.ZipFile(archive) as together:
        for member in together.infolist():
            if member.file_size <= LARGEST:
                together.extract(member, folder)
    inside = [path for path in folder.iterdir() if path.name != "__MACOSX"]
    return inside[0] if [path.name for path in inside] == [archive.stem] and inside[0].is_dir() else folder


def student_of(path: Path, root: Path) -> str:
    """Return a student's name from where a file lies, in letters that nbgrader takes."""
    parts = path.relative_to(root).parts
    said = parts[0].split("_assignsubmission")[0] if len(parts) > 1 else path.stem.split("_")[0]
    return re.sub(r"[^\w.-]+", "-", said).strip("-.") or "unnamed"


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
        text = path.read_text(encoding="utf8")
        plain = json.loads(text)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"is not a notebook: not JSON ({str(error)[:80]})") from None
    if not isinstance(plain, dict) or not (isinstance(plain.get("cells"), list) or "worksheets" in plain):
        raise ValueError("is not a notebook: it has no list of cells")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbformat gives cells of one id new ones, and says so
            notebook = nbformat.reads(text, as_version=4)
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


def mend(notebook: Any, released: Any) -> list[str]:
    """Put back what is missing from a submission, in place; return notes on that and on changed test cells.

    nbgrader puts the text of locked cells right by itself; a missing one it puts beside its neighbour, and stops where
    the neighbour is missing, too. It also stops at a copy of a cell, and where its own marks on a cell are damaged.
    """
    marks = {cell_id(cell): cell.metadata["nbgrader"] for cell in released.cells if cell_id(cell)}
    seen: set[str] = set()
    copied = []
    for cell in notebook.cells:
        name = cell_id(cell)
        if name in marks and name not in seen:
            cell.metadata["nbgrader"] = marks[name]
            seen.add(name)
        elif cell.metadata.pop("nbgrader", None) is not None and name in seen:
            copied.append(name)
    own = {cell_id(cell): index for index, cell in enumerate(notebook.cells) if cell_id(cell)}
    given = {cell_id(cell): cell for cell in notebook.cells if cell_id(cell)}
    missing, changed, place = [], [], 0
    for cell in released.cells:
        name = cell_id(cell)
        if name is None:
            continue
        if name in own:
            place = own[name] + len(missing) + 1
            if cell.metadata["nbgrader"]["locked"] and given[name].source.strip() != cell.source.strip():
                changed.append(name)
        else:
            notebook.cells.insert(place, nbformat.from_dict(cell))
            missing.append(name)
            place += 1
    notes = [f"put back missing cells: {', '.join(missing)}"] if missing else []
    notes += [f"copies of a cell, run like the first: {', '.join(copied)}"] if copied else []
    return notes + ([f"took the original of changed cells: {', '.join(changed)}"] if changed else [])


SUSPECT = {"open", "exec", "eval", "compile", "__import__", "get_ipython", "globals", "setattr", "breakpoint", "input"}
SUSPECT |= {"In", "_ih", "__globals__", "__code__", "__subclasses__", "__builtins__", "f_back"}
SUSPECT_MODULES = {"os", "sys", "subprocess", "pathlib", "inspect", "gc", "ctypes", "socket", "importlib", "builtins"}
SUSPECT_MODULES |= {"IPython", "nbgrader", "sqlite3", "shutil", "threading", "multiprocessing", "urllib", "requests"}


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


def collect(submitted: Path, course: Path, released: dict[str, Any]) -> tuple[list[Submission], list[Refusal]]:
    """Copy every notebook in a folder to where nbgrader wants it, mended; say which can't be graded."""
    taken: dict[tuple[str, str], Submission] = {}
    refused: list[Refusal] = []
    files = [path for path in sorted(submitted.rglob("*")) if path.is_file() and not path.is_symlink()]
    for path in files:
        student = student_of(path, submitted)
        hidden = any(part.startswith((".", "__MACOSX")) for part in path.relative_to(submitted).parts)
        if hidden or path.suffix != ".ipynb":
            if not hidden:
                refused.append(Refusal(student, path, f"is no notebook: its name ends in {path.suffix or 'nothing'!r}"))
            continue
        try:
            name, notebook = read(path, released)
            notes = [] if path.stem.endswith(name) else [f"called {path.name}"]
            notes += mend(notebook, released[name]) + look(notebook, released[name])
            text = nbformat.writes(notebook).encode("utf8")
        except ValueError as error:  # also where a text can't be written as UTF-8
            refused.append(Refusal(student, path, str(error).splitlines()[0][:200]))
            continue
        except Exception as error:  # whatever one file does, the others are graded
            refused.append(
                Refusal(student, path, f"can't be read as a notebook: {type(error).__name__}: {str(error)[:80]}")
            )
            continue
        before = taken.get((student, name))
        if before is not None:
            older, newer = sorted([before.file, path], key=lambda file: (file.stat().st_mtime, file.name))
            if newer == before.file:
                before.notes.append(f"a second file, {older.name}, was left aside")
                continue
            notes.append(f"a second file, {older.name}, was left aside")
        target = course / "submitted" / student / name / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
        taken[student, name] = Submission(student, name, path, notes)
    return list(taken.values()), refused
