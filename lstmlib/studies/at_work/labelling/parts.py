"""Which addresses, or names, are learnt on, which choose the settings, and which judge: near-duplicates stay together.

The same building comes with several suites, the same line with another house number. Were one copy learnt on and the
other judged on, remembering would look like reading. So addresses that look alike are one group, and a group is in one
part as a whole.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

import numpy as np

from lstmlib.data.addresses import Address, addresses
from lstmlib.data.names import Name, names

Item: TypeAlias = Address | Name
READERS: dict[str, Callable[[], Sequence[Item]]] = {"addresses": addresses, "names": names}
DATA = tuple(READERS)  # addresses are what is meant where nothing is said
ALIKE = 0.6  # the share of three-letter pieces from which on two addresses are near-duplicates
TEST, VALIDATION = 0.25, 0.15  # shares of all addresses


def pieces(address: Item) -> frozenset[str]:
    """Return all runs of three characters of an address in small letters, marks left out, every number as one 0."""
    words = (re.sub(r"\W", "", word.lower()) for word in address.words)
    text = re.sub(r"\d+", "0", f" {' '.join(words)} ")
    return frozenset(text[k : k + 3] for k in range(len(text) - 2))


def groups(given: Sequence[Item]) -> list[int]:
    """Return for each address the first of those that it is linked to, over any number of near-duplicates.

    Two addresses are near-duplicates if of all the pieces that either has, 60 percent are in both.
    """
    seen, first = [pieces(address) for address in given], list(range(len(given)))
    number = {piece: k for k, piece in enumerate(sorted(set().union(*seen)))}
    has = np.zeros((len(given), len(number)), np.float32)
    for row, own in zip(has, seen, strict=True):
        row[[number[piece] for piece in own]] = 1.0
    both, size = has @ has.T, has.sum(1)

    def root(k: int) -> int:
        while first[k] != k:
            k = first[k]
        return k

    for k, j in np.argwhere(np.tril(both >= ALIKE * (size[:, None] + size - both), -1)).tolist():
        a, b = sorted((root(k), root(j)))
        first[b] = a
    return [root(k) for k in range(len(given))]


def everything(data: str = "addresses") -> Sequence[Item]:
    """Return all addresses, or all names.

    Args:
        data: one of ``DATA``.

    Raises:
        ValueError: another.
    """
    if data not in READERS:
        raise ValueError(f"data is {data!r}, expected one of {', '.join(DATA)}")
    return READERS[data]()


def parts(data: str = "addresses") -> dict[str, tuple[Item, ...]]:
    """Return the addresses of "test", "validation" and "learn": groups are drawn until a part has its share.

    Args:
        data: one of ``DATA``.

    Raises:
        ValueError: another.
    """
    return _parts(data)


@cache
def _parts(data: str) -> dict[str, tuple[Item, ...]]:
    given = everything(data)
    found = groups(given)
    order = np.random.default_rng(0).permutation(sorted(set(found)))
    members: dict[str, list[int]] = {"test": [], "validation": [], "learn": []}
    for group in order:
        part = "learn"
        for name, share in (("validation", VALIDATION), ("test", TEST)):
            if len(members[name]) < share * len(given):
                part = name
        members[part] += [k for k, other in enumerate(found) if other == group]
    return {name: tuple(given[k] for k in sorted(numbers)) for name, numbers in members.items()}


def training(part: str, data: str = "addresses") -> tuple[Item, ...]:
    """Return what a method learns on before it is judged on "validation" or "test": before the test on all the rest."""
    return parts(data)["learn"] + (parts(data)["validation"] if part == "test" else ())


@cache
def labels(data: str = "addresses") -> tuple[str, ...]:
    """Return all labels, the most frequent first, over all addresses; their places are what nets learn."""
    counts: dict[str, int] = {}
    for address in everything(data):
        for label in address.labels:
            counts[label] = counts.get(label, 0) + 1
    return tuple(sorted(counts, key=lambda label: (-counts[label], label)))
