"""The texts of the chapters' tables say what the stored trials say."""

import numpy as np
import pytest

from lstmlib.paper import ROWS, beside

NAME = "table-9/6a"


def test_a_row_in_texts_is_what_its_trials_came_to():
    every, found = beside.after(NAME), beside.summary(NAME)
    assert found == beside.summaries(NAME)["default"]
    middle, succeed = beside.ours(NAME)
    assert middle.startswith(f"{np.median(every) / 1000:.1f} (")
    assert succeed == f"{np.isfinite(every).sum()} of {len(every)}"
    assert beside.in_words(found).startswith(f"{every.mean():,.0f} (")
    assert beside.times(NAME) == pytest.approx(every.mean() / ROWS[NAME].reported.sequences)
    assert beside.printed(NAME) == "31,390"
    assert beside.in_print(NAME) == "31.4"


def test_trials_that_fail_count_as_never():
    assert beside.median(NAME, {"forget-gates": "2"}) == "never"
    assert beside.in_words(beside.summary(NAME, {"forget-gates": "2"})) == "none"
    assert np.isinf(beside.times(NAME, {"forget-gates": "2"}))


def test_where_the_paper_gave_up_it_is_said():
    assert beside.printed("table-1/Elman-15") == ">200,000"


@pytest.mark.parametrize(
    ("sequences", "text"), [(4030, "4.03"), (31_390, "31.4"), (2_328_730, "2,329"), (np.inf, "never")]
)
def test_a_number_in_thousands(sequences, text):
    assert beside.thousands(sequences) == text


@pytest.mark.parametrize(("share", "text"), [(None, "–"), (0.0123, "1.2")])
def test_a_share_in_percent(share, text):
    assert beside.percent(share) == text
