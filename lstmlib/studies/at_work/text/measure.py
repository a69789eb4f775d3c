"""What is asked of nets that have learnt: beside tables of counts, how far they look back, what a cell holds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import stats
from torch import nn

from lstmlib.data.plays import Plays, alphabet
from lstmlib.studies.at_work.text import ngram
from lstmlib.studies.at_work.text.nets import Net, encode, in_numpy, surprise

ORDERS, SMOOTHINGS = tuple(range(3, 10)), ("Witten-Bell", "Kneser-Ney")
BACK = (1, 2, 3, 5, 8, 13, 20, 30, 50, 100, 200, 400)  # true characters that a net still sees
STRANGE, PLACES = 200, 1000  # characters read before those; places in the test plays
PIECES, PIECE, WARM = 40, 1200, 200  # texts in which cells are looked at; their first characters aren't judged
SHARES = tuple(k / 20 for k in range(21))  # of the net in a mixture
KINDS = ("a word's first letter", "its second and third", "its later letters", "space", "line break", "other signs")

Bits = NDArray[np.float64]


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean and its 95 percent interval by Student's t, over nets.

    Args:
        values: one of each net, at least two.
    """
    x = np.asarray(values, float)
    half = float(stats.t.ppf(0.975, len(x) - 1) * x.std(ddof=1) / np.sqrt(len(x)))
    return float(x.mean()), float(x.mean() - half), float(x.mean() + half)


def table_search(texts: Plays) -> dict[tuple[str, int], tuple[float, int]]:
    """Return of each smoothing and order the bits on the validation plays, and how many grams are stored."""
    letters = alphabet(texts.learn)
    learn = encode("".join(texts.learn.values()), letters)
    judged, found = [encode(text, letters) for text in texts.validation.values()], {}
    for smoothing in SMOOTHINGS:
        for order in ORDERS:
            levels = ngram.fit(learn, len(letters), order, smoothing)
            p = np.concatenate([ngram.probabilities(levels, text, len(letters)) for text in judged])
            found[smoothing, order] = (float(-np.log2(p).mean()), ngram.size(levels))
    return found


def mixture(net: Bits, table: Bits, share: float) -> Bits:
    """Return the surprise of p = share p_net + (1 - share) p_table, from those of both, in bits."""
    return np.asarray(-np.log2(share * 2.0**-net + (1.0 - share) * 2.0**-table))


def best_share(net: Bits, table: Bits) -> float:
    """Return the net's share with which a mixture is best on a text that neither learnt from."""
    return min(SHARES, key=lambda share: float(mixture(net, table, share).mean()))


def kinds(text: str) -> NDArray[np.int64]:
    """Return of each character but the first which of ``KINDS`` it is, (T - 1,)."""
    word, found = 0, []
    for character in text:
        inside = character.isalpha() or (character == "'" and word > 0)
        word = word + 1 if inside else 0
        other = {" ": 3, "\n": 4}.get(character, 5)
        found.append((0 if word == 1 else 1 if word <= 3 else 2) if inside else other)
    return np.array(found[1:])


def by_kind(bits: Bits, which: NDArray[np.int64]) -> list[float]:
    """Return the mean surprise of each kind of character."""
    return [float(bits[which == k].mean()) for k in range(len(KINDS))]


# How far back.


def looking_back(net: Net, texts: Sequence[NDArray[np.int64]], shuffled: bool) -> list[float]:
    """Return the bits of a character when only the last k before it are true, for each k of ``BACK``.

    Before those a net reads STRANGE characters that don't belong there: a piece of another place in the same plays, so
    that nothing else about them is strange, or the very characters that stood there, shuffled.

    Args:
        net: the net.
        texts: test plays, each (T,).
        shuffled: whether the characters are the true ones in another order.
    """
    rng, reach = np.random.default_rng(0), BACK[-1] + STRANGE
    x = np.concatenate(texts)
    at = rng.choice(np.arange(reach, len(x)), PLACES, replace=False)
    elsewhere = rng.choice(np.arange(STRANGE, len(x)), PLACES)
    strange = x[elsewhere - STRANGE + np.arange(STRANGE)[:, None]]
    wanted, found = torch.from_numpy(x[at]), []
    with torch.no_grad():
        before = net(torch.from_numpy(strange))[1]
        for k in BACK:
            if shuffled:
                there = rng.permuted(x[at - k - STRANGE + np.arange(STRANGE)[:, None]], axis=0)
                before = net(torch.from_numpy(there))[1]
            scores, _ = net(torch.from_numpy(x[at - k + np.arange(k)[:, None]]), before)
            found.append(float(nn.functional.cross_entropy(scores[-1], wanted) / np.log(2.0)))
    return found


# What a cell holds.


def properties(text: str) -> dict[str, NDArray[np.float64]]:
    """Return what may be known of the place after each character, by name, each (T,).

    "column" counts the characters since the last line break, "word" those since the last that was no letter, "speech"
    those since the last empty line; "speaker" is 1 in a line that names who speaks, "direction" between brackets.
    """
    found = {name: np.zeros(len(text)) for name in ("column", "word", "speech", "speaker", "direction")}
    column = word = speech = bracket = at = 0
    for line in text.split("\n"):
        names = line.endswith(".") and line.isupper() and line[0].isalpha()
        for character in line + "\n":
            if at == len(text):
                break
            column = 0 if character == "\n" else column + 1
            word = word + 1 if character.isalpha() else 0
            speech = 0 if line == "" else speech + 1
            bracket = 1 if character == "[" else 0 if character == "]" else bracket
            for name, value in zip(found, (column, word, speech, names, bracket), strict=True):
                found[name][at] = value
            at += 1
    return found


def pieces(texts: Sequence[str]) -> list[str]:
    """Return PIECES pieces of PIECE characters from texts, evenly spread."""
    whole = "".join(texts)
    starts = np.linspace(0, len(whole) - PIECE - 1, PIECES).astype(int)
    return [whole[k : k + PIECE + 1] for k in starts]


def contents(net: Net, texts: Sequence[str], letters: str) -> NDArray[np.float32]:
    """Return what each cell of an LSTM holds after each judged character of pieces, (PIECES * judged, H)."""
    x = np.stack([encode(text[:-1], letters) for text in texts], 1)
    cache = in_numpy(net).forward(np.eye(len(letters), dtype=np.float32)[x])[2]
    return np.asarray(cache.recurrent.c[1 + WARM :]).transpose(1, 0, 2).reshape(-1, net.recurrent.hidden_size)


def judged(texts: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Return the properties of the places at which ``contents`` looks, by name."""
    each = [properties(text[:-1]) for text in texts]
    return {name: np.concatenate([one[name][WARM:] for one in each]) for name in each[0]}


def correlations(held: NDArray[Any], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each cell's correlation with a property, (H,)."""
    a = held - held.mean(0)
    b = wanted - wanted.mean()
    return np.asarray((a * b[:, None]).sum(0) / np.sqrt((a**2).sum(0) * (b**2).sum() + 1e-12))


def found_cells(net: Net, texts: Plays) -> dict[str, tuple[int, float]]:
    """Return for each property the cell that goes with it best on validation plays, and how it does on test plays."""
    letters = alphabet(texts.learn)
    search, test = (pieces(list(part.values())) for part in (texts.validation, texts.test))
    held, there = contents(net, search, letters), contents(net, test, letters)
    before, after, found = judged(search), judged(test), {}
    for name in before:
        cell = int(np.abs(correlations(held, before[name])).argmax())
        found[name] = (cell, float(correlations(there[:, [cell]], after[name])[0]))
    return found


def without(net: Net, cells: Sequence[int], text: NDArray[np.int64]) -> float:
    """Return the mean surprise when nobody sees these cells: the gates don't, and the read-out doesn't."""
    kept = [net.recurrent.weight_hh_l0.detach().clone(), net.readout.weight.detach().clone()]
    with torch.no_grad():
        for weight in (net.recurrent.weight_hh_l0, net.readout.weight):
            weight[:, list(cells)] = 0.0
        bits = float(surprise(net, text).mean())
        net.recurrent.weight_hh_l0.copy_(kept[0])
        net.readout.weight.copy_(kept[1])
    return bits
