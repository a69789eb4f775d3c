"""Numbers that count themselves: the arithmetic is the learner's, the count is of its products."""

import numpy as np
import pytest

from lstmlib.online import LSTM1997, Net
from lstmlib.online.counting import Counted, Tally, count


def test_a_counted_number_is_a_number_and_counts_products_alone():
    tally = Tally()
    a = Counted(3.0, tally)
    assert float(a * 2.0) == float(2.0 * a) == 6.0
    assert tally.products == 2
    assert [float(a + 1.0), float(1.0 + a), float(a - 1.0), float(1.0 - a)] == [4.0, 4.0, 2.0, -2.0]
    assert float(np.tanh(np.array([a], object))[0]) == pytest.approx(np.tanh(3.0))
    assert tally.products == 2
    assert float(np.array([a, a], object) @ np.array([1.0, 2.0])) == 9.0
    assert tally.products == 4


def test_counting_changes_nothing():
    net, tally = Net(2, 2, 2, 1), Tally()
    params = net.draw(np.random.default_rng(0))
    plain, counted = LSTM1997(net, params), LSTM1997(net, params)
    as_counted = np.frompyfunc(lambda value: Counted(value, tally), 1, 1)
    for name in ("W", "V", "dW", "dV", "trace_in", "trace_c", "s"):
        setattr(counted, name, as_counted(getattr(counted, name)))
    for learner in (plain, counted):
        learner.step(np.array([0.3, -0.7]))
        learner.add_error(np.array([0.2]))
    for name in ("s", "trace_in", "trace_c", "dW", "dV"):
        np.testing.assert_allclose(getattr(counted, name).astype(float), getattr(plain, name), rtol=1e-12, atol=0)


def test_products_of_one_cell_by_hand():
    # One block of one cell, one input, one output, no recurrence: 2 sources with the bias, 3 units, output weights 2.
    cost = count(Net(1, 1, 1, 1, recurrent=False))
    assert cost.weights == 3 * 2 + 2
    net_inputs, outputs, traces = 3 * 2, 2, 2 * 2
    # Each of the five squashing functions halves its argument and its value; g and h then stretch theirs. g' takes two,
    # the traces' factors take g i (1 - i) and g' i, and the state and the cell's output one each.
    small = 5 * 2 + 2 + 2 + 3 + 2
    assert net_inputs + outputs + traces < cost.step <= net_inputs + outputs + traces + small + 1


@pytest.mark.parametrize("blocks", [1, 4, 16])
@pytest.mark.parametrize("size", [1, 4])
def test_the_cost_a_weight_does_not_grow(blocks, size):
    cost = count(Net(8, blocks, size, 4))
    assert cost.step <= 3.0 * cost.weights
    assert cost.error <= 2.1 * cost.weights
    assert cost.carried <= 3.0 * cost.weights
