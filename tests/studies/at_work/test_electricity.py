"""The nets that forecast electricity: what they see, that a stopped study goes on, and what is stored."""

import json

import numpy as np
import pytest

from lstmlib.data import electricity as series
from lstmlib.studies import protocol
from lstmlib.studies.at_work import demand as d
from lstmlib.studies.at_work import electricity as study
from lstmlib.studies.at_work.__main__ import main


def test_no_net_looks_ahead(rng):
    y, at = series(), d.origins(d.TEST)[[7]]
    changed = y.copy()
    changed[at[0] + 1 :] += 5000.0
    np.testing.assert_array_equal(study.sequences(changed, at), study.sequences(y, at))
    x = study.sequences(y, at)[:, 0]
    now = d.differences(y)[at[0]] / d.SCALE
    assert x.shape == (144, len(study.INPUTS))
    np.testing.assert_allclose(x[95:, 0], now, rtol=1e-6)
    np.testing.assert_allclose(x[48:96, 0], x[96:, 1], rtol=1e-6)  # the day before the one that is forecast
    assert x[:, 4].tolist() == 96 * [1.0] + 48 * [0.0]


def test_a_net_that_says_nothing_is_the_shifted_week():
    y, at = series(), d.origins(d.TEST)[::100]
    net = study.make("GRU", 3, 0)
    net.params["readout.weight"][:] = net.params["readout.bias"][:] = 0.0
    np.testing.assert_allclose(study.forecast(net, y, at), d.shifted(y, at), rtol=1e-12)


def test_batches_end_before_the_part_that_follows():
    y = series()
    y[7 * 336 :] = np.nan  # what validation forecasts
    batch = next(study.batches(y, d.LEARN, 0))
    assert np.isfinite(batch.x).all()
    assert np.isfinite(batch.target).all()
    assert batch.mask.sum() == 48 * 32


def test_a_stopped_study_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "CELLS", ("LSTM",))
    monkeypatch.setattr(study, "SIZES", (2,))
    monkeypatch.setattr(study, "RATES", (0.01, 0.03))
    monkeypatch.setattr(study, "MARKS", (1, 2))
    monkeypatch.setattr(study, "SEEDS", {"validation": (100,), "test": (0, 1)})
    main(["electricity", "--folder", str(tmp_path)])
    path = tmp_path / "electricity.jsonl"
    lines = path.read_text().splitlines()
    assert len(lines) == 4
    path.write_text("\n".join([*lines[:2], lines[2][:40]]))  # stopped while it wrote: that net is trained again
    assert len(study.load(tmp_path)) == 2
    path.write_text("\n".join(lines[:2]) + "\n")
    main(["electricity", "--folder", str(tmp_path)])
    assert path.read_text().splitlines() == lines
    net = study.stored("LSTM", tmp_path)
    said = d.following(series(), d.origins(d.TEST)) - study.forecast(net, series(), d.origins(d.TEST))
    assert d.rmse(said) == pytest.approx(study.values(study.load(tmp_path), "LSTM")[0], abs=0.01)
    assert study.band(tmp_path).shape == (2, 48)
    low, high = sorted(study.values(study.load(tmp_path), "LSTM"))
    assert study.mean_of_nets(tmp_path)["rmse"] <= (low + high) / 2  # by Jensen's inequality


def test_a_gate_that_is_held_stands_still():
    net, x = study.make("LSTM", 4, 0), study.sequences(series(), d.origins(d.TEST)[::50])
    before = study.gates(net, x)
    after = study.gates(study.held(net, 1, x), x)
    np.testing.assert_allclose(after[:, 1], np.broadcast_to(before[:, 1].mean((0, 1)), after[:, 1].shape), rtol=1e-4)
    assert after[:, 0].std() > 0.0
    np.testing.assert_array_equal(study.gates(net, x), before)  # the net itself is as it was


def test_the_stored_study_is_the_planned_one():
    trials = study.load()
    for cell in study.CELLS:
        size, rate, updates = study.chosen(trials, cell)
        assert protocol.beyond(rate, study.RATES) is None
        found = study.search(trials, cell)
        assert set(found) == {(s, r, m) for s in study.SIZES for r in study.RATES for m in study.MARKS}
        assert {len(values) for values in found.values()} == {len(study.SEEDS["validation"])}
        nets = study.tested(trials, cell)
        assert [net.seed for net in nets] == list(study.SEEDS["test"])
        assert all((net.size, net.rate, list(net.rmse)) == (size, rate, [str(updates)]) for net in nets)
        assert {len(net.days) for net in nets} == {20}


@pytest.mark.parametrize("cell", study.CELLS)
def test_the_stored_net_is_the_first(cell):
    y, at = series(), d.origins(d.TEST)
    error = d.following(y, at) - study.forecast(study.stored(cell), y, at)
    (first, *_) = study.tested(study.load(), cell)
    assert d.rmse(error) == pytest.approx(study.values(study.load(), cell)[0], abs=0.1)
    np.testing.assert_allclose(d.by_day(error), first.days, atol=0.1)


def test_one_stored_trial_again():
    """The same versions give the same number; another machine's arithmetic may move it a little."""
    first = study.load()[0]
    short = min(study.MARKS)
    _, again = study.learn(series(), first.part, first.cell, first.size, first.rate, first.seed, short)
    assert again.rmse[str(short)] == pytest.approx(first.rmse[str(short)], rel=0.05)
    assert json.loads(json.dumps(first._asdict()))["days"] == []
