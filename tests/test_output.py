"""Commands that measure write beside the reader; what the chapters print is replaced only if that is asked for."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from lstmlib.bench.__main__ import RESULTS as LAYERS
from lstmlib.output import add_output, check, positive, write
from lstmlib.paper import inside, remedies

ROOT = Path(__file__).parents[1]
MODULES = ["bench", "bench.length", "bench.online", "paper.again", "paper.inside", "paper.remedies"]


def chosen(stored, *arguments):
    parser = argparse.ArgumentParser()
    add_output(parser, stored)
    return parser.parse_args(arguments).output


def test_where_it_goes():
    assert chosen(LAYERS) == Path("results/layers.json")
    assert chosen(LAYERS, "--output", "mine.json") == Path("mine.json")
    assert chosen(LAYERS, "--store") == LAYERS
    with pytest.raises(SystemExit):
        chosen(LAYERS, "--store", "--output", "mine.json")


def test_it_is_written_where_it_was_found_that_it_can_be(tmp_path):
    path = tmp_path / "results" / "layers.json"
    check(path)
    assert not list(path.parent.iterdir())
    write(path, {"rows": []})
    assert json.loads(path.read_text()) == {"rows": []}
    for bad in (Path("/proc/nowhere/a.json"), tmp_path, path / "a.json"):
        with pytest.raises(SystemExit, match=r"can't be written, so nothing was measured"):
            check(bad)


@pytest.mark.parametrize("module", MODULES)
def test_every_command_that_measures_says_so(module):
    done = subprocess.run(
        [sys.executable, "-m", f"lstmlib.{module}", "--help"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert "--store" in done.stdout
    assert "default ./results/" in " ".join(done.stdout.split())


def test_the_experiments_go_where_they_are_told(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(inside, "make", lambda names, path: asked.append((names, path)))
    monkeypatch.chdir(tmp_path)
    for arguments in (["4"], ["4", "6a", "--store"]):
        monkeypatch.setattr(sys, "argv", ["inside", *arguments])
        inside.main()
    assert asked == [(["4"], Path("results/inside.json")), (["4", "6a"], inside.PATH)]
    monkeypatch.setattr(remedies, "measure", lambda name, condition: [])
    monkeypatch.setattr(remedies, "middle", lambda results: 0.0)
    monkeypatch.setattr(sys, "argv", ["remedies"])
    before = remedies.PATH.read_bytes()
    remedies.main()
    assert remedies.PATH.read_bytes() == before
    assert json.loads(Path("results/remedies.jsonl").read_text())["command"] == "python -m lstmlib.paper.remedies"


@pytest.mark.parametrize("text", ["0", "-3", "1.5", "many", ""])
def test_how_many_is_a_positive_integer(text, capsys):
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=positive)
    assert parser.parse_args(["--workers", "3"]).workers == 3
    with pytest.raises(SystemExit):
        parser.parse_args([f"--workers={text}"])
    assert f"argument --workers: {text!r}, expected a positive integer" in capsys.readouterr().err
