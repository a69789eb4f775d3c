"""Names of people and organisations, each word labelled by hand: given name, surname, legal form, and 20 parts more."""

from typing import NamedTuple

from lstmlib.data.addresses import labelled


class Name(NamedTuple):
    """A name as somebody wrote it: its words, and the label of each, as many."""

    words: tuple[str, ...]
    labels: tuple[str, ...]


def names() -> list[Name]:
    """Return all 3,018 different ones, people before organisations, else in the order in which probablepeople has them.

    A word is what probablepeople labels by itself, its comma or full stop with it. Twelve labels are parts of people's
    names, eleven of organisations'; no name has some of both.

    Source: the training data of probablepeople; ``lstmlib/data/files/sources.json`` says which version, and under which
    licence. There, 1,263 names more are repetitions, word for word and label for label.

    Raises:
        ValueError: the stored file is not the one that was derived.
    """
    return [Name(*one) for one in labelled("names.txt.gz")]
