"""Eighteen plays of Shakespeare, whole, and which of them are learnt from, chosen by and tested on."""

from typing import NamedTuple

from lstmlib.data import derived

LEARN = (
    "Antony and Cleopatra",
    "As You Like It",
    "Coriolanus",
    "Cymbeline",
    "Henry V",
    "Julius Caesar",
    "Measure for Measure",
    "The Merchant of Venice",
    "Richard II",
    "Richard III",
    "The Tempest",
    "Timon of Athens",
    "The Winter's Tale",
)
VALIDATION = ("Much Ado about Nothing", "Othello")
TEST = ("King John", "Macbeth", "Twelfth Night")  # a history, a tragedy, a comedy
TITLES = LEARN + VALIDATION + TEST  # as they stand in the file, a form feed between two


class Plays(NamedTuple):
    """The texts, by title: nothing but scenes, speakers, stage directions and what is said."""

    learn: dict[str, str]
    validation: dict[str, str]
    test: dict[str, str]


def plays() -> Plays:
    """Return the plays, split by whole plays, so that nobody of a test play has been heard of in training.

    All share one alphabet of 66 characters. Of what the editions differ in without need, some was made alike:
    no spaces at the edge of a line nor two in a row, at most one empty line, Roman numbers, square brackets.

    Source: e-texts of the 1990s in the public domain, as the package shakespeare carries them;
    ``lstmlib/data/files/sources.json`` says which version, and under which licence.

    Raises:
        ValueError: the stored file is not the one that was derived.
    """
    texts = derived.read("plays.txt.bz2").split("\f")
    all_of_them = dict(zip(TITLES, texts, strict=True))
    return Plays(*({title: all_of_them[title] for title in part} for part in (LEARN, VALIDATION, TEST)))


def alphabet(texts: dict[str, str]) -> str:
    """Return the characters of these texts, sorted."""
    return "".join(sorted(set("".join(texts.values()))))
