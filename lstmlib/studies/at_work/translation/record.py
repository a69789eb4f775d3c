"""What is measured beside the nets and of all sides together, stored in translation.json: needs sacrebleu."""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from lstmlib.data.messages import PLACES, joined
from lstmlib.studies.at_work.translation import memory, reading
from lstmlib.studies.at_work.translation.reading import Trial
from lstmlib.studies.at_work.translation.scores import TOKENISERS, bleu, counts, from_counts, interval, scores
from lstmlib.studies.at_work.translation.task import Pair, split, vocabularies

FOLDER = Path(__file__).parents[1] / "results"
NAME = "translation.json"
SETS = ("test", "another")
RULES = {"memory": "nearest message", "dictionary": "word for word"}
THRESHOLDS = (*(round(0.05 * k, 2) for k in range(21)), 1.05)  # the last: never the memory
EDGES = (0.0, 0.35, 0.55, 0.7, 0.8, 1.01)  # of how alike the nearest message is


def load(folder: Path = FOLDER) -> dict[str, Any]:
    """Return what is stored; ``measure`` says what is in it."""
    return dict(json.loads((folder / NAME).read_text(encoding="utf8")))


def run(folder: Path) -> None:
    """Measure all of it, from the translations that are stored."""
    found = measure(reading.load(folder), reading.stored(folder))
    (folder / NAME).write_text(json.dumps(found) + "\n", encoding="utf8")


def measure(trials: Sequence[Trial], kept: reading.Translator) -> dict[str, Any]:
    """Return what the page prints.

    Args:
        trials: all that are stored.
        kept: the net whose attention is looked at.

    Returns:
        "rules": of each rule and set its scores; "nets": of each kind of net ("attention", "greedy", "vector",
        "longer", "both") and set a list of scores; "thresholds", from which likeness on the memory answers for each
        net with attention; "gaps": pairs of sides and set -> BLEU's difference with its interval; "alike": by how
        alike the nearest message is, how many there are, and each side's BLEU, the nets' a list; "known": the same by
        whether all words are known; "places": share of messages whose filled-in parts come out right; "tokenisers":
        BLEU by tokeniser; "attention": how often it looks where the dictionary would.
    """
    wanted = {name: [joined(pair.target) for pair in getattr(split(), name)] for name in ("choose", *SETS)}
    near = {name: [memory.memory().nearest(pair.source) for pair in getattr(split(), name)] for name in wanted}
    rules = {name: by_rule(getattr(split(), name), near[name]) for name in wanted}
    nets = {side: reading.tested(trials, side) for side in reading.SIDES}
    thresholds = [
        threshold(one.said["choose"], rules["choose"]["memory"], near["choose"], wanted["choose"])
        for one in nets["attention"]
    ]
    found: dict[str, Any] = {"rules": {}, "nets": {}, "thresholds": thresholds, "gaps": {}}
    for name in SETS:
        said = {side: [one.said[name] for one in own] for side, own in nets.items()}
        said["greedy"] = [
            [g or s for g, s in zip(t.greedy[name], t.said[name], strict=True)] for t in nets["attention"]
        ]
        said["longer"] = [one.said[name] for one in reading.longer(trials)]
        said["both"] = [
            together(own, rules[name]["memory"], near[name], least)
            for own, least in zip(said["attention"], thresholds, strict=True)
        ]
        found["rules"][name] = {rule: scores(own, wanted[name]) for rule, own in rules[name].items()}
        found["nets"][name] = {side: [scores(own, wanted[name]) for own in each] for side, each in said.items()}
        counted = {side: [counts(own, wanted[name]) for own in each] for side, each in said.items() if each}
        counted |= {rule: [counts(own, wanted[name])] for rule, own in rules[name].items()}
        found["gaps"][name] = {
            f"{one} - {other}": interval(counted[one], counted[other])
            for one, other in (
                ("attention", "memory"),
                ("attention", "dictionary"),
                ("attention", "vector"),
                ("attention", "greedy"),
                ("both", "memory"),
                ("both", "attention"),
            )
            if one in counted and other in counted
        }
        sources = [pair.source for pair in getattr(split(), name)]
        alike = np.array([match.alike for match in near[name]])
        known = np.array([all(vocabularies()[0].knows(word) for word in source) for source in sources])
        parts = {"alike": [(alike >= a) & (alike < b) for a, b in pairwise(EDGES)]}
        parts["known"] = [known, ~known]
        for key, masks in parts.items():
            found.setdefault(key, {})[name] = [by_part(counted, mask) for mask in masks]
        placed = [k for k, source in enumerate(sources) if any(word in PLACES for word in source)]
        found.setdefault("places", {})[name] = {"messages": len(placed)} | {
            side: [round(kept_places([sources[k] for k in placed], [own[k] for k in placed]), 3) for own in each]
            for side, each in (said | {rule: [own] for rule, own in rules[name].items()}).items()
        }
        found.setdefault("tokenisers", {})[name] = {
            how: {
                "memory": round(bleu(rules[name]["memory"], wanted[name], how), 2),
                "attention": round(float(np.mean([bleu(own, wanted[name], how) for own in said["attention"]])), 2),
            }
            for how in TOKENISERS
        }
    return found | {"attention": looks(kept, split().test)}


def by_rule(pairs: Sequence[Pair], near: Sequence[memory.Match]) -> dict[str, list[str]]:
    """Return what each rule says of messages."""
    learnt = memory.memory().pairs
    return {
        "memory": [joined(learnt[match.number].target) for match in near],
        "dictionary": [joined(memory.word_for_word(pair.source)) for pair in pairs],
    }


def together(said: Sequence[str], looked_up: Sequence[str], near: Sequence[memory.Match], least: float) -> list[str]:
    """Return the memory's translations where the nearest message is so alike or more, and the net's elsewhere."""
    return [two if match.alike >= least else one for one, two, match in zip(said, looked_up, near, strict=True)]


def threshold(
    said: Sequence[str], looked_up: Sequence[str], near: Sequence[memory.Match], wanted: Sequence[str]
) -> float:
    """Return from which likeness on the memory should answer: the highest BLEU; of equals the highest threshold."""
    return max(THRESHOLDS, key=lambda least: (bleu(together(said, looked_up, near, least), wanted), least))


def by_part(counted: dict[str, list[Any]], mask: Any) -> dict[str, Any]:
    """Return how many messages a part has, and each side's BLEU on them, a list over its nets."""
    values = {
        side: [round(float(from_counts(own[mask].sum(0))), 2) for own in each]
        for side, each in counted.items()
        if mask.any()
    }
    return {"messages": int(mask.sum())} | values


def kept_places(sources: Sequence[Sequence[str]], said: Sequence[str]) -> float:
    """Return the share of translations that fill in what their source fills in."""
    return float(np.mean([memory.same_places(one, list(other)) for one, other in zip(sources, said, strict=True)]))


def looks(net: reading.Translator, pairs: Sequence[Pair]) -> dict[str, float]:
    """Return how often attention's largest weight lies on the word from which the dictionary takes the one written.

    Returns:
        "words", how many were looked at: those of greedy translations that the dictionary takes from a word of the
        source; "same", the share with the largest weight on that word, "near", on it or its neighbour; and "place",
        the share for which a word at the same share of the source's length would have been it.
    """
    same, near, place = [], [], []
    for pair in pairs:
        said = net.translate(pair.source, 1)[0]
        for i, j in enumerate(memory.aligned(pair.source, said.words)):
            if j >= 0:
                off = abs(int(said.weights[i].argmax()) - j)
                same.append(off == 0)
                near.append(off <= 1)
                place.append(round((i + 0.5) / len(said.words) * len(pair.source) - 0.5) == j)
    return {
        "words": len(same),
        "same": round(float(np.mean(same)), 3),
        "near": round(float(np.mean(near)), 3),
        "place": round(float(np.mean(place)), 3),
    }
