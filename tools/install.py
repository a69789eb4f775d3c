"""Make .venv and install what a task asks for, at the versions in constraints.txt.

    python tools/install.py            # what reading, running and building the book takes
    python tools/install.py all        # what its checks take as well: an extra of pyproject.toml, or several

Run by ``make``; uses the standard library only, and parses on any Python 3, so that an old one gets a clear answer.
"""

import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PIP_ARGUMENTS = ["-c", "constraints.txt", "-e", ".[reader]"]  # environment.yml says the same to conda
OLDEST, NEWEST = (3, 11), (3, 14)  # the newest for which every pinned package has a wheel
WHAT = {
    "reader": "what it takes to read, run and build the book: NumPy, PyTorch, Matplotlib, JupyterLab, Jupyter Book",
    "grading": "what hands out and grades the problem sets: nbgrader",
    "print": "what the PDF and the e-book are made with: pikepdf, latex2mathml, a driver for browsers",
    "bench": "what the layers' speed is compared with: autograd",
    "econometrics": "what fits the variance models of the study of markets: arch",
    "translation": "what judges the translations of the study of messages: sacrebleu",
    "data": "what decodes the film that a small file is derived from: PyAV",
    "all": "what the book and all its checks take, among it nbgrader, mypy, ONNX Runtime and a driver for browsers",
}


def version(python):
    """Return the version of an interpreter as a pair, or None if it doesn't run."""
    asked = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run([python, "-c", asked], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        found = tuple(int(part) for part in answer.stdout.split())
    except (OSError, ValueError):
        return None
    return found if answer.returncode == 0 else None


def supported(python):
    """Return whether that interpreter runs and is of a version that the book was tried with."""
    found = version(python)
    return found is not None and OLDEST <= found <= NEWEST


def find_python():
    """Return an interpreter that will do: this one if the book was tried with it, else the newest such on the path."""
    candidates = [sys.executable] + [shutil.which("python3.%d" % minor) for minor in (14, 13, 12, 11)]
    for python in candidates:
        if python and supported(python):
            return python
    if sys.version_info[:2] > NEWEST:
        print(
            "Python %d.%d is newer than what the book was tried with (up to %d.%d); if a package has no version\n"
            "for it, pip says so below: then install an older one, and name it: make book PYTHON=python%d.%d"
            % (sys.version_info[:2] + NEWEST + NEWEST),
            flush=True,
        )
        return sys.executable
    sys.exit(
        "The book needs Python %d.%d or newer; this is %d.%d (%s).\n"
        "Install one and run the same command again, or name it: make book PYTHON=/path/to/python3.12"
        % (*OLDEST, sys.version_info[0], sys.version_info[1], sys.executable)
    )


def main():
    """Make the environment, or bring it up to date."""
    extras = sys.argv[1:] or ["reader"]
    pip_python = os.path.join(VENV, "bin", "python")
    if (version(pip_python) or (0, 0)) < OLDEST:
        python = find_python()
        print("Making .venv with %s ..." % python, flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        if subprocess.call([python, "-m", "venv", VENV]):
            sys.exit(
                "%s could not make .venv. On Debian and Ubuntu: apt install python3-venv; run this again." % python
            )
    for extra in extras:
        print("Installing %s." % WHAT.get(extra, extra), flush=True)
    print("The first time this fetches gigabytes and takes some minutes; pip says what it is at.", flush=True)
    arguments = [*PIP_ARGUMENTS[:-1], ".[%s]" % ",".join(extras)]
    command = [pip_python, "-m", "pip", "install", "--disable-pip-version-check", "--retries", "2"]
    if subprocess.call(command + arguments, cwd=ROOT):
        sys.exit(
            "Installation failed: pip's own message stands above. If it speaks of connections or finds no versions\n"
            "at all, there is no way to the package index: connect, and run the same command again."
        )
    for extra in ["reader", *extras] if "all" in extras else extras:
        with open(os.path.join(VENV, "installed-" + extra), "w") as stamp:
            stamp.write("made by tools/install.py; remove this file to install anew\n")


if __name__ == "__main__":
    main()
