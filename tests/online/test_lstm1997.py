"""The learner of 1997: its change of weights is the truncated gradient; bad input is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmlib import tasks
from lstmlib.numpy import LSTM1997 as Layer
from lstmlib.numpy import Linear
from lstmlib.numpy.rnn import sigmoid
from lstmlib.online import LSTM1997, Net

GROWN = Net(4, 1, 1, 4, biased="none", output_bias=False, output_gates=False, recurrent=False, direct=True, plain=True)


def change(learner, x, target, mask):
    """Return what a sequence asks of the parameters, for a learning rate of 1."""
    before = learner.params
    learner.reset()
    for t in range(len(x)):
        learner.step(x[t])
        if mask[t]:
            learner.add_error(target[t])
    learner.update(1.0)
    return {name: value - before[name] for name, value in learner.params.items()}


@given(
    st.integers(1, 9),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from(["all", "gates", "none"]),
    st.booleans(),
    st.sampled_from([0.0, 0.5]),
    st.integers(0, 99),
)
def test_the_change_is_the_truncated_gradient(T, D, B, S, O, biased, output_bias, initial, seed):  # noqa: E741
    """Forward in time, or backward as ``lstmlib.numpy`` computes it: the same."""
    rng = np.random.default_rng(seed)
    net = Net(D, B, S, O, biased=biased, output_bias=output_bias)
    params = net.draw(rng, 1.0)
    x, target, mask = rng.standard_normal((T, D)), rng.random((T, O)), rng.random(T) < 0.6
    ours = change(LSTM1997(net, params, initial), x, target, mask)

    layer, readout = Layer(D, B, S, biased=biased, gradient="truncated"), Linear(B * S, O)
    for name in ("weight_ih", "weight_hh", "bias"):
        if name in params:
            layer.params[f"{name}_l0"][:] = params[name]
    readout.params["weight"][:] = params["weight_out"]
    readout.params["bias"][:] = params["bias_out"] if output_bias else 0.0
    state = np.full((1, net.num_units), initial), np.zeros((1, B * S))
    cells, _, cache = layer.forward(x[:, None], state)
    net_out, _, readout_cache = readout.forward(cells)
    y = sigmoid(net_out)
    error = (y - target[:, None]) * mask[:, None, None]  # half the squared error's derivative: no factor 2
    dcells, _, of_readout = readout.backward(readout_cache, error * y * (1.0 - y))
    _, _, of_layer = layer.backward(cache, dcells)
    theirs = {name.removesuffix("_l0"): value for name, value in of_layer.items()}
    theirs |= {"weight_out": of_readout["weight"], "bias_out": of_readout["bias"]}
    for name, value in ours.items():
        scale = max(np.abs(theirs[name]).max(), 1.0)
        np.testing.assert_allclose(value, -theirs[name], rtol=0.0, atol=1e-13 * scale, err_msg=name)


@pytest.mark.parametrize(
    "net",
    [
        GROWN,
        Net(4, 1, 2, 4, recurrent=False, linear_output=True),
        Net(4, 2, 1, 4, recurrent=False, swapped_ranges=True),
        Net(4, 2, 2, 4, recurrent=False, forget_gates=True),
        Net(4, 1, 2, 4, recurrent=False, output_gates=False, forget_gates=True, plain=True, biased="gates"),
    ],
)
def test_without_recurrence_it_is_the_whole_gradient(net, rng):
    """Where hidden units don't see each other nothing is cut: finite differences give the same (experiments 2a, 2b)."""
    params = net.draw(rng, 1.0)
    x, target = rng.standard_normal((6, 4)), rng.random((6, 4))

    def loss(params):
        learner = LSTM1997(net, params)
        return 0.5 * sum(((learner.step(x[t]) - target[t]) ** 2).sum() for t in range(6))

    ours = change(LSTM1997(net, params), x, target, np.ones(6, bool))
    assert set(ours) == set(net.shapes)
    for name, value in params.items():
        for at in np.ndindex(value.shape):
            here = value[at]
            sides = []
            for value[at] in (here + 1e-5, here - 1e-5):
                sides.append(loss(params))
            value[at] = here
            assert ours[name][at] == pytest.approx((sides[1] - sides[0]) / 2e-5, abs=1e-9)


def test_biases_that_are_not_there_never_appear(rng):
    net = Net(3, 2, 1, 2, biased="gates", output_bias=False)
    learner = LSTM1997(net, net.draw(rng, 1.0))
    change(learner, rng.standard_normal((5, 3)), rng.random((5, 2)), np.ones(5, bool))
    assert (learner.W[~net.biased_units, -1] == 0.0).all()
    assert (learner.W[net.biased_units, -1] != 0.0).all()


def test_a_sequence_begins_anew(rng):
    net = Net(2, 2, 2, 1)
    learner = LSTM1997(net, net.draw(rng, 1.0))
    x = rng.standard_normal((5, 2))
    first = [learner.step(x[t]) for t in range(5)]
    assert not np.allclose(learner.step(x[0]), first[0])
    learner.reset()
    np.testing.assert_array_equal([learner.step(x[t]) for t in range(5)], first)


def test_it_learns_the_temporal_order_of_two_signals_close_by():
    """No test of speed: that errors shrink where they should, with the paper's net and learning rate."""
    rng = np.random.default_rng(0)
    net = Net(2, 2, 1, 1)
    learner = LSTM1997(net, net.draw(rng, 0.5))
    wrong = []
    for _ in range(4000):
        x = np.zeros((3, 2))
        order = rng.integers(2)
        x[[0, 1], [order, 1 - order]] = 1.0
        learner.reset()
        for t in range(3):
            y = learner.step(x[t])
        learner.add_error(np.array([float(order)]))
        learner.update(1.0)
        wrong.append(abs(y[0] - order))
    assert np.mean(wrong[:100]) > 0.4
    assert np.mean(wrong[-100:]) < 0.1


def test_where_weights_start(rng):
    net = Net(2, 2, 2, 1)
    params = net.draw(rng, 0.1, input_gate_bias=[-3.0, -6.0])
    assert params["bias"][:2].tolist() == [-3.0, -6.0]
    assert np.abs(params["bias"][2:]).max() <= 0.1
    noisy = net.draw(rng, 0.1, input_gate_bias=[-3.0, -6.0], output_gate_bias=[-1.0, -2.0], bias_noise=True)
    about = noisy["bias"][[0, 1, 6, 7]] - [-3.0, -6.0, -1.0, -2.0]
    assert (np.abs(about) <= 0.1).all()
    assert (about != 0.0).all()
    assert max(np.abs(params[name]).max() for name in ("weight_ih", "weight_hh", "weight_out")) <= 0.1


@pytest.mark.parametrize("biased", ["all", "gates", "none"])
def test_forget_gates_change_nothing_in_how_the_rest_starts(biased):
    biases = {} if biased == "none" else {"input_gate_bias": [-3.0, -6.0], "output_gate_bias": [-1.0, -2.0]}
    nets = [Net(3, 2, 2, 1, biased=biased, forget_gates=forgets) for forgets in (False, True)]
    without, with_ = (net.draw(np.random.default_rng(5), 0.1, **biases) for net in nets)
    assert nets[1].num_units == nets[0].num_units + 2
    for name, value in without.items():
        np.testing.assert_array_equal(with_[name][tuple(slice(n) for n in value.shape)], value)
        assert np.abs(with_[name]).min() > 0.0  # what was added is drawn, too
    if biased != "none":
        started = nets[1].draw(np.random.default_rng(5), 0.1, forget_gate_bias=[1.0, 2.0], **biases)
        assert started["bias"][-2:].tolist() == [1.0, 2.0]
        np.testing.assert_array_equal(started["bias"][:-2], with_["bias"][:-2])


def test_an_open_forget_gate_is_none(rng):
    """With biases of 40 the gates are 1, and the net is the one without; its weights change alike."""
    net = Net(3, 2, 2, 2)
    forgetting = Net(3, 2, 2, 2, forget_gates=True)
    params = net.draw(rng, 1.0)
    more = forgetting.draw(rng, 1.0, forget_gate_bias=[40.0, 40.0])
    for name, value in params.items():
        more[name][tuple(slice(n) for n in value.shape)] = value
    more["weight_hh"][:-2, -2:] = 0.0  # the others don't look at the forget gates
    x, target = rng.standard_normal((6, 3)), rng.random((6, 2))
    found, expected = (
        change(LSTM1997(n, p), x, target, np.ones(6, bool)) for n, p in ((forgetting, more), (net, params))
    )
    for name, value in expected.items():
        np.testing.assert_allclose(found[name][tuple(slice(n) for n in value.shape)], value, rtol=0.0, atol=1e-13)


def test_tasks_fit_the_learner(rng):
    batch = tasks.adding(22, 2, rng)
    net = Net(2, 2, 2, 1)
    learner = LSTM1997(net, net.draw(rng))
    found = change(learner, batch.x[:, 0], batch.target[:, 0], batch.mask[:, 0])
    assert all(np.abs(value).max() > 0.0 for value in found.values())


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda n, p: LSTM1997(n, p).step(np.zeros(3)), ValueError, r"x has shape \(3,\), expected \(2,\)"),
        (lambda n, p: LSTM1997(n, p).step(np.zeros(2, int)), TypeError, "has dtype int64"),
        (lambda n, p: LSTM1997(n, p).step(np.full(2, np.nan)), ValueError, "x .*NaN"),
        (lambda n, p: LSTM1997(n, p).add_error(np.zeros(2)), ValueError, r"target has shape \(2,\), expected \(1,\)"),
        (lambda n, p: LSTM1997(n, {}), ValueError, "params has the shapes {}, expected"),
        (lambda n, p: LSTM1997(n, p | {"bias": np.zeros(3)}), ValueError, "params has the shapes"),
        (
            lambda n, p: n.draw(np.random.default_rng(), input_gate_bias=[1.0]),
            ValueError,
            r"input_gate_bias is \[1.0\]",
        ),
        (lambda n, p: GROWN.draw(np.random.default_rng(), output_gate_bias=[1.0]), ValueError, "output_gate_bias is"),
        (lambda n, p: n.draw(np.random.default_rng(), forget_gate_bias=[1, 2]), ValueError, "forget_gate_bias is"),
    ],
)
def test_bad_input(act, error, message, rng):
    net = Net(2, 2, 2, 1)
    with pytest.raises(error, match=message):
        act(net, net.draw(rng))
