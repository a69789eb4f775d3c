"""Finding what doesn't fit: ``python -m lstmlib.studies.at_work anomalies``, resumable.

``task`` says what is learnt from, what anomalies are put in, and how a score is judged; ``simple`` has the scores that
need no net; ``nets`` how nets learn (with PyTorch), ``reading`` what is stored of them and how one is asked, and
``record`` what the simple scores found.
"""

from pathlib import Path


def run(folder: Path) -> None:
    """Run what isn't stored yet.

    Args:
        folder: where the results are.
    """
    from lstmlib.studies.at_work.anomalies import nets, record

    record.run(folder)
    nets.run(folder)
