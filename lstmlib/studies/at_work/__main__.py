"""``python -m lstmlib.studies.at_work``: train all nets, or go on where it was stopped; into ./results unless told."""

import argparse
from pathlib import Path

from lstmlib.data.electricity import electricity as demand
from lstmlib.output import OWN
from lstmlib.studies.at_work import electricity


def main(arguments: list[str] | None = None) -> None:
    """Run the study."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.at_work", description=__doc__)
    parser.add_argument("--cells", nargs="*", choices=electricity.CELLS, default=electricity.CELLS, help="which nets")
    where = parser.add_mutually_exclusive_group()
    own, stored = OWN / "at_work", electricity.FOLDER
    where.add_argument("--folder", type=Path, default=own, help="where to write (default ./%(default)s)")
    about = "for those who work on the library: fill up the results that come with it, which the chapters print"
    where.add_argument("--store", action="store_const", const=stored, dest="folder", help=about)
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    electricity.run(demand(), tuple(given.cells), given.folder)


if __name__ == "__main__":
    main()
