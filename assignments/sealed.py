"""What nbgrader does otherwise here: run a submission behind walls, and keep hidden tests out of the feedback."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import nbformat
from as_run import as_guarded, built_in, enclosed, mark
from held import Held
from inert import harmless_output, harmless_text
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbgrader.preprocessors import ClearHiddenTests, Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade, setenv

HIDDEN = "### BEGIN HIDDEN TESTS"
KERNEL = Path(__file__).resolve().with_name("sealed_kernel.py")

# Run before the submission, at the beginning and the end of each of its tests, and in the end: a digest of every module
# that tests rest on, and of what runs them. The digests are compared out here.
STATE = """
def _state():
    import builtins, json, math, sys, types
    import lstmlib.exercises.report, lstmlib.numpy
    empty, function, known, digests = types.CellType(), types.FunctionType, {}, {}
    def held(v):  # what a function is made of, besides itself
        code = getattr(getattr(v, "__wrapped__", v), "__code__", None)
        if type(v) is not function:
            return id(code)
        more = [id(cell.cell_contents) for cell in v.__closure__ or () if cell != empty]
        return id(code), id(v.__defaults__), id(v.__kwdefaults__), *more
    def told(things):
        found = []
        for name, v in things:
            key = id(v)
            if key not in known:
                known[key] = 0 if isinstance(v, type) else held(v)
            found.append((name, key, known[key]))
        return str(hash(tuple(found)))
    shared = [m for name, m in list(sys.modules.items()) if name.split(".")[0] in ("numpy", "lstmlib")]
    for module in [builtins, math, *shared]:
        called, names = module.__name__, vars(module)
        ours = called.split(".")[0] == "lstmlib"
        things = [(k, v) for k, v in names.items() if callable(v) or (ours and k[:2] != "__")]
        if called == "numpy":
            things += [(k, names.get(k)) for k in ("linalg", "random")]
        # A room that is imported later becomes an attribute of its package. It has, or gets, a digest of its own.
        things = [(k, v) for k, v in things if not isinstance(v, types.ModuleType)
                  or sys.modules.get(f"{called}.{k}") is not v]
        if module is builtins:  # a kernel puts some of its own there, anew for every cell
            things = [(k, v) for k, v in things if isinstance(v, (type, type(len)))]
        if ours:
            classes = [v for _, v in things if isinstance(v, type) and v.__module__.startswith("lstmlib")]
            things += [pair for c in classes for pair in vars(c).items() if callable(pair[1])]
        digests[called] = told(sorted(things, key=lambda pair: pair[0]))
    shell = get_ipython()
    changes = shell.input_transformer_manager
    for what in (shell, shell.kernel, shell.display_pub, shell.displayhook, shell.compile, changes):
        classes = [c for c in type(what).__mro__
                   if c.__module__.split(".")[0] in ("IPython", "ipykernel", "traitlets", "codeop")]
        things = [pair for c in classes for pair in sorted(vars(c).items()) if callable(pair[1])]
        of_class = {k for k, _ in things}
        things += [(k, v) for k, v in sorted(vars(what).items()) if k in of_class]  # what hides the class's own
        digests[type(what).__name__] = told(things)
    digests["hooks"] = told([("trace", sys.gettrace()), ("profile", sys.getprofile())])
    digests["hooks"] += str([len(shell.ast_transformers), len(shell.input_transformers_post), shell.custom_exceptions])
    steps = changes.cleanup_transforms, changes.line_transforms, changes.token_transformers
    digests["hooks"] += str([list(map(id, step)) for step in steps])
    print(json.dumps(digests))
"""
# At the beginning of a test: the frames of a cell that failed before let go of their memory.
CLEAR = """
import gc, sys
sys.last_traceback = sys.last_value = sys.last_exc = None
gc.collect()
"""
# In front of the submission and in its first test: what is there already never has to be looked through again for what
# can be thrown away. Without this, to do so takes half of the time that a submission takes.
FREEZE = "gc.freeze()\n"
MUST_FAIL = "from lstmlib.exercises.report import expect\nexpect('the answer', 1.0, 2.0)"
MOST_OUTPUT = 20 * 2**20  # bytes that all cells of a submission may put out together
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "OMP_NUM_THREADS", "SEALED_FOLDER", "HOME", "TZ")


class TamperedError(Exception):
    """A submission changed what its tests rest on; its score would mean nothing."""


class FloodError(Exception):
    """A submission put out more than anybody would read, or holds more of the machine than it may."""


class SealedKernelManager(AsyncKernelManager):
    """Starts ``sealed_kernel.py`` in the place of the usual kernel."""

    async def _async_start_kernel(self, **kwargs: Any) -> None:
        """Start it with nothing of the grader's environment that it doesn't need, and without its output streams."""
        kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        await super()._async_start_kernel(**kwargs | {"env": kept} | nowhere)

    start_kernel = _async_start_kernel

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
        for cell in nb.cells:
            cell.metadata.pop("tags", None)  # one of them would have a cell left out
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        tests = [(cell, cell.source, secrets.token_hex(16)) for cell in nb.cells if is_test(cell)]
        first, failing, last = probe(FREEZE), nbformat.v4.new_code_cell(), probe()
        for number, (cell, source, word) in enumerate([*tests, (failing, MUST_FAIL, secrets.token_hex(16))]):
            cell.source = enclosed(source, word, CLEAR + ("" if number else FREEZE) + STATE)
        nb.cells = [first, *nb.cells, failing, last]
        folder = tempfile.mkdtemp(prefix="submission-")
        resources.setdefault("metadata", {})["path"] = folder
        try:
            with Held(Path(folder)) as held, setenv(SEALED_FOLDER=folder, OMP_NUM_THREADS="1"):
                nb, resources = super().preprocess(nb, resources)
        except DeadKernelError:
            if self.written > MOST_OUTPUT or held.over:
                raise FloodError(held.over or f"it wrote more than {MOST_OUTPUT // 2**20} MB of output") from None
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if held.over:
            raise FloodError(held.over)
        found, broken = list[dict[str, str]](), list[str]()
        for cell, source, word in tests:
            digests, whole = settle(cell, word)
            found += digests
            broken += [] if whole else [cell.metadata.nbgrader["grade_id"]]
            cell.source = source
        by_id = {cell.get("id"): cell for cell in nb.cells}
        asked = [by_id[cell["id"]] for cell in (first, failing, last)]
        judge(*asked, found)
        if broken:
            raise TamperedError(f"a test did not run to its end: {broken[0]}")
        nb.cells = [cell for cell in nb.cells if not any(cell is one for one in asked)]
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = [output for output in map(harmless_output, cell.outputs) if output]
            elif not cell.metadata.get("nbgrader", {}).get("locked"):
                cell.source = harmless_text(cell.source)
        return nb, resources

    written = 0

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Take note of what a cell puts out; end the kernel of a submission that puts out too much."""
        self.written += sum(map(len, msg.get("buffers", [])), len(repr(msg["content"])))
        if self.written > MOST_OUTPUT:
            self.km.provisioner.process.kill()
            return None
        return super().process_message(msg, cell, cell_index)


def settle(cell: Any, word: str) -> tuple[list[dict[str, str]], bool]:
    """Leave of a test's outputs its text and its error, in place; return what it said of the state, and if it is whole.

    Nothing else earns or costs points. A result would be taken for points, and anything on the error stream (a progress
    bar, a warning) for a failure. A test that neither failed nor said at its end the word and its code's mark was kept
    from running, or was another when it ran.
    """
    # A kernel under load sends a line in pieces, each of them an output.
    texts = [output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stdout"]
    lines = "".join(texts).splitlines(True)
    end = f"{word} {mark(cell.source, word)}"
    reached = any(line.strip() == end for line in lines) and cell.execution_count is not None
    found, kept = list[dict[str, str]](), list[str]()
    for line in lines:
        if line.startswith('{"') and '"hooks"' in line:
            with contextlib.suppress(ValueError):
                found.append(dict(json.loads(line)))
        elif line.strip() != end:
            kept.append(line)
    text = "".join(kept).removesuffix("\n")
    errors = [output for output in cell.outputs if output.output_type == "error"]
    cell.outputs = [nbformat.v4.new_output("stream", text=text)] * bool(text) + errors
    return found, bool(errors) or (reached and len(found) == 2)


def is_test(cell: Any) -> bool:
    """Tell whether a cell is graded by running it."""
    return cell.cell_type == "code" and bool(is_grade(cell))


def probe(first: str = "") -> Any:
    """Return a cell that says the state of what tests rest on, after a look that leaves no name behind."""
    body = textwrap.indent(CLEAR + first + STATE + "_state()\n", "    ")
    return nbformat.v4.new_code_cell(f"def _look():\n{built_in(body)}{body}\n_look()\ndel _look")


def judge(first: Any, failing: Any, last: Any, found: list[dict[str, str]]) -> None:
    """Compare what a run said of the state of what tests rest on.

    Args:
        first: the probe before the submission, as it ran.
        failing: the test that must fail.
        last: the probe behind the submission.
        found: what its tests said.

    Raises:
        TamperedError: a test that must fail did not, or what tests rest on is not what it was before the submission.
    """
    start = said(first)
    for digests in [*found, said(last)]:
        odd = [name for name in start if digests.get(name) != start[name]]
        if odd:
            raise TamperedError(f"the submission changed what tests rest on (changed: {', '.join(odd[:3])})")
    if not any(output.output_type == "error" and output.ename == "AssertionError" for output in failing.outputs):
        raise TamperedError("a test that must fail did not: the submission changed how tests are run")


def said(cell: Any) -> dict[str, str]:
    """Return what a probe printed.

    Raises:
        TamperedError: nothing that can be read.
    """
    text = "".join(output.get("text", "") for output in cell.outputs if output.output_type == "stream").strip()
    try:
        return dict(json.loads(text.splitlines()[-1]))
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
        for cell in nb.cells:
            if is_test(cell) and HIDDEN in cell.source:  # as it was run, and could be printed
                shown = ClearHiddenTests()
                visible = nbformat.from_dict(cell)
                shown._remove_hidden_test_region(visible)
                lines |= as_guarded(cell.source) - as_guarded(visible.source)
        self.hidden = {HIDDEN} | {line for line in lines if len(line) >= 20}
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Do so for one cell."""
        if cell.cell_type != "code":
            return cell, resources
        if is_grade(cell):
            ClearHiddenTests()._remove_hidden_test_region(cell)
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
