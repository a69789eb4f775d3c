"""Nets that go on with chords: alike in both backends, a stopped study goes on, what is stored was planned."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lstmlib.data.chorales import KEYS, Chorales, Score  # noqa: E402
from lstmlib.studies import protocol  # noqa: E402
from lstmlib.studies.at_work.music import nets, reading, record, task  # noqa: E402
from lstmlib.studies.at_work.music.reading import Setting  # noqa: E402

SETTING = Setting(0.01, 2.0, 0.0, 8)


def piece(seed, steps):
    """Return a made-up chorale: random chords of four keys from the middle of the piano, a fermata every fourth."""
    rng = np.random.default_rng(seed)
    roll = np.zeros((steps, KEYS), np.uint8)
    for t in range(steps):
        roll[t, rng.choice(np.arange(30, 54), 4, replace=False)] = 1
    roll[2] = roll[1]
    return Score(roll, np.arange(steps) % 4 == 3)


@pytest.fixture
def few(monkeypatch):
    """Let the study have three chorales of each part."""
    made = Chorales(*([piece(10 * part + n, 9 + n) for n in range(3)] for part in range(3)))
    monkeypatch.setattr(task, "pieces", lambda: made)
    monkeypatch.setattr(record, "pieces", lambda: made)
    nets.counts.cache_clear()
    yield made
    nets.counts.cache_clear()


@pytest.mark.parametrize("kind", reading.SEARCHED)
def test_the_library_s_net_says_what_pytorch_s_says(kind, tmp_path):
    from safetensors.numpy import save_file

    net = nets.Net(kind, SETTING, 3).eval()
    if net.below is not None:
        torch.nn.init.normal_(net.below.weight, std=0.3)
    save_file(nets.as_kept(net), tmp_path / reading.KEPT[kind])
    ours = reading.stored(kind, tmp_path)
    pieces = [piece(1, 6), piece(2, 11)]
    for one, own in zip(pieces, nets.judge(net, pieces), strict=True):
        np.testing.assert_allclose(ours.nats(one.roll).sum(1), own, rtol=1e-4)
    if kind == "turn":
        assert not np.triu(ours.below).any()


def test_what_stands_past_an_end_changes_nothing():
    net = nets.Net("turn", SETTING, 1).eval()
    pieces = [piece(n, 5 + 3 * n) for n in range(4)]
    together = nets.judge(net, pieces)
    for one, own in zip(pieces, together, strict=True):
        np.testing.assert_allclose(nets.judge(net, [one])[0], own, rtol=1e-5)


@pytest.mark.parametrize("kind", reading.SEARCHED)
def test_a_net_that_sees_all_chords_sees_as_much_as_it_reads(kind):
    net = nets.Net(kind, SETTING, 2).eval()
    pieces = [piece(1, 7), piece(2, 5)]
    for own, whole in zip(nets.short(net, pieces, 7), nets.judge(net, pieces), strict=True):
        np.testing.assert_allclose(own, whole, rtol=1e-4)
    last = pieces[0].roll.copy()
    last[:4] = 0  # what lies further back than two chords doesn't count
    once, again = (nets.short(net, [Score(roll, pieces[0].pause)], 2)[0][6] for roll in (pieces[0].roll, last))
    assert once == pytest.approx(again, rel=1e-5)


def test_a_stopped_study_goes_on(few, tmp_path, monkeypatch):
    for name, value in (("MOST", 2), ("SEEDS", 1), ("CELLS", (4,)), ("DROPOUTS", (0.3,)), ("CONTEXTS", (1, 2))):
        monkeypatch.setattr(nets, name, value)
    monkeypatch.setattr(nets, "FIRST", Setting(0.0, 0.0, 0.3, 4))
    monkeypatch.setattr(protocol, "beyond", lambda rate, rates: None)
    (tmp_path / record.NAME).write_text(json.dumps({"data": {"sha256": record.checksum()}}))
    nets.run(tmp_path)
    path = tmp_path / reading.NAME
    lines = path.read_text().splitlines()
    assert len(lines) == 2 * (len(nets.RATES) + 1) + 3
    path.write_text("\n".join([*lines[:-1], lines[-1][:30]]))  # stopped while it wrote
    nets.run(tmp_path)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [json.loads(line) for line in lines]
    for kind in reading.KEPT:
        (trial,) = reading.tested(reading.load(tmp_path), kind)
        said = [reading.stored(kind, tmp_path).nats(one.roll).sum() for one in few.test]
        np.testing.assert_allclose(said, trial.nats, rtol=1e-3)
        assert all(len(values) == len(few.test) for values in trial.counted.values())


def test_other_scores_are_refused(few, tmp_path):
    (tmp_path / record.NAME).write_text(json.dumps({"data": {"sha256": "of others"}}))
    with pytest.raises(ValueError, match=r"expected music21 10\.5\.1's"):
        nets.run(tmp_path)


@pytest.mark.parametrize("kind", reading.SEARCHED)
def test_the_stored_study_is_the_planned_one(kind):
    trials, stored = reading.load(), record.load()
    search, chosen = reading.search(trials, kind), reading.chosen(trials, kind)
    rates = sorted(s.rate for s in search if s == nets.FIRST._replace(rate=s.rate))
    assert set(nets.RATES) <= set(rates)
    assert protocol.beyond(chosen.rate, rates) is None
    assert {s.dropout for s in search if s.rate == chosen.rate} == set(nets.DROPOUTS)
    assert {s.cells for s in search if (s.rate, s.dropout) == (chosen.rate, chosen.dropout)} == set(nets.CELLS)
    assert {s.bias for s in search if s == chosen._replace(bias=s.bias)} == set(nets.BIASES)
    tested = reading.tested(trials, kind)
    assert [t.seed for t in tested] == list(range(nets.SEEDS))
    for trial in tested:
        assert len(trial.nats) == len(stored["data"]["lengths"])
        assert trial.valid == min(trial.curve)
        assert len(trial.contexts) == (len(task.CONTEXTS) if trial.seed < nets.LOOKED else 0)


def test_nets_of_all_keys_took_their_kind_s_setting():
    trials = reading.load()
    moved = reading.tested(trials, "turn, all keys")
    assert [t.seed for t in moved] == list(range(nets.SEEDS))
    assert {t.setting for t in moved} == {reading.chosen(trials, "turn")}


def test_the_difference_is_that_of_the_mean_step():
    lengths = np.array([10, 30, 20, 40, 15, 25])
    first = np.array([[20.0, 70.0, 41.0, 90.0, 30.0, 55.0], [22.0, 68.0, 43.0, 92.0, 33.0, 52.0]])
    second = 2.5 * lengths
    found = reading.difference(first, second, lengths)
    assert found.nats == pytest.approx((second.sum() - first.mean(0).sum()) / lengths.sum())
    assert found.low < found.nats < found.high
    assert found.better == 6
    assert found.p == pytest.approx(2 / 2**6)  # Wilcoxon's smallest p of six


def test_cells_that_are_off_are_not_seen():
    net, roll = reading.stored("turn"), piece(1, 6).roll
    off = reading.switched_off(net, range(net.model.params["readout.weight"].shape[1]))
    states = np.random.default_rng(0).standard_normal((6, off.model.params["readout.weight"].shape[1]))
    scores = off.scores(states, roll)
    np.testing.assert_allclose(scores, off.scores(np.zeros_like(states), roll))
    assert net.model.params["readout.weight"].any()
