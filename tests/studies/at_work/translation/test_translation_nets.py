"""The nets that translate: alike in both backends, beams as they are defined, a stopped study, what is stored."""

import itertools
import json

import numpy as np
import pytest
import torch

from lstmlib.data.messages import joined
from lstmlib.studies import protocol
from lstmlib.studies.at_work.translation import memory, nets, reading, record, task
from lstmlib.studies.at_work.translation.reading import Setting
from lstmlib.studies.at_work.translation.task import END, START

SETTING = Setting(0.01, 1.0, 0.3)


def twins(side, seed=3):
    """Return a net, its parameters rounded as they are kept, and the same for the library."""
    net = nets.Net(side, SETTING, seed).eval()
    params = {name: value.astype(np.float32) for name, value in nets.as_library(net).items()}
    names = {name.removesuffix("_l0") if name.startswith("decoder.") else name: name for name in params}
    net.load_state_dict({name: torch.tensor(params[own]) for name, own in names.items()})
    return net, reading.Translator(params)


@pytest.mark.parametrize("side", reading.SIDES)
def test_the_library_s_net_says_what_pytorch_s_says(side):
    net, own = twins(side)
    for pair in task.split().choose[:8]:
        ((source, target),) = nets.batches([pair], None)
        said = net.scores(net(source, target)).log_softmax(-1)[:, 0].detach().numpy()
        logs, weights = own.follow(pair.source, target[:, 0].tolist())
        np.testing.assert_allclose(said, logs, atol=1e-5)
        assert weights.shape == (len(pair.target) + 1, len(pair.source) if side == "attention" else 0)
        if side == "attention":
            np.testing.assert_allclose(weights.sum(1), 1.0, rtol=1e-5)


def test_batches_hold_every_message_once_with_sources_of_one_length():
    pairs = task.split().choose[:70]
    parts = nets.batches(pairs, np.random.default_rng(0), 16)
    source_words, target_words = task.vocabularies()
    seen = []
    for source, target in parts:
        for one, other in zip(source.T.tolist(), target.T.tolist(), strict=True):
            seen.append((one, [word for word in other if word >= 0]))
            assert other[len(seen[-1][1]) :] == [-100] * (len(other) - len(seen[-1][1]))
    wanted = [(source_words.numbers(p.source), [*target_words.numbers(p.target), END]) for p in pairs]
    assert sorted(seen) == sorted(wanted)


def test_loss_counts_words_and_ends_alone():
    net, _ = twins("attention")
    pairs = task.split().choose[:20]
    alone = [[nets.loss(net, part, "sum").item() for part in nets.batches([pair], None)] for pair in pairs]
    count = sum(len(pair.target) + 1 for pair in pairs)
    assert nets.nats(net, pairs) == pytest.approx(np.sum(alone) / count, rel=1e-5)


def test_a_beam_of_all_words_finds_the_best_of_all(monkeypatch):
    """With as many beginnings as there are, what comes first is the best text of its length by enumeration."""
    _, net = twins("attention")
    few = [END, START, 2, 3, 4]
    for name in ("target.weight", "bias"):
        net.params[name] = net.params[name][: len(few)]
    monkeypatch.setattr(reading, "MOST", 3)
    source = task.split().choose[0].source
    found = net.translate(source, 60)
    every = {}
    for length in (1, 2, 3):
        for words in itertools.product(few[1:], repeat=length - 1):
            numbers = (*words, END)
            logs, _ = net.follow(source, numbers)
            every[numbers] = float(np.mean([logs[t, word] for t, word in enumerate(numbers)]))
    best = max(every, key=every.get)
    assert found[0].numbers == best
    assert found[0].score == pytest.approx(every[best], abs=1e-6)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_greedy_takes_the_likeliest_word_and_a_beginning_is_kept():
    _, net = twins("attention", 5)
    source = task.split().choose[1].source
    said = net.translate(source, 1)[0]
    logs, weights = net.follow(source, said.numbers)
    assert said.numbers == tuple(int(word) for word in logs.argmax(1))
    np.testing.assert_allclose(said.p, np.exp(logs.max(1)), rtol=1e-6)
    np.testing.assert_allclose(said.weights, weights, atol=1e-6)
    for one in net.translate(source, 5, (7, 8)):
        assert one.numbers[:2] == (7, 8)


def test_an_unknown_word_gives_way():
    _, net = twins("attention")
    assert net.instead(["delete", "qwyllbro"], np.array([0.9, 0.1])) == "supprimer"
    assert net.instead(["delete", "qwyllbro"], np.array([0.1, 0.9])) == "qwyllbro"
    assert net.instead(["delete"], np.zeros(0)) == reading.NOTHING


def test_a_stopped_study_goes_on(tmp_path, monkeypatch):
    part = task.split()
    few = part._replace(learn=part.learn[:40], choose=part.choose[:4], test=part.test[:4], another=part.another[:4])
    monkeypatch.setattr(nets, "split", lambda: few)
    monkeypatch.setattr(nets, "EPOCHS", {"search": 1, "test": 2, "longer": 2})
    monkeypatch.setattr(nets, "SEEDS", {"attention": 1, "vector": 1})
    monkeypatch.setattr(nets, "LONGER", 1)
    monkeypatch.setattr(protocol, "beyond", lambda rate, rates: None)
    nets.run(tmp_path)
    path = tmp_path / reading.NAME
    lines = path.read_text().splitlines()
    searched = len(nets.SEARCHED) * (len(nets.RATES) + len(nets.BIASES) - 1)
    assert len(lines) == (searched + 1) * len(nets.SEEDS) + nets.LONGER
    path.write_text("\n".join([*lines[:-1], '{"part": "te']))
    nets.run(tmp_path)
    again = [json.loads(line) for line in path.read_text().splitlines()]
    assert again == [json.loads(line) for line in lines]
    said = reading.tested(reading.load(tmp_path), "attention")[0].said["test"]
    kept = reading.stored(tmp_path)
    assert said == [joined(kept.translate(pair.source)[0].words) for pair in few.test]


def test_what_is_stored_was_planned():
    trials = reading.load()
    for side, seeds in nets.SEEDS.items():
        rates = {setting.rate for setting in reading.search(trials, side)}
        assert min(rates) < reading.chosen(trials, side).rate < max(rates)
        assert [one.seed for one in reading.tested(trials, side)] == list(range(seeds))
    assert [one.seed for one in reading.longer(trials)] == list(range(nets.LONGER))
    assert {t.seed for t in trials if t.part == "search"} == set(nets.SEARCHED)


def test_what_is_stored_is_what_the_kept_net_says_and_what_was_measured():
    trials, net, found = reading.load(), reading.stored(), record.load()
    said = reading.tested(trials, "attention")[0].said["test"][:20]
    assert said == [joined(net.translate(pair.source)[0].words) for pair in task.split().test[:20]]
    near = [memory.memory().nearest(pair.source) for pair in task.split().test]
    rules = record.by_rule(task.split().test, near)
    wanted = [joined(pair.target) for pair in task.split().test]
    from lstmlib.studies.at_work.translation.scores import scores

    for rule, own in rules.items():
        assert found["test"]["scores"][rule] == [list(scores(own, wanted))]
    measured = found["test"]["scores"]["attention"]
    assert measured[0] == list(scores(reading.tested(trials, "attention")[0].said["test"], wanted))
    assert len(measured) == nets.SEEDS["attention"]
