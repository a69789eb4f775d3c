"""``lstmlib paper``: what it prints, and what it says to bad input."""

import re
import subprocess
import sys

import pytest

from lstmlib import cli
from lstmlib.paper import ROWS, summarise
from lstmlib.paper.report import success_below, wilson
from lstmlib.paper.rows import reading_of
from lstmlib.paper.store import Store
from lstmlib.paper.version import VERSION


def lstmlib(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["lstmlib", "paper", *map(str, arguments)])
    cli.main()


def fill(tmp_path, name="table-7/T100", **chosen):
    row = ROWS[name]
    store = Store(row, reading_of(row, chosen), tmp_path)
    for trial, after in enumerate((70_000, 90_000, 110_000, 5_000_000)):
        solved = after < 1_000_000
        result = {"seed": 0, "trial": trial, "solved": solved, "sequences": after, "version": VERSION, "seconds": 10.0}
        store.keep(result | ({"wrong": trial, "tested": 2560, "error": 0.01} if solved else {}))
    store.gather()


def test_list_has_every_row(monkeypatch, capsys, tmp_path):
    fill(tmp_path)
    lstmlib(monkeypatch, "list", "--results", tmp_path)
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == len(ROWS) + 1
    for name, line in zip(ROWS, printed[1:], strict=True):
        assert line.startswith(name)
    (line,) = [line for line in printed if line.startswith("table-7/T100 ")]
    assert "74,000" in line
    assert line.endswith("90,000 (3 of 4 solved)")
    assert sum("solved" in line for line in printed) == 1
    fill(tmp_path, "table-7/T500", initial="0.5")
    lstmlib(monkeypatch, "list", "--results", tmp_path)
    assert "90,000 (3 of 4 solved, initial=0.5)" in capsys.readouterr().out


def test_show_prints_paper_beside_ours(monkeypatch, capsys, tmp_path):
    fill(tmp_path)
    fill(tmp_path, **{"first-pair": "marker -1", "error": "squared"})
    lstmlib(monkeypatch, "show", "table-7", "--results", tmp_path)
    printed = capsys.readouterr().out
    assert "paper: 74,000 sequences, 0.039 % of test sequences wrong, 10 trials" in printed
    assert "ours (default): 90,000 sequences, 95 % interval 40,317 to 139,683, spread 20,000" in printed
    assert "from 70,000 to 110,000, 3 of 4 solved (95 % interval 30 to 95 %)" in printed
    assert "ours (error=squared,first-pair=marker -1)" in printed
    assert "table-7/T1000" in printed
    assert "40 s of computing" in printed


def test_show_has_the_form_of_the_table_of_2000(monkeypatch, capsys, tmp_path):
    row = ROWS["gers-2000/forget-gates"]
    store = Store(row, reading_of(row, {}), tmp_path)
    for trial, (after, length) in enumerate(((9000, 1e5), (11_000, 1e5), (30_000, 4000.0), (30_000, 20.0))):
        result = {"seed": 0, "trial": trial, "solved": after < 30_000, "sequences": after, "version": VERSION}
        store.keep(result | {"length": length, "symbols": 10 * after, "seconds": 1.0})
    store.gather()
    lstmlib(monkeypatch, "show", "gers-2000", "--results", tmp_path)
    printed = capsys.readouterr().out
    assert "paper: 18,889 streams, 18 % perfect, 29 % good (mean length 39,171), 53 % rest (mean length 145)" in printed
    assert "paper: 0 % perfect, 1 % good (mean length 1,166), 99 % rest (mean length 37), 100 trials" in printed
    assert "ours (default): 10,000 streams, 95 % interval" in printed
    assert "2 of 4 perfect (95 % interval 15 to 85 %), 1 good (mean length 4,000), 1 rest (mean length 20)" in printed
    lstmlib(monkeypatch, "list", "--results", tmp_path)
    assert "10,000 (2 of 4 solved)" in capsys.readouterr().out


def test_show_of_nets_that_grow(monkeypatch, capsys, tmp_path):
    row = ROWS["table-1/RCC"]
    store = Store(row, reading_of(row, {}), tmp_path)
    for trial, (units, after) in enumerate(((6, 120_064), (8, 179_968), (55, 1_024_000))):
        result = {"seed": 0, "trial": trial, "solved": after < 1_000_000, "sequences": after, "units": units}
        store.keep(result | {"version": VERSION, "seconds": 1.0})
    lstmlib(monkeypatch, "show", "table-1/RCC", "--results", tmp_path)
    printed = capsys.readouterr().out
    assert "table-1/RCC: experiment 1, recurrent cascade correlation, 56 weights at first" in printed
    assert "paper: 182,000 sequences, 50 % solved, quoted from others" in printed
    assert "ours (default): 150,016 sequences" in printed
    assert "2 of 3 solved (95 % interval 21 to 94 %), with 6 to 8 hidden units; 3 s of computing" in printed


def test_show_says_where_trials_are_missing(monkeypatch, capsys, tmp_path):
    """Trials that end soon are there first, so that half of a run is no fair sample."""
    fill(tmp_path)
    lstmlib(monkeypatch, "show", "table-7/T100", "--results", tmp_path)
    assert "missing" not in capsys.readouterr().out
    row = ROWS["table-7/T100"]
    store = Store(row, reading_of(row, {}), tmp_path)
    store.keep({"seed": 0, "trial": 6, "solved": True, "sequences": 9, "version": VERSION})
    lstmlib(monkeypatch, "show", "table-7/T100", "--results", tmp_path)
    assert "stopped halfway: 2 trials are missing (4, 5), perhaps the longest" in capsys.readouterr().out


def test_run_and_show(monkeypatch, capsys, tmp_path):
    lstmlib(monkeypatch, "run", "table-5/T100-N3", "--trials", 2, "--workers", 1, "--results", tmp_path, "--seed", 7)
    printed = capsys.readouterr()
    assert "2 of 2 solved" in printed.out
    assert "2 trials to run, 0 there" in printed.err
    assert re.search(r"trial [01]: solved after [\d,]+ sequences; 2 of 2 trials after", printed.err)
    lstmlib(monkeypatch, "run", "table-5/T100-N3", "--trials", 2, "--workers", 1, "--results", tmp_path, "--seed", 7)
    again = capsys.readouterr()
    assert again.out == printed.out
    assert "2 stored trials shown, none run" in again.err
    assert f"they are in {tmp_path / 'table-5'}" in again.err
    assert "--results DIR" in again.err


@pytest.mark.parametrize("words", [["authors-program"], ["--reading", "authors-program"]])
def test_a_set_of_readings_is_run_by_its_name(monkeypatch, capsys, tmp_path, words):
    lstmlib(monkeypatch, "run", "table-5/T100-N3", *words, "--trials", 1, "--workers", 1, "--results", tmp_path)
    assert "yours (authors-program): " in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "table-5").glob("*.jsonl")] == ["T100-N3.authors-program.jsonl"]
    lstmlib(monkeypatch, "show", "table-5/T100-N3", "--results", tmp_path)
    assert re.search(r"\n  ours \(authors-program\): .*\n  verdict: ", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "table-77"], "there is no row or table 'table-77'; there are table-1, table-2"),
        (["show", "table-7/T7"], "there are table-7/T100, table-7/T500, table-7/T1000"),
        (["run"], "name a row or a table, or say --all"),
        (["run", "table-7/T100", "--trials", "0"], "trials is 0, expected at least 1"),
        (["run", "table-7/T100", "--reading", "initial"], "expected NAME=OPTION"),
        (["run", "table-7/T100", "--reading", "initial=7"], "reading initial has no option '7'; it has 0, 0.5"),
        (["run", "table-7/T100", "--reading", "update=step"], "leaves no reading 'update' open"),
        (["run", "table-1/RCC", "--reading", "update=step"], "it has strings, units, patience"),
        (["run", "table-1/RCC", "authors-program"], "authors-program doesn't concern table-1/RCC"),
    ],
)
def test_bad_input(monkeypatch, arguments, message, tmp_path):
    with pytest.raises(SystemExit) as stop:
        lstmlib(monkeypatch, *arguments, "--results", tmp_path)
    assert message in str(stop.value)


def test_results_that_cannot_be_written(monkeypatch, tmp_path):
    (tmp_path / "table-5").write_text("a file where a folder should be")
    with pytest.raises(SystemExit) as stop:
        lstmlib(monkeypatch, "run", "table-5/T100-N3", "--trials", 1, "--workers", 1, "--results", tmp_path)
    assert "Trials that were finished before are kept" in str(stop.value)


PROGRAM = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("numba", "llvmlite", "joblib", "scipy"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Block())
sys.argv = ["lstmlib", "paper", *sys.argv[1:]]
from lstmlib.cli import main
main()
"""


def test_listing_needs_nothing_and_running_says_what_it_needs(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "list", "--results", str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "scipy is missing: pip install scipy" in done.stderr
    done = subprocess.run([sys.executable, "-c", PROGRAM, "list"], capture_output=True, text=True)
    assert "(40 of 40 solved)" in done.stdout  # that takes no more than what is there
    assert "Traceback" not in done.stderr
    command = [sys.executable, "-c", PROGRAM, "run", "table-5/T100-N3", "--trials", "1", "--results", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "is missing: pip install " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"), [(10, 10, 0.7225, 1.0), (0, 18, 0.0, 0.1759), (29, 30, 0.8333, 0.9941)]
)
def test_wilson(successes, trials, low, high):
    assert wilson(successes, trials) == pytest.approx((low, high), abs=1e-4)


def test_a_reader_that_has_had_enough_is_no_error():
    """As in ``lstmlib paper list | head -1``."""
    command = [sys.executable, "-m", "lstmlib", "paper", "list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as listing:
        listing.stdout.close()
        assert listing.stderr.read() == ""
    assert listing.returncode == 1


def test_no_success(monkeypatch, capsys, tmp_path):
    assert success_below(18) == pytest.approx(0.1533, abs=1e-4)
    assert (1.0 - success_below(7)) ** 7 == pytest.approx(0.05)
    row = ROWS["table-2/RTRL-10"]
    store = Store(row, reading_of(row, {}), tmp_path)
    for trial in range(18):
        result = {"seed": 0, "trial": trial, "solved": False, "sequences": 5_000_000, "version": VERSION}
        store.keep(result)
    lstmlib(monkeypatch, "show", "table-2/RTRL-10", "--results", tmp_path)
    assert "0 of 18 solved (with 95 % confidence, less than 15 % are)" in capsys.readouterr().out


def test_no_results_and_one():
    with pytest.raises(ValueError, match="results is empty"):
        summarise([])
    one = summarise([{"solved": True, "sequences": 5}])
    assert (one.mean, one.spread, one.interval) == (5.0, None, None)
    none = summarise([{"solved": False, "sequences": 5}])
    assert (none.mean, none.least) == (None, None)
