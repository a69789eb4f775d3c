"""The nets that read the S&P 500: what they see, that a stopped study goes on, and what is stored."""

import numpy as np
import pytest

from lstmlib.studies import protocol
from lstmlib.studies.at_work.__main__ import main
from lstmlib.studies.at_work.markets import nets, record, simple, task, trade


@pytest.fixture(scope="module")
def series():
    return task.days()


def test_the_parts_lie_one_after_the_other(series):
    learnt, validation, test = (task.origins(series, part) for part in (task.LEARN, task.VALIDATION, task.TEST))
    assert (len(learnt), len(validation), len(test)) == (2515, 754, 1510)
    assert (learnt[-1] + 1, validation[-1] + 1) == (validation[0], test[0])
    assert str(series.days[test[0] + 1]) == "2013-01-02"  # the first return that is forecast
    assert test[-1] + 1 == len(series.days) - 1


@pytest.mark.parametrize("name", nets.FORMS)
def test_no_net_looks_ahead(series, name):
    at = task.origins(series, task.TEST)[[100]]
    later = np.arange(len(series.days)) > at[0]
    changed = series._replace(
        close=np.where(later, 1.0, series.close),
        returns=np.where(later, 9.0, series.returns),
        spread=np.where(later, 9.0, series.spread),
    )
    for form in nets.FORMS[name]:
        model = nets.make(nets.prepare(series, name, form).inputs.shape[1], 4, 0)
        before, after = (nets.says(model, nets.prepare(some, name, form), name, at) for some in (series, changed))
        assert (before == after).all() == (form != "whole")  # a scale made of the whole series knows the future


def test_what_counts_in_training_is_of_days_that_are_known(series):
    learnt = task.origins(series, task.LEARN)
    prepared = nets.prepare(series, "variance", "ewma")
    batch = next(nets.batches(prepared, learnt, 0))
    assert batch.x.shape == (nets.READ, nets.BATCH, 3)
    assert batch.mask.sum() == (nets.READ - nets.WARM) * nets.BATCH
    known = prepared.target[: learnt[-1] + 1].astype(np.float32)
    assert np.isin(batch.target, known).all()


def test_the_variance_loss_is_the_likelihood_and_has_its_gradient(rng):
    y, target = rng.normal(size=(3, 2, 1)), rng.uniform(0.0, 2.0, (3, 2, 1))
    mask = np.array([[True, False], [True, True], [False, True]])
    value, dy = nets.variance_loss(y, target, mask)
    assert value == pytest.approx(task.qlike(np.exp(y), np.sqrt(target))[mask].mean())
    for index in np.ndindex(y.shape):
        step = np.zeros_like(y)
        step[index] = 1e-6
        slope = (nets.variance_loss(y + step, target, mask)[0] - nets.variance_loss(y - step, target, mask)[0]) / 2e-6
        assert dy[index] == pytest.approx(slope, abs=1e-8)


def test_a_net_that_says_nothing_starts_from_ewma(series):
    at, prepared = task.origins(series, task.TEST)[:5], nets.prepare(series, "variance", "ewma")
    net = nets.make(3, 4, 0)
    net.params["readout.weight"][:] = net.params["readout.bias"][:] = 0.0
    np.testing.assert_allclose(nets.says(net, prepared, "variance", at), simple.ewma(series.returns, 0.94)[at])


def test_a_stopped_study_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(nets, "FORMS", {"direction": ("plain",), "variance": ("plain", "ewma")})
    monkeypatch.setattr(nets, "SIZES", (2,))
    monkeypatch.setattr(nets, "RATES", (0.01,))
    monkeypatch.setattr(nets, "SMALL_RATES", ())
    monkeypatch.setattr(nets, "MARKS", (1, 2))
    monkeypatch.setattr(nets, "SEEDS", {"validation": (100,), "test": (0, 1)})
    monkeypatch.setattr(record, "run", lambda folder: None)
    main(["markets", "--folder", str(tmp_path)])
    path = tmp_path / "markets.jsonl"
    lines = path.read_text().splitlines()
    assert len(lines) == 1 + 2 + 2 + 2
    path.write_text("\n".join([*lines[:2], lines[2][:40]]))  # stopped while it wrote: that net is trained again
    assert len(nets.load(tmp_path)) == 2
    path.write_text("\n".join(lines[:2]) + "\n")
    main(["markets", "--folder", str(tmp_path)])
    assert path.read_text().splitlines() == lines
    assert nets.said(nets.load(tmp_path), "variance").shape == (1510, 2)


def test_the_stored_study_is_the_planned_one():
    trials = nets.load()
    for name, forms in nets.FORMS.items():
        found = nets.search(trials, name)
        planned = {
            (f, z, r, m) for f in forms for z in nets.sizes(name) for r in nets.rates(name) for m in nets.marks(name)
        }
        assert set(found) == planned
        assert {len(values) for values in found.values()} == {len(nets.SEEDS["validation"])}
        tested = nets.tested(trials, name)
        assert [net.seed for net in tested] == list(nets.SEEDS["test"])
        assert {len(net.said) for net in tested} == {1510}
        assert protocol.beyond(nets.chosen(trials, name)[2], nets.rates(name)) is None
    tests = sum(trial.part == "test" for trial in trials)
    assert tests == len(nets.FORMS) * len(nets.SEEDS["test"])


@pytest.mark.parametrize("name", ["direction", "variance"])
def test_the_stored_net_is_the_first(series, name):
    trials, at = nets.load(), task.origins(series, task.TEST)
    form = nets.chosen(trials, name)[0]
    said = nets.says(nets.stored(name), nets.prepare(series, name, form), name, at)
    np.testing.assert_allclose(said, nets.said(trials, name)[:, 0], rtol=1e-3, atol=1e-3)


def test_one_stored_trial_again():
    """The same versions give the same number; another machine's arithmetic may move it a little."""
    first = nets.load()[0]
    short = min(nets.MARKS)
    _, again = nets.learn(first.part, first.task, first.form, first.size, first.rate, first.seed, short)
    assert again.loss[str(short)] == pytest.approx(first.loss[str(short)], rel=0.02)


def test_garch_and_intervals_again(series):
    pytest.importorskip("arch")
    stored = record.stored()
    for name, fitted in record.fitted(series).items():
        assert fitted["likelihood"] == stored["garch"][name]["likelihood"]
        assert fitted["parameters"] == pytest.approx(stored["garch"][name]["parameters"], rel=0.02, abs=1e-3)
    right = record.directions(series, nets.load(), stored["usual"])[record.YESTERDAY] == (
        series.returns[task.origins(series, task.TEST) + 1] > 0.0
    )
    low, high = task.interval(right.astype(float), np.mean)
    assert [low, high] == pytest.approx(stored["intervals"][record.YESTERDAY]["accuracy"], abs=1e-3)


def test_a_net_on_prices_says_what_it_read_last():
    found = record.stored()["lag"]
    assert min(found["fit"]) > 0.98
    for distance in found["distance"]:
        assert np.argmin(distance) == 1
    assert found["distance"][0][1] == 0.0  # tomorrow = today
    assert record.fit(np.ones(3), np.array([0.0, 1.0, 2.0])) == 0.0


def test_random_strategies_are_judged_where_they_weren_t_chosen():
    found = record.stored()["snooping"]
    assert [int(n) for n in found["tried"]] == list(record.TRIED)
    chosen = [before for before, _ in found["tried"].values()]
    assert chosen == sorted(chosen)
    assert found["naive"] < found["reality"]
    assert trade.blind(7, 50, 0).shape == (50, 7)
