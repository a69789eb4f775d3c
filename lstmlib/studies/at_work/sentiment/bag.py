"""What a practitioner tries first: logistic regression on which words a sentence has, weighted by how rare they are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.studies import protocol
from lstmlib.studies.at_work.sentiment.task import Sentences

REACH = (1, 2, 3)  # the longest run of words that is a feature
STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)  # C: how little weights are held small
LEAST = (1, 3)  # in how many sentences a feature must stand
PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # of ridge, for the mean rating

Setting = tuple[int, float, int]


def runs(sentence: Sequence[str], reach: int) -> list[str]:
    """Return all runs of one to ``reach`` words."""
    N = len(sentence)
    return [" ".join(sentence[k : k + n]) for n in range(1, reach + 1) for k in range(N - n + 1)]


def features(reach: int, least: int) -> Any:
    """Return scikit-learn's tf-idf: a feature counts 1 + log of how often it is there, times how rare it is.

    Each sentence's vector has length 1. Source: Salton and Buckley (1988); Pedregosa et al. (2011).

    Args:
        reach: the longest run of words that is a feature.
        least: in how many sentences a feature must stand.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer=lambda sentence: runs(sentence, reach), sublinear_tf=True, min_df=least)


def fit(data: Sentences, which: NDArray[np.int64], setting: Setting) -> Any:
    """Return the fitted pipeline.

    Args:
        data: all sentences.
        which: those that are learnt from.
        setting: reach, strength, least.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    reach, strength, least = setting
    model = make_pipeline(features(reach, least), LogisticRegression(C=strength, max_iter=1000))
    return model.fit([data.words[k] for k in which], data.positive[which])


def logits(model: Any, data: Sentences, which: NDArray[np.int64]) -> Array:
    """Return log odds of being positive, (len(which),)."""
    return np.asarray(model.decision_function([data.words[k] for k in which]))


def search(data: Sentences, which: NDArray[np.int64], reaches: Sequence[int] = REACH) -> dict[Setting, Sequence[float]]:
    """Return the error of each setting on the validation sentences, in percent, as ``protocol.chosen`` takes it."""
    found: dict[Setting, Sequence[float]] = {}
    for reach in reaches:
        for least in LEAST:
            for strength in STRENGTHS:
                model = fit(data, which, (reach, strength, least))
                wrong = (logits(model, data, data.validation) > 0.0) != data.positive[data.validation]
                found[reach, strength, least] = [round(100 * float(wrong.mean()), 2)]
    return found


def rating_search(data: Sentences, reach: int, least: int) -> dict[float, Sequence[float]]:
    """Return ridge regression's root mean square error of the mean rating on the validation sentences, by penalty."""
    return {
        penalty: [rmse(rate(data, data.learn, data.validation, reach, least, penalty) - data.rating[data.validation])]
        for penalty in PENALTIES
    }


def rate(
    data: Sentences, learn: NDArray[np.int64], judge: NDArray[np.int64], reach: int, least: int, penalty: float
) -> Array:
    """Return the mean ratings that ridge regression on the same features expects, (len(judge),)."""
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(features(reach, least), Ridge(penalty))
    model.fit([data.words[k] for k in learn], data.rating[learn])
    return np.asarray(model.predict([data.words[k] for k in judge]))


def rmse(error: Array) -> float:
    """Return the root mean square."""
    return float(np.sqrt((error**2).mean()))


def best(found: dict[Setting, Sequence[float]]) -> Setting:
    """Return the setting with the smallest error."""
    return protocol.chosen(found)
