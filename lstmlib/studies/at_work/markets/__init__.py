"""The S&P 500 a day ahead: ``python -m lstmlib.studies.at_work markets``, resumable.

``task`` says what is asked and how methods are compared; ``simple`` has the methods without a net, ``nets`` the nets,
``trade`` what a forecast earns; ``record`` measures what the page prints, and alone needs the package arch.
"""

from pathlib import Path

from lstmlib.studies.at_work.markets import nets, record
from lstmlib.studies.at_work.markets.nets import FOLDER

__all__ = ["FOLDER", "run"]


def run(folder: Path = FOLDER) -> None:
    """Train and measure what isn't stored yet.

    Args:
        folder: where the results are.
    """
    nets.run(folder)
    record.run(folder)
