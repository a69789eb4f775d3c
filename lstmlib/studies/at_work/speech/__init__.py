"""Who of nine is speaking: ``python -m lstmlib.studies.at_work speech``, resumable.

``task`` says what is learnt from and how it is judged; ``simple`` what needs no net; ``nets`` how nets learn (with
PyTorch), ``reading`` what is stored of them, and ``record`` what is measured beside them.
"""

from pathlib import Path


def run(folder: Path) -> None:
    """Run what isn't stored yet.

    Args:
        folder: where the results are.
    """
    from lstmlib.studies.at_work.speech import nets, record

    record.run(folder)
    nets.run(folder)
