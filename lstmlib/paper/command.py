"""The command ``lstmlib paper``: list the rows, run them, show the paper's numbers beside ours."""

import argparse
import importlib
import sys
from pathlib import Path

from lstmlib.paper.report import lines_of, stored_readings, summarise
from lstmlib.paper.row import Row
from lstmlib.paper.rows import READINGS, ROWS, find, label
from lstmlib.paper.runner import run, threads_alone
from lstmlib.paper.store import Store, current


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``paper`` and its own commands to the command line of ``lstmlib``."""
    about = "the tables of the 1997 paper, and one of 2000: list their rows, run them again, show paper beside ours"
    paper = commands.add_parser("paper", help=about, description=about)
    inner = paper.add_subparsers(dest="paper_command", required=True)
    listing = inner.add_parser("list", help="every row, the paper's result, ours if there is one")
    running = inner.add_parser("run", help="run trials that are not there yet; stop at any time, run again to go on")
    showing = inner.add_parser("show", help="the paper's numbers beside ours, with intervals, for every reading")
    for parser in (listing, running, showing):
        parser.add_argument("--results", type=Path, metavar="DIR", help="where results are (default: in the package)")
    running.add_argument(
        "rows", nargs="*", metavar="ROW", help="a row such as table-7/T100, or a table such as table-7"
    )
    running.add_argument("--all", action="store_true", help="every row that the library has a learner for")
    running.add_argument("--trials", type=int, help="how many there shall be (default: as many as in the paper)")
    running.add_argument("--seed", type=int, default=0, help="of all trials (default: 0)")
    running.add_argument("--workers", type=int, help="processes (default: one a core)")
    running.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster to run on, such as tcp://host:8786")
    options = "; ".join(f"{name}: {', '.join(found)}" for name, found in READINGS.items())
    running.add_argument(
        "--reading",
        action="append",
        default=[],
        metavar="NAME=OPTION",
        help=f"where the paper leaves something open; the first is the default. {options}".replace("%", "%%"),
    )
    showing.add_argument("rows", nargs="*", metavar="ROW", help="a row or a table (default: all)")
    showing.add_argument("--seed", type=int, help="count trials of this seed alone (default: of all seeds)")
    listing.set_defaults(run=lambda given: show_list(given.results))
    running.set_defaults(run=run_rows)
    showing.set_defaults(run=show_rows)


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


def need(*packages: str) -> None:
    """Stop with a remedy if a package is missing.

    Raises:
        SystemExit: one is.
    """
    for package in packages:
        try:
            importlib.import_module(package)
        except ModuleNotFoundError:
            extra = "cluster" if package == "distributed" else "paper"
            sys.exit(f"lstmlib paper: {package} is missing: pip install 'lstmlib[{extra}]'")


def show_list(results: Path | None) -> None:
    """Print a line for every row."""
    print(f"{'row':<34} {'method':<30} {'paper':>22}   ours")
    for row in ROWS.values():
        reported = row.reported
        percent = "" if reported.percent is None else f" ({reported.percent:g} %)"
        after = "" if reported.sequences is None else f"{reported.sequences:,}"
        paper = f"{'>' if reported.at_least else ''}{after}{percent}".strip()
        ours = ""
        for reading in stored_readings(row, results)[:1]:
            found = current(Store(row, reading, results).load()[0])
            if found:
                s = summarise(found)
                mean = "" if s.mean is None else f"{s.mean:,.0f} "
                name = label(row, reading)
                ours = f"{mean}({s.solved} of {s.trials} solved{'' if name == 'default' else f', {name}'})"
        print(f"{row.name:<34} {row.method:<30} {paper:>22}   {ours}".rstrip())


def show_rows(given: argparse.Namespace) -> None:
    """Print rows, paper beside ours."""
    need("scipy")
    for row in chosen_rows(given.rows, everything=not given.rows):
        print("\n".join(lines_of(row, seed=given.seed, directory=given.results)))


def run_rows(given: argparse.Namespace) -> None:
    """Run rows; Ctrl-C stops, and loses only the trials that were running."""
    need("joblib", "numba", "scipy", *(["distributed"] if given.scheduler else []))
    threads_alone()
    rows = chosen_rows(given.rows, given.all)
    if given.all or any(name == row.table for name in given.rows for row in rows):
        rows = [row for row in rows if row.runnable]
    try:
        chosen = dict(part.split("=", 1) for part in given.reading)
    except ValueError:
        sys.exit(f"lstmlib paper: --reading {' '.join(given.reading)}: expected NAME=OPTION")
    if not rows:
        sys.exit("lstmlib paper: the library has no learner for these rows")
    for row in rows:
        try:
            run(
                row,
                given.trials,
                seed=given.seed,
                chosen=chosen,
                directory=given.results,
                workers=given.workers,
                scheduler=given.scheduler,
            )
        except ValueError as error:
            sys.exit(f"lstmlib paper: {error}")
        except OSError as error:
            sys.exit(f"lstmlib paper: {row.name}: {error}. Trials that were finished before are kept.")
        except KeyboardInterrupt:
            print(f"\n{row.name}: stopped; finished trials are kept. The same command goes on.", file=sys.stderr)
            sys.exit(130)
        print("\n".join(lines_of(row, seed=given.seed, directory=given.results)), flush=True)
