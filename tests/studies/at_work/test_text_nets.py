"""The nets that read plays: what they are shown, that they are lstmlib's, that a stopped study goes on."""

import numpy as np
import pytest
import torch

from lstmlib.data import Plays
from lstmlib.studies.at_work.halves import halves
from lstmlib.studies.at_work.text import nets, trials

TEXT = "the cat sat on the mat. " * 200
LETTERS = "".join(sorted(set(TEXT)))


def small(cell="LSTM", seed=0):
    return nets.Net(nets.Kind(cell, 8, 1), len(LETTERS), seed)


def test_windows_go_on_where_their_streams_ended():
    text = np.arange(10_000)
    found = list(nets.windows(text, 2, 0))
    per_round = len(found) // 2
    assert [k for k, (new, _, _) in enumerate(found) if new] == [0, per_round]
    assert per_round == len(range(0, 10_000 // nets.STREAMS - nets.SPAN, nets.SPAN))
    last = None
    for new, read, wanted in found:
        assert read.shape == wanted.shape == (nets.SPAN, nets.STREAMS)
        assert ((wanted - read) % 10_000 == 1).all()
        if not new:
            assert torch.equal(read[0], (last + 1) % 10_000)
        last = read[-1]
    assert not torch.equal(found[0][1], found[per_round][1])


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_a_net_s_surprise_is_the_library_s(cell):
    net, text = small(cell), nets.encode(TEXT[:300], LETTERS)
    model = nets.make(nets.Kind(cell, 8, 1), len(LETTERS))
    for name, value in net.named_parameters():
        model.params[name][:] = value.detach().numpy()
    scores = model.forward(np.eye(len(LETTERS), dtype=np.float32)[text[:-1], None])[0][:, 0]
    p = np.exp(scores - np.logaddexp.reduce(scores, 1, keepdims=True))
    np.testing.assert_allclose(nets.surprise(net, text), -np.log2(p[np.arange(len(p)), text[1:]]), atol=1e-5)


def test_a_long_text_is_read_without_a_break():
    net, text = small(), np.tile(nets.encode(TEXT, LETTERS), 3)
    assert len(text) > 10_000
    whole = nets.surprise(net, text)
    np.testing.assert_allclose(whole[:9000], nets.surprise(net, text[:9001]), atol=1e-5)
    assert len(whole) == len(text) - 1


def test_a_net_learns_and_the_same_seed_makes_the_same_net():
    text = nets.encode(TEXT, LETTERS)
    first, after = nets.learn(text, len(LETTERS), nets.Kind("LSTM", 8, 60), 0.03, 0)
    again, _ = nets.learn(text, len(LETTERS), nets.Kind("LSTM", 8, 60), 0.03, 0)
    assert after < 0.9 * np.log2(len(LETTERS))
    for one, other in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_stored_net_is_the_rounded_one():
    net = small()
    values = halves(net)
    other = nets.put(small(seed=1), values)
    assert {value.dtype for value in values.values()} == {np.dtype(np.float16)}
    for one, two in zip(net.parameters(), other.parameters(), strict=True):
        assert torch.equal(one, two)


def test_a_stopped_study_goes_on(tmp_path, monkeypatch):
    part = {"A": TEXT[:2500], "B": TEXT[:2500]}
    monkeypatch.setattr(trials, "plays", lambda: Plays(part, part, part))
    monkeypatch.setattr(trials, "KINDS", {"LSTM": nets.Kind("LSTM", 4, 1), "GRU": nets.Kind("GRU", 4, 1)})
    monkeypatch.setattr(trials, "LARGE", nets.Kind("LSTM", 6, 1))
    monkeypatch.setattr(trials, "RATES", (0.01, 0.03))
    monkeypatch.setattr(trials, "SEEDS", {"validation": (100,), "test": (0, 1)})
    trials.train(tmp_path)
    path = tmp_path / "text.jsonl"
    lines = path.read_text().splitlines()
    assert len(lines) == 2 * (2 + 2) + 1
    path.write_text("\n".join([*lines[:3], lines[3][:40]]))  # stopped while it wrote: that net is trained again
    assert len(trials.load(tmp_path)) == 3
    path.write_text("\n".join(lines[:3]) + "\n")
    trials.train(tmp_path)
    assert path.read_text().splitlines() == lines
    found = trials.tested(trials.load(tmp_path), "LSTM")[1]
    bits = nets.surprise(trials.stored(1, tmp_path), nets.encode(part["A"], LETTERS)).mean()
    assert bits == pytest.approx(found.plays["A"], abs=1e-4)
    assert trials.stored(None, tmp_path).recurrent.hidden_size == 6
