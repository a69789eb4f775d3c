"""Dates and numbers as people write them in many languages, each with the one form that all of them share."""

import datetime
import decimal
from typing import NamedTuple

import numpy as np

from lstmlib.numpy.checks import check_flag, check_rng, shown
from lstmlib.tasks.batch import check_count

# All in alphabets that matplotlib's own font can draw. Hungarian and Basque put the year first.
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "fi", "pl", "ru", "el", "hu", "eu")
STYLES = ("full", "long", "medium")  # "short" leaves out the century
FIRST, LAST = datetime.date(1900, 1, 1).toordinal(), datetime.date(2099, 12, 31).toordinal()
HELD_OUT = 10  # every tenth day is for tests


class Written(NamedTuple):
    """One text and its translation.

    Attributes:
        source: what somebody wrote, e.g. "4. März 1998".
        target: the shared form, e.g. "1998-03-04".
        language: the code of the language, e.g. "de".
    """

    source: str
    target: str
    language: str


def written_dates(
    count: int,
    rng: np.random.Generator,
    *,
    languages: tuple[str, ...] = LANGUAGES,
    held_out: bool = False,
) -> list[Written]:
    """Return dates from 1900 to 2099, written out in many languages, with their form by ISO 8601.

    Language, style (with the weekday, with the month's name, with its short name or number) and day are drawn evenly.

    Source: the patterns and names of the Unicode CLDR, as carried by Babel.

    Args:
        count: how many.
        rng: source of the draws.
        languages: codes that Babel knows.
        held_out: draw from the days that are kept for tests, every tenth, or from the others.

    Raises:
        ImportError: Babel is not installed.
        TypeError, ValueError: a count below 1, no source of draws, no list of languages, or ``held_out`` is no bool.
        babel.UnknownLocaleError: a language that Babel doesn't know.
    """
    check_count("count", count, 1)
    _check_languages(languages)
    rng, held_out = check_rng(rng), check_flag("held_out", held_out)
    found: list[Written] = []
    while len(found) < count:
        day = int(rng.integers(FIRST, LAST + 1))
        if (day % HELD_OUT == 0) == held_out:
            language, style = str(rng.choice(languages)), str(rng.choice(STYLES))
            date = datetime.date.fromordinal(day)
            found.append(Written(write_date(date, language, style), date.isoformat(), language))
    return found


def written_numbers(
    digits: int, count: int, rng: np.random.Generator, *, languages: tuple[str, ...] = LANGUAGES
) -> list[Written]:
    """Return whole numbers as they are grouped in many languages, with their digits alone.

    Source: the number patterns of the Unicode CLDR, as carried by Babel.

    Args:
        digits: how many digits each number has; the first is not 0.
        count: how many numbers.
        rng: source of the draws.
        languages: codes that Babel knows.

    Raises:
        ImportError: Babel is not installed.
        TypeError, ValueError: a count below 1, no source of draws, or no list of languages.
        babel.UnknownLocaleError: a language that Babel doesn't know.
    """
    check_count("digits", digits, 1)
    check_count("count", count, 1)
    _check_languages(languages)
    rng = check_rng(rng)
    drawn = rng.integers(0, 10, (count, digits))
    drawn[:, 0] = rng.integers(1, 10, count)
    found = []
    for row in drawn:
        target, language = "".join(map(str, row)), str(rng.choice(languages))
        found.append(Written(write_number(target, language), target, language))
    return found


def write_date(date: datetime.date, language: str, style: str) -> str:
    """Return the date as the language writes it, with plain spaces."""
    try:
        from babel.dates import format_date
    except ImportError as error:
        raise ImportError(_MISSING) from error
    return _plain(format_date(date, style, locale=language))


def write_number(digits: str, language: str) -> str:
    """Return the whole number with its digits grouped as the language does, with plain spaces."""
    try:
        from babel.numbers import format_decimal
    except ImportError as error:
        raise ImportError(_MISSING) from error
    with decimal.localcontext(prec=len(digits) + 8):  # the usual 28 digits are too few, three decimals included
        return _plain(format_decimal(decimal.Decimal(digits), locale=language))


_MISSING = "the names and patterns of dates and numbers come with Babel: pip install babel"


def _plain(text: str) -> str:
    """Return the text with spaces of every width as plain ones, which look the same and are one symbol."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _check_languages(languages: tuple[str, ...]) -> None:
    if not isinstance(languages, tuple | list) or not all(isinstance(code, str) for code in languages):
        raise TypeError(f"languages is {shown(languages)}, expected a tuple of codes such as ('de', 'fr')")
    if not languages:
        raise ValueError("languages is empty, expected at least one code such as 'de'")
