"""The nets that forecast: what is stored of them, that they are the library's, that they learn."""

import numpy as np
import pytest

from lstmlib.studies import protocol
from lstmlib.studies.at_work.anomalies import nets, reading, record, simple, task
from lstmlib.studies.at_work.anomalies.reading import Setting
from lstmlib.studies.at_work.anomalies.task import KINDS, SERIES


@pytest.mark.parametrize("series", SERIES)
def test_ten_nets_of_the_setting_that_was_best_are_stored(series):
    trials = reading.load()
    found = reading.search(trials, series)
    best = reading.chosen(trials, series)
    tested = reading.tested(trials, series)
    assert [t.seed for t in tested] == list(range(nets.SEEDS))
    assert np.median(found[best]) == min(np.median(values) for values in found.values())
    rates = sorted({own.rate for own in found})
    assert protocol.beyond(best.rate, rates) is None
    assert {own.target for own in found} == set(nets.TARGETS)
    assert {own.width for own in found} == set(nets.WIDTHS)
    assert {own.bias for own in found} == set(nets.BIASES)
    for trial in tested:
        for what in ("next", "ten"):
            assert {len(own["found"]) for own in trial.found["put"][what].values()} == {task.PLACES}
            assert set(trial.found["put"][what]) == set(KINDS)


@pytest.mark.parametrize("series", SERIES)
def test_the_kept_net_finds_in_the_library_what_is_stored(series):
    trials = reading.load()
    first, model = reading.tested(trials, series)[0], reading.stored(series)

    def score(x):
        return reading.score(model, x, first.target)

    assert task.judge_real(series, score).peak == first.found["real"]["next"]["peak"]
    one = task.scaled(series)
    off = reading.clean_errors(series, reading.forecast(model, one.x[None], first.target))
    assert (off[:, 0] ** 2).mean() == pytest.approx(first.error, rel=1e-2)


def test_hits_are_the_digits_kind_after_kind():
    nets = [{"spike": {"found": "10", "peak": "00"}, "shift": {"found": "01", "peak": "11"}} for _ in range(3)]
    assert record.hits(nets, ("spike", "shift")).tolist() == [[True, False, False, True]] * 3
    assert record.hits(nets[:1], ("shift",), "peak").tolist() == [[True, True]]


def test_the_librarys_net_says_what_torch_says():
    x = np.random.default_rng(0).standard_normal((3, 40))
    for target in nets.TARGETS:
        net = nets.Net(Setting(0.01, target, 16, 2.0), 5)
        wanted = nets.forecast(net, x)
        np.testing.assert_allclose(reading.forecast(nets.as_library(net, 16), x, target), wanted, atol=1e-5)
    assert wanted.shape == (3, 40, simple.AHEAD)


def test_a_net_learns_and_a_study_goes_on_where_it_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(nets, "UPDATES", 4)
    setting = Setting(0.03, "change", 16, 0.0)
    untrained = nets.validate(nets.Net(setting, 1), "pulse")
    net, half = nets.learn("pulse", setting, 1, updates=60)
    assert nets.validate(net, "pulse") < untrained
    assert nets.validate(half, "pulse") != nets.validate(net, "pulse")
    monkeypatch.setattr(nets, "learn", lambda *a: (net, half))
    for _ in range(2):
        nets._once(tmp_path, "pulse", setting, 100, "search")
    (line,) = reading.load(tmp_path)
    assert (line.setting, line.seed, line.found) == (setting, 100, {})
