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
from lstmlib.studies.at_work.translation.task import END, UNKNOWN, Pair, split, vocabularies

FOLDER = Path(__file__).parents[1] / "results"
NAME = "translation.json"
SETS = ("test", "another")
RULES = {"memory": "nearest message", "dictionary": "word for word"}
THRESHOLDS = (*(round(0.05 * k, 2) for k in range(21)), 1.05)  # the last: never the memory
EDGES = (0.0, 0.4, 0.55, 0.7, 1.01)  # of how alike the nearest message is


def load(folder: Path = FOLDER) -> dict[str, Any]:
    """Return what is stored; ``measure`` says what is in it."""
    return dict(json.loads((folder / NAME).read_text(encoding="utf8")))


def run(folder: Path) -> None:
    """Measure all of it, from the translations that are stored."""
    found = measure(reading.load(folder), reading.stored(folder))
    (folder / NAME).write_text(json.dumps(found) + "\n", encoding="utf8")


GAPS = (
    ("attention", "memory"),
    ("attention", "dictionary"),
    ("attention", "vector"),
    ("attention", "greedy"),
    ("longer", "memory"),
    ("longer", "dictionary"),
    ("longer", "attention"),
    ("both", "memory"),
    ("both", "attention"),
    ("longer both", "memory"),
    ("longer both", "longer"),
)  # pairs of sides whose BLEU is compared


def measure(trials: Sequence[Trial], kept: reading.Translator) -> dict[str, Any]:
    """Return what the page prints.

    Args:
        trials: all that are stored.
        kept: the net whose attention is looked at.

    Returns:
        "thresholds", from which likeness on the memory answers for each net with attention, then for each that learnt
        for longer; by set, what ``judged``
        returns; "likenesses", what BLEU the memory has on the messages that choose, by how it compares; and
        "attention": how often it looks where the dictionary would; "unhelped": the kept net's BLEU on the test if
        nothing takes the place of unknown words, as without attention.
    """
    nets = {side: reading.tested(trials, side) for side in reading.SIDES} | {"longer": reading.longer(trials)}
    near, rules, wanted = _around("choose")
    least = {
        side: [threshold(one.said["choose"], rules["memory"], near, wanted) for one in nets[side]]
        for side in ("attention", "longer")
    }
    found: dict[str, Any] = {"thresholds": least["attention"] + least["longer"]}
    for name in SETS:
        near, rules, wanted = _around(name)
        said = {side: [one.said[name] for one in own] for side, own in nets.items()}
        said["greedy"] = [
            [plain or one for plain, one in zip(net.greedy[name], net.said[name], strict=True)]
            for net in nets["attention"]
            if name in net.greedy
        ]
        for side, both in (("attention", "both"), ("longer", "longer both")):
            said[both] = [
                together(own, rules["memory"], near, k) for own, k in zip(said[side], least[side], strict=True)
            ]
        said |= {rule: [own] for rule, own in rules.items()}
        found[name] = judged(getattr(split(), name), said, near)
    near, rules, wanted = _around("choose")
    found["likenesses"] = {"edits": round(bleu(rules["memory"], wanted), 2)} | other_likenesses(wanted)
    return found | {"attention": looks(kept, split().test), "unhelped": unhelped(kept, split().test)}


def unhelped(net: reading.Translator, pairs: Sequence[Pair]) -> float:
    """Return BLEU of a net's translations in which unknown words stay unknown."""
    words, said = vocabularies()[1].words, []
    for pair in pairs:
        numbers = [number for number in net.translate(pair.source)[0].numbers if number != END]
        said.append(joined([reading.NOTHING if number == UNKNOWN else words[number] for number in numbers]))
    return round(bleu(said, [joined(pair.target) for pair in pairs]), 2)


def other_likenesses(wanted: Sequence[str]) -> dict[str, float]:
    """Return BLEU on the messages that choose, if the memory goes by cosines of words or of runs of 2 to 5 letters."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    found = {}
    learn, choose = ([" ".join(pair.source) for pair in part] for part in (split().learn, split().choose))
    kinds: dict[str, dict[str, Any]] = {
        "words": {"token_pattern": r"\S+"},
        "letters": {"analyzer": "char", "ngram_range": (2, 5)},
    }
    for name, kind in kinds.items():
        counted = TfidfVectorizer(sublinear_tf=True, **kind)
        memories = counted.fit_transform(learn)
        best = np.asarray((counted.transform(choose) @ memories.T).argmax(1)).ravel()
        found[name] = round(bleu([joined(split().learn[k].target) for k in best], wanted), 2)
    return found


def _around(name: str) -> tuple[list[memory.Match], dict[str, list[str]], list[str]]:
    """Return of a set the nearest messages, what the rules say, and what is wanted."""
    pairs: list[Pair] = getattr(split(), name)
    near = [memory.memory().nearest(pair.source) for pair in pairs]
    return near, by_rule(pairs, near), [joined(pair.target) for pair in pairs]


def judged(pairs: Sequence[Pair], said: dict[str, list[list[str]]], near: Sequence[memory.Match]) -> dict[str, Any]:
    """Return how the sides translate a set of messages.

    Args:
        pairs: the messages.
        said: of each side its nets' translations; a rule is a side of one net.
        near: the nearest message of each.

    Returns:
        "scores", of each side's nets; "gaps": pairs of sides -> BLEU's difference with its interval; "alike", by how
        alike the nearest message is, with the "gap" of the first two of ``GAPS``, and "known", by whether all words
        are known: how many there are, and each side's BLEU; "places": share of messages whose filled-in parts come
        out right; "tokenisers": BLEU by tokeniser.
    """
    wanted, sources = [joined(pair.target) for pair in pairs], [pair.source for pair in pairs]
    counted = {side: [counts(own, wanted) for own in each] for side, each in said.items() if each}
    alike = np.array([match.alike for match in near])
    known = np.array([all(vocabularies()[0].knows(word) for word in source) for source in sources])
    placed = [k for k, source in enumerate(sources) if any(word in PLACES for word in source)]
    filled = {side: [kept_places(sources, own, placed) for own in each] for side, each in said.items()}
    return {
        "scores": {side: [scores(own, wanted) for own in each] for side, each in said.items()},
        "gaps": {
            f"{one} - {other}": interval(counted[one], counted[other])
            for one, other in GAPS
            if one in counted and other in counted
        },
        "alike": [
            by_part(counted, part)
            | {"gap": interval([own[part] for own in counted[GAPS[0][0]]], [own[part] for own in counted[GAPS[0][1]]])}
            for part in ((alike >= low) & (alike < high) for low, high in pairwise(EDGES))
        ],
        "known": [by_part(counted, mask) for mask in (known, ~known)],
        "places": {"messages": len(placed)} | filled,
        "tokenisers": {
            how: {
                side: round(float(np.mean([bleu(own, wanted, how) for own in said[side]])), 2)
                for side in ("memory", "attention")
            }
            for how in TOKENISERS
        },
    }


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
    values = {side: [round(float(from_counts(own[mask].sum(0))), 2) for own in each] for side, each in counted.items()}
    return {"messages": int(mask.sum())} | values


def kept_places(sources: Sequence[Sequence[str]], said: Sequence[str], which: Sequence[int]) -> float:
    """Return the share of these messages whose translation fills in what its source fills in."""
    return round(float(np.mean([memory.same_places(sources[k], list(said[k])) for k in which])), 3)


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
