"""What is measured once the nets have learnt, and stored beside them: all that the page prints and has no time for."""

import json
import lzma
from pathlib import Path
from typing import Any

import numpy as np

from lstmlib.data.plays import Plays, alphabet, plays
from lstmlib.studies.at_work.text import measure, ngram, trials, writing
from lstmlib.studies.at_work.text.nets import Net, encode, surprise

Found = dict[str, Any]
FIRST = 20_000  # characters of Macbeth on which cells are switched off


def read(folder: Path = trials.FOLDER) -> Found:
    """Return what is stored."""
    return json.loads((folder / "text.json").read_text())


def run(folder: Path = trials.FOLDER) -> None:
    """Measure what isn't stored yet, part by part.

    Args:
        folder: where the nets are, and where "text.json" is written.
    """
    path, texts = folder / "text.json", plays()
    found: Found = json.loads(path.read_text()) if path.exists() else {}
    for name, part in (("tables", tables), ("beside", beside), ("back", back), ("cells", cells), ("large", large)):
        if name not in found:
            found[name] = part(texts, folder)
            write(found, folder)
            print(name, flush=True)


def write(found: Found, folder: Path = trials.FOLDER) -> None:
    """Write all that was found, with numbers of at most five decimals."""
    text = json.dumps(_rounded(found), separators=(",", ":")).replace('],"', '],\n"')
    (folder / "text.json").write_text(text + "\n")


def tables(texts: Plays, folder: Path) -> Found:
    """Return the search among tables of counts, how the best does on the test plays, and what a packer needs.

    "search" has smoothing, order, bits on validation and grams stored; "chosen" the best of them; "plays" its bits on
    each test play, "bits" on all; "lzma" the bits a character by which a packed text grows when the test plays follow
    the others; "half" the bits on the second halves of the test plays without and with their first halves learnt from.
    """
    letters, search = alphabet(texts.learn), measure.table_search(texts)
    smoothing, order = min(search, key=lambda key: search[key][0])
    each = table_surprise(texts, smoothing, order, texts.test)
    learn, test = ("".join(part.values()) for part in (texts.learn, texts.test))
    first = {title: text[: len(text) // 2] for title, text in texts.test.items()}
    second = {title: text[len(text) // 2 :] for title, text in texts.test.items()}
    known = texts._replace(learn=texts.learn | first)
    half = [table_surprise(one, smoothing, order, second, letters) for one in (texts, known)]
    return {
        "search": [[*key, *value] for key, value in search.items()],
        "chosen": [smoothing, order, search[smoothing, order][1]],
        "plays": {title: bits.mean() for title, bits in each.items()},
        "bits": _joined(each).mean(),
        "lzma": 8.0 * (_packed(learn + test) - _packed(learn)) / len(test),
        "half": [_joined(one).mean() for one in half],
    }


def table_surprise(
    texts: Plays, smoothing: str, order: int, judged: dict[str, str], letters: str = ""
) -> dict[str, measure.Bits]:
    """Return a table's surprise about each text, in bits, by title.

    Args:
        texts: whose part "learn" the table is made of.
        smoothing: as ``ngram.fit`` takes it.
        order: likewise.
        judged: texts by title.
        letters: the alphabet; that of what is learnt from if none is given.
    """
    letters = letters or alphabet(texts.learn)
    levels = ngram.fit(encode("".join(texts.learn.values()), letters), len(letters), order, smoothing)
    p = {title: ngram.probabilities(levels, encode(text, letters), len(letters)) for title, text in judged.items()}
    return {title: -np.log2(value) for title, value in p.items()}


def beside(texts: Plays, folder: Path) -> Found:
    """Return the test LSTMs beside the table: by kind of character, and mixed with it.

    "kinds" has for the table, and for each net, the bits of each of ``measure.KINDS``; "counts" how many there are;
    "mixed" of each net the share that is best on validation, and the bits on the test plays with it.
    """
    letters, (smoothing, order, _) = alphabet(texts.learn), tables_chosen(folder)
    parts = {"validation": texts.validation, "test": texts.test}
    table = {name: _joined(table_surprise(texts, smoothing, order, part)) for name, part in parts.items()}
    which = np.concatenate([measure.kinds(text) for text in texts.test.values()])
    found: Found = {"counts": np.bincount(which).tolist(), "table": measure.by_kind(table["test"], which)}
    found |= {"nets": [], "mixed": []}
    for seed in (*trials.SEEDS["test"], None):
        net = trials.stored(seed, folder)
        bits = {name: _joined(_surprise(net, part, letters)) for name, part in parts.items()}
        share = measure.best_share(bits["validation"], table["validation"])
        found["nets"].append(measure.by_kind(bits["test"], which))
        found["mixed"].append([share, measure.mixture(bits["test"], table["test"], share).mean()])
    found["large"], found["large_mixed"] = found["nets"].pop(), found["mixed"].pop()
    return found


def tables_chosen(folder: Path) -> tuple[str, int, int]:
    """Return the smoothing and the order that are best on validation, and how many grams such a table stores."""
    smoothing, order, size = read(folder)["tables"]["chosen"]
    return smoothing, order, size


def back(texts: Plays, folder: Path) -> Found:
    """Return ``measure.looking_back`` of each test LSTM, "elsewhere" and "shuffled"."""
    letters = alphabet(texts.learn)
    test = [encode(text, letters) for text in texts.test.values()]
    nets = [trials.stored(seed, folder) for seed in trials.SEEDS["test"]]
    return {name: [measure.looking_back(net, test, mixed) for net in nets] for name, mixed in BEFORE.items()}


BEFORE = {"elsewhere": False, "shuffled": True}


def cells(texts: Plays, folder: Path) -> Found:
    """Return what cells of the test LSTMs go with, and what they are worth.

    "learnt" and "untrained" have ``measure.found_cells`` of each net, and of one of the same seed before it has learnt;
    "off" the bits by which a text costs more without such a cell; "every" the same of every cell of the first net.
    """
    letters = alphabet(texts.learn)
    text = encode(texts.test["Macbeth"][:FIRST], letters)
    found: Found = {"learnt": [], "untrained": [], "off": []}
    for seed in trials.SEEDS["test"]:
        net = trials.stored(seed, folder)
        whole = measure.without(net, [], text)
        found["learnt"].append(measure.found_cells(net, texts))
        found["untrained"].append(measure.found_cells(Net(trials.KINDS["LSTM"], len(letters), seed), texts))
        off = {name: measure.without(net, [cell], text) - whole for name, (cell, _) in found["learnt"][-1].items()}
        found["off"].append(off)
        if seed == trials.SEEDS["test"][0]:
            found["every"] = [measure.without(net, [k], text) - whole for k in range(net.recurrent.hidden_size)]
    return found


def large(texts: Plays, folder: Path) -> Found:
    """Return what the large net's cells go with, and what it writes.

    "cells" has ``measure.found_cells``; "writing" for each temperature, and "beam" for each width, the means of
    ``writing.judge``, and the beginning of one text; "true" the same of pieces of test plays.
    """
    letters, net, known = (
        alphabet(texts.learn),
        trials.stored(None, folder),
        writing.vocabulary([*texts.learn.values()]),
    )
    found: Found = {"cells": measure.found_cells(net, texts), "writing": [], "beam": []}
    for temperature in writing.TEMPERATURES:
        written = writing.sample(net, letters, writing.START, writing.LENGTH, temperature, writing.TEXTS, 0)
        judged = writing.judge(net, letters, writing.START, written, known)
        found["writing"].append([temperature, *judged, written[0][:300]])
    for width in writing.WIDTHS:
        text = writing.beam(net, letters, writing.START, writing.LENGTH, width)
        found["beam"].append([width, *writing.judge(net, letters, writing.START, [text], known), text[:300]])
    whole = "".join(texts.test.values())
    starts = np.linspace(0, len(whole) - writing.LENGTH, writing.TEXTS).astype(int)
    pieces = [whole[k : k + writing.LENGTH] for k in starts]
    found["true"] = list(writing.judge(net, letters, "\n", pieces, known))
    return found


def _surprise(net: Net, texts: dict[str, str], letters: str) -> dict[str, measure.Bits]:
    return {title: surprise(net, encode(text, letters)) for title, text in texts.items()}


def _joined(each: dict[str, measure.Bits]) -> measure.Bits:
    return np.concatenate(list(each.values()))


def _packed(text: str) -> int:
    return len(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def _rounded(found: Any) -> Any:
    """Return the same with numbers of at most five decimals."""
    if isinstance(found, dict):
        return {name: _rounded(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [_rounded(value) for value in found]
    return round(float(found), 5) if isinstance(found, float | np.floating) else found
