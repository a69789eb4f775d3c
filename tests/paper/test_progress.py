"""What is told while trials run: each as it finishes, how long the others take, and something now and then."""

import time

import pytest

from lstmlib.paper import ROWS, progress
from lstmlib.paper.progress import Progress, in_words
from lstmlib.paper.rows import reading_of
from lstmlib.paper.store import Store
from lstmlib.paper.version import VERSION

ROW = ROWS["table-7/T100"]


def result(trial, solved=True):
    return {"seed": 3, "trial": trial, "solved": solved, "sequences": 70_000, "version": VERSION}


def quiet_progress(monkeypatch, *arguments):
    """One that looks only when it is told to."""
    monkeypatch.setattr(Progress, "_watch", lambda self: None)
    return Progress(*arguments)


def test_every_trial_has_its_line_with_the_time_left(tmp_path, monkeypatch):
    store, lines = Store(ROW, reading_of(ROW, {}), tmp_path), []
    watching = quiet_progress(monkeypatch, ROW, store, [0, 1, 4], 3, lines.append, None)
    monkeypatch.setattr(watching, "started", time.monotonic() - 3000.0)
    store.keep(result(1))
    watching.look()
    store.keep(result(0, solved=False))
    store.keep(result(2))  # nobody asked for it here
    (store.parts / "3-x.json").touch()
    (store.parts / "4-4.json").touch()
    watching.look()
    store.keep(result(4))
    watching.stop()
    assert lines == [
        "table-7/T100: trial 1: solved after 70,000 sequences; 1 of 3 trials after 50 min, about 100 min left",
        "table-7/T100: trial 0: not solved after 70,000 sequences; 2 of 3 trials after 50 min, about 25 min left",
        "table-7/T100: trial 4: solved after 70,000 sequences; 3 of 3 trials after 50 min",
    ]


@pytest.mark.parametrize(("expected", "left"), [(None, ""), (36_000.0, " h left"), (10.0, ", about 0 s left")])
def test_a_long_silence_is_broken(expected, left, tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "SILENCE", 0.0)
    store, lines = Store(ROW, reading_of(ROW, {}), tmp_path), []
    watching = quiet_progress(monkeypatch, ROW, store, [0], 3, lines.append, expected)
    monkeypatch.setattr(watching, "started", time.monotonic() - 30.0)
    watching.look()
    watching.stop()
    assert lines[0].startswith("table-7/T100: 0 of 1 trials after ")
    assert lines[0].endswith(left)


def test_a_terminal_that_has_gone_is_no_reason_to_stop(monkeypatch):
    class Gone:
        def write(self, text):
            raise BrokenPipeError

        def flush(self):
            pass

    for stream in (Gone(), None):
        monkeypatch.setattr(progress.sys, "stderr", stream)
        progress.to_stderr("a line")
    monkeypatch.undo()


def test_times_are_said_as_people_do():
    assert [in_words(seconds) for seconds in (3, 119, 121, 7100, 9000)] == ["3 s", "119 s", "2 min", "118 min", "2.5 h"]
