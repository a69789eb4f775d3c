"""A text, character by character: tables of counts, nets, and what their cells hold.

``ngram`` predicts from counts, ``nets`` has the nets and their training, ``trials`` trains and stores them; ``measure``
looks back and inside, ``writing`` lets a net write, ``record`` stores what both find. ``longer`` asks what a larger
budget and dropout change.
"""

from pathlib import Path


def run(folder: Path) -> None:
    """Train what isn't stored yet, then measure what isn't.

    Args:
        folder: where the results are.
    """
    from lstmlib.studies.at_work.text import longer, record, trials

    trials.train(folder)
    record.run(folder)
    longer.train(folder)
