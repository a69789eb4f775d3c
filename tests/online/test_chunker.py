"""The neural sequence chunker: who sees what, who is taught what, and the compiled twin."""

import numpy as np
import pytest

from lstmlib.online import Chunker, ChunkerNet, SimpleRecurrent
from lstmlib.online.compiled_chunker import Pairs, train
from lstmlib.tasks.long_lag import draw_long_lag


def readable(net, params, drawn, learning_rate, each_step, tolerance=0.25):
    chunker, one = Chunker(net, params, tolerance), np.eye(net.num_symbols)
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


def test_the_paper_s_number_of_weights():
    assert ChunkerNet(101).num_weights == 10_506


def test_the_upper_net_sees_what_the_lower_one_did_not_expect(rng):
    net, one = ChunkerNet(5), np.eye(5)
    params = net.draw(rng)
    # A lower net that expects symbol 2 after 1 and 3 after 2, and nothing else.
    params["weight_direct"][:] = -4.0
    params["weight_direct"][2, 1] = params["weight_direct"][3, 2] = 4.0
    chunker = Chunker(net, params)
    upper = SimpleRecurrent(net.upper, net.split(params)[1])
    for x, target in ((0, 1), (1, 2), (2, 3), (3, 0)):
        chunker.step(one[x], one[target])
        if x in (0, 1):  # the first symbol, and one that nobody expected; 2 and 3 come as they should
            upper.step(one[x])
            assert chunker.expected == (x == 1)
        np.testing.assert_array_equal(chunker.upper.h, upper.h)
    # What it was taught: after 0 came 1, and after 1 (the next surprise) came 0.
    taught = SimpleRecurrent(net.upper, net.split(params)[1])
    for x, target in ((0, 1), (1, 0)):
        taught.step(one[x])
        taught.add_error(one[target])
    chunker.update(0.5)
    taught.update(0.5)
    for part, value in taught.params.items():
        np.testing.assert_allclose(chunker.params[f"upper_{part}"], value, rtol=0, atol=1e-15)


def test_the_lower_net_is_taught_the_next_symbol_and_the_upper_net_s_hidden_unit(rng):
    net, one = ChunkerNet(4), np.eye(4)
    params = net.draw(rng)
    chunker, lower = Chunker(net, params), SimpleRecurrent(net.lower, net.split(params)[0])
    for x, target in ((0, 1), (1, 3), (3, 2)):
        chunker.step(one[x], one[target])
        lower.step(one[x])
        lower.add_error(np.concatenate([one[target], chunker.upper.h]))
    chunker.update(0.5)
    lower.update(0.5)
    for part, value in lower.params.items():
        np.testing.assert_allclose(chunker.params[part], value, rtol=0, atol=1e-15)


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


def test_bad_input(rng):
    with pytest.raises(ValueError, match="net has 2 hidden units, expected 1"):
        Pairs(ChunkerNet(5, 2), 10, 4)
    with pytest.raises(ValueError, match="params has the shapes"):
        Chunker(ChunkerNet(5), ChunkerNet(4).draw(rng))
