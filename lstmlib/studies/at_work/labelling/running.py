"""What the study runs, in which order, and how it is stored: labels of every test word, so that all can be judged."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lstmlib.files import load as read_file
from lstmlib.files import save
from lstmlib.studies import journal
from lstmlib.studies.at_work.labelling import simple
from lstmlib.studies.at_work.labelling.ahead import AHEAD, ahead
from lstmlib.studies.at_work.labelling.learn import (
    EPOCHS,
    FOLDER,
    KINDS,
    RATES,
    SEEDS,
    Net,
    chosen,
    learn,
    load,
    named,
    read,
    tested,
    written,
)
from lstmlib.studies.at_work.labelling.net import Tagger, vocabulary
from lstmlib.studies.at_work.labelling.parts import DATA, Item, parts, training


def run(folder: Path = FOLDER, of: Sequence[str] = DATA) -> None:
    """Run what isn't stored yet: simple methods, every kind's search, test nets, and what they say of less.

    Args:
        folder: where the results are; each trial is written as it ends.
        of: which data, some of ``DATA``; words are taken away, and nets kept, of addresses alone.
    """
    for data in of:
        for kind in KINDS:
            for rate in RATES[data]:
                for seed in SEEDS["validation"]:
                    _once(folder, "validation", kind, rate, EPOCHS, seed, data)
        _test(folder, SEEDS["test"], data)
        _simple(folder, data)


def _test(folder: Path, seeds: Sequence[int], data: str) -> None:
    for seed in seeds:
        for kind in KINDS:
            net = _once(folder, "test", kind, chosen(load(folder, data), kind), EPOCHS, seed, data)
            if data != "addresses":
                continue
            if net and kind == "both":
                _ahead(folder, net, seed)
            if net and kind != "chain" and seed == SEEDS["test"][0]:
                save(net.tagger, folder / f"labelling-{kind}.safetensors")


def _simple(folder: Path, data: str) -> None:
    path = folder / named("-simple.json", data)
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    learnt, given = training("test", data), parts(data)["test"]
    if "frequent" not in found:
        found["frequent"] = {"said": written(simple.most_frequent(learnt, given), data)}
    for name, method in simple.METHODS.items():
        if name not in found:
            tried = simple.search(name, data)
            window, penalty = simple.chosen(tried)
            said = method(window, penalty, data)(learnt, given)
            search = [[*setting, round(wrong[0], 4)] for setting, wrong in tried.items()]
            found[name] = {"search": search, "window": window, "penalty": penalty, "said": written(said, data)}
            print(name, window, penalty, search, flush=True)
            path.write_text(json.dumps(found, indent=1) + "\n")


def _once(folder: Path, part: str, kind: str, rate: float, epochs: int, seed: int, data: str) -> Net | None:
    """Train a net and write what came of it, if it isn't stored; return it."""
    wanted = (part, kind, rate, epochs, seed)
    if any(trial[:5] == wanted for trial in load(folder, data)):
        return None
    net, trial = learn(*wanted, data)
    journal.add(folder / named(".jsonl", data), trial)
    print(*trial[:6], flush=True)
    return net


def _ahead(folder: Path, net: Net, seed: int) -> None:
    """Write what a net says of each test word if it sees so many words after it, and no more."""
    for words in AHEAD:
        said = written(ahead(net, parts()["test"], words))
        journal.add(folder / "labelling-ahead.jsonl", {"seed": seed, "ahead": words, "said": said})


# What the figure, the page and the tests read.


def stored(kind: str, folder: Path = FOLDER) -> Net:
    """Return the first test net of a kind, "forward" or "both", as it was when it had learnt."""
    known = vocabulary(training("test"))
    tagger = Tagger(known, kind != "forward")
    read_file(tagger, folder / f"labelling-{kind}.safetensors")
    return Net(tagger, known, None)


def simple_store(folder: Path = FOLDER, data: str = "addresses") -> dict[str, Any]:
    """Return what is stored of the methods without a net: of each its search, what was chosen, and what it said."""
    found: dict[str, Any] = json.loads((folder / named("-simple.json", data)).read_text())
    return found


def said_by(name: str, folder: Path = FOLDER, data: str = "addresses") -> list[list[tuple[str, ...]]]:
    """Return the labels of all test addresses by each test net of a kind, or by a simple method, then once.

    Args:
        name: one of ``KINDS``, or "frequent", "regression", "crf".
        folder: where the results are.
        data: one of ``DATA``.
    """
    given = parts(data)["test"]
    if name in KINDS:
        return [read(trial.said, given, data) for trial in tested(load(folder, data), name)]
    return [read(simple_store(folder, data)[name]["said"], given, data)]


def said_ahead(words: int, folder: Path = FOLDER) -> list[list[tuple[str, ...]]]:
    """Return the labels of all test addresses by each net of two directions that sees so many words ahead."""
    lines = journal.lines(folder / "labelling-ahead.jsonl")
    rows = sorted((row for row in lines if row["ahead"] == words), key=lambda row: row["seed"])
    return [read(row["said"], parts()["test"]) for row in rows]


def unseen(given: Sequence[Item]) -> list[tuple[bool, ...]]:
    """Return for each word of these addresses whether the nets of the test have no vector for it."""
    words = set(vocabulary(training("test")).words)
    return [tuple(simple.key(word) not in words for word in address.words) for address in given]
