"""Open the book's notebooks in JupyterLab: numbered copies in ``work/``, which are the reader's to change.

    python tools/lab.py [arguments of jupyter lab]      # make lab

A copy that the reader has changed is never written over. What was copied is noted in ``work/.copied.json``: of each
notebook the checksum of its cells, without their outputs, since to run a notebook is no change.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from address import ROOT, pages
from contents import notebooks

WORK = ROOT / "work"
PLAIN = ROOT / "_build" / "html" / "notebooks"
SETS = ROOT / "_build" / "problem-sets"
NOTE = ".copied.json"


def fingerprint(text: str) -> str:
    """Return the checksum of a notebook's cells without their outputs; of what is no notebook, that of the text."""
    try:
        notebook = nbformat.reads(text, as_version=4)
        text = json.dumps([(cell.cell_type, cell.source) for cell in notebook.cells])
    except Exception:  # a reader's file may be anything; nbformat raises what it likes
        pass
    return hashlib.sha256(text.encode()).hexdigest()


def offered() -> list[tuple[str, Path]]:
    """Return what there is to copy: names in ``work/``, and where each comes from."""
    named = [(f"{number}-{Path(page).name}.ipynb", PLAIN / f"{Path(page).name}.ipynb") for number, page in notebooks()]
    return named + [(path.name, path) for path in sorted(SETS.glob("*.ipynb"))]


def bring(work: Path, files: list[tuple[str, Path]]) -> list[str]:
    """Bring copies up to date, but for those that the reader has changed.

    Args:
        work: the reader's folder; made if it isn't there.
        files: names there, and the notebooks that are copied.

    Returns:
        the names of copies that were kept although the book has a newer version.
    """
    work.mkdir(exist_ok=True)
    note = work / NOTE
    copied = json.loads(note.read_text(encoding="utf8")) if note.exists() else {}
    kept = []
    for name, source in files:
        mine = work / name
        text = source.read_text(encoding="utf8").replace(f"{pages()}_images/", "drawings/")
        new, old = fingerprint(text), copied.get(name)
        if mine.exists():
            if new == old:
                continue  # nothing new in the book
            if (held := fingerprint(mine.read_text(encoding="utf8"))) not in (old, new):
                kept.append(name)
                continue
            if held == new:
                copied[name] = new
                continue
        mine.write_text(text, encoding="utf8")
        copied[name] = new
    note.write_text(json.dumps(copied, indent=1), encoding="utf8")
    return kept


def main() -> None:
    """Bring the copies up to date, say what was kept, and open JupyterLab."""
    files = offered()
    if not all(source.exists() for _, source in files):
        sys.exit("The notebooks aren't made yet: make lab, or tools/build.py before this")
    kept = bring(WORK, files)
    shutil.copytree(ROOT / "book" / "drawings", WORK / "drawings", dirs_exist_ok=True)
    print(f"The notebooks are in {WORK.relative_to(ROOT)}/, yours to change.")
    for name in kept:
        print(f"  {name}: you have changed it, so it stays as it is. Move it away to get the book's newer version.")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={WORK}", *sys.argv[1:]]
    raise SystemExit(subprocess.call(command))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit(0) from None
