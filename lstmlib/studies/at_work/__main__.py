"""``python -m lstmlib.studies.at_work``: train what isn't stored yet, or go on where it was stopped."""

import argparse
from pathlib import Path

from lstmlib.data.electricity import electricity as demand
from lstmlib.studies.at_work import electricity


def main(arguments: list[str] | None = None) -> None:
    """Run the study."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.studies.at_work", description=__doc__)
    parser.add_argument("--cells", nargs="*", choices=electricity.CELLS, default=electricity.CELLS, help="which nets")
    parser.add_argument("--folder", type=Path, default=electricity.FOLDER, help="of the results (default: the stored)")
    given = parser.parse_args(arguments)
    electricity.run(demand(), tuple(given.cells), given.folder)


if __name__ == "__main__":
    main()
