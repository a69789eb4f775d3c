"""Rows that are run anew: which, that nothing is run twice, and that a trial which comes out otherwise is found."""

import json

import pytest

from lstmlib.paper import again
from lstmlib.paper.rows import ROWS, label
from lstmlib.paper.store import Store
from lstmlib.paper.verdict import verdict


def test_every_row_for_memory_cells_is_there_once_under_the_reading_of_its_verdict():
    rows = again.settled()
    names = [one.row.name for one in rows]
    wanted = [row.name for row in ROWS.values() if row.method == "LSTM" and "gers" not in row.name]
    assert names == wanted
    assert len(names) == 31
    for one in rows:
        assert label(one.row, one.reading) == (verdict(one.row, again.stored(one.row)).reading or "default")
        assert len(one.trials) >= one.row.trials


def test_what_takes_long_can_be_left_out():
    whole, quick = again.settled(), again.settled(100)
    assert [one for one in whole if one.seconds <= 100] == quick
    assert 5 < len(quick) < len(whole)
    assert again.settled(1) == []


@pytest.fixture
def few(tmp_path):
    """Two trials of the quickest row, and an empty folder."""
    (one,) = [one for one in again.settled() if one.row.name == "section-5.2/2b"]
    return one._replace(trials=one.trials[:2]), tmp_path


def test_what_was_stopped_goes_on_and_comes_out_as_stored(few):
    one, folder = few
    assert again.missing(one, folder) == [0, 1]
    again.run([one._replace(trials=one.trials[:1])], 1, folder)
    assert again.missing(one, folder) == [1]
    assert again.compared([one], folder)[0] | {"seconds": 0} == {
        "row": "section-5.2/2b",
        "reading": label(one.row, one.reading),
        "trials": 1,
        "same": 1,
        "seconds": 0,
    }
    assert again.run([one], 1, folder) > 0.0
    assert again.missing(one, folder) == []
    (line,) = again.compared([one], folder)
    assert (line["trials"], line["same"]) == (2, 2)
    assert line["seconds"] > 0.0


@pytest.mark.parametrize("change", [{"sequences": 1}, {"solved": False}])
def test_a_trial_that_comes_out_otherwise_is_found(few, change):
    one, folder = few
    store = Store(one.row, one.reading, folder)
    store.keep(one.trials[0] | {"seconds": 1e6, "numpy": "0.0"})  # neither is what came out
    store.keep(one.trials[1] | change)
    (line,) = again.compared([one], folder)
    assert (line["trials"], line["same"]) == (2, 1)


def test_the_stored_run_is_whole():
    about = json.loads(again.PATH.read_text())
    assert about["command"].startswith("python -m lstmlib.paper.again --most ")
    assert about["clock"] > 0.0  # all of it in one sitting
    assert len(about["rows"]) > 20
    for line in about["rows"]:
        row = ROWS[line["row"]]
        (trials,) = [
            results for reading, results in again.stored(row).readings if label(row, reading) == line["reading"]
        ]
        assert line["trials"] == line["same"] == len([trial for trial in trials if trial["seed"] == 0])
