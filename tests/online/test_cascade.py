"""Recurrent cascade correlation: what candidates are trained for, and what stays as it is."""

from dataclasses import replace

import numpy as np
import pytest

from lstmlib.numpy.rnn import sigmoid
from lstmlib.online import Cascade, CascadeNet, cascade
from lstmlib.online.cascade import CANDIDATES, OUTPUTS, Patience, Quickprop, unit_values
from lstmlib.tasks.batch import Batch
from lstmlib.tasks.embedded_reber import as_symbols, embedded_reber_string
from lstmlib.tasks.symbols import one_hot


def reber(rng, N):
    return as_symbols([embedded_reber_string(rng) for _ in range(N)])


def a_net(rng, hidden_size=2, symmetric=True):
    net = CascadeNet(7, 7, hidden_size, symmetric)
    return net, net.draw(rng)


def test_numbers_of_weights():
    for hidden_size, weights in ((0, 56), (7, 189), (8, 212), (9, 236)):
        net, params = a_net(np.random.default_rng(0), hidden_size)
        assert net.num_weights == weights
        beyond = hidden_size * (hidden_size - 1) // 2  # in weight_hh, above the diagonal
        assert sum(value.size for value in params.values()) == weights + beyond


def test_the_paper_s_numbers_of_weights_come_out_of_no_one_rule():
    """The rule that gives 119 with 7 units counts each pair of units once, the one that gives 198 with 9 twice."""

    def count(H, own, biases, out_biases, direct, between):
        return (
            H * (7 + 7)
            + H * own
            + H * biases
            + 7 * out_biases
            + 49 * direct
            + (0, H * (H - 1) // 2, H * (H - 1))[between]
        )

    rules = [(a, b, c, d, e) for a in (0, 1) for b in (0, 1) for c in (0, 1) for d in (0, 1) for e in (0, 1, 2)]
    least = [rule for rule in rules if count(7, *rule) == 119]
    most = [rule for rule in rules if count(9, *rule) == 198]
    assert (0, 0, 0, 0, 1) in least
    assert most == [(0, 0, 0, 0, 2)]
    assert not set(least) & set(most)
    for hidden_size in (7, 8, 9):
        assert count(hidden_size, 1, 1, 1, 1, 1) == CascadeNet(7, 7, hidden_size).num_weights


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("hidden_size", [0, 2])
def test_the_slope_of_a_score_against_differences(hidden_size, symmetric, rng):
    net, params = a_net(rng, hidden_size, symmetric)
    learner = Cascade(net, params, one_hot(reber(rng, 6), 7))
    learner.train_outputs(3)
    weights = net.draw_candidates(rng, 3)
    scores, slopes, covariances = learner.scores(weights)
    np.testing.assert_allclose(scores, np.abs(covariances).sum(1))
    assert np.abs(slopes).min() > 1e-6
    for p in range(3):
        for s in range(net.num_sources):
            moved = np.zeros_like(weights)
            moved[p, s] = 1e-6
            up, down = (learner.scores(weights + sign * moved)[0][p] for sign in (1, -1))
            assert slopes[p, s] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-8)


def test_a_covariance_is_one(rng):
    net, params = a_net(rng)
    learner = Cascade(net, params, one_hot(reber(rng, 6), 7))
    learner.train_outputs(2)
    weights = net.draw_candidates(rng, 2)
    _, _, found = learner.scores(weights)
    V = unit_values(net, weights, learner.seen)[0][learner.batch.mask]
    size = (learner.e**2).sum()
    for p in range(2):
        for o in range(7):
            expected = len(V) * np.cov(V[:, p], learner.e[:, o], bias=True)[0, 1] / size
            assert found[p, o] == pytest.approx(expected, rel=1e-9)


def test_the_slope_of_the_outputs_error(rng, monkeypatch):
    """Without the offset it is that of half the squared error, so that the first step goes down it."""
    monkeypatch.setattr(cascade, "SLOPE_OFFSET", 0.0)
    monkeypatch.setattr(cascade, "OUTPUTS", replace(OUTPUTS, decay=0.0))
    net, params = a_net(rng)
    batch = one_hot(reber(rng, 5), 7)

    def error(params):
        return Cascade(net, params, batch).train_outputs(1)

    learner = Cascade(net, params, batch)
    learner.train_outputs(2)
    for name in ("weight_direct", "weight_out", "bias_out"):
        for index in [(0,) * params[name].ndim, (3,) * params[name].ndim if name != "weight_out" else (3, 1)]:
            sides = []
            for sign in (1, -1):
                moved = {key: value.copy() for key, value in params.items()}
                moved[name][index] += sign * 1e-6
                sides.append(error(moved))
            slope = (sides[0] - sides[1]) / 2e-6 / 2.0
            step = learner.params[name][index] - params[name][index]
            assert step == pytest.approx(-OUTPUTS.epsilon / batch.mask.sum() * slope, rel=1e-5, abs=1e-10)


def test_what_a_net_does_is_what_its_equations_say(rng):
    net, params = a_net(rng, 3)
    batch = one_hot(reber(rng, 2), 7)
    y = Cascade(net, params, batch).outputs(batch.x)
    for n, length in enumerate(batch.lengths):
        h = np.zeros(3)
        for t in range(length):
            for u in range(3):  # one after another: a unit sees those before it at the same step, itself one step later
                total = params["weight_ih"][u] @ batch.x[t, n] + params["bias_h"][u]
                total += params["weight_hh"][u, :u] @ h[:u] + params["weight_hh"][u, u] * h[u]
                h[u] = sigmoid(total) - 0.5
            total = params["weight_direct"] @ batch.x[t, n] + params["bias_out"] + params["weight_out"] @ h
            np.testing.assert_allclose(y[t, n], sigmoid(total), rtol=0, atol=1e-12)


def test_quickprop_finds_the_vertex_of_a_parabola():
    """Two slopes of a parabola and the step between them say where it ends; each weight has its own."""
    rule = Quickprop(epsilon=0.2, mu=10.0, decay=0.0, change=0.0)
    middle, steep = np.array([3.0, -2.0, 0.5]), np.array([1.0, 2.0, 3.0])
    w, step, before = np.zeros(3), np.zeros(3), np.zeros(3)
    for _ in range(2):
        step, before = rule.step(w, steep * (w - middle), step, before, 1.0)
        if not w.any():
            np.testing.assert_allclose(step, 0.2 * steep * middle)
        w = w + step
    # The second step is the one to the vertex and, since it goes on downhill, the linear one as well.
    np.testing.assert_allclose(w, middle + 0.2 * steep * middle * (1.0 - 0.2 * steep))


def test_quickprop_has_bounds():
    rule = Quickprop(epsilon=0.1, mu=2.0, decay=0.5, change=0.0)
    # A slope that has hardly changed, and one that grew: at most twice the step before, and the linear part.
    step, slopes = rule.step(np.zeros(2), np.array([-1.0, 1.5]), np.array([0.3, -0.3]), np.array([-1.01, 1.0]), 2.0)
    np.testing.assert_allclose(step, [0.6 + 0.05, -0.6 - 0.075])
    np.testing.assert_allclose(slopes, [-1.0, 1.5])
    # Beyond the vertex it turns back, without a linear part; the decay is part of the slope.
    step, slopes = rule.step(np.array([2.0]), np.array([0.0]), np.array([0.3]), np.array([-2.0]), 2.0)
    np.testing.assert_allclose(slopes, [1.0])
    np.testing.assert_allclose(step, [0.3 * 1.0 / (-2.0 - 1.0)])
    # At rest.
    assert rule.step(np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), 1.0)[0] == 0.0


def test_patience():
    at_once = Patience(0.1, 2, wait=False)
    assert [at_once.is_over(value) for value in (10.0, 9.5, 9.2)] == [False, False, True]
    at_once = Patience(0.1, 2, wait=False)
    assert [at_once.is_over(value) for value in (10.0, 9.5, 8.5, 8.4, 8.3)] == [False, False, False, False, True]
    waiting = Patience(0.1, 2, wait=True)
    assert [waiting.is_over(value) for value in (1.0, 1.0, 1.0, 1.0, 1.2, 1.2, 1.2)] == [False] * 6 + [True]


def test_units_are_frozen_and_stand_in_a_row(rng):
    batch = one_hot(reber(rng, 30), 7)
    net = CascadeNet(7, 7)
    learner = Cascade(net, net.draw(rng), batch)
    for number in range(4):
        learner.train_outputs(40)
        before, does, e = learner.params, learner.seen, learner.e.copy()
        pool = learner.net.draw_candidates(rng)
        first = learner.scores(pool)[0].max()
        assert learner.train_candidates(pool, 30) > 1.2 * first
        best = np.abs(learner.covariances).sum(1).argmax()
        unit, covariances = learner.candidates[best], learner.covariances[best]
        steps = learner.steps
        learner.install()
        np.testing.assert_array_equal(learner.steps, np.column_stack([steps, np.zeros(7)]))
        # What was there stays, and what the units before it do does not depend on the new one.
        assert learner.net.hidden_size == number + 1
        for name in ("weight_ih", "bias_h"):
            np.testing.assert_array_equal(learner.params[name][:number], before[name])
        np.testing.assert_array_equal(learner.params["weight_hh"][:number, :number], before["weight_hh"])
        np.testing.assert_array_equal(learner.seen[..., :-1], does)
        np.testing.assert_array_equal(learner.seen, learner.all_seen(batch.x))
        assert not np.triu(learner.params["weight_hh"], 1).any()
        # The new one is the best candidate; its weights to the outputs turn against the errors.
        found = [learner.params["weight_ih"][-1], learner.params["bias_h"][-1:], learner.params["weight_hh"][-1]]
        np.testing.assert_array_equal(np.concatenate(found), unit)
        np.testing.assert_array_equal(learner.params["weight_out"][:, -1], -covariances)
        new = learner.seen[learner.batch.mask][:, -1]
        assert (np.sign((new - new.mean()) @ e) == np.sign(covariances)).all()
        # Training the outputs does not touch it.
        learner.train_outputs(5)
        np.testing.assert_array_equal(learner.params["weight_hh"][-1], unit[8:])


def test_steps_that_do_not_count_and_those_beyond_an_end_change_nothing(rng):
    drawn = reber(rng, 5)
    batch = one_hot(drawn, 7)
    T = batch.x.shape[0]
    longer = Batch(
        np.concatenate([batch.x, rng.uniform(size=(4, 5, 7))]),
        np.concatenate([batch.target, np.full((4, 5), 3)]),
        np.concatenate([batch.mask, np.zeros((4, 5), bool)]),
        batch.lengths,
    )
    assert longer.x.shape[0] == T + 4
    net, params = a_net(rng)
    pool = net.draw_candidates(rng)
    found = []
    for given in (batch, longer):
        learner = Cascade(net, params, given)
        learner.train_outputs(6)
        learner.train_candidates(pool, 6)
        found.append(learner)
    np.testing.assert_array_equal(found[0].params["weight_direct"], found[1].params["weight_direct"])
    np.testing.assert_allclose(found[0].candidates, found[1].candidates, rtol=0, atol=1e-12)


def test_bad_input(rng):
    net, params = a_net(rng)
    batch = one_hot(reber(rng, 3), 7)
    with pytest.raises(ValueError, match="params has the shapes"):
        Cascade(net.grown, params, batch)
    above = params | {"weight_hh": np.ones((2, 2))}
    with pytest.raises(ValueError, match="weight_hh has weights above its diagonal, expected none"):
        Cascade(net, above, batch)
    with pytest.raises(ValueError, match=r"batch\.x has shape"):
        Cascade(CascadeNet(5, 7), CascadeNet(5, 7).draw(rng), batch)
    learner = Cascade(net, params, batch)
    with pytest.raises(ValueError, match="expected train_candidates before install"):
        learner.install()
    with pytest.raises(ValueError, match=r"weights has shape \(8, 10\), expected \(P, 11\)"):
        learner.train_candidates(CascadeNet(7, 7, 1).draw_candidates(rng), 5)
    with pytest.raises(ValueError, match="most is 0, expected a positive integer"):
        learner.train_outputs(0)
    with pytest.raises(ValueError, match="most is 0"):
        learner.train_candidates(net.draw_candidates(rng), 0)


def test_constants_are_those_of_the_program():
    assert (OUTPUTS.epsilon, OUTPUTS.mu, OUTPUTS.decay, OUTPUTS.change) == (0.35, 2.0, 0.0001, 0.01)
    assert (CANDIDATES.epsilon, CANDIDATES.mu, CANDIDATES.decay, CANDIDATES.change) == (1.0, 2.0, 0.0, 0.03)
    assert (cascade.POOL, cascade.WEIGHT_RANGE, cascade.SLOPE_OFFSET) == (8, 1.0, 0.1)
