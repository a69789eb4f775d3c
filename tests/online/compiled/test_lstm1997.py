"""The compiled learner is the readable one, over thousands of updates; its lanes are apart; when they stop."""

from dataclasses import replace

import numpy as np
import pytest

from lstmlib import tasks
from lstmlib.numpy import LSTM1997 as Layer
from lstmlib.numpy import Linear
from lstmlib.numpy.rnn import sigmoid
from lstmlib.online import LSTM1997, Net
from lstmlib.online.compiled.lanes import LANES
from lstmlib.online.compiled.lstm1997 import Eight, train
from lstmlib.tasks.batch import Batch
from lstmlib.tasks.embedded_reber import as_symbols, embedded_reber_string
from lstmlib.tasks.long_lag import draw_long_lag, draw_triggered_recall
from lstmlib.tasks.symbols import Symbols, one_hot

PLAIN = {"biased": "none", "output_bias": False, "output_gates": False, "recurrent": False, "direct": True}


def short_adding(rng, N):
    return tasks.adding(22, N, rng)


def reber(rng, N):
    return as_symbols([embedded_reber_string(rng) for _ in range(N)])


# Net, how to draw sequences, how many, learning rate, initial range; each with changes after a sequence and a step.
CASES = {
    "adding": (Net(2, 2, 2, 1), short_adding, 1500, 0.5, 0.1),
    "two sequences": (Net(1, 3, 1, 1, output_bias=False), lambda r, N: tasks.two_sequence(8, N, r), 3000, 1.0, 0.1),
    "Reber": (Net(7, 3, 2, 7, biased="gates", output_bias=False), reber, 1500, 0.5, 0.2),
    "2a": (Net(6, 1, 1, 6, plain=True, **PLAIN), lambda r, N: draw_long_lag(5, N, r), 2500, 1.0, 0.2),
    "2c": (
        Net(9, 2, 1, 2, biased="none", output_bias=False),
        lambda r, N: draw_triggered_recall(3, 5, N, r),
        2000,
        0.3,
        0.2,
    ),
    "linear outputs": (Net(2, 2, 2, 1, linear_output=True), short_adding, 1500, 0.1, 0.1),
    "ranges swapped": (Net(2, 2, 2, 1, swapped_ranges=True), short_adding, 1500, 0.5, 0.1),
    "gates unseen": (Net(2, 2, 2, 1, gates_seen=False), short_adding, 1500, 0.5, 0.1),
    "outputs see inputs": (Net(2, 1, 2, 1, direct=True), short_adding, 500, 0.3, 0.1),
    "forget gates": (Net(2, 2, 2, 1, forget_gates=True), short_adding, 1500, 0.5, 0.1),
    "symbols, forget gates": (
        Net(9, 2, 2, 2, biased="gates", output_gates=False, forget_gates=True),
        lambda r, N: draw_triggered_recall(3, 5, N, r),
        2000,
        0.3,
        0.2,
    ),
}


def readable(net, params, drawn, learning_rate, each_step, initial_activation=0.0, late=False, **options):
    batch = one_hot(drawn, net.input_size) if isinstance(drawn, Symbols) else drawn
    target = np.eye(net.output_size)[batch.target] if batch.target.ndim == 2 else batch.target
    learner = LSTM1997(net, params, initial_activation, **options)
    for n, length in enumerate(batch.lengths):
        learner.reset()
        for t in range(length):
            learner.step(batch.x[t, n])
            if batch.mask[t, n]:
                learner.add_error(target[t, n])
                if each_step:
                    learner.update(learning_rate)
            if late and t == 0 and n > 0:
                learner.update(learning_rate)  # what the sequence before has asked for, and this step
        if not late:
            learner.update(learning_rate)
    return learner.params


@pytest.mark.parametrize("each_step", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_it_is_the_readable_learner_over_thousands_of_updates(name, each_step):
    net, draw, count, learning_rate, weight_range = CASES[name]
    count = count // 5 if each_step else count
    rng = np.random.default_rng(3)
    start, drawn = net.draw(rng, weight_range), draw(rng, count)
    initial = 0.5 if name == "adding" else 0.0
    ours, _ = train(net, start, drawn, learning_rate, each_step=each_step, initial_activation=initial)
    theirs = readable(net, start, drawn, learning_rate, each_step, initial)
    moved = max(np.abs(theirs[part] - start[part]).max() for part in start)
    assert moved > 0.05
    for part, value in theirs.items():
        # They add in another order, and learning can blow the last digit's difference up: for Reber strings to 1e-10.
        tolerance = 1e-9 if name == "Reber" else 1e-11
        np.testing.assert_allclose(ours[part], value, rtol=0.0, atol=tolerance * max(np.abs(value).max(), 1.0))


@pytest.mark.parametrize("options", [{"output_slope": False}, {"slope_offset": 0.1}])
def test_it_is_the_readable_learner_with_another_slope_of_the_outputs(rng, options):
    net, draw, _, _, _ = CASES["two sequences"]
    start, drawn = net.draw(rng), draw(rng, 1000)
    ours, _ = train(net, start, drawn, 0.3, **options)
    theirs = readable(net, start, drawn, 0.3, False, **options)
    with_slope, _ = train(net, start, drawn, 0.3)
    for part, value in theirs.items():
        np.testing.assert_allclose(ours[part], value, rtol=0.0, atol=1e-11 * max(np.abs(value).max(), 1.0))
        assert np.abs(value - with_slope[part]).max() > 1e-3


@pytest.mark.parametrize("name", ["adding", "Reber", "forget gates", "symbols, forget gates"])
def test_it_is_the_readable_learner_in_the_authors_program(name):
    """Changes one step late, and a constant unit that starts at 0.5 and that all hidden units see."""
    net, draw, count, learning_rate, weight_range = CASES[name]
    net = replace(net, constant_seen=True)
    rng = np.random.default_rng(3)
    start, drawn = net.draw(rng, weight_range), draw(rng, count // 2)
    options = {"initial_activation": 0.5, "late": True}
    ours, _ = train(net, start, drawn, learning_rate, **options)
    theirs = readable(net, start, drawn, learning_rate, False, **options)
    at_once, _ = train(net, start, drawn, learning_rate, initial_activation=0.5)
    assert max(np.abs(at_once[part] - theirs[part]).max() for part in start) > 1e-5
    assert np.abs(theirs["weight_constant"] - start["weight_constant"]).max() > 1e-3
    for part, value in theirs.items():
        tolerance = 1e-9 if name == "Reber" else 1e-11
        np.testing.assert_allclose(ours[part], value, rtol=0.0, atol=tolerance * max(np.abs(value).max(), 1.0))


def test_what_is_due_waits_while_a_net_is_judged(rng):
    """Between two sequences that are learnt from, a test finds the net without the change, and doesn't lose it."""
    net, draw, _, _, _ = CASES["adding"]
    start, drawn = net.draw(rng, 0.5), draw(rng, 3)
    nets = Eight(net, 3, drawn.mask.shape[0], symbolic=False, by_class=False, late=True)
    nets.put(0, start)
    nets.load(0, 0, drawn)
    found = []
    for n, rate in ((0, 0.5), (1, 0.0), (2, 0.5)):
        nets.start(0, n, n + 1, rate)
        nets.run()
        found.append(nets.params(0))
    expected, _ = train(net, start, shown(drawn, [0]), 0.5)
    for part, value in start.items():
        np.testing.assert_array_equal(found[0][part], value)
        np.testing.assert_array_equal(found[1][part], value)
        np.testing.assert_allclose(found[2][part], expected[part], rtol=0.0, atol=1e-14)
    nets.put(0, start)  # a new net owes nothing
    nets.start(0, 0, 1, 0.5)
    nets.run()
    np.testing.assert_array_equal(nets.params(0)["weight_ih"], start["weight_ih"])


def shown(batch, which):
    """Return some sequences of a batch."""
    return Batch(batch.x[:, which], batch.target[:, which], batch.mask[:, which], batch.lengths[which])


def whole_change(net, params, batch, n):
    """Return what one sequence asks of the parameters along the full gradient, as ``lstmlib.numpy`` computes it."""
    layer, readout = Layer(net.input_size, net.num_blocks, net.block_size), Linear(net.num_cells, net.output_size)
    layer.params.update({f"{name}_l0": params[name] for name in ("weight_ih", "weight_hh", "bias")})
    readout.params.update({"weight": params["weight_out"], "bias": params["bias_out"]})
    T = batch.lengths[n]
    cells, _, cache = layer.forward(batch.x[:T, n : n + 1])
    net_out, _, readout_cache = readout.forward(cells)
    y = sigmoid(net_out)
    e = (batch.target[:T, n : n + 1] - y) * batch.mask[:T, n : n + 1, None] * y * (1.0 - y)
    to_cells, _, of_readout = readout.backward(readout_cache, e)
    _, _, of_layer = layer.backward(cache, to_cells)
    found = {name.removesuffix("_l0"): value for name, value in of_layer.items()}
    return found | {"weight_out": of_readout["weight"], "bias_out": of_readout["bias"]}


def test_with_the_full_gradient_it_is_the_layer_s_backward_pass_over_a_thousand_updates(rng):
    net, count = Net(2, 2, 2, 1), 1000
    start, drawn = net.draw(rng, 0.5), short_adding(rng, count)
    ours, _ = train(net, start, drawn, 0.5, gradient="full")
    theirs = {name: value.copy() for name, value in start.items()}
    for n in range(count):
        for name, value in whole_change(net, theirs, drawn, n).items():
            theirs[name] = theirs[name] + 0.5 * value
    truncated, _ = train(net, start, drawn, 0.5)
    for name, value in theirs.items():
        assert np.abs(value - start[name]).max() > 0.03, name
        np.testing.assert_allclose(ours[name], value, rtol=0.0, atol=1e-11 * max(np.abs(value).max(), 1.0))
    assert max(np.abs(truncated[name] - theirs[name]).max() for name in theirs) > 1e-3


def some_errors(rng, net, T):
    """Return one sequence of symbols whose class is asked for at about half of the steps, the last among them."""
    mask = rng.random((T, 1)) < 0.5
    mask[-1] = True
    symbols, target = rng.integers(net.input_size, size=(T, 1)), rng.integers(net.output_size, size=(T, 1))
    return Symbols(symbols, target, mask, np.array([T]))


@pytest.mark.parametrize("symbolic", [True, False])
@pytest.mark.parametrize("initial", [0.0, 0.5])
@pytest.mark.parametrize(
    "net",
    [
        Net(3, 2, 2, 2),
        Net(3, 2, 2, 2, forget_gates=True),
        Net(3, 2, 1, 2, biased="gates", output_bias=False, direct=True, swapped_ranges=True),
        Net(3, 1, 2, 2, biased="none", output_gates=False, forget_gates=True, linear_output=True),
        Net(3, 2, 1, 2, output_gates=False, plain=True, recurrent=False),
    ],
)
def test_the_full_gradient_is_that_of_finite_differences(net, initial, symbolic, rng):
    params, drawn = net.draw(rng, 1.0), some_errors(rng, net, 9)
    drawn = drawn if symbolic else one_hot(drawn, net.input_size)
    options = {"gradient": "full", "initial_activation": initial}

    def loss(params):
        _, errors = train(net, params, drawn, 0.0, **options)
        return 0.5 * errors[0, 2] * net.output_size * drawn.mask.sum()

    after, _ = train(net, params, drawn, 1.0, **options)
    change = {name: after[name] - value for name, value in params.items()}
    assert set(change) == set(net.shapes)
    for name, value in params.items():
        assert np.abs(change[name]).max() > 1e-3, name
        for at in np.ndindex(value.shape):
            here, sides = value[at], []
            for value[at] in (here + 1e-5, here - 1e-5):
                sides.append(loss(params))
            value[at] = here
            assert change[name][at] == pytest.approx((sides[1] - sides[0]) / 2e-5, abs=1e-8), (name, at)


def test_what_the_full_gradient_can_not_do(rng):
    net = Net(2, 2, 2, 1)
    params, batch = net.draw(rng), short_adding(rng, 2)
    with pytest.raises(ValueError, match="gradient is 'whole', expected one of truncated, full"):
        train(net, params, batch, 0.5, gradient="whole")
    with pytest.raises(ValueError, match="each_step is True, expected False with the full gradient"):
        train(net, params, batch, 0.5, gradient="full", each_step=True)


@pytest.mark.parametrize("forget_gates", [False, True])
def test_symbols_and_one_hot_vectors_are_the_same(forget_gates, rng):
    net = Net(9, 2, 1, 2, biased="none", output_bias=False, forget_gates=forget_gates)
    drawn, start = draw_triggered_recall(3, 5, 200, rng), net.draw(rng, 0.2)
    by_symbol, _ = train(net, start, drawn, 0.3)
    by_vector, _ = train(net, start, one_hot(drawn, 9), 0.3)
    for part, value in by_vector.items():
        np.testing.assert_allclose(by_symbol[part], value, rtol=0.0, atol=1e-14)


@pytest.mark.parametrize("gradient", ["truncated", "full"])
@pytest.mark.parametrize("forget_gates", [False, True])
def test_a_net_gives_the_same_digits_in_any_lane_beside_any_others(forget_gates, gradient, rng):
    net = Net(2, 2, 2, 1, forget_gates=forget_gates)
    starts = [net.draw(rng) for _ in range(LANES)]
    batches = [tasks.adding(22 + 3 * lane, 40 + lane, rng) for lane in range(LANES)]
    nets = Eight(net, 50, 60, symbolic=False, by_class=False, gradient=gradient)
    for lane in range(LANES):
        nets.put(lane, starts[lane])
        nets.load(lane, 0, batches[lane])
        nets.start(lane, 0, 40 + lane, 0.5)
    stops = 0
    while nets.busy.any():
        nets.run()
        stops += 1
    assert stops > 1
    for lane in range(LANES):
        alone, errors = train(net, starts[lane], batches[lane], 0.5, gradient=gradient)
        np.testing.assert_array_equal(nets.errors(lane, 0, 40 + lane), errors)
        for part, value in nets.params(lane).items():
            np.testing.assert_array_equal(value, alone[part])
