"""The net that is kept, and logistic regression on single words beside it, as they read a sentence word by word.

Both run without torch, in single precision, as they do in the page. Of the net it is the first of the test nets with an
LSTM's last state. Of logistic regression it is the best that looks at words alone, one at a time. So that the page has
little to load, the vectors' numbers are rounded to 255 steps a column, and logistic regression's to thousandths.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy import LSTM, Embedding, Linear
from lstmlib.numpy.checks import Array
from lstmlib.studies.at_work.sentiment import bag, rest
from lstmlib.studies.at_work.sentiment.task import sentences
from lstmlib.studies.at_work.sentiment.trials import FOLDER

UNKNOWN, LEAST = 1, 3  # as in ``nets``, which needs torch
Floats = NDArray[np.float32]


class Reading(NamedTuple):
    """What a net did with T words."""

    logits: Floats  # (T,), after each word: what it would say if the sentence ended there
    gates: Floats  # (T, 4, H): i, f, g, o
    contents: Floats  # (T, H)


class Reader:
    """An LSTM that reads a sentence, and a read-out of its last state.

    Args:
        known: the words that have vectors of their own; vector 0 is padding's, 1 any other word's.
        arrays: the parameters, as ``trials.keep`` names them.
    """

    def __init__(self, known: Sequence[str], arrays: dict[str, NDArray[Any]]) -> None:
        self.known = list(known)
        self._number = {word: k + 2 for k, word in enumerate(self.known)}
        V, E = arrays["embedding.weight"].shape
        self.hidden_size = H = arrays["readout.weight"].shape[1]
        self.embedding = Embedding(V, E, dtype=np.float32)
        self.recurrent, self.readout = LSTM(E, H, dtype=np.float32), Linear(H, 1, dtype=np.float32)
        for part in ("embedding", "recurrent", "readout"):
            for name, value in getattr(self, part).params.items():
                value[:] = arrays[f"{part}.{name}"]

    def number(self, split: Sequence[str]) -> NDArray[np.int64]:
        """Return the numbers of words, (T,)."""
        return np.array([self._number.get(word, UNKNOWN) for word in split])

    def read(self, split: Sequence[str], off: Sequence[int] = ()) -> Reading:
        """Read a sentence.

        Args:
            split: its words, one or more.
            off: cells, from 0, that are switched off: nobody sees their hidden state, neither gates nor read-out.
        """
        weight, out = (self.recurrent.params["weight_hh_l0"].copy(), self.readout.params["weight"].copy())
        self.recurrent.params["weight_hh_l0"][:, list(off)] = self.readout.params["weight"][:, list(off)] = 0.0
        try:
            vectors = self.embedding.forward(self.number(split)[:, None])[0]
            h, _, cache = self.recurrent.forward(vectors)
            logits = self.readout.forward(h)[0][:, 0, 0]
        finally:
            self.recurrent.params["weight_hh_l0"][:] = weight
            self.readout.params["weight"][:] = out
        return Reading(logits, cache.gates[:, :, 0], cache.c[1:, 0])

    def says(self, split: Sequence[str], off: Sequence[int] = ()) -> float:
        """Return the log odds of a whole sentence, cells as in ``read``; those of an unknown word for none."""
        return float(self.read(split or ["\0"], off).logits[-1])


class WordList:
    """Logistic regression on single words: a weight a word, times how rare the word is.

    Args:
        known: words.
        rarity: of each, (V,); 0 for a word that doesn't count.
        weight: of each, (V,).
        bias: the log odds of a sentence without known words.
    """

    def __init__(self, known: Sequence[str], rarity: NDArray[Any], weight: NDArray[Any], bias: float) -> None:
        self.known, self.bias = list(known), bias
        self.rarity, self.weight = rarity.astype(np.float64), weight.astype(np.float64)
        self._number = {word: k for k, word in enumerate(self.known)}

    def says(self, split: Sequence[str]) -> float:
        """Return the log odds of a sentence: the sum of its features times their weights, over their length."""
        seen: dict[int, int] = {}
        for word in split:
            if (k := self._number.get(word)) is not None:
                seen[k] = seen.get(k, 0) + 1
        value = {k: (1.0 + np.log(count)) * self.rarity[k] for k, count in seen.items()}
        length = np.sqrt(sum(v * v for v in value.values())) or 1.0
        return float(sum(v * self.weight[k] for k, v in value.items()) / length + self.bias)

    def running(self, split: Sequence[str]) -> Array:
        """Return the log odds after each word, (T,)."""
        return np.array([self.says(split[: t + 1]) for t in range(len(split))])


def left_out(says: Any, split: Sequence[str]) -> Array:
    """Return by how much each word moves the verdict: log odds with it less those without it, (T,).

    Source: occlusion is Zeiler and Fergus (2014), with a word in place of a patch of a picture.

    Args:
        says: takes words, returns log odds.
        split: the words.
    """
    whole = says(split)
    return np.array([whole - says([*split[:t], *split[t + 1 :]]) for t in range(len(split))])


@cache
def stored(folder: Path = FOLDER) -> Reader:
    """Return the net that is kept."""
    from safetensors.numpy import load_file

    arrays = load_file(folder / "sentiment-net.safetensors")
    steps, size = rounded(arrays["embedding.weight"])
    return Reader(known(), arrays | {"embedding.weight": steps * size})


def rounded(weight: NDArray[Any]) -> tuple[NDArray[np.int8], Floats]:
    """Return a table (V, E) as whole numbers from -127 to 127, and how much one of them is in each column (E,)."""
    size = np.abs(weight).max(0).astype(np.float32) / np.float32(127.0)
    return np.rint(weight / size).astype(np.int8), size


@cache
def word_list(folder: Path = FOLDER) -> WordList:
    """Return logistic regression on single words, fitted anew to what the test nets learnt from."""
    data, all_words = sentences(), known()
    vectorizer, model = bag.fit(data, data.both, rest.load(folder)["single"]["setting"]).named_steps.values()
    place = vectorizer.vocabulary_
    rarity, weight = np.zeros((2, len(all_words)))
    for k, word in enumerate(all_words):
        if word in place:
            numbers = vectorizer.idf_[place[word]], model.coef_[0, place[word]]
            rarity[k], weight[k] = np.round(numbers, 3)
    return WordList(all_words, rarity, weight, round(float(model.intercept_[0]), 4))


def known() -> list[str]:
    """Return the words that the net knows, in the order of their vectors."""
    data = sentences()
    counts = Counter(word for k in data.both for word in data.words[k])
    return sorted(word for word, count in counts.items() if count >= LEAST)


# What one word does to another: probes that are made by a rule.


class Flip(NamedTuple):
    """What "not" does before good words and before bad ones, on average over the words, in log odds."""

    good: float
    bad: float
    turned: float  # the share of words whose verdict lands on the other side


def probe(says: Any, weights: WordList, count: int = 100) -> Flip:
    """Put "not" before words that logistic regression finds best and worst, in one frame: "this is (not) ___".

    Only words that end as adjectives do are taken, so that the frame fits most of them.

    Args:
        says: takes words, returns log odds.
        weights: logistic regression, which chooses the words.
        count: how many good and how many bad words.
    """
    endings = ("y", "ing", "ful", "less", "ive", "ous", "able", "ible", "al", "ic", "ed", "ant", "ent")
    order = [weights.known[k] for k in np.argsort(weights.weight)]
    fitting = [word for word in order if len(word) > 4 and word.endswith(endings)]
    moved: dict[bool, list[float]] = {True: [], False: []}
    turned = 0
    for good, chosen in ((False, fitting[:count]), (True, fitting[-count:])):
        for word in chosen:
            plain, negated = says(["this", "is", word]), says(["this", "is", "not", word])
            moved[good].append(negated - plain)
            turned += (plain > 0) != (negated > 0)
    return Flip(float(np.mean(moved[True])), float(np.mean(moved[False])), turned / (2 * count))
