"""Words taken away on the right: what a net that reads both ways says of a word, having seen only so many after it."""

from collections.abc import Sequence

from lstmlib.studies.at_work.labelling.learn import Net
from lstmlib.studies.at_work.labelling.parts import Item

AHEAD = (0, 1, 2, 3)  # how many words after a word are left


def ahead(net: Net, given: Sequence[Item], words: int) -> list[tuple[str, ...]]:
    """Return the label of each word, read from the address cut off so many words after it.

    Args:
        net: a trained net.
        given: addresses.
        words: how many after the word are left; 0 makes it the last.
    """
    cut = [address.words[: k + 1 + words] for address in given for k in range(len(address.words))]
    said = iter(net.label(cut))
    return [tuple(next(said)[k] for k in range(len(address.words))) for address in given]
