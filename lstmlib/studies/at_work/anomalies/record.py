"""What the scores without a net found, stored in anomalies.json."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.studies.at_work.anomalies import simple
from lstmlib.studies.at_work.anomalies.task import KINDS, SERIES, judge, judge_real

FOLDER = Path(__file__).parents[1] / "results"
NAME = "anomalies.json"


def load(folder: Path = FOLDER) -> dict[str, Any]:
    """Return what is stored.

    Returns:
        by series: "orders", the validation error of each order of the linear forecast; "real" and "put", by score, what
        it found of the real anomaly, and of those that were put in, by kind.
    """
    return dict(json.loads((folder / NAME).read_text(encoding="utf8")))


def hits(
    found: Sequence[Mapping[str, Mapping[str, Any]]], kinds: Sequence[str] = KINDS, what: str = "found"
) -> NDArray[np.bool_]:
    """Return which anomalies were found, (scores, anomalies), kind after kind.

    Args:
        found: what each score found of those that were put in, by kind, as ``task.judge`` returns it: of several nets
            one each, or of one rule.
        kinds: of anomalies.
        what: which of the judge's strings of 0 and 1.
    """
    return np.array([[digit == "1" for kind in kinds for digit in own[kind][what]] for own in found])


def run(folder: Path) -> None:
    """Measure it if it isn't stored yet."""
    path = folder / NAME
    if path.exists():
        return
    found = {}
    for name in SERIES:
        scores = simple.scores(name)
        found[name] = {
            "orders": [[order, float(f"{value:.4g}")] for order, value in simple.search(name).items()],
            "real": {what: judge_real(name, score)._asdict() for what, score in scores.items()},
            "put": {
                what: {kind: judge(name, kind, score)._asdict() for kind in KINDS} for what, score in scores.items()
            },
        }
    path.write_text(json.dumps(found) + "\n", encoding="utf8")
