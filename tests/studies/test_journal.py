"""What a study has stored: it can be cut off anywhere, and nothing that was whole is lost."""

from typing import NamedTuple

import pytest

from lstmlib.studies import journal


class Trial(NamedTuple):
    rate: float
    seeds: list[int]


def test_what_is_added_comes_back(tmp_path):
    file = tmp_path / "trials.jsonl"
    assert journal.lines(file) == []
    journal.add(file, Trial(0.1, [1, 2]))
    journal.add(file, [1, "two"], {"three": None})
    assert journal.lines(file) == [{"rate": 0.1, "seeds": [1, 2]}, [1, "two"], {"three": None}]
    assert Trial(**journal.lines(file)[0]) == Trial(0.1, [1, 2])


@pytest.mark.parametrize("left", range(1, 30))
def test_a_line_that_was_cut_off_is_left_out_and_written_again(tmp_path, left):
    file = tmp_path / "trials.jsonl"
    journal.add(file, {"seed": 0})
    whole = file.read_bytes()
    journal.add(file, {"seed": 1, "name": "peepholes é"})
    file.write_bytes(file.read_bytes()[: len(whole) + left])
    assert journal.lines(file) == [{"seed": 0}]
    journal.add(file, {"seed": 1})
    assert journal.lines(file) == [{"seed": 0}, {"seed": 1}]


def test_another_line_that_is_no_json_is_named(tmp_path):
    file = tmp_path / "trials.jsonl"
    file.write_text('{"seed": 0}\n{"seed": 1\n{"seed": 2}\n')
    with pytest.raises(ValueError, match=r"line 2: .* expected one JSON value a line"):
        journal.lines(file)


def test_a_study_that_was_stopped_goes_on_where_it_was(tmp_path, capsys):
    file = tmp_path / "trials.jsonl"

    def wanted(task, net):
        done = sum(line[:2] == [task, net] for line in journal.lines(file))
        return [done] if done < 2 else None

    def train(task, net, job):
        trained.append((task, net))
        if len(trained) == 4:
            raise KeyboardInterrupt
        return [[task, net, *job]]

    trained: list[tuple[str, str]] = []
    sides = [("copy", "LSTM"), ("copy", "GRU")]
    with pytest.raises(KeyboardInterrupt):
        journal.go_on(file, sides, wanted, train)
    assert journal.lines(file) == [["copy", "LSTM", 0], ["copy", "LSTM", 1], ["copy", "GRU", 0]]
    journal.go_on(file, sides, wanted, train)
    assert trained[4:] == [("copy", "GRU")]
    assert journal.lines(file)[-1] == ["copy", "GRU", 1]
    assert capsys.readouterr().out.splitlines()[-1].endswith("s  copy, GRU: 1 nets")


@pytest.mark.parametrize("line", ['{"rate": 0.1}', '{"rate": 0.1, "seeds": [], "more": 1}', "[1, 2]", "3"])
def test_a_line_with_other_fields_is_named(tmp_path, line):
    file = tmp_path / "trials.jsonl"
    journal.add(file, Trial(0.1, [1]))
    assert journal.read(file, Trial) == [Trial(0.1, [1])]
    file.write_text(file.read_text() + line + "\n")
    with pytest.raises(ValueError, match="expected an object with rate, seeds"):
        journal.read(file, Trial)


def test_nothing_is_trained_that_can_t_be_written(tmp_path):
    def train(*side):
        raise AssertionError("trained in vain")

    with pytest.raises(SystemExit, match="can't be written, so nothing was measured"):
        journal.go_on(tmp_path, [("adding",)], lambda side: [1, *journal.lines(tmp_path)], train)  # a folder
    journal.go_on(tmp_path, [("adding",)], lambda side: [], train)  # nothing is left to do, nothing is written
