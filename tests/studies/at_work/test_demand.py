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


@pytest.mark.parametrize("name", ["yesterday", "last_week", "shifted", "ridge", "smoothing"])
def test_no_method_looks_ahead(name):
    y, at = electricity(), d.origins(d.TEST)[[100]]
    weights = d.ridge(y, d.LEARN, 96, 1.0)
    fitted = {
        "ridge": lambda y, at: d.ridge_forecast(y, at, weights),
        "smoothing": lambda y, at: d.smoothing_forecast(y, at, (0.01, 0.2, 0.3, 0.9)),
    }
    method = fitted.get(name) or getattr(d, name)
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


def test_smoothing_knows_a_week_that_repeats_and_follows_a_level_that_jumps(rng):
    week = rng.uniform(20_000.0, 40_000.0, WEEK)
    y, at, rates = np.tile(week, 12), d.origins((9, 10)), (0.1, 0.2, 0.3, 0.9)
    np.testing.assert_allclose(d.smoothing_forecast(y, at, rates), d.following(y, at), rtol=1e-12)
    y[6 * WEEK :] *= 1.1  # three weeks later the level is a tenth higher, and the shapes are as before
    np.testing.assert_allclose(d.smoothing_forecast(y, at, rates), d.following(y, at), rtol=0.02)


def test_shapes_that_stand_still_follow_a_level_alone(rng):
    week = rng.uniform(20_000.0, 40_000.0, WEEK)
    y, rates, until = np.tile(week, 4), (0.1, 0.2, 0.3), 2 * WEEK
    y[until:] *= rng.uniform(0.9, 1.1, len(y) - until)
    whole, held = d.smoothed(y, rates), d.smoothed(y, rates, until)
    np.testing.assert_array_equal(held.day[: until + 48], whole.day[: until + 48])
    np.testing.assert_array_equal(held.day[until + 48 :], np.tile(held.day[until : until + 48], len(y) // 48 - 14))
    np.testing.assert_array_equal(held.week[until + WEEK :], np.tile(held.week[until : until + WEEK], 2))
    assert np.abs(whole.day[-48:] - held.day[-48:]).max() > 0.001


def test_ridge_that_is_fitted_again_knows_what_has_come_and_no_more():
    y, at = electricity(), d.origins(d.TEST)[:96]
    said = d.ridge_refitted(y, at, 96, 100.0)
    first = d.ridge_forecast(y, at[:48], d.ridge(y, (1, 9), 96, 100.0))
    np.testing.assert_allclose(said[:48], first, rtol=1e-9)  # before the first test day nothing has come
    changed = y.copy()
    changed[at[48] + 1 :] += 5000.0  # after the second day's first origin
    np.testing.assert_array_equal(d.ridge_refitted(changed, at[:49], 96, 100.0), said[:49])
    changed[at[0] + 1 : at[48]] += 5000.0
    assert np.abs(d.ridge_refitted(changed, at[:49], 96, 100.0)[48] - said[48]).max() > 1.0


def test_smoothing_is_taylor_s_half_hour_by_half_hour():
    y, (a, b, c, lasting) = electricity()[: 3 * WEEK], (0.02, 0.2, 0.3, 0.9)
    held = d.smoothed(y, (a, b, c))
    for k in (WEEK, WEEK + 77, 3 * WEEK - 1):  # the paper's three lines, from what stood before
        level, day, week = held.level[k - 1], held.day[k], held.week[k]
        new = a * y[k] / (day * week) + (1 - a) * level
        assert held.level[k] == pytest.approx(new)
        assert held.day[k + 48] == pytest.approx(b * y[k] / (new * week) + (1 - b) * day)
        assert held.week[k + WEEK] == pytest.approx(c * y[k] / (new * day) + (1 - c) * week)
        assert held.error[k] == pytest.approx(y[k] - level * day * week)
    k = 2 * WEEK
    (said,) = d.smoothing_forecast(y, np.array([k]), (a, b, c, lasting))
    assert said[47] == pytest.approx(held.level[k] * held.day[k + 48] * held.week[k + 48] + lasting**48 * held.error[k])


def test_the_fitted_shares_are_at_a_minimum():
    y, weeks = electricity(), (1, 3)
    found = d.smoothing(y, weeks)

    def cost(rates):
        error = d.smoothed(y[: 3 * WEEK], rates[:3]).error[WEEK - 1 :]
        return ((error[1:] - rates[3] * error[:-1]) ** 2).mean()

    for place in range(4):
        for factor in (0.97, 1.03):
            other = [rate * factor if k == place else rate for k, rate in enumerate(found)]
            assert cost(other) > cost(found)
