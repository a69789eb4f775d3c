"""The protocol: what is chosen, effects and intervals against SciPy and by hand, Holm, bad input."""

from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from lstmlib.studies.protocol import (
    Side,
    against,
    beyond,
    by_setting,
    chosen,
    fisher,
    grid_step,
    holm,
    learning,
    mann_whitney,
    next_nets,
    search_rate,
    shown_p,
    sign,
    welch,
)
from lstmlib.studies.second_round import TwoRounds, leading, second_round


def test_the_lowest_median_is_chosen_and_a_net_that_fails_counts():
    found = {"a": [1.0, 5.0, 2.0], "b": [1.0, 1.0, np.inf], "c": [0.5, np.inf, np.inf]}
    assert chosen(found) == "b"
    assert chosen({"first": [1.0], "second": [1.0]}) == "first"
    with pytest.raises(ValueError, match=r"nets a setting: \[1, 2\], expected as many"):
        chosen({"a": [1.0], "b": [1.0, 2.0]})
    with pytest.raises(ValueError, match="at least one"):
        chosen({})


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: chosen({"a": [np.nan], "b": [1.0]}), "validation holds NaN"),  # which would have been the lowest
        (lambda: grid_step(0.02, up=True), "rate is 0.02, expected 1 or 3 times"),
        (lambda: grid_step(0.012, up=True), "rate is 0.012, expected 1 or 3 times"),
        (lambda: holm([0.1, 2.0]), "expected numbers from 0 to 1"),
        (lambda: holm([0.1, np.nan]), "expected numbers from 0 to 1"),
        (lambda: sign([np.nan, 1.0], [1.0, 2.0]), "expected numbers"),  # no tie
    ],
)
def test_what_is_no_number_is_never_the_best(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_nets_are_grouped_by_setting_and_a_search_that_is_not_finished_is_left_out():
    found = [("a", 3.0), ("b", 1.0), ("a", 2.0)]
    assert by_setting(found) == {"a": [3.0, 2.0], "b": [1.0]}
    assert by_setting(found, 2) == {"a": [3.0, 2.0]}
    assert by_setting([]) == {}


def test_a_p_value_is_shown_without_powers_of_ten():
    assert [shown_p(p) for p in (8.3e-5, 0.001, 0.0456, 0.099, 0.51, 1.0)] == [
        "below 0.001",
        "0.001",
        "0.046",
        "0.099",
        "0.51",
        "1.00",
    ]


def test_a_best_rate_at_the_end_of_its_grid_asks_for_one_more():
    assert beyond(0.01, [0.001, 0.01, 0.1]) is None
    assert beyond(0.1, [0.01, 0.03, 0.1]) == 0.3
    assert beyond(0.03, [0.01, 0.03]) == 0.1
    assert beyond(0.01, [0.01, 0.03]) == 0.003
    assert beyond(0.003, [0.003, 0.01]) == 0.001
    for rates in ([0.1, 0.01], [0.01], [0.01, 0.1, 0.1]):
        with pytest.raises(ValueError, match="rising"):
            beyond(0.01, rates)
    with pytest.raises(ValueError, match="the best among them"):
        beyond(0.02, [0.01, 0.1])


class Setting(NamedTuple):
    rate: float
    bias: float


class Net(NamedTuple):
    rate: float
    bias: float | None
    seed: int
    loss: float


@pytest.mark.parametrize(("lowest", "tried"), [(0.01, [3]), (0.0003, [3, 4, 5, 6]), (0.3, [3, 4, 5, 6])])
def test_a_rate_is_searched_until_it_lies_inside_its_grid(lowest, tried):
    asked = []

    def best(settings):
        asked.append(settings)
        return min(settings, key=lambda one: abs(np.log(one.rate / lowest)))

    found = search_rate(Setting(0.0, 2.0), (0.003, 0.01, 0.03), best)
    assert found == Setting(lowest, 2.0)
    assert [len(settings) for settings in asked] == tried
    assert {one.bias for one in asked[-1]} == {2.0}
    assert beyond(found.rate, sorted(one.rate for one in asked[-1])) is None


def test_nets_are_still_learning_if_the_last_half_moved_the_median():
    assert learning([1.0, 2.0, 3.0], [1.0, 1.7, 3.0])
    assert not learning([1.0, 2.0, 3.0], [1.0, 1.9, 3.0])
    assert not learning([1.0, 2.0, 3.0], [1.0, 1.7, 3.0], most=0.2)


def test_what_is_learnt_by_half_of_the_budget_is_not_still_being_learnt():
    assert not learning([0.01, 0.02, 0.03], [0.0, 0.001, 0.002], floor=0.02)
    assert learning([0.01, 0.021, 0.03], [0.0, 0.001, 0.002], floor=0.02)


def test_a_side_is_searched_until_its_rate_lies_inside_and_then_tested():
    def wanted(losses, done=False):
        return next_nets(first, losses, search=(50, (100, 101)), test=(100, range(3)), done=done)

    first = [Setting(rate, bias) for bias in (1.0, 3.0) for rate in (0.01, 0.03)]
    assert wanted({}) == (50, [(setting, seed) for setting in first for seed in (100, 101)])
    losses = {setting: [setting.rate, setting.bias] for setting in first}
    assert wanted(losses) == (50, [(Setting(0.003, bias), seed) for bias in (1.0, 3.0) for seed in (100, 101)])
    losses |= {Setting(0.003, bias): [1.0, 2.0 + bias] for bias in (1.0, 3.0)}
    assert wanted(losses) == (100, [(Setting(0.01, 1.0), seed) for seed in range(3)])
    assert wanted(losses, done=True) is None
    # A bias that is added later is tried at every rate that the others were.
    first += [Setting(rate, 8.0) for rate in (0.01, 0.03)]
    added = [(Setting(rate, 8.0), seed) for rate in (0.003, 0.01, 0.03) for seed in (100, 101)]
    assert wanted(losses, done=True) == (50, added)
    del first[4:]
    # Where no net gets there, the search ends, and the first setting is tested.
    assert wanted({setting: [np.inf, np.inf] for setting in first}) == (100, [(first[0], seed) for seed in range(3)])


def test_a_second_round_goes_over_the_leading_settings_and_all_nets_choose():
    first = {"a": [1.0, 1.0, np.inf], "b": [2.0, 2.0, 2.0], "c": [3.0, 3.0, 3.0], "d": [np.inf] * 3}
    assert leading(first) == ["a", "b", "c"]
    assert leading(first, 2) == ["a", "b"]
    assert leading({"d": [np.inf], "e": [np.inf]}) == ["d"]

    def wanted(both, tested=()):
        return second_round(first, both, seeds=(103,), test=(0, 1), tested=tested)

    assert wanted({}) == [("a", 103), ("b", 103), ("c", 103)]
    both = {setting: [*first[setting], value] for setting, value in {"a": np.inf, "b": 2.0, "c": 1.0}.items()}
    assert wanted({setting: both[setting] for setting in "ac"}) == [("b", 103)]
    assert wanted(both) == [("b", 0), ("b", 1)]
    assert wanted(both, ("b",)) == []


@pytest.mark.parametrize("waits", [False, True])
def test_a_search_of_two_rounds_goes_from_the_grid_to_the_test(waits):
    search = TwoRounds(
        setting=lambda net: Setting(net.rate, net.bias),
        reached=lambda net: net.loss,
        seeds=(3, 4),
        further=(5, 6, 7),
        test=(0,),
    )
    first = [Setting(rate, bias) for bias in (None, 1.0) for rate in (0.01, 0.03, 0.1)]
    lucky, steady = Setting(0.03, None), Setting(0.03, 1.0)

    def loss(setting, seed):  # one leads by luck, as the second round shows
        return {lucky: 9.0 if seed >= 5 else 1.0, steady: 2.0}.get(setting, 10.0 + setting.rate)

    nets, rounds = [], []
    while job := search.wanted(nets, first, (50, 100), waits=waits):
        updates, asked = job
        rounds.append((updates, sorted({seed for _, seed in asked}), len(asked)))
        nets += [Net(*setting, seed, loss(setting, seed)) for setting, seed in asked]
    assert rounds == [(50, [3, 4], 12), *([] if waits else [(100, [0], 1)]), (50, [5, 6, 7], 18), (100, [0], 1)]
    assert (search.chosen(nets, checked=False), search.chosen(nets, checked=True)) == (lucky, steady)
    assert [net[:3] for net in search.tested(nets, checked=True)] == [(*steady, 0)]
    assert len(search.tested(nets, checked=False)) == (not waits)
    assert list(search.validation(nets, (3, 4, 5, 6, 7))) == first  # by rising bias, then rate
    with pytest.raises(ValueError, match="expected as many of each"):
        search.chosen([], checked=False)


def test_ranks_by_hand():
    """Of ten and ten the interval leaves out 23 of the hundred ratios at each end, as tables of U say."""
    first, second = np.arange(1.0, 11.0), np.arange(1.0, 11.0) * 1.5 + 0.01
    effect = mann_whitney(first, second)
    ratios = np.sort((first[:, None] / second).ravel())
    assert effect.ratio == pytest.approx(np.sqrt(ratios[49] * ratios[50]))
    assert (effect.low, effect.high) == pytest.approx((ratios[23], ratios[76]))
    assert effect.wins == (first[:, None] < second).mean()
    assert effect.p == stats.mannwhitneyu(first, second, method="asymptotic").pvalue


@pytest.mark.parametrize("shift", [0.0, 0.3, 0.6, 0.9, 1.2])
def test_the_interval_includes_1_where_the_test_sees_nothing(shift):
    for seed in range(50):
        rng = np.random.default_rng(seed)
        effect = mann_whitney(np.exp(rng.standard_normal(10) + shift), np.exp(rng.standard_normal(10)))
        if abs(effect.p - 0.05) > 0.005:
            assert (effect.low <= 1.0 <= effect.high) == (effect.p > 0.05)


def test_ties_and_nets_that_fail():
    effect = mann_whitney([2.0] * 5 + [np.inf] * 5, [2.0] * 9 + [np.inf])
    assert effect.ties == 45 + 5
    assert effect.wins == pytest.approx((5 + 25) / 100)
    assert effect.ratio == 1.0
    nothing = mann_whitney([np.inf] * 5, [np.inf] * 5)
    assert nothing == (1.0, 1.0, 1.0, 1.0, 0.5, 25)
    never = mann_whitney([np.inf] * 5, [1.0] * 5)
    assert (never.ratio, never.wins) == (np.inf, 0.0)


def test_welch_is_scipy_s_on_logarithms():
    first, second = [100, 150, 125, 175, 100], [250, 200, 325, 300, 225]
    effect = welch(first, second)
    theirs = stats.ttest_ind(np.log(first), np.log(second), equal_var=False)
    assert (effect.low, effect.high) == pytest.approx(tuple(np.exp(theirs.confidence_interval(0.95))))
    assert effect.ratio == pytest.approx(np.sqrt(effect.low * effect.high))
    assert effect.p == theirs.pvalue
    with pytest.raises(ValueError, match="a value is infinite"):
        welch([*first, np.inf], second)


def test_counts_and_signs():
    assert fisher((9, 10), (2, 10)) == pytest.approx(0.0055, abs=1e-4)
    assert fisher((3, 3), (3, 3)) == 1.0
    with pytest.raises(ValueError, match="11 of 10 got there"):
        fisher((11, 10), (2, 10))
    assert sign([1, 1, 1, 1, 1, 5], [2, 2, 2, 2, 2, 5]) == pytest.approx(2 * 0.5**5)
    assert sign([1.0], [1.0]) == 1.0
    with pytest.raises(ValueError, match="got 1 and 2 values"):
        sign([1.0], [1.0, 2.0])


def test_a_table_counts_all_its_comparisons():
    rng = np.random.default_rng(0)
    reference = Side("plain", "rate 0.01", rng.uniform(1, 2, 10))
    others = [Side(name, "", rng.uniform(low, low + 1, 10)) for name, low in (("b", 0.3), ("c", 1.0), ("d", 3.0))]
    rows = against(reference, others)
    assert [row.name for row in rows] == ["b", "c", "d"]
    assert [row.holm for row in rows] == holm([row.effect.p for row in rows])
    assert all(row.lowest <= row.median <= row.highest for row in rows)
    assert against(reference, others, more=3)[2].holm == pytest.approx(2 * rows[2].holm)
    assert holm([0.01, 0.04]) == pytest.approx([0.02, 0.04])
    assert holm([]) == []


def test_values_must_be_enough_and_above_0():
    with pytest.raises(ValueError, match="expected at least four"):
        mann_whitney([1.0, 2.0], [1.0, 2.0, 3.0, 4.0])
    with pytest.raises(ValueError, match="expected numbers above 0"):
        mann_whitney([1.0, 2.0, 3.0, 0.0], [1.0, 2.0, 3.0, 4.0])
