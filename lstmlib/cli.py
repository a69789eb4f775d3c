"""The command ``lstmlib``."""

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import sys

import lstmlib
from lstmlib.page.browser import BROWSERS
from lstmlib.paper.command import add_commands


def requirements() -> list[tuple[str, str]]:
    """Return (package, extra) for everything that lstmlib can use; the extra is "" for what it always needs."""
    found = []
    for line in importlib.metadata.requires("lstmlib") or []:
        name = re.split(r"[<>=!~;\[ ]", line)[0]
        extra = re.search(r"extra == ['\"](\w+)['\"]", line)
        if name != "lstmlib":
            found.append((name, extra.group(1) if extra else ""))
    return found


def version_of(package: str) -> str | None:
    """Return the version that is installed, or ``None``."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def describe_gpu() -> str:
    """Return one line about the GPU that the PyTorch backend would use."""
    if importlib.util.find_spec("torch") is None:
        return "not looked for: torch is missing"
    import torch

    if torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()} (cuda)"
    return "Apple (mps)" if torch.backends.mps.is_available() else "none found; everything runs on the CPU"


def check() -> None:
    """Print what is here and what is missing, for a bug report."""
    print(f"lstmlib  {lstmlib.__version__}")
    print(f"Python   {platform.python_version()} ({sys.executable})")
    print(f"system   {platform.platform()}, {os.cpu_count()} cores")
    numpy_there, torch_there = version_of("numpy"), version_of("torch")
    print(f"backends numpy {numpy_there}; torch {torch_there or 'missing'}")
    print(f"GPU      {describe_gpu()}")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    print(f"browser  {browser or 'none found (only the tests of the pages need one)'}")
    missing: dict[str, list[str]] = {}
    for package, extra in requirements():
        if version := version_of(package):
            print(f"  {package} {version}")
        else:
            missing.setdefault(extra, []).append(package)
    for packages in missing.values():  # by their own names: PyPI has no lstmlib, or somebody else's
        print(f"missing  {', '.join(packages)}: pip install {' '.join(packages)}")
    if not missing:
        print("missing  nothing")


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="lstmlib", description="The library behind The Memory Cell.")
    parser.add_argument("--version", action="version", version=f"lstmlib {lstmlib.__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    about = "print versions, backends, GPU and what is missing, for bug reports"
    commands.add_parser("check", help=about, description=about).set_defaults(run=lambda given: check())
    add_commands(commands)
    open_streams()
    try:
        try:
            given = parser.parse_args()
            given.run(given)
        finally:
            sys.stdout.flush()
    except OSError as error:
        # What can't be printed now could not be printed at the end, either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # who reads the output, such as head, has had enough
            sys.exit(1)
        sys.exit(f"lstmlib: can't print: {error.strerror or error}")
    except KeyboardInterrupt:
        sys.exit(130)


def open_streams() -> None:
    """Stop if there is nowhere to print to; where input or errors are closed, open them to nothing.

    Else the first file to be opened would get their number, and what is printed as an error would go into it.

    Raises:
        SystemExit: standard output is closed.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdout is None:
        sys.exit("lstmlib: standard output is closed, so there is nowhere to print to")
