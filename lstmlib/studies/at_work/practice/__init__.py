"""In practice: recipes for recurrent nets, each with what it changes, and who won where in the part "At work".

``recipes`` has them as functions. ``carried`` and ``clipping`` train nets with and without one, ``record`` says which,
and keeps what came out. What a forget bias is worth it takes from ``lstmlib.studies.cells``, what dropout is worth the
page takes from ``lstmlib.studies.at_work.sentiment``. ``won`` looks up who was ahead on this part's pages. How long
things take is measured by ``lstmlib.bench.practice``.
"""

from pathlib import Path


def run(folder: Path) -> None:
    """Train what isn't stored yet.

    Args:
        folder: where the results are.
    """
    from lstmlib.studies.at_work.practice import record

    record.run(folder)
