"""What methods get wrong: by label, by words that have never been seen, and where the data may be wrong themselves."""

import json
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lstmlib.studies.at_work.labelling.learn import FOLDER
from lstmlib.studies.at_work.labelling.parts import Item

Said = Sequence[Sequence[Sequence[str]]]  # of each net, of each address, the labels


def right_by_label(given: Sequence[Item], said: Said) -> dict[str, float]:
    """Return of each label the share of its words that get it, the mean over nets; the most frequent label first.

    Args:
        given: addresses.
        said: of each net, or of one method, the labels of each address.
    """
    words = Counter(label for address in given for label in address.labels)
    right: Counter[str] = Counter()
    for labels in said:
        for address, found in zip(given, labels, strict=True):
            right.update(a for a, b in zip(address.labels, found, strict=True) if a == b)
    return {label: right[label] / (count * len(said)) for label, count in words.most_common()}


class Unseen(NamedTuple):
    """Errors at words that have no vector of their own, and at the others."""

    words: float  # the share of all words that have none
    wrong: float  # the share of those that get a wrong label
    wrong_else: float  # the same of all other words
    errors: float  # the share of all errors that is at words without


def by_unseen(given: Sequence[Item], said: Said, unseen: Sequence[Sequence[bool]]) -> Unseen:
    """Count errors at words that have no vector, and at the others; means over nets.

    Args:
        given: addresses.
        said: of each net the labels of each address.
        unseen: whether each word of each address has none.
    """
    new = np.array([one for address in unseen for one in address])
    right = [label for address in given for label in address.labels]
    wrong = np.array([[a != b for a, b in zip(right, chain.from_iterable(net), strict=True)] for net in said])
    return Unseen(
        float(new.mean()),
        float(wrong[:, new].mean()),
        float(wrong[:, ~new].mean()),
        float(wrong[:, new].sum() / wrong.sum()),
    )


class Disagreement(NamedTuple):
    """A word of which most nets say the same, and the data something else."""

    address: int
    word: int
    data: str
    nets: str


def disagreements(given: Sequence[Item], said: Said, share: float = 0.8) -> list[Disagreement]:
    """Return the words of which at least that share of the nets says one label that isn't the data's.

    Args:
        given: addresses.
        said: of each net the labels of each address.
        share: of the nets.
    """
    found = []
    for n, address in enumerate(given):
        for k, label in enumerate(address.labels):
            other, votes = Counter(net[n][k] for net in said).most_common(1)[0]
            if other != label and votes >= share * len(said):
                found.append(Disagreement(n, k, label, other))
    return found


def judged(folder: Path = FOLDER) -> dict[str, list[Disagreement]]:
    """Return the sample that was judged by hand, by verdict: "data", "nets", "neither" or "unclear" is right.

    The judge saw the address and the two labels, in an order drawn by chance, and not whose each was.
    """
    rows = json.loads((folder / "labelling-judged.json").read_text())
    return {verdict: [Disagreement(*row) for row in found] for verdict, found in rows.items()}
