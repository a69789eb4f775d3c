"""Hand-made features of words, as a practitioner writes them, and as numbers in a sparse matrix."""

import re
from collections.abc import Iterable, Sequence

import numpy as np
from scipy import sparse

from lstmlib.studies.at_work.labelling.parts import Item

DIRECTIONS = {"n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west"}
DIRECTIONS |= {f"{a}{b}" for a in ("north", "south") for b in ("east", "west")}
STREETS = set(
    re.findall(
        r"\w+",
        """alley aly avenue ave av boulevard blvd circle cir court ct cove cv crossing xing drive dr expressway expy
        freeway fwy highway hwy lane ln loop park parkway pkwy pike place pl plaza plz point pt road rd route rt rte
        square sq street st str terrace ter trail trl turnpike tpke walk way""",
    )
)
NAMES = {
    "title": "mr mrs ms miss mx dr prof professor rev reverend hon honorable judge sir dame lord lady sen rep gov",
    "generation": "jr sr junior senior ii iii iv v 2nd 3rd 4th",
    "degree": "md phd dds dmd do jd esq cpa rn ma mba msw ed edd dvm od pe ret",
    "form": """inc incorporated corp corporation co company llc llp lp ltd limited pc plc pllc pa gmbh sa association
        assn foundation trust fund union committee pac institute society council bureau department dept authority bank
        group partners services""",
}
LISTS = {
    "addresses": {"direction": DIRECTIONS, "street": STREETS},
    "names": {kind: set(words.split()) for kind, words in NAMES.items()},
}


def word_features(word: str, data: str = "addresses") -> set[str]:
    """Return what is seen of a word by itself.

    After usaddress 0.5.16: the word without marks, whether it ends in a full stop or another mark, what share of it is
    digits, how long it is, trailing zeros, whether it is a direction or a kind of street, whether it has vowels. Its
    list of kinds of street is longer than the one here. New here are capitals, and the word's first and last letters.

    Of names the lists are others, of titles, generations, degrees and forms of companies, in the manner of
    probablepeople 0.5.6, and a mark at a word's beginning is seen, as in a nickname. Its table of how
    often a word is a given name isn't used.

    Args:
        word: as it is written.
        data: one of ``DATA``.
    """
    clean = re.sub(r"^[\W_]+|[^\w.]+$", "", word) or word
    plain = clean.replace(".", "").lower()
    number = plain.isdigit()
    digits = "all" if number else "some" if any(c.isdigit() for c in plain) else "none"
    found = {f"digits={digits}", f"length={'d' if number else 'w'}{len(plain)}"}
    found |= {f"word={plain}", f"first={plain[:2]}", f"last={plain[-3:]}"} if not number else set()
    found |= {f"mark={word[-1]}"} if not word[-1].isalnum() else set()
    found |= {"short"} if clean.endswith(".") else set()
    found |= {f"zeros={len(plain) - len(plain.rstrip('0'))}"} if number and plain.endswith("0") else set()
    found |= {f"opens={word[0]}"} if data == "names" and not word[0].isalnum() else set()
    found |= {name for name, words in LISTS[data].items() if plain in words}
    found |= {"vowels"} if set(plain[1:]) & set("aeiou") else set()
    return found | {"capitals=" + ("all" if clean.isupper() else "first" if clean[:1].isupper() else "none")}


def address_features(address: Item, window: int, data: str = "addresses") -> list[set[str]]:
    """Return the features of each word: its own, its neighbours' up to ``window`` words away, and where ends are."""
    own = [word_features(word, data) for word in address.words]
    found = []
    for k in range(len(own)):
        here = set(own[k]) | {"always"}
        for away in range(-window, window + 1):
            if away and 0 <= k + away < len(own):
                here |= {f"{away:+d} {name}" for name in own[k + away]}
            elif away:
                here.add(f"{away:+d} nothing")
        found.append(here)
    return found


class Columns:
    """Which feature stands in which column: all that come twice or more in what is learnt on.

    Args:
        given: features of words.
    """

    def __init__(self, given: Iterable[set[str]]) -> None:
        counts: dict[str, int] = {}
        for names in given:
            for name in names:
                counts[name] = counts.get(name, 0) + 1
        self.places = {name: k for k, name in enumerate(sorted(n for n, count in counts.items() if count > 1))}

    def matrix(self, given: Sequence[set[str]]) -> sparse.csr_matrix:
        """Return the features of words as ones, (words, columns); features without a column are left out."""
        rows = [[self.places[name] for name in sorted(names) if name in self.places] for names in given]
        ends = np.cumsum([0, *map(len, rows)])
        columns = np.array([place for row in rows for place in row], np.int32)
        return sparse.csr_matrix((np.ones(len(columns)), columns, ends), (len(rows), len(self.places)))
