"""Neighbours and cuts: right on digits that were learnt from, the cheapest way is found, stored numbers come again."""

import itertools

import numpy as np
import pytest

from lstmlib.data import pendigits
from lstmlib.data.pendigits import Pendigits
from lstmlib.studies import protocol
from lstmlib.studies.at_work import handwriting
from lstmlib.studies.at_work.handwriting import reading, rules
from lstmlib.studies.at_work.handwriting import strings as made


def test_the_nearest_is_itself_and_neighbours_vote():
    some = pendigits().learn()
    digit, distance = rules.nearest(some, some.points[:50])
    assert digit.tolist() == some.digit[:50].tolist()
    np.testing.assert_allclose(distance, 0.0, atol=0.5)  # of numbers up to 400, in single precision
    line = Pendigits(np.arange(5.0)[:, None, None] * np.ones((5, 8, 2)), np.array([1, 2, 2, 3, 3]))
    asked = np.full((1, 8, 2), 0.1)
    assert rules.nearest(line, asked, 1)[0].tolist() == [1]
    assert rules.nearest(line, asked, 3)[0].tolist() == [2]
    assert rules.nearest(line, asked, 5)[0].tolist() == [2]  # of two with two votes, the nearer


def test_a_digit_that_is_cut_out_has_the_form_of_the_data(rng):
    some = made.strings(pendigits().learn(), 20, rng)
    found = rules.cut_out(some, 30)
    assert found.points.shape == (30, 8, 2)
    assert found.digit.tolist() == list(itertools.chain(*(some.digits(n) for n in range(20))))[:30]
    np.testing.assert_allclose(found.points.min(1), 0.0, atol=1e-9)
    np.testing.assert_allclose(found.points.max((1, 2)), 100.0)


def cheapest(found, length, price, between):
    """Return the least cost over all ways to explain a short string, tried one by one."""
    best = {length: 0.0}
    for t in range(length - 1, -1, -1):
        ways = [best[t + 1] + between]
        for k in np.flatnonzero(found.first == t):
            ways.append(best[found.last[k] + 1] + found.distance[k] * (found.last[k] - t + 1) + price)
        best[t] = min(ways)
    return best[0]


def test_the_cheapest_way_is_found(rng):
    length = 12
    a, b = np.triu_indices(length, 3)
    found = rules.Stretches(a, b, rng.integers(10, size=len(a)), rng.uniform(5.0, 60.0, len(a)))
    for price, between in ((0.0, 30.0), (100.0, 30.0), (50.0, 5.0)):
        said = rules.cut(found, length, price, between)
        ways = {}
        for count in range(4):
            for chosen in itertools.combinations(range(len(a)), count):
                ends = [(found.first[k], found.last[k]) for k in chosen]
                if all(x[1] < y[0] for x, y in itertools.pairwise(ends)):
                    inside = sum(last - first + 1 for first, last in ends)
                    cost = sum(found.distance[k] * (found.last[k] - found.first[k] + 1) + price for k in chosen)
                    ways[tuple(found.digit[k] for k in chosen)] = min(
                        cost + between * (length - inside), ways.get(tuple(found.digit[k] for k in chosen), np.inf)
                    )
        assert min(ways.values()) == pytest.approx(cheapest(found, length, price, between))
        assert tuple(said) == min(ways, key=ways.get)


def test_prices_lie_inside_their_grid_and_rows_come_again():
    stored = handwriting.measured("rule")
    search = {(price, between): [rate] for price, between, rate in stored["search"]}
    assert list(search) == list(itertools.product(*rules.PRICES))
    assert protocol.chosen(search) == tuple(stored["prices"])
    for value, grid in zip(stored["prices"], rules.PRICES, strict=True):
        assert grid[0] < value < grid[-1]
    source, test = rules.cut_out(reading.learnt("test"), handwriting.CUT_FROM), reading.judged("test")
    for n in range(4):
        T = int(test.lengths[n])
        said = rules.cut(rules.stretches(source, test.x[:T, n]), T, *stored["prices"])
        assert int(stored["each"][n]) == min(9, handwriting.edit_distance(said, test.digits(n)))


def test_single_digits_come_again():
    stored, learn, test = handwriting.measured("digits"), pendigits().learn(), pendigits().test()
    said = rules.nearest(learn, test.points)[0]
    assert float((said != test.digit).mean()) == pytest.approx(stored["one neighbour"], abs=1e-3)
    said = rules.nearest(learn, test.points, stored["k"])[0]
    assert float((said != test.digit).mean()) == pytest.approx(stored["neighbours"], abs=1e-3)
    for name in ("LSTM", "k", "C"):
        search = dict(stored["search"][name])
        assert protocol.chosen(search) == stored[{"LSTM": "rate"}.get(name, name)]
    rates = [rate for rate, _ in stored["search"]["LSTM"]]
    assert protocol.beyond(stored["rate"], rates) is None
    assert len(stored["LSTM"]) == 10
