"""A net whose numbers have run away has solved nothing: NaN is never right, whatever rule judges it."""

import numpy as np
import pytest

from lstmlib.online import CascadeNet, ChunkerNet, Net, Net2000
from lstmlib.online.compiled import lstm1997
from lstmlib.online.compiled.cascade import Cascades
from lstmlib.online.compiled.chunker import Pairs
from lstmlib.online.compiled.jit import larger, smaller
from lstmlib.online.compiled.lstm2000 import Streams
from lstmlib.online.compiled.side_by_side import WHEN_WRONG
from lstmlib.tasks.embedded_reber import allowed_next, as_symbols, embedded_reber_string, walk
from lstmlib.tasks.long_lag import draw_long_lag
from lstmlib.tasks.symbols import one_hot


def test_of_two_numbers_and_none():
    for one in (0.0, np.inf, np.nan):
        assert np.isnan([larger(one, np.nan), larger(np.nan, one), smaller(one, np.nan), smaller(np.nan, one)]).all()
    assert (larger(1.0, 2.0), larger(2.0, 1.0), smaller(1.0, 2.0), smaller(2.0, 1.0)) == (2.0, 2.0, 1.0, 1.0)


def spoilt(params):
    return {part: np.full_like(value, np.nan) for part, value in params.items()}


@pytest.mark.parametrize("by_order", [False, True])
def test_of_memory_cells(by_order, rng):
    drawn = as_symbols([embedded_reber_string(rng) for _ in range(5)])
    net = Net(7, 2, 2, 7, biased="gates", output_bias=False)
    batch = one_hot(drawn, 7)
    nets = lstm1997.Eight(net, 5, len(batch.x), symbolic=True, by_class=True, by_order=by_order)
    nets.put(0, spoilt(net.draw(rng)))
    nets.load(0, 0, drawn, **({"allowed": allowed_next(batch)} if by_order else {}))
    nets.start(0, 0, 5, 0.0, rule=WHEN_WRONG, tolerance=0.0 if by_order else 0.49, allowed_wrong=9)
    nets.run()
    assert nets.failed(0) == 5
    assert np.isnan(nets.errors(0, 0, 5)[:, 0]).all()


def test_of_a_chunker(rng):
    net, drawn = ChunkerNet(5), draw_long_lag(4, 5, rng)
    nets = Pairs(net, 5, 4)
    nets.put(0, spoilt(net.draw(rng)))
    nets.load(0, 0, drawn)
    nets.start(0, 0, 5, 0.0, rule=WHEN_WRONG, tolerance=0.25, allowed_wrong=9)
    nets.run()
    assert nets.failed(0) == 5


@pytest.mark.parametrize("by_order", [False, True])
def test_of_a_stream(by_order, rng):
    net = Net2000(7, 4, 2, 7)
    nets = Streams(net, walk(), by_order=by_order, num_tests=3)
    nets.start(0, spoilt(net.draw(rng)), rng, 0.0, most_streams=1, most_steps=50, most_tested=50)
    while nets.busy[0]:
        nets.run()
    assert nets.lengths(0).tolist() == [0, 0, 0]


def test_of_a_cascade(rng):
    drawn = draw_long_lag(4, 20, rng)
    net = CascadeNet(5, 5)
    nets = Cascades(net)
    nets.put(0, spoilt(net.draw(rng)), drawn, drawn, np.eye(5, dtype=bool)[drawn.target])
    nets.train_outputs(0, 3)
    nets.run()
    assert not nets.lanes[0].right
