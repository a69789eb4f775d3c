"""Menus and messages into French: ``python -m lstmlib.studies.at_work translation``, resumable.

``task`` says what is learnt from and judged by; ``memory`` what needs no net: the nearest message and a dictionary;
``nets`` how nets learn (with PyTorch), ``reading`` what is stored of them and the kept one without PyTorch, ``scores``
how translations are judged (with sacrebleu), and ``record`` what is measured beside the nets.
"""

from pathlib import Path


def run(folder: Path) -> None:
    """Run what isn't stored yet.

    Args:
        folder: where the results are.
    """
    from lstmlib.studies.at_work.translation import nets, record

    nets.run(folder)
    record.run(folder)
