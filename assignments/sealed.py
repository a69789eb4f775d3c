"""What nbgrader does otherwise here: run a submission behind walls, and keep hidden tests out of the feedback."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbgrader.preprocessors import ClearHiddenTests, Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade, setenv

KERNEL = Path(__file__).resolve().with_name("sealed_kernel.py")

# Run after the submission: the first must fail and the second say "clean", or its tests meant nothing.
MUST_FAIL = "assert False, 'as it should'"
MUST_SAY_CLEAN = """
import builtins, math, sys
import numpy as np
_names = [name for name in sorted(sys.modules) if name.split(".")[0] in ("numpy", "lstmlib")]
_shared = [builtins, math] + [sys.modules[name] for name in _names]
_shared += [c for m in _shared if m.__name__.startswith("lstmlib") for c in vars(m).values() if isinstance(c, type)]
_odd = [f"{o.__name__}.{k}" for o in _shared for k, v in list(vars(o).items())
        if callable(v) and getattr(v, "__module__", None) == "__main__"]
_odd += [name for name, wrong in [("allclose", np.allclose(0.0, 1.0)), ("isclose", np.isclose(0.0, 1.0)),
         ("array_equal", np.array_equal([0], [1]))] if wrong]
print("clean" if not _odd else "changed: " + ", ".join(_odd[:3]))
"""


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
        probes = [nbformat.v4.new_code_cell(source) for source in (MUST_FAIL, MUST_SAY_CLEAN)]
        count = len(nb.cells)
        nb.cells += probes
        folder = tempfile.mkdtemp(prefix="submission-")
        resources.setdefault("metadata", {})["path"] = folder
        try:
            with setenv(SEALED_FOLDER=folder, OMP_NUM_THREADS="1"):
                nb, resources = super().preprocess(nb, resources)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        failing, clean = nb.cells[count:]
        del nb.cells[count:]
        if not any(output.output_type == "error" and output.ename == "AssertionError" for output in failing.outputs):
            raise TamperedError("a test that must fail did not: the submission changed how tests are run")
        said = "".join(output.get("text", "") for output in clean.outputs).strip()
        if said != "clean":
            raise TamperedError(f"the submission changed what tests rest on ({said or 'no answer'})")
        return nb, resources


class HideTests(NbGraderPreprocessor):
    """Leaves in the feedback of a failed test its reason alone: neither hidden tests nor a traceback through them."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Cut hidden tests out of one cell, and its errors down to one line."""
        if cell.cell_type == "code" and is_grade(cell):
            ClearHiddenTests(parent=self.parent)._remove_hidden_test_region(cell)
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources
