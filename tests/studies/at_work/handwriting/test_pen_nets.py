"""The nets that read strings: alike in both backends, a stopped study goes on, what is stored is what was planned."""

import json

import numpy as np
import pytest
import torch

from lstmlib.numpy.ctc import best_path, edit_distance, label_error_rate
from lstmlib.studies import protocol
from lstmlib.studies.at_work import handwriting
from lstmlib.studies.at_work.handwriting import nets, reading
from lstmlib.studies.at_work.handwriting import strings as made


@pytest.fixture(scope="module")
def some():
    return made.strings(reading.parts()["learn"], 12, np.random.default_rng(0))


def test_the_parts_share_no_digit():
    parts = reading.parts()
    assert [len(parts[name].digit) for name in ("search", "validation", "learn", "test")] == [5994, 1500, 7494, 3498]
    rows = {name: {tuple(row) for row in part.points.reshape(-1, 16)} for name, part in parts.items()}
    assert not rows["search"] & rows["validation"]
    assert not rows["learn"] & rows["test"]


def test_the_library_s_net_says_what_pytorch_s_says(some):
    net = nets.Net(3)
    with torch.no_grad():
        wanted = net(some.x, some.lengths).log_softmax(-1).numpy()
    for n, log_p in enumerate(reading.log_probabilities(nets.as_library(net), some)):
        np.testing.assert_allclose(log_p, wanted[: len(log_p), n], atol=1e-5)


def test_a_point_s_class_is_its_digit_s_or_the_blank(some):
    classes = reading.frames(some)
    for n, T in enumerate(some.lengths):
        for t in range(T):
            d = some.owner[t, n]
            assert classes[t, n] == (0 if d == made.BETWEEN else some.digits(n)[d] + 1)


def test_the_loss_is_the_library_s(some):
    from lstmlib.numpy import ctc_loss

    net = nets.Net(1)
    scores = net(some.x, some.lengths)
    value, _ = ctc_loss(scores.detach().numpy(), some.target + 1, some.lengths, some.target_lengths)
    assert nets.loss("CTC", scores, some).item() == pytest.approx(value, rel=1e-5)


def test_batches_are_of_like_lengths_and_leave_nobody_out(some):
    drawn = nets.batches(some, 0)
    which = np.array([next(drawn) for _ in range(8)])
    assert which.shape == (8, nets.BATCH)
    longest = sorted(some.lengths[row].max() for row in which)
    shortest = sorted(some.lengths[row].min() for row in which)
    assert all(low <= high for low, high in zip(longest[:-1], shortest[1:], strict=True))


def test_a_stopped_study_goes_on(tmp_path, monkeypatch):
    few, one = {"learn": 40, "validation": 10, "test": 10}, dict.fromkeys(nets.KINDS, 1)
    monkeypatch.setattr(reading, "COUNTS", few)
    for name, value in (("RATES", (0.01, 0.03)), ("UPDATES", 2), ("SEEDS", (100,)), ("NETS", one)):
        monkeypatch.setattr(nets, name, value)
    nets.run(tmp_path)
    path = tmp_path / "handwriting.jsonl"
    lines = path.read_text().splitlines()
    assert len(lines) == 2 + 2
    path.write_text("\n".join([*lines[:-1], lines[-1][:30]]))  # stopped while it wrote
    assert len(reading.load(tmp_path)) == 3
    path.write_text("\n".join(lines[:-1]) + "\n")
    nets.run(tmp_path)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [json.loads(line) for line in lines]
    test = reading.judged("test")
    said = [best_path(one) for one in reading.log_probabilities(reading.stored("CTC", tmp_path), test)]
    rate = label_error_rate([[k - 1 for k in one] for one in said], reading.wanted(test))
    assert reading.tested(reading.load(tmp_path), "CTC")[0].error == pytest.approx(rate, abs=1e-4)


def test_the_stored_study_is_the_planned_one():
    trials = handwriting.load()
    rate = reading.chosen(trials)
    assert protocol.beyond(rate, nets.RATES) is None
    searched = [(t.rate, t.seed) for t in trials if t.part == "validation"]
    assert sorted(searched) == sorted((rate, seed) for rate in nets.RATES for seed in nets.SEEDS)
    for kind in nets.KINDS:
        tested = reading.tested(trials, kind)
        assert [t.seed for t in tested] == list(range(nets.NETS[kind]))
        assert {t.rate for t in tested} == {rate}
        assert {len(t.each) for t in tested} == {reading.COUNTS["test"]}


@pytest.mark.parametrize("kind", reading.KINDS)
def test_a_stored_net_reads_as_it_did(kind):
    test = reading.judged("test").some(list(range(40)))
    trial = reading.tested(handwriting.load(), kind)[0]
    for n, log_p in enumerate(reading.log_probabilities(handwriting.stored(kind), test)):
        said = [k - 1 for k in best_path(log_p)]
        assert min(9, edit_distance(said, test.digits(n))) == int(trial.each[n])


def test_switched_off_cells_are_not_seen(some):
    net = handwriting.stored()
    off = handwriting.switched_off(net, range(2 * nets.CELLS))
    bias = off.params["readout.bias"]
    scores = off.forward(some.x, lengths=some.lengths)[0]
    np.testing.assert_allclose(scores[0], np.broadcast_to(bias, scores[0].shape), atol=1e-6)
    assert net.params["readout.weight"].any()


def test_an_interval_contains_the_ratio():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 3, 300), rng.integers(0, 2, 300)
    ratio, low, high = handwriting.interval(a, b)
    assert ratio == a.sum() / b.sum()
    assert low < ratio < high
    assert handwriting.interval("0123", "0123")[0] == 1.0


def test_runs_and_their_places():
    assert handwriting.middles([0, 3, 3, 0, 3, 5, 5, 5]) == [1.5, 4.0, 6.0]
