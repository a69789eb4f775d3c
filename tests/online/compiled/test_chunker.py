"""The neural sequence chunker, compiled: the readable learner's numbers, and pairs that are apart."""

import numpy as np
import pytest

from lstmlib.online import Chunker, ChunkerNet
from lstmlib.online.compiled.chunker import Pairs, train
from lstmlib.tasks.long_lag import draw_long_lag


def readable(net, params, drawn, learning_rate, each_step, tolerance=0.25, **options):
    chunker, one = Chunker(net, params, tolerance, **options), np.eye(net.num_symbols)
    worst = np.zeros(drawn.mask.shape[1])
    for n, length in enumerate(drawn.lengths):
        chunker.reset()
        for t in range(length):
            target = one[drawn.target[t, n]]
            y = chunker.step(one[drawn.symbols[t, n]], target)
            worst[n] = max(worst[n], np.abs(target - y).max())
            if each_step:
                chunker.update(learning_rate)
        chunker.update(learning_rate)
    return chunker.params, worst


@pytest.mark.parametrize("each_step", [False, True])
@pytest.mark.parametrize(("lag", "random_between", "count"), [(6, False, 1500), (9, False, 1000), (7, True, 500)])
def test_it_is_the_readable_learner_over_thousands_of_updates(lag, random_between, count, each_step):
    net, rng = ChunkerNet(lag + 1), np.random.default_rng(3)
    start, drawn = net.draw(rng), draw_long_lag(lag, count, rng, random_between=random_between)
    ours, errors = train(net, start, drawn, 1.0, each_step=each_step)
    theirs, expected = readable(net, start, drawn, 1.0, each_step)
    np.testing.assert_allclose(errors, expected, rtol=0, atol=1e-9)
    for part, value in theirs.items():
        np.testing.assert_allclose(ours[part], value, rtol=0, atol=1e-9 * max(np.abs(value).max(), 1.0))
        assert np.abs(value - start[part]).max() > 0.05


@pytest.mark.parametrize("each_step", [False, True])
def test_it_is_the_readable_learner_where_outputs_see_the_step_before(each_step):
    net, rng = ChunkerNet(8, 2, outputs_taught=True, joined=True, delayed=True), np.random.default_rng(3)
    start, drawn = net.draw(rng), draw_long_lag(7, 400, rng)
    ours, errors = train(net, start, drawn, 1.0, each_step=each_step, steps_back=3)
    theirs, expected = readable(net, start, drawn, 1.0, each_step, steps_back=3)
    np.testing.assert_allclose(errors, expected, rtol=0, atol=1e-9)
    for part, value in theirs.items():
        np.testing.assert_allclose(ours[part], value, rtol=0, atol=1e-9 * max(np.abs(value).max(), 1.0))


@pytest.mark.parametrize("steps_back", [None, 0, 3])
@pytest.mark.parametrize(
    ("hidden_size", "outputs_taught", "joined"),
    [(1, True, False), (1, False, True), (1, True, True), (2, False, False), (3, True, True)],
)
def test_it_is_the_readable_learner_by_the_paper_of_1992(hidden_size, outputs_taught, joined, steps_back):
    net = ChunkerNet(8, hidden_size, outputs_taught=outputs_taught, joined=joined)
    rng = np.random.default_rng(3)
    start, drawn = net.draw(rng), draw_long_lag(7, 400, rng)
    ours, errors = train(net, start, drawn, 1.0, steps_back=steps_back)
    theirs, expected = readable(net, start, drawn, 1.0, False, steps_back=steps_back)
    np.testing.assert_allclose(errors, expected, rtol=0, atol=1e-9)
    for part, value in theirs.items():
        np.testing.assert_allclose(ours[part], value, rtol=0, atol=1e-9 * max(np.abs(value).max(), 1.0))
    other, _ = train(net, start, drawn, 1.0, steps_back=None if steps_back is not None else 1)
    assert max(np.abs(other[part] - ours[part]).max() for part in ours) > 1e-6


def test_pairs_are_apart_and_learn_nothing_in_a_test(rng):
    net = ChunkerNet(5)
    starts, drawn = [net.draw(rng) for _ in range(3)], draw_long_lag(4, 50, rng)
    nets = Pairs(net, 50, 4)
    for lane, rate in ((1, 1.0), (2, 1.0), (5, 0.0)):
        nets.put(lane, starts[lane % 3])
        nets.load(lane, 0, drawn)
        nets.start(lane, 0, 50, rate)
    nets.run()
    assert not nets.busy.any()
    for lane in (1, 2):
        alone, _ = train(net, starts[lane], drawn, 1.0)
        for part, value in nets.params(lane).items():
            np.testing.assert_array_equal(value, alone[part])
    for part, value in nets.params(5).items():
        np.testing.assert_array_equal(value, starts[2][part])


def test_bad_input():
    with pytest.raises(ValueError, match="steps_back is -1, expected None or at least 0"):
        Pairs(ChunkerNet(5), 10, 4, steps_back=-1)
