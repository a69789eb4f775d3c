"""The larger net that reads the plays more often: it can be stopped, and dropout is at work in training alone."""

import shutil

import numpy as np
import pytest
import torch

from lstmlib.data import Plays
from lstmlib.studies import protocol
from lstmlib.studies.at_work.text import longer, nets, trials

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


def test_dropout_is_at_work_in_training_alone():
    net, x = nets.Net(nets.Kind("LSTM", 8, 1), 5, 0, 0.5), torch.arange(5)[:, None]
    torch.manual_seed(0)
    assert not torch.equal(net(x)[0], net(x)[0])
    bits = nets.surprise(net, np.arange(5))
    assert (bits == nets.surprise(net, np.arange(5))).all()


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
    monkeypatch.setattr(longer, "RATES", (0.03, 0.3, 3.0))
    monkeypatch.setattr(protocol, "beyond", lambda rate, rates: None)
    shutil.copy(trials.FOLDER / "text.json", tmp_path)
    watch, calls = longer.watch, []

    def stops(*given):
        calls.append(0)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return watch(*given)

    monkeypatch.setattr(longer, "watch", stops)
    with pytest.raises(KeyboardInterrupt):
        longer.train(tmp_path)  # in the second round of the first test net
    assert len(longer.load(tmp_path)) == 3
    longer.train(tmp_path)
    assert len(calls) == 3 + 1 + 1 + 1 + 2  # its first round isn't made again
    without, dropped = longer.load(tmp_path)[3:]
    assert (without.dropout, dropped.dropout) == longer.DROPOUTS
    assert len(without.watched) == len(without.learnt) == len(without.seconds) == 2
    assert without.watched != dropped.watched
    assert without.bits == pytest.approx(without.plays["A"], abs=1e-4)
    assert not (tmp_path / "text-longer.pt").exists()
