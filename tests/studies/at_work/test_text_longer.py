"""The larger net that reads the plays more often: it can be stopped, and is as stored."""

import shutil

import numpy as np
import pytest
import torch

from lstmlib.data import Plays, alphabet, plays
from lstmlib.studies import protocol
from lstmlib.studies.at_work.text import longer, measure, nets, record, trials

TEXT = "the cat sat on the mat. " * 200
LETTERS = "".join(sorted(set(TEXT)))


def test_a_net_that_was_stopped_after_a_round_becomes_the_same_net(tmp_path):
    text, kind = nets.encode(TEXT, LETTERS), nets.Kind("LSTM", 8, 3)
    given = (text, len(LETTERS), kind, 0.03, 0, 0.3)
    training = nets.rounds(*given)
    _, stopped, _ = next(training)
    torch.save(stopped, tmp_path / "stopped.pt")
    *_, (net, _, learnt) = training
    *_, (again, _, once_more) = nets.rounds(*given, torch.load(tmp_path / "stopped.pt", weights_only=True))
    assert once_more == learnt
    for one, other in zip(net.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)


def test_dropout_leaves_out_weights_and_states_in_training_alone():
    net, x = nets.Net(nets.Kind("LSTM", 8, 1), 5, 0, 0.5), torch.arange(5)[:, None]
    other = nets.Net(nets.Kind("LSTM", 8, 1), 5, 0)
    torch.manual_seed(0)
    found, (h, _) = net(x)
    torch.manual_seed(0)
    with torch.no_grad():
        weight = other.recurrent.weight_hh_l0
        weight.copy_(torch.nn.functional.dropout(weight, 0.5))
        y, (wanted, _) = other.recurrent(torch.nn.functional.one_hot(x, 5).float())
        torch.testing.assert_close(found, other.readout(torch.nn.functional.dropout(y, 0.5)))
    torch.testing.assert_close(h, wanted)
    bits = nets.surprise(net, np.arange(5))
    assert (bits == nets.surprise(nets.Net(nets.Kind("LSTM", 8, 1), 5, 0), np.arange(5))).all()


def test_watched_bits_are_those_of_the_pieces():
    net, text = nets.Net(nets.Kind("LSTM", 8, 1), len(LETTERS), 0), nets.encode(TEXT, LETTERS)
    length = len(text) // longer.PIECES
    each = [nets.surprise(net, text[k * length : (k + 1) * length]) for k in range(longer.PIECES)]
    assert longer.watch(net, [text]) == pytest.approx(np.mean(each), abs=1e-5)


def test_a_stopped_study_goes_on(tmp_path, monkeypatch):
    part = {"A": TEXT[:2500], "B": TEXT[:2500]}
    monkeypatch.setattr(longer, "plays", lambda: Plays(part, part, part))
    monkeypatch.setattr(longer, "SIZE", 4)
    monkeypatch.setattr(longer, "ROUNDS", 2)
    monkeypatch.setattr(protocol, "beyond", lambda rate, rates: None)
    monkeypatch.setattr(measure, "by_kind", lambda bits, which: [float(bits.mean())])
    shutil.copy(trials.FOLDER / "text.json", tmp_path)
    watch, calls = longer.watch, []

    def stops(*given):
        calls.append(0)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return watch(*given)

    monkeypatch.setattr(longer, "watch", stops)
    with pytest.raises(KeyboardInterrupt):
        longer.train(tmp_path)  # in the second round of the first net that is judged
    assert len(longer.load(tmp_path)) == 3
    longer.train(tmp_path)
    assert len(calls) == 3 + 1 + 1 + 1 + 2 + 2 + 2 + 2  # its first round isn't made again
    first, dropped, without, *more = done = longer.load(tmp_path)[3:]
    assert (first.dropout, dropped.dropout, without.dropout) == (0.0, longer.DROPOUT, 0.0)
    assert first.rate > dropped.rate == without.rate
    assert longer.tested(done, longer.Setting(without.rate)) == [without]
    setting = longer.Setting(dropped.rate, longer.DROPOUT)
    assert longer.tested(done[::-1], setting) == [dropped, *more]
    assert [trial.seed for trial in (dropped, *more)] == list(longer.SEEDS)
    assert len({trial.bits for trial in (dropped, *more)}) == len(longer.SEEDS)
    leads = [record.read(tmp_path)["tables"]["bits"] - trial.bits for trial in (dropped, *more)]
    assert longer.lead(tmp_path) == measure.mean_interval(leads)
    text = nets.encode(TEXT[:2500], sorted(set(TEXT[:2500])))
    assert longer.watch(longer.stored(tmp_path), [text] * 2) == pytest.approx(dropped.watched[-1], abs=1e-3)  # its seed
    assert [len(values) for values in (without.watched, without.learnt, without.seconds)] == [2, 2, 2]
    assert without.watched != dropped.watched
    assert without.bits == pytest.approx(without.plays["A"], abs=1e-4)
    assert longer.stored(tmp_path).recurrent.hidden_size == 4
    assert not (tmp_path / "text-longer.pt").exists()


def test_the_stored_study_is_the_planned_one():
    done = longer.load()
    search = {trial.rate: trial.watched for trial in done if trial.part == "search"}
    best = protocol.chosen(search)
    assert protocol.beyond(best, sorted(search)) is None
    lower = protocol.grid_step(best, up=False)
    nets_of = [trial for trial in done if trial.part == "test"]
    dropped = longer.Setting(lower, longer.DROPOUT)
    planned = [(longer.Setting(best), 0), (dropped, 0), (longer.Setting(lower), 0)]
    planned += [(dropped, seed) for seed in longer.SEEDS[1:]]
    assert [(longer.Setting(trial.rate, trial.dropout), trial.seed) for trial in nets_of] == planned
    assert {(t.size, t.rounds, len(t.watched)) for t in nets_of} == {(longer.SIZE, longer.ROUNDS, longer.ROUNDS)}
    for trial in nets_of:
        assert trial.bits == pytest.approx(np.mean(list(trial.plays.values())), abs=0.01)
        assert trial.mixed[1] < min(trial.bits, record.read()["tables"]["bits"])


def test_the_kept_net_needs_the_bits_that_the_figure_shows():
    texts, dropped = plays(), next(trial for trial in longer.load() if trial.dropout and trial.seed == 0)
    letters = alphabet(texts.learn)
    choosing = [nets.encode(text, letters) for text in texts.validation.values()]
    assert longer.watch(longer.stored(), choosing) == pytest.approx(dropped.watched[-1], abs=5e-4)
    ahead, low, high = record.read()["longer"]
    assert low < ahead < high
    assert ahead == pytest.approx(record.read()["tables"]["bits"] - dropped.bits, abs=5e-4)


def test_the_nets_with_dropout_are_level_with_the_table_and_behind_it_at_later_letters_alone():
    dropped, found = [trial for trial in longer.load() if trial.dropout], record.read()
    _, low, high = longer.lead()
    assert low < 0.0 < high
    (without,) = longer.tested(longer.load(), longer.Setting(dropped[0].rate))
    assert without.bits > max(trial.bits for trial in dropped)
    kinds = np.mean([trial.kinds for trial in dropped], 0) < found["beside"]["table"]
    assert kinds.tolist() == [kind != "its later letters" for kind in measure.KINDS]
