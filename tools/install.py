"""Make .venv and install lstmlib with everything that the book and its checks need, at the versions in constraints.txt.

Run by ``make``; uses the standard library only, and parses on any Python 3, so that an old one gets a clear answer.
"""

import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PIP_ARGUMENTS = ["-c", "constraints.txt", "-e", ".[all]"]  # environment.yml says the same to conda
OLDEST, NEWEST = (3, 11), (3, 13)


def supported(python):
    """Return whether that interpreter runs and is of a version that the book supports."""
    asked = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run([python, "-c", asked], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        version = tuple(int(part) for part in answer.stdout.split())
    except (OSError, ValueError):
        return False
    return answer.returncode == 0 and OLDEST <= version <= NEWEST


def find_python():
    """Return an interpreter that will do: this one if it can, else the newest on the path."""
    candidates = [sys.executable] + [shutil.which("python3.%d" % minor) for minor in (13, 12, 11)]
    for python in candidates:
        if python and supported(python):
            return python
    sys.exit(
        "The book needs Python 3.11, 3.12 or 3.13; this is %d.%d (%s).\n"
        "Install one of these and run the same command again, or name it: make book PYTHON=/path/to/python3.12"
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )


def main():
    """Make the environment, or bring it up to date."""
    python = find_python()
    pip_python = os.path.join(VENV, "bin", "python")
    if not supported(pip_python):
        print("Making .venv with %s ..." % python, flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        if subprocess.call([python, "-m", "venv", VENV]):
            sys.exit(
                "%s could not make .venv. On Debian and Ubuntu: apt install python3-venv; run this again." % python
            )
    print("Installing what the book needs; the first time takes a few minutes ...", flush=True)
    command = [pip_python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2"]
    if subprocess.call(command + PIP_ARGUMENTS, cwd=ROOT):
        sys.exit(
            "Installation failed: pip's own message stands above. If it speaks of connections or finds no versions\n"
            "at all, there is no way to the package index: connect, and run the same command again."
        )
    with open(os.path.join(VENV, "installed"), "w") as stamp:
        stamp.write("made by tools/install.py; remove this file to install anew\n")


if __name__ == "__main__":
    main()
