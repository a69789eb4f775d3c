"""What a day-ahead forecast may see, what it is held against, and the methods without a net."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from lstmlib.data import electricity
from lstmlib.data.electricity import WEEK
from lstmlib.studies.at_work import demand as d


def test_origins_keep_the_parts_apart():
    learnt, validation, test = (d.origins(part) for part in (d.LEARN, d.VALIDATION, d.TEST))
    assert learnt[0] == WEEK  # the first difference
    for before, after in ((learnt, validation), (validation, test)):
        assert before[-1] + d.AHEAD < after[0] + 1  # what was learnt to forecast ends where the next part's begins
    assert (validation[0] + 1, test[0] + 1, test[-1] + d.AHEAD) == (7 * WEEK, 9 * WEEK, 12 * WEEK - 1)
    assert d.origins(d.LEARN, back=96)[0] == WEEK + 95


@pytest.mark.parametrize("name", ["yesterday", "last_week", "shifted", "ridge"])
def test_no_method_looks_ahead(name):
    y, at = electricity(), d.origins(d.TEST)[[100]]
    weights = d.ridge(y, d.LEARN, 96, 1.0)
    method = {"ridge": lambda y, at: d.ridge_forecast(y, at, weights)}.get(name) or getattr(d, name)
    changed = y.copy()
    changed[at[0] + 1 :] += 5000.0
    np.testing.assert_array_equal(method(changed, at), method(y, at))
    changed[at[0]] += 5000.0
    assert (method(changed, at) == method(y, at)).all() == (name == "last_week")


def test_methods_on_a_series_that_repeats():
    week = 1000.0 * np.arange(WEEK)
    y = np.tile(week, 12) + 7.0 * np.repeat(np.arange(12), WEEK)  # 7 MW more each week
    at = d.origins((9, 10))
    wanted = d.following(y, at)
    assert d.rmse(wanted - d.last_week(y, at)) == pytest.approx(7.0)
    assert d.rmse(wanted - d.shifted(y, at)) == 0.0
    assert d.by_day(wanted - d.last_week(y, at)) == pytest.approx(6 * [7.0])


def test_ridge_is_scikit_learn_s():
    y, at = electricity(), d.origins(d.LEARN, 48)
    seen, wanted = d.features(y, at, 48), d.following(d.differences(y), at) / d.SCALE
    theirs = Ridge(10.0).fit(seen[:, :-1], wanted)
    ours = d.ridge(y, d.LEARN, 48, 10.0)
    np.testing.assert_allclose(ours[:, :-1], theirs.coef_, atol=1e-8)
    np.testing.assert_allclose(ours[:, -1], theirs.intercept_, atol=1e-8)


def test_the_best_ridge_lies_inside_its_grid():
    window, penalty = d.ridge_chosen(electricity())
    assert window in d.WINDOWS[1:-1]
    assert penalty in d.PENALTIES[1:-1]


def test_ratios_have_an_interval_over_days(rng):
    first = rng.uniform(300.0, 700.0, 20)
    assert d.ratio(first, 2.0 * first) == pytest.approx((0.5, 0.5, 0.5))  # day by day, so it is certain
    ratio, low, high = d.ratio(first, first[::-1])
    assert ratio == pytest.approx(1.0)
    assert low < 0.95
    assert high > 1.05
