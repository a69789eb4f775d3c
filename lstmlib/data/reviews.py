"""Reviews: sentences out of reviews of films, each with what fifteen people or more thought of its mood."""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.data import derived

LOWEST, HIGHEST = -4, 4  # a rating: extremely negative to extremely positive, 0 for neither
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[^\w\s]|_")


class Review(NamedTuple):
    """One sentence, or a few that belong together."""

    text: str
    ratings: NDArray[np.int64]  # (R,), from -4 to 4, lowest first; R is 15 to 29


def reviews() -> list[Review]:
    """Return 10,605 sentences in the order of the source, with their ratings.

    Source: rated for, and carried by, VADER (Hutto and Gilbert 2014). The sentences are those from which the Stanford
    Sentiment Treebank was made (Socher et al. 2013), out of reviews that Pang and Lee (2005) had collected.
    ``lstmlib/data/files/sources.json`` says which version, under which licence, and what is in doubt about it.

    Raises:
        ValueError: the stored file is not the one that was derived.
    """
    lines = derived.read("reviews.txt.bz2").splitlines()
    split = (line.split("\t") for line in lines)
    return [Review(text, np.array([ord(letter) - ord("e") for letter in rated])) for rated, text in split]


def words(text: str) -> list[str]:
    """Return a text's words and marks, in small letters: a run of letters, with what follows an apostrophe, is a word.

    So is a run of digits, and each mark by itself; "isn't" is one word. The figure does the same in the page.

    Args:
        text: any.
    """
    return WORD.findall(text.lower().replace("’", "'"))
