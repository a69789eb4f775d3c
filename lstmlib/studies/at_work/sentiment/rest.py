"""What is measured without a net: logistic regression's search and curve, ridge, VADER. Stored in sentiment.json."""

import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.studies import protocol
from lstmlib.studies.at_work.sentiment import bag
from lstmlib.studies.at_work.sentiment.task import Sentences, sentences
from lstmlib.studies.at_work.sentiment.trials import FOLDER, SIZES, packed, unpacked

NAME = "sentiment.json"


def load(folder: Path = FOLDER) -> dict[str, Any]:
    """Return what is stored: "search", "said", "single", "curve", "ridge", "nameless" and "vader", as far as it is."""
    path = folder / NAME
    return json.loads(path.read_text()) if path.exists() else {}


def wrong(logits: Array, data: Sentences, which: NDArray[np.int64]) -> float:
    """Return on how many of these sentences the sign isn't the mean rating's, in percent; 0 is wrong."""
    right = np.where(data.positive[which], logits > 0.0, logits < 0.0)
    return round(100 * float((~right).mean()), 2)


def searched(stored: dict[str, Any]) -> bag.Setting:
    """Return logistic regression's setting: reach, strength, least."""
    return bag.best(_by_setting(stored["search"]))


def _by_setting(rows: list[list[float]]) -> dict[bag.Setting, Sequence[float]]:
    return {(int(reach), strength, int(least)): [error] for reach, strength, least, error in rows}


def logits(stored: dict[str, Any]) -> Array:
    """Return logistic regression's log odds of the test sentences, (sentences,), in tenths."""
    return unpacked(stored["said"])


def run(folder: Path = FOLDER) -> None:
    """Measure what isn't stored yet. VADER's package is asked if it is installed; its part is left out if not."""
    data, stored = sentences(), load(folder)
    for name, measure in MEASURES.items():
        if name not in stored and (found := measure(data, stored)) is not None:
            stored[name] = found
            (folder / NAME).write_text(json.dumps(stored) + "\n")
            print(name, str(found)[:200], flush=True)


def _search(data: Sentences, stored: dict[str, Any]) -> Any:
    return [[*setting, *error] for setting, error in bag.search(data, data.learn).items()]


def _said(data: Sentences, stored: dict[str, Any]) -> Any:
    return packed(bag.logits(bag.fit(data, data.both, searched(stored)), data, data.test))


def _single(data: Sentences, stored: dict[str, Any]) -> Any:
    """Single words that stand in three sentences or more: what the figure can carry."""
    setting = bag.best(_by_setting([row for row in stored["search"] if (row[0], row[2]) == (1, max(bag.LEAST))]))
    return {
        "setting": setting,
        "wrong": wrong(bag.logits(bag.fit(data, data.both, setting), data, data.test), data, data.test),
    }


def _curve(data: Sentences, stored: dict[str, Any]) -> Any:
    curve = {}
    for size in (*SIZES, len(data.learn)):
        which = data.learn[:size]
        setting = bag.best(bag.search(data, which, bag.REACH[:2]))
        error = wrong(bag.logits(bag.fit(data, which, setting), data, data.test), data, data.test)
        curve[str(size)] = {"setting": setting, "wrong": error}
    return curve


def _ridge(data: Sentences, stored: dict[str, Any]) -> Any:
    reach, _, least = searched(stored)
    search = bag.rating_search(data, reach, least)
    penalty = protocol.chosen(search)
    expected = bag.rate(data, data.both, data.test, reach, least, penalty)
    r = np.corrcoef(expected, data.rating[data.test])[0, 1]
    constant = bag.rmse(data.rating[data.test] - data.rating[data.both].mean())
    rmse = bag.rmse(expected - data.rating[data.test])
    return {
        "search": list(map(list, search.items())),
        "penalty": penalty,
        "rmse": rmse,
        "r": float(r),
        "constant": constant,
    }


def _nameless(data: Sentences, stored: dict[str, Any]) -> Any:
    """Return the error without words that have a capital inside a sentence, which are mostly names and titles."""
    split = []
    for review, words in zip(data.reviews, data.words, strict=True):
        names = {word.lower() for word in review.text.replace("'", " ").split()[1:] if word[:1].isupper()}
        split.append([word for word in words if word not in names])
    other = data._replace(words=split)
    return wrong(bag.logits(bag.fit(other, other.both, searched(stored)), other, other.test), other, other.test)


def _vader(data: Sentences, stored: dict[str, Any]) -> Any:
    try:
        package = importlib.import_module("vaderSentiment.vaderSentiment")
    except ImportError:
        print("VADER isn't installed: its part is left out")
        return None
    analyzer = package.SentimentIntensityAnalyzer()
    compound = np.array([analyzer.polarity_scores(data.reviews[k].text)["compound"] for k in data.test])
    r = float(np.corrcoef(compound, data.rating[data.test])[0, 1])
    return {
        "wrong": wrong(compound, data, data.test),
        "silent": float((compound == 0.0).mean()),
        "r": r,
        "said": packed(10 * compound),
    }


MEASURES = {
    "search": _search,
    "said": _said,
    "single": _single,
    "ridge": _ridge,
    "nameless": _nameless,
    "vader": _vader,
    "curve": _curve,
}
