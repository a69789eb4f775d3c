"""Code that runs in the page: marks the cells, says which of them can run, and puts beside the pages what that takes.

Nothing of it is fetched before a reader presses "Run", and the editor not before "Edit". ``book/_static/live.js`` puts
the buttons there.
"""

import hashlib
import json
import shutil
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import editor  # noqa: E402
from live_plan import plan  # noqa: E402

LIVE = ROOT / "book" / "_live"
LEFT_OUT = ("torch", "compiled", "__pycache__")  # of the library: what a page can't run
_plans: dict[str, dict[str, Any]] = {}


def plan_of(app: Sphinx, page: str) -> dict[str, Any] | None:
    """Return what a page's cells need, None for a page that is no notebook."""
    path = Path(app.env.doc2path(page))
    if path.suffix != ".ipynb":
        return None
    if page not in _plans:
        _plans[page] = plan(nbformat.read(path, as_version=4))
    return _plans[page]


def mark_cells(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give every cell of a notebook a class with its number."""
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") == "cell_code":
            cell["classes"].append(f"live-{cell['cell_index']}")


def say_which(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Write into a page which of its cells run, and what the others are missing: that alone is there from the start."""
    if app.builder.name == "html" and pagename in app.env.all_docs and (found := plan_of(app, pagename)):
        about = {"page": pagename.rsplit("/", 1)[-1], "run": list(found["cells"]), "missing": found["missing"]}
        if about["run"] or about["missing"]:
            context["body"] += f'<script type="application/json" id="live-cells">{json.dumps(about)}</script>'


def library() -> bytes:
    """Return the library, and what stands around it in the page, as a zip; the same bytes for the same files."""
    data = BytesIO()
    files: dict[str, Path] = {}
    for top, folder in ((ROOT, ROOT / "lstmlib"), (LIVE / "python", LIVE / "python")):
        for path in folder.rglob("*"):
            if path.is_file() and not set(LEFT_OUT) & set(path.parts):
                files[path.relative_to(top).as_posix()] = path  # what stands in comes last
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(files.items()):
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return data.getvalue()


def put_beside(app: Sphinx, exception: Exception | None) -> None:
    """Write what the worker fetches: the runtime, the library, the list of both, and each page's plan."""
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir) / "_static" / "live"
    (out / "cells").mkdir(parents=True, exist_ok=True)
    files = json.loads((LIVE / "runtime" / "runtime.json").read_text(encoding="utf8"))["files"]
    for name in (*files, "pyodide-lock.json"):
        if not (out / name).exists() or (out / name).stat().st_mtime < (LIVE / "runtime" / name).stat().st_mtime:
            shutil.copyfile(LIVE / "runtime" / name, out / name)
    shutil.copyfile(LIVE / "worker.js", out / "worker.js")
    for name in (editor.BUNDLE, editor.LICENCES):
        shutil.copyfile(LIVE / "editor" / name, out / name)
    (out / "library.zip").write_bytes(library())
    listed = {name: {key: about[key] for key in ("part", "bytes", "sha256")} for name, about in files.items()}
    for name in ("pyodide-lock.json", "library.zip"):
        data = (out / name).read_bytes()
        listed[name] = {"part": "core", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (out / "files.json").write_text(json.dumps(listed, indent=1), encoding="utf8")
    for page in app.env.all_docs:
        if found := plan_of(app, page):
            path = out / "cells" / f"{page.rsplit('/', 1)[-1]}.json"
            path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("doctree-resolved", mark_cells)
    app.connect("html-page-context", say_which, priority=950)
    app.connect("build-finished", put_beside)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
