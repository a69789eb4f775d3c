"""Dates and numbers in many languages: their forms, their draws, and the days kept apart."""

import datetime
import re
import sys

import numpy as np
import pytest

from lstmlib.data import LANGUAGES, written_dates, written_numbers
from lstmlib.data.written import HELD_OUT, STYLES, write_date, write_number

pytest.importorskip("babel")


def test_dates_as_people_write_them():
    day = datetime.date(1998, 3, 4)
    assert write_date(day, "en", "full") == "Wednesday, March 4, 1998"
    assert write_date(day, "de", "long") == "4. März 1998"
    assert write_date(day, "de", "medium") == "04.03.1998"
    assert write_date(day, "hu", "long") == "1998. március 4."
    assert write_date(day, "ru", "long") == "4 марта 1998 г."  # with a plain space


def test_numbers_as_people_write_them():
    assert write_number("1234567", "en") == "1,234,567"
    assert write_number("1234567", "de") == "1.234.567"
    assert write_number("1234567", "fr") == "1 234 567"
    assert write_number("1234567", "hi") == "12,34,567"
    assert write_number("1" * 40, "en").count("1") == 40  # more digits than a decimal has by default


def test_pairs_say_the_same():
    rng = np.random.default_rng(0)
    pairs = written_dates(400, rng)
    for pair in pairs:
        date = datetime.date.fromisoformat(pair.target)
        assert pair.source in {write_date(date, pair.language, style) for style in STYLES}
        assert str(date.year) in pair.source
    assert {pair.language for pair in pairs} == set(LANGUAGES)
    for pair in written_numbers(7, 50, rng):
        assert re.sub(r"\D", "", pair.source) == pair.target
        assert len(pair.target) == 7
        assert pair.target[0] != "0"


def test_days_are_kept_apart():
    rng = np.random.default_rng(1)
    for held_out in (True, False):
        days = [datetime.date.fromisoformat(p.target).toordinal() for p in written_dates(200, rng, held_out=held_out)]
        assert {day % HELD_OUT == 0 for day in days} == {held_out}


def test_the_same_seed_draws_the_same():
    assert written_dates(20, np.random.default_rng(3)) == written_dates(20, np.random.default_rng(3))
    assert written_numbers(9, 20, np.random.default_rng(3)) == written_numbers(9, 20, np.random.default_rng(3))


def test_one_language_only():
    assert {pair.language for pair in written_dates(10, np.random.default_rng(0), languages=("eu",))} == {"eu"}


def test_bad_arguments():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="count is 0, expected an integer of at least 1"):
        written_dates(0, rng)
    with pytest.raises(TypeError, match=r"digits is 2\.0, expected an integer"):
        written_numbers(2.0, 1, rng)
    with pytest.raises(ValueError, match="languages is empty"):
        written_dates(1, rng, languages=())
    for languages in ("de", [1, 2], None):
        with pytest.raises(TypeError, match="expected a tuple of codes"):
            written_numbers(3, 1, rng, languages=languages)
    with pytest.raises(TypeError, match="rng is 7, expected a numpy"):
        written_dates(1, 7)
    with pytest.raises(TypeError, match="held_out is 'yes', expected True or False"):  # not an endless search for days
        written_dates(1, rng, held_out="yes")


@pytest.mark.parametrize("make", [lambda rng: written_dates(1, rng), lambda rng: written_numbers(1, 1, rng)])
def test_without_babel_it_says_what_to_install(monkeypatch, make):
    for name in ("babel", "babel.dates", "babel.numbers"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match="pip install babel"):
        make(np.random.default_rng(0))
