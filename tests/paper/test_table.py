"""``lstmlib paper show --format``: the same numbers for other programs."""

import csv
import io
import json
import sys

import pytest

from lstmlib import cli
from lstmlib.paper import ROWS
from lstmlib.paper.rows import reading_of
from lstmlib.paper.store import Store
from lstmlib.paper.table import FIELDS
from lstmlib.paper.version import VERSION


@pytest.fixture
def shown(monkeypatch, capsys, tmp_path):
    row = ROWS["table-7/T100"]
    for chosen in ({}, {"first-pair": "marker -1", "error": "squared"}):
        store = Store(row, reading_of(row, chosen), tmp_path)
        for trial, after in enumerate((70_000, 90_000, 110_000, 5_000_000)):
            solved = after < 1_000_000
            result = {"seed": 0, "trial": trial, "solved": solved, "sequences": after, "version": VERSION}
            store.keep(result | ({"wrong": trial, "tested": 2560, "error": 0.01} if solved else {}) | {"seconds": 10.0})
        store.gather()

    def show(*arguments):
        monkeypatch.setattr(sys, "argv", ["lstmlib", "paper", "show", *arguments, "--results", str(tmp_path)])
        cli.main()
        return capsys.readouterr().out

    return show


def test_json_and_csv_say_the_same(shown):
    records = json.loads(shown("table-7", "--format", "json"))
    assert [(r["row"], r["reading"]) for r in records] == [
        ("table-7/T100", "default"),
        ("table-7/T100", "error=squared,first-pair=marker -1"),
        ("table-7/T500", None),
        ("table-7/T1000", None),
    ]
    assert all(tuple(record) == FIELDS for record in records)
    first = records[0]
    assert (first["paper_sequences"], first["mean"], first["solved"], first["trials"]) == (74_000, 90_000, 3, 4)
    assert (first["mean_low"], first["mean_high"], first["spread"]) == pytest.approx(
        (40_317.2, 139_682.8, 20_000.0), abs=0.1
    )
    assert first["wrong"] == pytest.approx(3 / 7680, rel=1e-5)
    assert records[2]["paper_sequences"] == 209_000
    assert records[2]["mean"] is None
    lines = list(csv.DictReader(io.StringIO(shown("table-7", "--format", "csv"))))
    for line, record in zip(lines, records, strict=True):
        assert line == {name: "" if value is None else str(value) for name, value in record.items()}


def test_markdown_is_a_table(shown):
    lines = shown("table-7", "--format", "md").splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2] == "| table-7/T100 | LSTM | 74,000 | ours | 90,000 | 40,317 to 139,683 | 3 of 4 | default |"
    assert lines[4] == "| table-7/T500 | LSTM | 209,000 |  |  |  |  |  |"


def test_a_seed_that_is_not_there_has_the_paper_alone(shown):
    (record,) = json.loads(shown("table-7/T100", "--format", "json", "--seed", "4"))
    assert (record["paper_sequences"], record["trials"], record["whose"]) == (74_000, None, None)
