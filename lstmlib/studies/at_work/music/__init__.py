"""The next chord of a chorale by Bach: ``python -m lstmlib.studies.at_work music``, resumable; it needs music21.

``task`` says what is predicted and how it is judged; ``simple`` what needs no net; ``nets`` how nets learn (with
PyTorch), ``reading`` what is stored of them, and ``record`` what is measured beside them.
"""

from pathlib import Path


def run(folder: Path) -> None:
    """Run what isn't stored yet.

    Args:
        folder: where the results are.
    """
    from lstmlib.studies.at_work.music import nets, record

    record.run(folder)
    nets.run(folder)
