"""Build the book, warnings as errors, and say where to open it."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

import page_weight
import plain_notebooks
import site_files
from address import ROOT
from contents import notebooks

OUT = ROOT / "_build"
BIN = Path(sys.executable).parent


def check_notebooks() -> None:
    """Stop at a notebook that can't be read, with a line that says which and what to do."""
    for _, page in notebooks(ROOT):
        name = f"{page}.ipynb"
        path = ROOT / name
        try:
            notebook = nbformat.read(path, as_version=4)
            nbformat.validate(notebook)
        except Exception as error:
            reason = str(error).strip().splitlines()[0][:200]
            sys.exit(
                f"{name} is not a readable notebook: {reason}\n"
                f"Mend it in an editor, or take back the stored version: git checkout -- {name}"
            )
        for number, cell in enumerate(notebook.cells):
            failed = [output for output in cell.get("outputs", []) if output.output_type == "error"]
            if failed and "raises-exception" not in cell.metadata.get("tags", []):
                sys.exit(
                    f"{name}: cell {number} has an error stored as its output "
                    f"({failed[0].ename}: {failed[0].evalue}).\n"
                    f"Mend the cell, then: make notebooks"
                )


def looks_changed() -> bool:
    """Return whether something that every page rests on is newer than the pages; Sphinx looks at their texts alone."""
    built = OUT / "html" / "index.html"
    sources = [ROOT / "_config.yml", *(ROOT / "lstmlib").rglob("*.*")]
    for folder in ("_ext", "_live", "_static", "_templates"):
        sources += (ROOT / "book" / folder).rglob("*.*")
    newest = max(path.stat().st_mtime for path in sources if path.suffix != ".pyc")
    return not built.exists() or newest > built.stat().st_mtime


def main() -> None:
    """Build, or explain why not."""
    check_notebooks()
    command = [BIN / "jupyter-book", "build", ".", "-W", "-n", "--keep-going", "-q"]
    if looks_changed():
        command.append("--all")
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        # Pages that were read would not be read again, and their warnings would be gone: start afresh next time.
        shutil.rmtree(OUT / ".doctrees", ignore_errors=True)
        print(done.stdout[-8000:])
        sys.exit("The book did not build. The lines marked WARNING or ERROR above name the file and what is wrong.")
    page_weight.lighten_all(OUT / "html")
    site_files.finish()
    try:
        plain_notebooks.write()
    except ValueError as error:
        sys.exit(f"The pages are built, but not the notebooks for every viewer: {error}")
    where = (OUT / "html" / "index.html").as_uri()
    if not (OUT / "problem-sets" / "problem-sets.zip").exists():
        print("Its page of problem sets offers none: make assignments, which fetches nbgrader, then make book.")
    print(f"The book is built. Open it:\n  {where}\nor show it at a local address: make serve")


if __name__ == "__main__":
    main()
