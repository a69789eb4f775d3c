"""Menus and messages of six programs, in English and as their translators wrote them in French."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from lstmlib.data import derived

PROGRAMS = derived.PROGRAMS
PLACES = "①②③④⑤⑥⑦⑧⑨"  # what stands for the parts of a message that the program fills in
_FILLED = re.compile(r"%\(\w+\)[.\d]*[a-z]|%[.\d]*[a-z]\b|%\d|\{[^{}\s]*\}")
_WORD = re.compile(rf"[{PLACES}]|[^\W\d_{PLACES}]+(?:[-_][^\W\d_{PLACES}]+)*(?:'(?=[^\W\d_]))?|\d+|[^\w\s]|_")
_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
_CLOSE = re.compile(r"(?<=') (?=\w)|(?<=[(\[]) | (?=[)\],.…])")


class Message(NamedTuple):
    """An entry of a menu, a label or a message."""

    program: str  # one of PROGRAMS
    source: str  # in English
    target: str  # in French


def messages() -> list[Message]:
    """Return 11,561 messages of at most twelve words in the order of the programs' catalogues.

    Source: the catalogues that the packages django, indico, jupyterlab-language-pack-fr-FR, sphinx, spyder and wagtail
    carry; ``lstmlib/data/files/sources.json`` says which versions, and under which licences.

    Raises:
        ValueError: a stored file is not the one that was derived.
    """
    lines = [(name, line) for name in PROGRAMS for line in derived.read(f"messages-{name}.txt.gz").splitlines()]
    return [Message(name, *line.split("\t")) for name, line in lines]


def cut(text: str, filled: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    """Return a message's words and marks in small letters, and what the program fills in, in order.

    A part that is filled in, such as "%s" or "{name}", becomes ①, ② and so on. A run of letters is a word, also with a
    hyphen or an underscore inside; so is what stands before an apostrophe ("l'", "don'"), a run of digits, and each
    mark by itself. The ampersand that marks a key of a menu goes. The figure does the same in the page.

    Args:
        text: any.
        filled: what the program fills in the message of which this is the translation: it is numbered as it is there.

    Raises:
        ValueError: a part is filled in that isn't among them, or there are more than nine.
    """
    found: list[str] = list(filled)
    free = list(range(len(found)))

    def place(match: re.Match[str]) -> str:
        name = match.group()
        if not filled:
            found.append(name)
            number = len(found) - 1
        else:
            if name not in found:
                raise ValueError(f"{text!r} is filled in with {name}, expected one of {', '.join(filled)}")
            same = [k for k, one in enumerate(found) if one == name]
            number = next((k for k in same if k in free), same[-1])
            if number in free:
                free.remove(number)
        if number >= len(PLACES):
            raise ValueError(f"{text!r} is filled in more than {len(PLACES)} times, expected at most that")
        return f" {PLACES[number]} "

    plain = _FILLED.sub(place, text.translate(_ALIKE).replace("...", "…"))
    plain = re.sub(r"&(?=[^\W\d_])", "", plain)
    return _WORD.findall(plain.lower()), found


def joined(words: Sequence[str]) -> str:
    """Return words and marks as a text: a space between two, none after an apostrophe or before a comma."""
    return _CLOSE.sub("", " ".join(words))
