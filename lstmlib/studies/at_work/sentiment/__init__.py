"""The mood of sentences about films: ``python -m lstmlib.studies.at_work sentiment``, resumable.

``task`` says what is asked and how sides are compared; ``bag`` is logistic regression, ``nets`` and ``trials`` the nets
and which were trained, ``rest`` what needs no net; ``reader`` runs the net that is kept, without torch.
"""

from pathlib import Path

from lstmlib.studies.at_work.sentiment import rest, trials
from lstmlib.studies.at_work.sentiment.trials import FOLDER

__all__ = ["FOLDER", "run"]


def run(folder: Path = FOLDER) -> None:
    """Measure and train what isn't stored yet.

    Args:
        folder: where the results are.
    """
    rest.run(folder)
    trials.run(folder)
