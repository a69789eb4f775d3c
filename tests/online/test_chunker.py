"""The neural sequence chunker: who sees what, and who is taught what."""

import numpy as np
import pytest

from lstmlib.online import Chunker, ChunkerNet, SimpleRecurrent


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


def test_by_the_paper_of_1992_it_is_taught_outputs_too_and_sees_what_was_asked(rng):
    net, one = ChunkerNet(4, outputs_taught=True, joined=True), np.eye(4)
    params = net.draw(rng)
    chunker, lower = Chunker(net, params), SimpleRecurrent(net.lower, net.split(params)[0])
    asked = np.zeros(4)
    for x, target in ((0, 1), (1, 3), (3, 2)):
        chunker.step(one[x], one[target])
        lower.step(np.concatenate([one[x], asked]))
        lower.add_error(np.concatenate([one[target], chunker.upper.h, chunker.upper.y]))
        asked = one[target]
    chunker.update(0.5)
    lower.update(0.5)
    for part, value in lower.params.items():
        np.testing.assert_allclose(chunker.params[part], value, rtol=0, atol=1e-15)


def test_bad_input(rng):
    with pytest.raises(ValueError, match="params has the shapes"):
        Chunker(ChunkerNet(5), ChunkerNet(4).draw(rng))
