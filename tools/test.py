"""Run every check, stop at nothing, and say in the end what failed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from address import ROOT

BIN = Path(sys.executable).parent
CHECKS = {
    "style (ruff check)": [BIN / "ruff", "check", "."],
    "layout (ruff format)": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "types (mypy)": [BIN / "mypy"],
    # Three processes, on two cores as well: a browser often waits. What stays together: conftest.py.
    "tests, notebooks and pages (pytest)": [BIN / "pytest", "-q", "-n", "3", "--dist", "loadfile", "-rsfE"],
}
# A browser on a busy machine can miss what it waits for. A few tests that failed are run once more, one at a time, and
# named; what is wrong fails again.
AGAIN = [BIN / "pytest", "-q", "-n", "0"]
FEW = 5
SOME_FAILED = 1  # pytest's exit status for it; others say that it was interrupted, or could not begin


def run(command: list[object], **environment: object) -> int:
    """Run a command with these variables besides; return its exit status."""
    variables = os.environ | {name: str(value) for name, value in environment.items()}
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=variables).returncode


def run_tests(command: list[object]) -> bool:
    """Run the tests, and once more those that failed, if they are few; return whether all have passed."""
    with tempfile.TemporaryDirectory() as room:
        file = Path(room, "failed")
        status = run(command, FAILED_TESTS=file)
        failed = file.read_text(encoding="utf8").splitlines() if file.exists() else []
    if status != SOME_FAILED or not 0 < len(failed) <= FEW:
        return status == 0
    print("== once more, what failed", flush=True)
    if run([*AGAIN, *failed]):
        return False
    print("Passed only the second time:", *failed, sep="\n  ")
    return True


def main() -> None:
    """Run them all; the exit status is 1 if one failed."""
    failed = []
    for name, command in CHECKS.items():
        print(f"== {name}", flush=True)
        if not (run_tests(command) if command[0] == BIN / "pytest" else run(command) == 0):
            failed.append(name)
    if failed:
        sys.exit(f"\nFailed: {'; '.join(failed)}")
    print("All checks passed.")


if __name__ == "__main__":
    main()
