"""``python -m lstmlib.studies.at_work PAGE``: train a page's nets, or go on; into ./results unless told."""

import argparse
import importlib
from pathlib import Path

from lstmlib.output import OWN

PAGES = (
    "anomalies",
    "electricity",
    "gates",
    "handwriting",
    "labelling",
    "markets",
    "music",
    "practice",
    "sentiment",
    "speech",
    "text",
    "translation",
)
FOLDER = Path(__file__).parent / "results"


def main(arguments: list[str] | None = None) -> None:
    """Run the study of a page."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.at_work", description=__doc__)
    parser.add_argument("page", choices=PAGES, help="whose nets")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--folder", type=Path, default=OWN / "at_work", help="where to write (default ./%(default)s)")
    about = "for those who work on the library: fill up the results that come with it, which the chapters print"
    where.add_argument("--store", action="store_const", const=FOLDER, dest="folder", help=about)
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    importlib.import_module(f"lstmlib.studies.at_work.{given.page}").run(given.folder)


if __name__ == "__main__":
    main()
