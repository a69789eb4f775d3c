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
from lstmlib.paper.command import add_commands

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


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
    for extra, packages in missing.items():
        remedy = f": pip install 'lstmlib[{extra}]'" if extra else ""
        print(f"missing  {', '.join(packages)}{remedy}")
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
    given = parser.parse_args()
    try:
        given.run(given)
        sys.stdout.flush()
    except BrokenPipeError:  # who reads the output, such as head, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
