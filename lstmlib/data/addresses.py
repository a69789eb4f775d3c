"""Addresses in the United States, each word labelled by hand: street, town, box number, and 26 parts more."""

from collections.abc import Iterator
from typing import NamedTuple

from lstmlib.data import derived


class Address(NamedTuple):
    """An address as somebody wrote it: its words, and the label of each, as many."""

    words: tuple[str, ...]
    labels: tuple[str, ...]


def addresses() -> list[Address]:
    """Return all 1,513, in the order in which usaddress has them.

    A word is what stands between spaces, its comma or full stop with it. Labels are those of the standard of the
    United States' Federal Geographic Data Committee, with a few of usaddress's own.

    Source: the training data of usaddress; ``lstmlib/data/files/sources.json`` says which version, and under which
    licence.

    Raises:
        ValueError: the stored file is not the one that was derived.
    """
    return [Address(*one) for one in labelled("addresses.txt.gz")]


def labelled(name: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield words and labels of each line of a derived file: spans between tabs, of each its label, then its words.

    Args:
        name: of the file.

    Raises:
        ValueError: the stored file is not the one that was derived.
    """
    for line in derived.read(name).splitlines():
        spans = [span.split(" ") for span in line.split("\t")]
        words = tuple(word for _, *words in spans for word in words)
        yield words, tuple(label for label, *words in spans for _ in words)
