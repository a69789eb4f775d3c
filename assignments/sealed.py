"""What nbgrader does otherwise here: run a submission behind walls, and keep hidden tests out of the feedback."""

import ast
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbgrader.preprocessors import ClearHiddenTests, Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade, setenv

HIDDEN = "### BEGIN HIDDEN TESTS"
KERNEL = Path(__file__).resolve().with_name("sealed_kernel.py")

# Run before the submission, after each of its tests, and in the end: a digest of every module that tests rest on, and
# those names out of a test's imports that mean something else now. The digests are compared out here.
STATE = """
def _state(imports):
    import builtins, gc, hashlib, importlib, json, math, sys
    import lstmlib.exercises.report, lstmlib.numpy
    sys.last_traceback = sys.last_value = sys.last_exc = None  # the frames of a failed cell hold its memory
    gc.collect()
    shared = [name for name in sorted(sys.modules) if name.split(".")[0] in ("numpy", "lstmlib")]
    digests = {}
    for module in [builtins, math] + [sys.modules[name] for name in shared]:
        things = [(k, v) for k, v in sorted(vars(module).items()) if callable(v)]
        if module is builtins:  # a kernel puts some of its own there, anew for every cell
            things = [(k, v) for k, v in things if isinstance(v, (type, type(len)))]
        classes = [v for _, v in things if isinstance(v, type) and v.__module__.startswith("lstmlib")]
        things += [pair for c in classes for pair in sorted(vars(c).items()) if callable(pair[1])]
        codes = [getattr(getattr(v, "__wrapped__", v), "__code__", None) for _, v in things]
        told = [f"{k} {id(v)} {id(code)}" for (k, v), code in zip(things, codes)]
        digests[module.__name__] = hashlib.md5(" ".join(told).encode()).hexdigest()
    def meant(module, attribute):
        found = importlib.import_module(module)
        return getattr(found, attribute) if attribute else found
    odd = [name for name, whence in imports.items() if globals().get(name) is not meant(*whence)]
    print(json.dumps([digests, odd]))
_state(%r)
del _state
"""
MUST_FAIL = "assert False, 'as it should'"


class TamperedError(Exception):
    """A submission changed what its tests rest on; its score would mean nothing."""


class SealedKernelManager(AsyncKernelManager):
    """Starts ``sealed_kernel.py`` in the place of the usual kernel."""

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Return the usual command with the script in the place of ``-m ipykernel_launcher``."""
        command = super().format_kernel_cmd(extra_arguments)
        return [sys.executable, str(KERNEL), *command[command.index("-f") :]]


class SealedExecute(Execute):
    """nbgrader's execution, in a kernel of its own kind, with a look at whether tests can still fail in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, kernel_manager_class=SealedKernelManager, **kwargs)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Run the notebook in an empty folder; refuse it if it changed what tests rest on.

        Raises:
            TamperedError: it did.
        """
        before, failing, after = probe({}), nbformat.v4.new_code_cell(MUST_FAIL), probe({})
        beside = [(cell, probe(imports(cell.source))) for cell in nb.cells if is_test(cell)]
        probes = [before, *(look for _, look in beside), failing, after]
        behind = {id(cell): look for cell, look in beside}
        nb.cells = [before, *(c for cell in nb.cells for c in (cell, behind.get(id(cell))) if c), failing, after]
        folder = tempfile.mkdtemp(prefix="submission-")
        resources.setdefault("metadata", {})["path"] = folder
        try:
            with setenv(SEALED_FOLDER=folder, OMP_NUM_THREADS="1"):
                nb, resources = super().preprocess(nb, resources)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        judge(nb.cells, [cell["id"] for cell in probes])
        known = {cell["id"] for cell in probes}
        nb.cells = [cell for cell in nb.cells if cell.get("id") not in known]
        return nb, resources


def is_test(cell: Any) -> bool:
    """Tell whether a cell is graded by running it."""
    return cell.cell_type == "code" and bool(is_grade(cell))


def probe(names: dict[str, tuple[str, str]]) -> Any:
    """Return a cell that says the state of what tests rest on, and whether these names are what was imported."""
    return nbformat.v4.new_code_cell(STATE % names)


def imports(text: str) -> dict[str, tuple[str, str]]:
    """Return the names that a test imports: name -> module, and what of it ("" for the module itself)."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            found |= {
                alias.asname or alias.name.split(".")[0]: (alias.name, "") for alias in node.names if alias.asname
            }
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    return found


def passed(cell: Any) -> bool:
    """Tell whether a cell ran without an error."""
    return not any(output.output_type == "error" for output in cell.outputs)


def judge(cells: list[Any], probes: list[str]) -> None:
    """Compare what the probes of a run said.

    Args:
        cells: all that ran, probes among it.
        probes: the probes' ids: the first, one behind each test, the test that must fail, the last.

    Raises:
        TamperedError: a test that must fail did not, or what tests rest on is not what it was before the submission.
    """
    at = {cell.get("id"): index for index, cell in enumerate(cells)}
    first, *behind, failing, last = (at[name] for name in probes)
    if not any(output.output_type == "error" and output.ename == "AssertionError" for output in cells[failing].outputs):
        raise TamperedError("a test that must fail did not: the submission changed how tests are run")
    start, _ = said(cells[first])
    for index in [*behind, last]:
        digests, names = said(cells[index])
        odd = [name for name in start if digests.get(name) != start[name]]
        if index != last and passed(cells[index - 1]):
            odd += names
        if odd:
            raise TamperedError(f"the submission changed what tests rest on (changed: {', '.join(odd[:3])})")


def said(cell: Any) -> tuple[dict[str, str], list[str]]:
    """Return what a probe printed.

    Raises:
        TamperedError: nothing that can be read.
    """
    text = "".join(output.get("text", "") for output in cell.outputs if output.output_type == "stream").strip()
    try:
        digests, names = json.loads(text.splitlines()[-1])
        return dict(digests), list(names)
    except (IndexError, TypeError, ValueError):
        why = [f"{output.ename}: {output.evalue}"[:80] for output in cell.outputs if output.output_type == "error"]
        raise TamperedError(f"the submission left nothing to test with ({(why or ['no answer'])[0]})") from None


class HideTests(NbGraderPreprocessor):
    """Leaves in the feedback of a failed test its reason alone: neither hidden tests nor a traceback through them.

    An answer can print the cell that tests it. What repeats a line of a hidden test is left out, wherever it stands.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Cut hidden tests out of a notebook's cells and outputs, and its errors down to one line."""
        regions = [cell.source.split(HIDDEN, 1)[1] for cell in nb.cells if is_test(cell) and HIDDEN in cell.source]
        lines = {line.strip() for region in regions for line in region.splitlines()}
        self.hidden = {HIDDEN} | {line for line in lines if len(line) >= 20}
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Do so for one cell."""
        if cell.cell_type != "code":
            return cell, resources
        if is_grade(cell):
            ClearHiddenTests(parent=self.parent)._remove_hidden_test_region(cell)
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        for place, output in enumerate(cell.outputs):
            if self.repeats(output):
                cell.outputs[place] = nbformat.v4.new_output("stream", text="(left out: it repeats a test)\n")
        return cell, resources

    def repeats(self, output: Any) -> bool:
        """Tell whether an output has a line of a hidden test in it, as text or as Python writes a string."""
        text = json.dumps(output, ensure_ascii=False)
        quoted = {json.dumps(line, ensure_ascii=False)[1:-1] for line in self.hidden}
        quoted |= {json.dumps(form, ensure_ascii=False)[1:-1] for line in self.hidden for form in [repr(line)[1:-1]]}
        return any(line in text for line in quoted)
