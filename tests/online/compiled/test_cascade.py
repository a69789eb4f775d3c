"""Recurrent cascade correlation, compiled: the readable learner's numbers, and lanes that are apart."""

import numpy as np
import pytest

from lstmlib.online import Cascade, CascadeNet
from lstmlib.online.compiled.cascade import Cascades
from lstmlib.tasks.embedded_reber import allowed_next, as_symbols, embedded_reber_string
from lstmlib.tasks.long_lag import draw_long_lag
from lstmlib.tasks.symbols import one_hot


def reber(rng, N):
    return as_symbols([embedded_reber_string(rng) for _ in range(N)])


@pytest.mark.parametrize("symmetric", [True, False])
def test_it_is_the_readable_learner_over_ten_units(symmetric):
    """Both begin each phase from the same weights.

    Quickprop divides by differences of slopes that may hardly differ: in 30 passes it makes 1e-9 out of the 1e-16 that
    come from another order of adding, and after 100 two nets have little more in common than what they learnt from.
    """
    rng = np.random.default_rng(0)
    drawn = reber(rng, 64)
    batch, net = one_hot(drawn, 7), CascadeNet(7, 7, symmetric=symmetric)
    theirs = Cascade(net, net.draw(rng), batch)
    for _ in range(10):
        ours = Cascades(theirs.net)
        ours.put(2, theirs.params, drawn)
        lane, before = ours.lanes[2], theirs.params
        lane.steps[:, :7], lane.before[:, :7] = theirs.steps.T, theirs.before.T  # with which they go on
        ours.train_outputs(2, 20)
        assert ours.busy.tolist() == [False, False, True] + [False] * 5
        ours.run()
        assert not ours.busy.any()
        assert theirs.train_outputs(20) == pytest.approx(lane.error, rel=1e-9)
        for name, value in theirs.params.items():
            np.testing.assert_allclose(ours.params(2)[name], value, rtol=0, atol=1e-6)
        np.testing.assert_allclose(lane.steps[:, :7], theirs.steps.T, rtol=0, atol=1e-6)
        assert np.abs(theirs.params["weight_direct"] - before["weight_direct"]).max() > 0.05

        theirs.train_outputs(500)
        ours.put(2, theirs.params, drawn)
        lane = ours.lanes[2]
        ours.train_outputs(2, 1)  # one pass changes nothing, and leaves the errors
        ours.run()
        pool = theirs.net.draw_candidates(rng)
        ours.train_candidates(2, pool, 30)
        ours.run()
        assert theirs.train_candidates(pool, 30) == pytest.approx(lane.score, rel=1e-9)
        np.testing.assert_allclose(lane.candidates.T, theirs.candidates, rtol=0, atol=1e-6)
        assert np.abs(theirs.candidates - pool).max() > 1.0
        theirs.install()
        ours.install(2)
        for name, value in theirs.params.items():
            np.testing.assert_allclose(ours.params(2)[name], value, rtol=0, atol=1e-6)
    assert theirs.passes > 500


def test_both_end_a_phase_after_as_many_passes():
    rng = np.random.default_rng(5)
    drawn, net = reber(rng, 64), CascadeNet(7, 7)
    start, pool = net.draw(rng), net.draw_candidates(rng)
    for patience in (3, 8):
        theirs, ours = Cascade(net, start, one_hot(drawn, 7), patience=patience), Cascades(net, patience=patience)
        ours.put(0, start, drawn)
        ours.train_outputs(0, 500)
        ours.run()
        theirs.train_outputs(500)
        outputs = ours.lanes[0].passes
        assert patience < outputs == theirs.passes < 500
        ours.train_candidates(0, pool, 500)
        ours.run()
        theirs.train_candidates(pool, 500)
        assert patience < ours.lanes[0].passes - outputs < 500
        assert ours.lanes[0].passes == theirs.passes


def test_it_ends_when_all_is_right():
    """A short gap: both sequences can be told at their ends by what a unit keeps, and not without one."""
    rng = np.random.default_rng(1)
    drawn = draw_long_lag(4, 20, rng)
    one = np.eye(5, dtype=bool)
    net = CascadeNet(5, 5)
    nets = Cascades(net)
    nets.put(0, net.draw(rng), drawn, drawn, one[drawn.target])
    lane = nets.lanes[0]
    while not lane.right:
        nets.train_outputs(0, 200)
        nets.run()
        if lane.right:
            break
        assert lane.passes < 1000
        nets.train_candidates(0, lane.net.draw_candidates(rng), 200)
        nets.run()
        nets.install(0)
    assert 1 <= lane.net.hidden_size <= 4
    batch = one_hot(drawn, 5)
    y = Cascade(lane.net, nets.params(0), batch).outputs(batch.x)
    assert (y.argmax(-1) == drawn.target).all()
    # Without the unit it is not so: the outputs alone stagnate.
    alone = Cascade(net, net.draw(rng), batch)
    alone.train_outputs(1000)
    assert (alone.outputs(batch.x).argmax(-1) != drawn.target).any()


def test_a_net_gives_the_same_digits_in_any_lane_beside_any_others(rng):
    net = CascadeNet(7, 7)
    starts, drawn = [net.draw(rng) for _ in range(3)], [reber(rng, 12) for _ in range(3)]
    pools = [net.draw_candidates(rng) for _ in range(3)]
    allowed = [allowed_next(one_hot(strings, 7)) for strings in drawn]

    def learn(nets, lanes):
        for lane, k in lanes.items():
            nets.put(lane, starts[k], drawn[k], drawn[k], allowed[k])
            nets.train_outputs(lane, 100)
        nets.run()
        for lane, k in lanes.items():
            nets.train_candidates(lane, pools[k], 100)
        nets.run()
        for lane in lanes:
            nets.install(lane)
        return {k: nets.params(lane) for lane, k in lanes.items()}

    together = learn(Cascades(net), {0: 2, 3: 0, 7: 1})
    for k in range(3):
        (alone,) = learn(Cascades(net), {5: k}).values()
        for name, value in alone.items():
            np.testing.assert_array_equal(value, together[k][name])


def test_bad_input(rng):
    net = CascadeNet(7, 7, 2)
    params = net.draw(rng)
    with pytest.raises(ValueError, match="net has 9 outputs, expected at most 8"):
        Cascades(CascadeNet(7, 9))
    nets = Cascades(net)
    with pytest.raises(ValueError, match="params has the shapes"):
        nets.put(0, CascadeNet(7, 7).draw(rng), reber(rng, 3))
    nets.put(0, params, reber(rng, 3))
    with pytest.raises(ValueError, match="expected train_candidates before install"):
        nets.install(0)
    with pytest.raises(ValueError, match=r"weights has shape \(6, 11\), expected \(8, 11\)"):
        nets.train_candidates(0, net.draw_candidates(rng, 6), 5)
