"""Where a command writes what it measured: into the reader's own folder, unless told to replace what chapters show."""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

OWN = Path("results")  # in the folder in which the reader is


def add_output(parser: argparse.ArgumentParser, stored: Path) -> None:
    """Give a command line ``--output`` and ``--store``.

    Args:
        parser: of the command line.
        stored: the file that comes with the library, which chapters read.
    """
    where = parser.add_mutually_exclusive_group()
    own = OWN / stored.name
    where.add_argument(
        "--output", type=Path, default=own, metavar="FILE", help="where to write (default ./%(default)s)"
    )
    about = "for those who work on the library: replace the numbers that come with it, which the chapters print"
    where.add_argument("--store", action="store_const", const=stored, dest="output", help=about)


def positive(text: str) -> int:
    """Return a number from a command line, as ``type=positive`` in ``add_argument``: how many, 1 or more.

    Raises:
        argparse.ArgumentTypeError: it isn't one.
    """
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r}, expected a positive integer")
    return number


def check(path: Path) -> None:
    """Stop before anything is measured if it could not be written.

    Raises:
        SystemExit: it could not.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path.parent).close()
        if path.exists() and not path.is_file():
            raise IsADirectoryError(f"{path} is not a file")
    except OSError as error:
        raise SystemExit(f"{path} can't be written, so nothing was measured: {error.strerror or error}") from error


def write(path: Path, about: dict[str, Any]) -> None:
    """Write what was measured, as JSON."""
    path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf8")
