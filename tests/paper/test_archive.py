"""``lstmlib paper archive``: it holds every trial, describes its columns, and its notebook makes the tables again."""

import csv
import io
import json
import sys
import zipfile

import nbformat
import pytest

from lstmlib import cli
from lstmlib.paper import ROWS, archive
from lstmlib.paper.report import stored, summarise
from lstmlib.paper.rows import label
from lstmlib.paper.store import RESULTS


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    archive.write(folder / "trials.zip")
    with zipfile.ZipFile(folder / "trials.zip") as packed:
        packed.extractall(folder)
    return folder / archive.NAME


def test_every_stored_trial_is_in_it_with_all_that_is_stored(unpacked):
    lines = list(csv.DictReader(io.StringIO((unpacked / "trials.csv").read_text())))
    there = {(line["row"], line["reading"], int(line["seed"]), int(line["trial"])): line for line in lines}
    assert len(there) == len(lines)
    count = 0
    for row in ROWS.values():
        for reading, results in stored(row, RESULTS).readings:
            for result in results:
                line = there[row.name, label(row, reading), result["seed"], result["trial"]]
                for name, value in result.items():
                    text = line[name]
                    read = json.loads(text or "null") if isinstance(value, int | float | None) else text
                    assert read == value
                count += 1
    assert count == len(lines) > 1000


def test_every_column_is_described_and_of_its_type(unpacked):
    package = json.loads((unpacked / "datapackage.json").read_text())
    types = {"integer": int, "number": (int, float), "boolean": bool}
    for resource in package["resources"]:
        lines = list(csv.DictReader(io.StringIO((unpacked / resource["path"]).read_text())))
        fields = resource["schema"]["fields"]
        assert list(lines[0]) == [field["name"] for field in fields]
        for field in fields:
            assert field["description"]
            values = [line[field["name"]] for line in lines if line[field["name"]]]
            assert values
            if field["type"] != "string":
                assert all(isinstance(json.loads(value), types[field["type"]]) for value in values), field["name"]
        keys = [tuple(line[name] for name in resource["schema"]["primaryKey"]) for line in lines]
        assert len(set(keys)) == len(keys)


def test_its_notebook_makes_the_tables_again(unpacked, monkeypatch):
    notebook = nbformat.read(unpacked / "tables.ipynb", as_version=4)
    nbformat.validate(notebook)
    monkeypatch.chdir(unpacked)
    names = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    table = names["table"].set_index(["row", "reading"])
    for row in ROWS.values():
        for reading, results in stored(row, RESULTS).readings:
            s, line = summarise(results), table.loc[row.name, label(row, reading)]
            assert (line.trials, line.solved) == (s.trials, s.solved)
            assert s.mean is None or line["mean"] == pytest.approx(s.mean, rel=1e-12)


def test_the_same_trials_give_the_same_bytes(tmp_path):
    for name in ("a.zip", "b.zip"):
        archive.write(tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["lstmlib", "paper", "archive", *map(str, arguments)])
    cli.main()


def test_the_command_writes_into_the_reader_s_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run(monkeypatch)
    assert zipfile.is_zipfile(tmp_path / "results" / f"{archive.NAME}.zip")
    assert "trials: results/" in capsys.readouterr().out


def test_what_cannot_be_is_said(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit, match="holds no trials"):
        run(monkeypatch, tmp_path / "a.zip", "--results", tmp_path / "empty")
    assert not (tmp_path / "a.zip").exists()
    with pytest.raises(SystemExit, match="no archive was written"):
        run(monkeypatch, tmp_path)
