"""What of a page's prose stands on a slide: sentences, whole, as HTML."""

import html
import re

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag


def sentences(paragraph: Tag) -> list[str]:
    """Return a paragraph's sentences as HTML; what is marked up stays whole."""
    found = [""]
    for child in paragraph.children:
        if not isinstance(child, NavigableString):
            found[-1] += str(child)
            continue
        first, *others = re.split(r"(?<=[.?!:])\s+(?=[A-Z“(])", str(child))
        found[-1] += html.escape(first, quote=False)
        found += [html.escape(other, quote=False) for other in others]
    return [one.strip() for one in found if one.strip()]


def opening(caption: Tag) -> str:
    """Return a caption's first sentence, with the next where that says too little."""
    found = sentences(caption)
    return found[0] if words(found[0]) > 5 else " ".join(found[:2])


def lead(paragraph: Tag) -> str:
    """Return the end of a paragraph that leads to what follows it: its last sentence, with more where that is short."""
    found = [one for one in sentences(paragraph) if not one.startswith("(")] or sentences(paragraph)
    start = len(found) - 1
    while start > 0 and words(" ".join(found[start:])) < 6:
        start -= 1
    return " ".join(found[start:])


def words(text: str) -> int:
    """Return how many words an HTML text has."""
    return len(soup(text).get_text().split())


def soup(text: str) -> BeautifulSoup:
    """Return a piece of HTML, parsed."""
    return BeautifulSoup(text, "html.parser")
