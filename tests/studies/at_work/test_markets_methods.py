"""The methods without a net, the tests between methods, and what a strategy earns."""

import numpy as np
import pytest
from scipy import stats

from lstmlib.studies import protocol
from lstmlib.studies.at_work.markets import simple, task, trade


@pytest.fixture(scope="module")
def series():
    return task.days()


def test_ewma_forgets_at_its_rate():
    r = np.r_[0.0, np.full(21, 2.0), np.zeros(10)]
    found = simple.ewma(r, 0.9)
    assert found[:22] == pytest.approx(22 * [4.0])
    assert found[22:] == pytest.approx(4.0 * 0.9 ** np.arange(1, 11))


def test_garch_is_arch_s(series):
    arch = pytest.importorskip("arch")
    r, fitted = series.returns[1:], simple.Garch(0.05, 0.02, 0.03, 0.1, 0.9)
    model = arch.arch_model(r, mean="Constant", vol="GARCH", p=1, o=1, q=1)
    theirs = model.fix(list(fitted)).conditional_volatility ** 2
    ours = simple.garch(series.returns, fitted)
    np.testing.assert_allclose(ours[500:-1], theirs[500:], rtol=1e-9)  # theirs begins elsewhere


@pytest.mark.parametrize("name", ["ewma", "garch", "ranges", "logistic"])
def test_no_method_looks_ahead(series, name):
    at = task.origins(series, task.TEST)[[100]]
    later = np.arange(len(series.days)) > at[0]
    changed = series._replace(returns=np.where(later, 9.0, series.returns), spread=np.where(later, 9.0, series.spread))
    weights, fitted = np.array([0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.1]), simple.Garch(0.0, 0.02, 0.05, 0.1, 0.9)
    methods = {
        "ewma": lambda some: simple.ewma(some.returns, 0.94)[at],
        "garch": lambda some: simple.garch(some.returns, fitted)[at],
        "ranges": lambda some: simple.ranges(some, at, weights),
        "logistic": lambda some: simple.lagged(some, at, 5),
    }
    np.testing.assert_array_equal(methods[name](series), methods[name](changed))


def test_what_is_chosen_lies_inside_the_grids(series):
    decay = protocol.chosen(simple.decay_search(series))
    assert decay in simple.DECAYS[1:-1]
    assert set(simple.logistic_search(series)) == {(lags, c) for lags in simple.LAGS for c in simple.INVERSES}


def test_ranges_find_the_weights_that_made_a_series(series):
    rng, weights = np.random.default_rng(0), np.array([0.2, 0.1, 0.4, 0.3])
    at = np.arange(30, len(series.days) - 1)
    made = series.returns.copy()
    made[at + 1] = np.sqrt(simple.ranges(series, at, weights)) * rng.standard_normal(len(at))
    found = simple.fit_ranges(series._replace(returns=made), task.LEARN, falls=False)
    assert found.shape == (4,)
    truth = task.qlike(simple.ranges(series, at, weights), made[at + 1]).mean()
    assert task.qlike(simple.ranges(series, at, found), made[at + 1]).mean() == pytest.approx(truth, abs=0.05)


def test_qlike_is_lowest_at_the_variance(rng):
    r = 1.5 * rng.standard_normal(100_000)
    costs = {v: task.qlike(np.full(len(r), v), r).mean() for v in (1.5, 2.25, 3.4)}
    assert min(costs, key=costs.get) == 2.25
    with pytest.raises(ValueError, match="expected numbers above 0"):
        task.qlike(np.array([1.0, 0.0]), np.ones(2))


def test_diebold_and_mariano_where_days_are_independent_and_where_they_are_not(rng):
    a, b = rng.normal(0.1, 1.0, 3000), rng.normal(0.0, 1.0, 3000)
    found = task.diebold_mariano(a, b)
    assert found.mean == pytest.approx((a - b).mean())
    usual = 2.0 * 1.96 * (a - b).std() / np.sqrt(3000)
    assert found.high - found.low == pytest.approx(usual, rel=0.2)
    alike = np.repeat(rng.normal(0.05, 1.0, 300), 10)  # blocks of ten days
    assert task.diebold_mariano(alike, np.zeros(3000)).p > 2.0 * stats.ttest_1samp(alike, 0.0).pvalue
    assert task.diebold_mariano(a, a) == (0.0, 0.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="expected \\(N,\\) twice"):
        task.diebold_mariano(a, b[:-1])


def test_intervals_over_days_and_nets(rng):
    pytest.importorskip("arch")
    one = rng.normal(size=500)
    low, high = task.interval(one, np.mean)
    assert low < one.mean() < high
    assert high - low == pytest.approx(4 * one.std() / np.sqrt(500), rel=0.25)
    nets = one[:, None] + rng.normal(size=5)  # nets that differ by more than days do
    assert np.ptp(task.interval(nets, np.mean)) > 1.5 * (high - low)


def test_what_a_strategy_earns():
    returns = 100.0 * np.log([1.1, 0.9, 1.2, 1.0])
    held = np.array([1.0, 0.0, 1.0, 1.0])
    earned = trade.daily(held, returns, 100.0)  # a trade costs 1 percent
    assert earned == pytest.approx([0.99 * 1.1 - 1.0, 0.99 - 1.0, 0.99 * 1.2 - 1.0, 0.0])
    assert trade.daily(held, returns, 0.0) == pytest.approx([0.1, 0.0, 0.2, 0.0])
    both = trade.daily(np.stack([held, 1.0 - held], 1), returns)
    np.testing.assert_allclose(both[:, 0], trade.daily(held, returns))
    assert trade.yearly(np.full(9, 0.001)) == pytest.approx(100.0 * (1.001**252 - 1.0))
    assert trade.ahead(both, both[:, 0]) == pytest.approx(-trade.ahead(both[:, 0], np.expm1(np.log1p(both).mean(1))))
    with pytest.raises(ValueError, match="expected as many of each"):
        trade.daily(held, returns[:-1])


def test_strategies_that_know_nothing_hold_for_a_while():
    held = trade.blind(200, 1000, 0)
    assert set(np.unique(held)) == {0.0, 1.0}
    assert held.mean() == pytest.approx(0.5, abs=0.05)
    assert np.abs(np.diff(held, axis=0)).mean() == pytest.approx(trade.SWITCH, rel=0.05)
