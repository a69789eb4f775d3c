"""The measures on gates that were made up, where the answer is known; and an LSTM with a gate that stands still."""

import numpy as np
import pytest

from lstmlib.numpy import LSTM
from lstmlib.studies.at_work import electricity
from lstmlib.studies.at_work.gates import cells, measures
from lstmlib.studies.at_work.gates.measures import Pairs, Seen


def made_up(rng, closed, cell_count=8):
    """Return a gate (200, 5, H) of noise in which some cells are shut at places, and pairs of places."""
    gate = rng.uniform(0.4, 0.6, (200, 5, cell_count))
    t = np.arange(2, 198, 3)
    places = np.array([(step, n) for n in range(5) for step in t])
    for step, n in places:
        gate[step, n, closed] = 0.1
    return gate, Pairs(places, places + np.array([1, 0]))


def test_partners_share_a_stratum_and_none_is_taken_twice(rng):
    places, partners = np.c_[np.arange(30), np.zeros(30, int)], np.c_[np.arange(100, 140), np.zeros(40, int)]
    strata, others = (np.arange(30) % 3).tolist(), (np.arange(40) % 4).tolist()
    found = measures.paired(places, strata, partners, others)
    assert [k % 3 for k in found.places[:, 0]] == [(k - 100) % 4 for k in found.partners[:, 0]]
    assert len({tuple(one) for one in found.partners}) == len(found.partners) == 30
    assert len(measures.paired(places, [0] * 30, partners[:7], [0] * 7).places) == 7
    first, second = found.halves()
    assert len(first.places) == len(second.places) == 15
    assert first.places[:, 0].max() < second.places[:, 0].min()


@pytest.mark.parametrize(("strata", "others"), [(["a"], ["b"]), (["a", "a"], ["a"])])
def test_places_that_cannot_be_paired_are_refused(strata, others):
    one = np.zeros((1, 2), int)
    with pytest.raises(ValueError, match="expected"):
        measures.paired(one, strata, one, others)


def test_no_more_than_a_thousand_pairs():
    many = np.c_[np.arange(3000), np.zeros(3000, int)]
    assert len(measures.paired(many, [0] * 3000, many, [0] * 3000).places) == measures.PAIRS


def test_a_window_multiplies_or_averages():
    gate = np.array([0.5, 0.5, 0.2, 1.0])[:, None, None]
    at = np.array([[1, 0]])
    assert measures.window(gate, at, 2, product=True) == pytest.approx(0.1)
    assert measures.window(gate, at, 2, product=False) == pytest.approx(0.35)


def test_a_cell_that_shuts_at_its_places_is_found_and_no_other(rng):
    gate, pairs = made_up(rng, [3])
    found = measures.act(gate, pairs, 1, product=True, lower=True)
    assert found.cells == 1 / 8
    assert (found.best, found.area) == (3, 1.0)
    assert found.place - found.partner == pytest.approx(-0.4 / 8, abs=0.01)
    assert measures.act(gate, pairs, 1, product=True, lower=False).cells == 0.0  # the claim the other way round


def test_noise_has_no_such_cell(rng):
    gate, pairs = made_up(rng, [], 400)
    assert measures.act(gate, pairs, 1, product=False, lower=True).cells == 0.0


def test_few_places_are_not_enough_for_many_layers(rng):
    gate, pairs = made_up(rng, [0], 2)
    few = Pairs(pairs.places[:10], pairs.partners[:10])
    assert measures.act(gate, few, 1, product=False, lower=True).cells == 0.5
    assert measures.act(gate, few, 1, product=False, lower=True, layers=100).cells == 0.0


def test_the_area_counts_ties_half():
    area, _ = measures.areas(np.array([[1.0], [2.0], [2.0]]), np.array([[2.0], [0.0]]), lower=False)
    assert area == pytest.approx((0.0 + 1.0 + 0.5 + 1.0 + 0.5 + 1.0) / 6.0)


def test_saturation_counts_both_ends():
    gate = np.array([0.05, 0.5, 0.95, 0.99])[:, None, None]
    np.testing.assert_allclose(measures.saturation(gate), [[0.25, 0.5]])


def around(rng, mean, spread=0.01):
    return (mean + spread * rng.standard_normal(10)).tolist()


def test_each_verdict_can_come_out(rng):
    nothing = ([0.0] * 10, [0.0] * 10)
    found = measures.judged(
        {
            "whole": Seen(True, around(rng, -0.3), *nothing, around(rng, 1.0)),
            "too little": Seen(True, around(rng, -0.05), *nothing, around(rng, 1.0)),
            "no cost": Seen(False, around(rng, 0.3), *nothing, around(rng, 0.0, 1.0)),
            "some": Seen(False, around(rng, 0.0), around(rng, 0.2), [0.0] * 10, around(rng, 0.0)),
            "as many untrained": Seen(False, around(rng, 0.0), [0.2, 0.1] * 5, [0.1, 0.2] * 5, around(rng, 0.0)),
            "in three nets": Seen(False, around(rng, 0.0), [0.2] * 7 + [0.0] * 3, [0.0] * 10, around(rng, 0.0)),
            "other way": Seen(True, around(rng, 0.3), *nothing, around(rng, 1.0)),
        }
    )
    words = {name: verdict.words for name, verdict in found.items()}
    assert words == {
        "whole": "holds",
        "too little": "doesn't hold",
        "no cost": "doesn't hold",
        "some": "holds in some cells",
        "as many untrained": "doesn't hold",
        "in three nets": "doesn't hold",
        "other way": "doesn't hold",
    }
    assert [name for name, verdict in found.items() if verdict.reversed] == ["other way"]


def test_over_nets_is_student_s_and_wants_four():
    found = measures.over_nets([1.0, 2.0, 3.0, 4.0])
    assert found.mean == 2.5
    assert (found.low, found.high) == pytest.approx((0.446, 4.554), abs=1e-3)  # 2.5 -+ 3.182 * 1.291 / 2
    with pytest.raises(ValueError, match="at least four"):
        measures.over_nets([1.0, 2.0, 3.0])
    assert measures.over_nets([0.0] * 4).p == 1.0


def test_reading_is_the_library_s(rng):
    layer = LSTM(3, 4, rng=rng)
    x = rng.standard_normal((6, 2, 3))
    found = cells.read(cells.cells_of({f"recurrent.{k}": v for k, v in layer.params.items()}), x)
    cache = layer.forward(x)[2]
    np.testing.assert_allclose(cache.gates[:, [0, 1, 3]].swapaxes(0, 1), found[:3], atol=1e-5)
    np.testing.assert_allclose(cache.c[1:], found.c, atol=1e-5)


def test_a_gate_held_everywhere_is_a_gate_without_weights(rng):
    model = electricity.make("LSTM", 4, 0)
    x = rng.standard_normal((9, 3, 5)).astype(np.float32)
    own = cells.cells_of(model.params)
    fixed = cells.means(cells.read(own, x))
    for gate, k in cells.GATES.items():
        wanted = electricity.held(model, k, x).forward(x)[2].recurrent.c[1:]
        np.testing.assert_allclose(cells.read(own, x, None, cells.Held(gate, fixed[gate])).c, wanted, atol=1e-5)


def test_a_gate_held_at_one_place_changes_nothing_before_it_or_beside_it(rng):
    model = electricity.make("LSTM", 4, 0)
    x = rng.standard_normal((9, 3, 5)).astype(np.float32)
    own = cells.cells_of(model.params)
    where = np.zeros((9, 3), bool)
    where[4, 1] = True
    usual, held = cells.read(own, x), cells.read(own, x, None, cells.Held("forget", np.zeros(4, np.float32), where))
    assert (held.forget[4, 1] == 0.0).all()
    np.testing.assert_array_equal(usual.c[:4], held.c[:4])
    np.testing.assert_array_equal(usual.c[:, [0, 2]], held.c[:, [0, 2]])
    assert np.abs(usual.c[4:, 1] - held.c[4:, 1]).max() > 0.01


def test_reading_can_go_on_from_a_state(rng):
    own = cells.cells_of(electricity.make("LSTM", 4, 0).params)
    x = rng.standard_normal((9, 3, 5)).astype(np.float32)
    whole = cells.read(own, x)
    at = np.array([[5, 0], [5, 1], [5, 2]])
    np.testing.assert_allclose(cells.read(own, x[5:], cells.before(whole, at)).h, whole.h[5:], atol=1e-6)


def test_sequences_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="expected"):
        cells.read(cells.cells_of(electricity.make("LSTM", 4, 0).params), np.zeros((3, 5), np.float32))
