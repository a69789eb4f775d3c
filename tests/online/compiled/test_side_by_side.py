"""Sequences before eight nets: how answers are measured, and when a lane stops."""

import numpy as np
import pytest

from lstmlib import tasks
from lstmlib.online import LSTM1997, Net
from lstmlib.online.compiled.lstm1997 import Eight, train
from lstmlib.online.compiled.side_by_side import AT_GOOD_WINDOW, WHEN_WRONG
from lstmlib.tasks.embedded_reber import allowed_next, as_symbols, embedded_reber_string
from lstmlib.tasks.symbols import one_hot


def reber(rng, N):
    return as_symbols([embedded_reber_string(rng) for _ in range(N)])


def test_errors_are_those_of_the_outputs(rng):
    net = Net(7, 2, 2, 7, biased="gates", output_bias=False)
    start, drawn = net.draw(rng, 1.0), reber(rng, 20)
    after, errors = train(net, start, drawn, 0.0)
    for part, value in after.items():
        np.testing.assert_array_equal(value, start[part])
    batch = one_hot(drawn, 7)
    learner = LSTM1997(net, start)
    for n, length in enumerate(batch.lengths):
        learner.reset()
        wrong = np.array([np.eye(7)[batch.target[t, n]] - learner.step(batch.x[t, n]) for t in range(length)])
        expected = [np.abs(wrong).max(), np.abs(wrong).mean(), (wrong**2).mean()]
        np.testing.assert_allclose(errors[n], expected, rtol=1e-12)


def test_order_is_judged_as_the_task_judges_it():
    net, rng = Net(7, 3, 2, 7, biased="gates", output_bias=False), np.random.default_rng(0)
    start = net.draw(rng, 0.2, output_gate_bias=[-1.0, -2.0, -3.0])
    params, _ = train(net, start, reber(rng, 9000), 0.5)  # learns, so that some strings are right
    drawn = reber(rng, 300)
    batch = one_hot(drawn, 7)
    learner, y = LSTM1997(net, params), np.zeros(batch.x.shape)
    for n, length in enumerate(batch.lengths):
        learner.reset()
        for t in range(length):
            y[t, n] = learner.step(batch.x[t, n])
    allowed = allowed_next(batch)
    expected = tasks.embedded_reber_solved(y, batch)
    assert 0 < expected.sum() < 300
    nets = Eight(net, 300, len(batch.x), symbolic=True, by_class=True, by_order=True)
    nets.put(2, params)
    nets.load(2, 0, drawn, allowed=allowed)
    nets.start(2, 0, 300, 0.0)
    nets.run()
    np.testing.assert_array_equal(nets.errors(2, 0, 300)[:, 0] < 0.0, expected)


def test_a_lane_stops_when_enough_sequences_were_wrong(rng):
    net = Net(2, 2, 2, 1)
    params, batch = net.draw(rng), tasks.adding(22, 100, rng)
    _, errors = train(net, params, batch, 0.0)
    tolerance = np.sort(errors[:, 0])[-3]
    nets = Eight(net, 100, 30, symbolic=False, by_class=False)
    nets.put(0, params)
    nets.load(0, 0, batch)
    first = np.flatnonzero(errors[:, 0] >= tolerance)[0]
    nets.start(0, 0, 100, 0.0, rule=WHEN_WRONG, tolerance=tolerance)
    nets.run()
    assert nets.shown(0) == first + 1
    assert not nets.busy[0]
    third = np.flatnonzero(errors[:, 0] >= tolerance)[2]
    nets.start(0, 0, 100, 0.0, rule=WHEN_WRONG, tolerance=tolerance, allowed_wrong=3)
    nets.run()
    assert nets.shown(0) == third + 1
    assert nets.failed(0) == 3
    nets.start(0, 0, 100, 0.0, rule=WHEN_WRONG, tolerance=tolerance, allowed_wrong=4)
    nets.run()
    assert nets.shown(0) == 100


@pytest.mark.parametrize("squared", [False, True])
def test_a_lane_stops_at_the_first_good_window(squared, rng):
    """The same decision, made here from the errors of an unbroken run."""
    net, window, allowed_wrong, tolerance = Net(2, 2, 2, 1), 50, 20, 0.15
    params, batch = net.draw(rng), tasks.adding(22, 3000, rng)
    _, errors = train(net, params, batch, 0.5)
    wrong = errors[:, 0] >= tolerance
    error = errors[:, 2 if squared else 1]
    ends = range(window, 3001)
    means = np.array([error[end - window : end].mean() for end in ends])
    wrongs = np.array([wrong[end - window : end].sum() for end in ends])
    enough = wrongs < allowed_wrong
    mean_below = np.quantile(means[enough], 0.2)  # so that both conditions have a say
    expected = window + np.flatnonzero(enough & (means < mean_below))[0]
    assert window < np.flatnonzero(enough)[0] + window < expected < 3000
    nets = Eight(net, 1000, 30, symbolic=False, by_class=False, window=window)
    nets.put(0, params)
    shown = 0
    for start in range(0, 3000, 1000):  # in three portions: the window goes on
        part = slice(start, start + 1000)
        nets.load(0, 0, tasks.Batch(batch.x[:, part], batch.target[:, part], batch.mask[:, part], batch.lengths[part]))
        rule = {"tolerance": tolerance, "allowed_wrong": allowed_wrong, "mean_below": mean_below, "squared": squared}
        nets.start(0, 0, 1000, 0.5, rule=AT_GOOD_WINDOW, **rule)
        nets.run()
        shown += nets.shown(0)
        if nets.shown(0) < 1000:
            break
    assert shown == expected


def test_a_new_net_in_a_lane_starts_with_an_empty_window(rng):
    net = Net(2, 2, 2, 1)
    nets = Eight(net, 60, 30, symbolic=False, by_class=False, window=50)
    for _ in range(2):
        nets.put(0, net.draw(rng))
        nets.load(0, 0, tasks.adding(22, 60, rng))
        nets.start(0, 0, 60, 0.5, rule=AT_GOOD_WINDOW, tolerance=9.0, allowed_wrong=1, mean_below=9.0)
        nets.run()
        assert nets.shown(0) == 50
