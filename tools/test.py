"""Run every check, stop at nothing, and say in the end what failed."""

import subprocess
import sys
from pathlib import Path

from address import ROOT

BIN = Path(sys.executable).parent
CHECKS = {
    "style (ruff check)": [BIN / "ruff", "check", "."],
    "layout (ruff format)": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "types (mypy)": [BIN / "mypy"],
    # Three processes, on two cores as well: a browser often waits. What stays together: conftest.py.
    "tests, notebooks and pages (pytest)": [BIN / "pytest", "-q", "-n", "3", "--dist", "loadfile", "-rs"],
}


def main() -> None:
    """Run them all; the exit status is 1 if one failed."""
    failed = []
    for name, command in CHECKS.items():
        print(f"== {name}", flush=True)
        if subprocess.run([str(part) for part in command], cwd=ROOT).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"\nFailed: {'; '.join(failed)}")
    print("All checks passed.")


if __name__ == "__main__":
    main()
