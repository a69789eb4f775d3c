"""What becomes of a row: as printed, explained by a reading, or not explained."""

import pytest

from lstmlib.paper.report import Stored, stored
from lstmlib.paper.rows import ROWS, reading_of
from lstmlib.paper.verdict import verdict
from lstmlib.paper.version import VERSION


def trials(*sequences):
    """Return results; ``None`` is a trial that failed."""
    return [
        {"seed": 0, "trial": k, "version": VERSION, "solved": n is not None, "sequences": n or 5_000_000}
        for k, n in enumerate(sequences)
    ]


def judged(name, *kept):
    """Return the verdict on a row that has trials under some readings."""
    row = ROWS[name]
    return verdict(row, Stored([(reading_of(row, chosen), trials(*found)) for chosen, found in kept], [], []))


def test_within_a_factor_of_two():
    found = judged("table-9/6a", ({}, [60_000, 62_000]))  # the paper: 31,390
    assert (found.word, found.reading, found.by) == ("as printed", "", "mean")
    assert found.ratio == pytest.approx(61_000 / 31_390)
    assert found.line == "within a factor of two of print (mean 1.9 times the paper's)"
    assert judged("table-9/6a", ({}, [63_000, 64_000])).word == "not explained"
    assert judged("table-9/6a", ({}, [15_000, 15_500])).word == "not explained"


def test_a_long_tail_counts_by_its_median_and_failures_as_never():
    found = judged("table-9/6a", ({}, [30_000, 31_000, 32_000, 900_000]))
    assert (found.word, found.by) == ("as printed", "median")
    assert judged("table-9/6a", ({}, [30_000, None, None])).word == "not explained"  # a third succeed, all should
    assert judged("table-9/6a", ({}, [None, None])).line == "not explained"


def test_the_reading_with_the_fewest_changes_explains():
    default, good = ({}, [400_000] * 3), [31_000] * 3
    two = ({"recurrence": "cells", "biased": "gates"}, good)
    one = ({"recurrence": "cells", "cap": "1000000"}, [20_000] * 3)  # a cap is no change
    assert judged("table-9/6a", default, two).reading == "biased=gates,recurrence=cells"
    assert judged("table-9/6a", default, two, one).reading == "cap=1000000,recurrence=cells"
    assert judged("table-9/6a", default, two, one, ({"cap": "300000"}, good)).word == "as printed"
    assert judged("table-9/6a").line == "not run"
    far = judged("table-9/6a", ({"recurrence": "cells"}, [None] * 3), ({"cap": "1000000"}, [300_000] * 3))
    assert far.line == "not explained (mean 9.6 times the paper's)"


def test_where_the_paper_has_no_success_there_may_be_none():
    assert judged("table-2/RTRL-10", ({}, [None] * 4)).line == "within a factor of two of print"
    assert judged("table-2/RTRL-10", ({}, [None, 4_000_000])).word == "not explained"
    assert judged("table-1/RTRL-12", ({}, [20_000, None])).word == "as printed"  # quoted: "some fraction" succeeds
    assert judged("schmidhuber-1992/chunker-20", ({}, [3_000, 4_000])).word == "as printed"  # a share alone


def test_every_row_that_comes_with_the_book_has_a_verdict():
    words = {row.name: verdict(row, stored(row)).word for row in ROWS.values()}
    assert set(words.values()) == {"as printed", "explained", "not explained"}
    assert words["table-9/6a"] == "as printed"
    assert words["table-3/q1000-p1000"] == "explained"
