"""Write a template repository for a course: the sets' student versions, and a workflow that runs their visible tests.

    python tools/template.py        # make template: into _build/template/

Push the folder to a repository of your own and mark it as a template: each student makes a private copy of it.
"""

import shutil
import zipfile
from pathlib import Path

import problem_sets
from address import ROOT, pages, repository

PARTS = Path(__file__).parent / "template"
OUT = ROOT / "_build" / "template"


def write(out: Path = OUT, sets: Path = problem_sets.OUT) -> list[Path]:
    """Write the repository and return its files; the sets are made anew where a source is newer."""
    problem_sets.bring_up_to_date(sets)
    shutil.rmtree(out, ignore_errors=True)
    (out / ".github" / "workflows").mkdir(parents=True)
    for notebook in sorted(sets.glob("*.ipynb")):
        shutil.copy(notebook, out)
    shutil.copy(PARTS / "check.py", out)
    shutil.copy(PARTS / "check.yml", out / ".github" / "workflows")
    readme = (PARTS / "README.md").read_text(encoding="utf8").replace("{pages}", pages())
    (out / "README.md").write_text(readme, encoding="utf8")
    (out / "requirements.txt").write_text(
        f"lstmlib[notebooks] @ git+{repository()}\njupyterlab>=4\nnbclient>=0.10\n", encoding="utf8"
    )
    (out / ".gitignore").write_text(".venv/\n.ipynb_checkpoints/\n__pycache__/\n", encoding="utf8")
    return sorted(path for path in out.rglob("*") if path.is_file())


def main() -> None:
    """Write it, zip it, say where it is."""
    written = write()
    with zipfile.ZipFile(OUT.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as together:
        for path in written:
            # A fixed date: the same files make the same bytes.
            entry = zipfile.ZipInfo(path.relative_to(OUT).as_posix(), (2000, 1, 1, 0, 0, 0))
            together.writestr(entry, path.read_bytes())
    print(f"A template repository with {len(written)} files is in {OUT.relative_to(ROOT)}/, and as a zip beside it.")


if __name__ == "__main__":
    main()
