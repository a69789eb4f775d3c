"""The nets that hear who is speaking: alike in both backends, a stopped study goes on, what is stored was planned."""

import json

import numpy as np
import pytest
import torch

from lstmlib.data import vowels
from lstmlib.studies import protocol
from lstmlib.studies.at_work.speech import nets, reading, task
from lstmlib.studies.at_work.speech.reading import Setting

SETTING = Setting(0.01, 0.0, 0.3)


@pytest.fixture(scope="module")
def some():
    return vowels().test().some(np.arange(0, 370, 30))


def test_the_library_s_net_says_what_pytorch_s_says(some):
    net, scaled = nets.Net("every", SETTING, 3).eval(), task.scale(vowels().learn())
    ends, every = nets.says(net, scaled, some)
    for n, own in enumerate(some.frames):
        logs = reading.log_probabilities(nets.as_library(net), scaled, own)
        np.testing.assert_allclose(every[: len(own), n], logs, atol=1e-5)
        np.testing.assert_allclose(ends[n], logs[-1], atol=1e-5)
        np.testing.assert_allclose(every[-1, n], logs[-1], atol=1e-5)


@pytest.mark.parametrize("side", reading.SIDES)
def test_what_stands_past_an_end_changes_nothing(side, some):
    net, scaled = nets.Net(side, SETTING, 1).eval(), task.scale(vowels().learn())
    together, _ = nets.says(net, scaled, some)
    alone = [nets.says(net, scaled, some.some(np.array([n])))[0][0] for n in range(len(some.frames))]
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_losses(some):
    net, target = nets.Net("every", SETTING, 1).eval(), torch.from_numpy(some.speaker)
    x, lengths = nets.padded(list(some.frames))
    logs = net(x, lengths).log_softmax(-1).detach().numpy()
    own = [-logs[:T, n, some.speaker[n]] for n, T in enumerate(lengths)]
    assert nets.loss("every", net(x, lengths), target, lengths).item() == pytest.approx(
        np.concatenate(own).mean(), rel=1e-5
    )
    at_end = np.mean([one[-1] for one in own])
    assert nets.loss("last", net(x, lengths), target, lengths).item() == pytest.approx(at_end, rel=1e-5)


def test_a_stopped_study_goes_on(tmp_path, monkeypatch):
    for name, value in (("RATES", (0.003, 0.01, 0.03)), ("UPDATES", 2), ("SEEDS", 1), ("DROPOUTS", (0.3,))):
        monkeypatch.setattr(nets, name, value)
    monkeypatch.setattr(protocol, "beyond", lambda rate, rates: None)
    monkeypatch.setattr(nets, "SIDES", {"last": ""})
    nets.run(tmp_path)
    path = tmp_path / reading.NAME
    lines = path.read_text().splitlines()
    assert len(lines) == 5 * 4 + 2
    path.write_text("\n".join([*lines[:-1], lines[-1][:30]]))  # stopped while it wrote
    assert len(reading.load(tmp_path)) == 21
    nets.run(tmp_path)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [json.loads(line) for line in lines]
    test = vowels().test()
    model, scaled = reading.stored("last", tmp_path), task.scale(vowels().learn())
    said = [reading.log_probabilities(model, scaled, own)[-1].argmax() for own in test.frames[:20]]
    assert "".join(str(k) for k in said) == reading.tested(reading.load(tmp_path), "last")[0].said[:20]


@pytest.mark.parametrize("side", reading.SIDES)
def test_the_stored_study_is_the_planned_one(side):
    trials, test = reading.load(), vowels().test()
    search, chosen = reading.search(trials, side), reading.chosen(trials, side)
    rates = sorted(s.rate for s in search if s == nets.FIRST._replace(rate=s.rate))
    assert set(nets.RATES) <= set(rates)
    assert protocol.beyond(chosen.rate, rates) is None
    assert {s.bias for s in search if (s.rate, s.dropout) == (chosen.rate, nets.FIRST.dropout)} >= set(nets.BIASES)
    assert {s.dropout for s in search if (s.rate, s.bias) == (chosen.rate, chosen.bias)} >= set(nets.DROPOUTS)
    tested = reading.tested(trials, side)
    assert [t.seed for t in tested] == list(range(nets.SEEDS))
    for trial in tested:
        wrong = int(reading.wrong(trial.said, test.speaker).sum())
        assert trial.changed.keys() == task.CHANGES.keys()
        assert trial.after == [] if side == "both" else trial.after[-1] == wrong


def test_the_best_kind_learnt_for_longer_too():
    trials = reading.load()
    best = reading.best_side(trials)
    assert [t.seed for t in reading.longer(trials, best)] == list(range(nets.SEEDS))
    assert {t.side for t in trials if t.part == "longer"} == {best}


@pytest.mark.parametrize("side", reading.KEPT)
def test_a_stored_net_says_what_it_said(side):
    test, scaled, model = vowels().test(), task.scale(vowels().learn()), reading.stored(side)
    trial = reading.tested(reading.load(), side)[0]
    logs = [reading.log_probabilities(model, scaled, own) for own in test.frames]
    assert "".join(str(one[-1].argmax()) for one in logs) == trial.said
    for count in (1, 6):
        at = [one[min(count, len(one)) - 1].argmax() for one in logs]
        assert int((np.array(at) != test.speaker).sum()) == trial.after[count - 1]


def test_the_median_net():
    speaker = np.array([0, 1, 2])
    trials = [
        reading.Trial("test", "last", 0.1, 0.0, 0.0, n, 0.0, 0, said, [], {})
        for n, said in enumerate(("012", "000", "011", "112"))
    ]
    assert reading.median_net(trials, speaker).seed == 2


def test_cells_that_are_off_are_not_seen(some):
    off = reading.switched_off(reading.stored(), range(reading.CELLS))
    logs = reading.log_probabilities(off, task.scale(vowels().learn()), some.frames[0])
    np.testing.assert_allclose(logs, np.broadcast_to(logs[0], logs.shape), atol=1e-6)
    assert reading.stored().params["readout.weight"].any()
