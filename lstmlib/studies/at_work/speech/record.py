"""What is measured without a net, stored in speech.json: regressions, the nearest utterance, prefixes, changes."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from lstmlib.data.vowels import Vowels, vowels
from lstmlib.studies import protocol
from lstmlib.studies.at_work.speech import simple
from lstmlib.studies.at_work.speech.task import CHANGES, LONGEST, changed, folds, scale

FOLDER = Path(__file__).parents[1] / "results"
NAME = "speech.json"


def load(folder: Path = FOLDER) -> dict[str, Any]:
    """Return what is stored.

    Returns:
        "regression" and "mean": "strength", "search", "said", a figure an utterance, and "changed", how many are wrong
        if the utterances are changed; "nearest": "said" and "changed"; "prefixes": of each count of frames how many
        utterances are wrong by a regression of its own, and "one" by one regression for all counts, whose "weight",
        (9, 36) for first, last and mean frame, and "bias", (9,), are there, too.
    """
    return dict(json.loads((folder / NAME).read_text(encoding="utf8")))


def run(folder: Path) -> None:
    """Measure it if it isn't stored yet."""
    path = folder / NAME
    if path.exists():
        return
    found = {
        "regression": fitted(simple.USUAL),
        "mean": fitted("mean"),
        "nearest": neighbours(),
        "prefixes": prefixes(),
    }
    path.write_text(json.dumps(found) + "\n", encoding="utf8")


def fitted(kind: str) -> dict[str, Any]:
    """Return what a regression says of the test, its strength chosen by cross-validation."""
    learn, test = vowels().learn(), vowels().test()
    search = simple.search(learn, folds(), kind)
    model = simple.regression(learn, protocol.chosen(search), kind)

    def said(judge: Any) -> Any:
        return model.predict(simple.features(judge, kind))

    return {
        "strength": protocol.chosen(search),
        "search": [[strength, round(float(np.median(values)), 5)] for strength, values in search.items()],
        "said": "".join(str(k) for k in said(test)),
        "changed": {how: int((said(changed(test, how)) != test.speaker).sum()) for how in CHANGES},
    }


def neighbours() -> dict[str, Any]:
    """Return what the nearest utterance says of the test, each coefficient scaled."""
    learn, test = vowels().learn(), vowels().test()
    scaled = scale(learn)
    learn, test = (Vowels([scaled.of(own) for own in one.frames], one.speaker) for one in (learn, test))
    wrong = {how: int((simple.nearest(learn, changed(test, how)) != test.speaker).sum()) for how in CHANGES}
    return {"said": "".join(str(k) for k in simple.nearest(learn, test)), "changed": wrong}


def prefixes() -> dict[str, Any]:
    """Return how many test utterances are wrong after 1, 2, ... 29 frames, by regression.

    Returns:
        "own": for each count a regression of its own, with its own strength; "one": one for all counts, fitted to
        everything that can have been heard of each utterance, its strength chosen likewise; "strengths", those chosen,
        the one regression's last; and of that "weight" (9, 36) and "bias" (9,), for features that aren't scaled.
    """
    learn, test = vowels().learn(), vowels().test()
    own, one, strengths = [], [], []
    for count in range(1, LONGEST + 1):
        part = simple.heard(learn, count)
        strengths.append(protocol.chosen(simple.search(part, folds())))
        model = simple.regression(part, strengths[-1])
        own.append(int((model.predict(simple.features(simple.heard(test, count))) != test.speaker).sum()))
    longest, which = simple.all_prefixes(learn)
    parts = [(np.flatnonzero(np.isin(which, rest)), np.flatnonzero(np.isin(which, held))) for rest, held in folds()]
    strengths.append(protocol.chosen(simple.search(longest, parts)))
    model = simple.regression(longest, strengths[-1])
    for count in range(1, LONGEST + 1):
        one.append(int((model.predict(simple.features(simple.heard(test, count))) != test.speaker).sum()))
    scaler, fit = model[0], model[-1]
    weight = fit.coef_ / scaler.scale_
    bias = fit.intercept_ - weight @ scaler.mean_
    return {
        "own": own,
        "one": one,
        "strengths": strengths,
        "weight": [[round(float(w), 5) for w in row] for row in weight],
        "bias": [round(float(b), 5) for b in bias],
    }
