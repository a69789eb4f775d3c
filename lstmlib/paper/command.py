"""The command ``lstmlib paper``: list the rows, run them, show the paper's numbers beside ours."""

import argparse
import importlib
import os
import sys
from pathlib import Path
from typing import Any

from lstmlib.paper import archive
from lstmlib.paper.cluster import Lost
from lstmlib.paper.progress import to_stderr
from lstmlib.paper.readings import READINGS, SETS
from lstmlib.paper.report import Stored, head_of, lines_of, stored
from lstmlib.paper.row import Row
from lstmlib.paper.rows import ROWS, chosen_from, find, label
from lstmlib.paper.runner import at_least, run, threads_alone
from lstmlib.paper.store import OWN, RESULTS, current
from lstmlib.paper.table import FORMATS, head_record, records_of, written
from lstmlib.paper.verdict import verdict


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``paper`` and its own commands to the command line of ``lstmlib``."""
    about = "the tables of the 1997 paper, and one of 2000: list their rows, run them again, show paper beside ours"
    paper = commands.add_parser("paper", help=about, description=about)
    inner = paper.add_subparsers(dest="paper_command", required=True)
    listing = inner.add_parser("list", help="every row, the paper's result, ours if there is one")
    listing.add_argument("--results", type=Path, metavar="DIR", help=f"a folder of results (default: {_COMES})")
    listing.set_defaults(run=show_list)
    _add_run(inner.add_parser("run", help="run trials that are not there yet; stop at any time, run again to go on"))
    about = "the paper's numbers beside ours, with intervals, for every reading"
    showing = inner.add_parser("show", help=about, description=about)
    showing.add_argument("rows", nargs="*", metavar="ROW", help="a row or a table (default: all)")
    where = f"a folder of results (default: {_COMES}, and ./{OWN} where that is there)"
    showing.add_argument("--results", type=Path, metavar="DIR", help=where)
    showing.add_argument("--seed", type=int, help="count trials of this seed alone (default: of all seeds)")
    form = "text for people (the default), csv or json for other programs, md for a page"
    showing.add_argument("--format", choices=FORMATS, default="text", help=form)
    showing.set_defaults(run=show_rows)
    about = "all trials as one archive: a tidy table, what its columns mean, a notebook that makes the tables again"
    archiving = inner.add_parser("archive", help=about, description=about)
    archiving.add_argument("file", nargs="?", type=Path, metavar="FILE", help=f"default: {OWN}/{archive.NAME}.zip")
    archiving.add_argument("--results", type=Path, metavar="DIR", help=f"a folder of results (default: {_COMES})")
    archiving.set_defaults(run=write_archive)


_COMES = "those that come with the library"


def _add_run(running: argparse.ArgumentParser) -> None:
    """Give ``run`` its arguments."""
    running.add_argument(
        "rows",
        nargs="*",
        metavar="ROW",
        help=f"a row such as table-7/T100, or a table such as table-7; or a set of readings: {', '.join(SETS)}",
    )
    running.add_argument("--all", action="store_true", help="every row that the library has a learner for")
    running.add_argument("--trials", type=int, help="how many there shall be (default: as many as in the paper)")
    running.add_argument("--seed", type=int, default=0, help="of all trials (default: 0)")
    running.add_argument("--workers", type=int, help="processes (default: one a core)")
    running.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster to run on, such as tcp://host:8786")
    where = running.add_mutually_exclusive_group()
    where.add_argument(
        "--results", type=Path, metavar="DIR", default=OWN, help="where they go (default: ./%(default)s)"
    )
    store = "for those who work on the library: add to the results that come with it, which the chapters show"
    where.add_argument("--store", action="store_const", const=RESULTS, dest="results", help=store)
    options = "; ".join(f"{name}: {', '.join(found)}" for name, found in READINGS.items())
    running.add_argument(
        "--reading",
        action="append",
        default=[],
        metavar="NAME=OPTION",
        help=(
            f"a set of readings ({', '.join(SETS)}), or an option where the paper leaves something open; the first is "
            f"the default. {options}"
        ).replace("%", "%%"),
    )
    running.set_defaults(run=run_rows)


def chosen_rows(names: list[str], everything: bool = False) -> list[Row]:
    """Return the rows that were named, in the paper's order.

    Raises:
        SystemExit: a name that there is not, or none.
    """
    if everything:
        return list(ROWS.values())
    if not names:
        sys.exit("lstmlib paper: name a row or a table, or say --all; lstmlib paper list shows them")
    try:
        named = {row.name for name in names for row in find(name)}
    except ValueError as error:
        sys.exit(f"lstmlib paper: {error}")
    return [row for row in ROWS.values() if row.name in named]


def remedy(package: str) -> str:
    """Return what to do about a package that is missing; nothing if it is there."""
    try:
        importlib.import_module(package)
    except ModuleNotFoundError:
        return f"lstmlib paper: {package} is missing: pip install {package}"
    return ""


def need(*packages: str) -> None:
    """Stop with a remedy if a package is missing.

    Raises:
        SystemExit: one is.
    """
    for package in packages:
        if line := remedy(package):
            sys.exit(line)


def existing(folder: Path | None) -> list[tuple[str, Path]]:
    """Return the folders to show, with what their results are called: the one that was named, else ours and yours.

    Raises:
        SystemExit: the one that was named isn't there.
    """
    if folder is None:
        return [("ours", RESULTS)] + ([("yours", OWN)] if os.path.isdir(OWN) else [])
    if not os.path.isdir(folder):
        what = "is not a folder" if os.path.exists(folder) else "is not there"
        sys.exit(f"lstmlib paper: --results {folder}: it {what}")
    return [("ours", folder)]


def told(row: Row, folder: Path, unread: list[str]) -> Stored:
    """Return what a folder has of a row; say what is wrong with its files, and note those that can't be read."""
    found = stored(row, folder)
    for line in found.trouble + found.unread:
        to_stderr(f"lstmlib paper: {line}")
    unread += found.unread
    return found


def show_list(given: argparse.Namespace) -> None:
    """Print a line for every row."""
    _, folder = existing(given.results)[0]
    unread: list[str] = []
    print(f"{'row':<34} {'method':<30} {'paper':>22}   ours")
    for row in ROWS.values():
        reported = row.reported
        percent = "" if reported.percent is None else f" ({reported.percent:g} %)"
        after = "" if reported.sequences is None else f"{reported.sequences:,}"
        paper = f"{'>' if reported.at_least else ''}{after}{percent}".strip()
        ours = ""
        for reading, results in told(row, folder, unread).readings[:1]:
            counted = current(results)
            solved = [result["sequences"] for result in counted if result["solved"]]
            if counted:
                mean = f"{sum(solved) / len(solved):,.0f} " if solved else ""
                name = label(row, reading)
                ours = f"{mean}({len(solved)} of {len(counted)} solved{'' if name == 'default' else f', {name}'})"
        print(f"{row.name:<34} {row.method:<30} {paper:>22}   {ours}".rstrip())
    if line := remedy("scipy"):
        to_stderr(f"{line} (this list needs nothing more; show and run do)")
    if unread:
        sys.exit(1)


def show_rows(given: argparse.Namespace) -> None:
    """Print rows, paper beside ours."""
    need("scipy")
    folders, unread = existing(given.results), list[str]()
    try:
        seed = None if given.seed is None else at_least("seed", 0, given.seed)
    except ValueError as error:
        sys.exit(f"lstmlib paper: {error}")
    records: list[dict[str, Any]] = []
    for row in chosen_rows(given.rows, everything=not given.rows):
        found = [(whose, told(row, folder, unread)) for whose, folder in folders]
        if given.format == "text":
            lines = [line for whose, one in found for line in lines_of(row, one, seed=seed, whose=whose)]
            print("\n".join([*head_of(row), *lines, f"  verdict: {verdict(row, found[0][1]).line}"]))
        else:
            ours = [record for whose, one in found for record in records_of(row, one, seed=seed, whose=whose)]
            records += ours or [head_record(row)]
    if given.format != "text":
        sys.stdout.write(written(records, given.format))
    if unread:
        sys.exit(1)


def write_archive(given: argparse.Namespace) -> None:
    """Write all trials into one file."""
    need("scipy")
    path = given.file or OWN / f"{archive.NAME}.zip"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        count = archive.write(path, existing(given.results)[0][1])
    except (OSError, ValueError) as error:
        sys.exit(f"lstmlib paper: no archive was written: {error}")
    print(f"{count:,} trials: {path}")


def run_rows(given: argparse.Namespace) -> None:
    """Run rows; Ctrl-C stops, and loses only the trials that were running."""
    need("joblib", "numba", "scipy", *(["distributed"] if given.scheduler else []))
    threads_alone()
    words = [name for name in given.rows if name in SETS] + given.reading
    names = [name for name in given.rows if name not in SETS]
    rows = chosen_rows(names, given.all)
    if given.all or any(name == row.table for name in names for row in rows):
        rows = [row for row in rows if row.runnable]
    if any("=" not in word and word not in SETS for word in words):
        sys.exit(f"lstmlib paper: --reading {' '.join(given.reading)}: expected NAME=OPTION or {', '.join(SETS)}")
    if not rows:
        sys.exit("lstmlib paper: the library has no learner for these rows")
    options: dict[str, Any] = {"seed": given.seed, "directory": given.results}
    options |= {"workers": given.workers, "scheduler": given.scheduler}
    for row in rows:
        try:
            run(row, given.trials, chosen=chosen_from(row, words), **options)
        except ValueError as error:
            sys.exit(f"lstmlib paper: {error}")
        except (OSError, Lost, MemoryError) as error:
            reason = "memory has run out" if isinstance(error, MemoryError) else error
            sys.exit(f"lstmlib paper: {row.name}: {reason}. Trials that were finished before are kept, and {_GOES_ON}")
        except KeyboardInterrupt:
            to_stderr(f"\n{row.name}: stopped; finished trials are kept. T{_GOES_ON[1:]}")
            sys.exit(130)
        lines, unread = head_of(row), list[str]()
        folders = {os.path.realpath(folder): folder for folder in (given.results, RESULTS)}
        for folder in reversed(folders.values()):
            whose = "ours" if folder is RESULTS else "yours"
            lines += lines_of(row, told(row, folder, unread), seed=given.seed, whose=whose)
        print("\n".join(lines), flush=True)


_GOES_ON = "the same command goes on."
