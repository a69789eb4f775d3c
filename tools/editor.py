"""The editor of code in the page: CodeMirror, bundled from npm's packages. ``make runtime`` makes it again.

``book/_live/editor/package-lock.json`` pins every package, and the bundler, with npm's checksums; npm refuses what has
another. What comes out is committed, so that building the book needs neither npm nor Node.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from address import ROOT

EDITOR = ROOT / "book" / "_live" / "editor"
FETCHED = ROOT / "_build" / "editor"
BUNDLE, LICENCES, LIST = "codemirror.js", "codemirror.licences.txt", "editor.json"
SOURCES = ("source.js", "package-lock.json")
BANNER = f"/* CodeMirror 6, made of source.js by tools/editor.py. Its licences: {LICENCES} */"


def packages(lock: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the packages that a lock file brings into the bundle: all but the bundler."""
    found = {path.removeprefix("node_modules/"): about for path, about in lock["packages"].items() if path}
    return {name: about for name, about in found.items() if "esbuild" not in name}


def checksums(folder: Path = EDITOR) -> dict[str, str]:
    """Return the checksums of the bundle, and of what it was made of."""
    names = (BUNDLE, LICENCES, *SOURCES)
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def wrong(folder: Path = EDITOR) -> list[str]:
    """Return the files of a folder that aren't what its list says: changed ones, and those made before a change."""
    listed = json.loads((folder / LIST).read_text(encoding="utf8"))
    found = checksums(folder)
    return [f"{name} has another checksum: make runtime" for name in found if found[name] != listed.get(name)]


def make() -> dict[str, str]:
    """Fetch the packages, bundle them, put their licences beside; return the checksums of what came out."""
    FETCHED.mkdir(parents=True, exist_ok=True)
    for name in (*SOURCES, "package.json"):
        shutil.copyfile(EDITOR / name, FETCHED / name)
    # Without scripts: nothing that is fetched runs but the bundler.
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--silent"], cwd=FETCHED, check=True)
    arguments = ["--bundle", "--minify", "--format=esm", "--target=es2020", "--charset=utf8", "--legal-comments=none"]
    command = ["npx", "--no-install", "esbuild", "source.js", *arguments, f"--banner:js={BANNER}"]
    subprocess.run([*command, "--log-level=warning", f"--outfile={BUNDLE}"], cwd=FETCHED, check=True)
    lock = json.loads((EDITOR / "package-lock.json").read_text(encoding="utf8"))
    texts = []
    for name, about in sorted(packages(lock).items()):
        licence = next((FETCHED / "node_modules" / name).glob("LICEN[CS]E*"))
        texts.append(f"{name} {about['version']}\n\n{licence.read_text(encoding='utf8').strip()}\n")
    (FETCHED / LICENCES).write_text(f"\n{'-' * 72}\n\n".join(texts), encoding="utf8")
    return checksums(FETCHED)


def main() -> None:
    """Make the bundle; where it isn't what the list says, stop; ``--store`` puts it and a new list in place."""
    made, listed = make(), EDITOR / LIST
    if "--store" in sys.argv:
        for name in (BUNDLE, LICENCES):
            shutil.copyfile(FETCHED / name, EDITOR / name)
        listed.write_text(json.dumps(made, indent=1) + "\n", encoding="utf8")
    elif made != json.loads(listed.read_text(encoding="utf8")):
        sys.exit(f"The editor came out another than {LIST} says. If that is meant: python tools/editor.py --store")
    print(f"{BUNDLE}: {(EDITOR / BUNDLE).stat().st_size / 1000:.0f} kB, as listed")


if __name__ == "__main__":
    main()
