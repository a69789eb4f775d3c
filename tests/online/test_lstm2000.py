"""LSTM with forget gates as it was trained in 2000: its gradient, and what is cut off."""

import numpy as np
import pytest

from lstmlib.online import LSTM2000, Net2000

NEGATIVE, POSITIVE = (-0.5, -1.0, -1.5, -2.0), (0.5, 1.0, 1.5, 2.0)
PAPER = Net2000(7, 4, 2, 7)
KINDS = {
    "forget gates": PAPER,
    "states stay": Net2000(7, 4, 2, 7, forget_gates=False),
    "states decay": Net2000(7, 4, 2, 7, forget_gates=False, decay=0.9),
}


def start_of(net, rng, weight_range=0.2):
    biases = {"input_gate_bias": NEGATIVE, "output_gate_bias": NEGATIVE}
    return net.draw(rng, weight_range, **biases, forget_gate_bias=POSITIVE if net.forget_gates else None)


def test_the_paper_s_number_of_weights():
    assert PAPER.num_weights == 424
    assert KINDS["states stay"].num_weights == 360


@pytest.mark.parametrize("name", KINDS)
def test_the_gradient_where_nothing_is_cut_off(name, rng):
    """With no weight from cells to hidden units there is nothing to truncate, and the gradient is the exact one."""
    net = KINDS[name]
    params = start_of(net, rng, 1.0)
    params["weight_hh"][:] = 0.0
    x, target = rng.normal(size=(6, 7)), rng.uniform(size=(6, 7))

    def loss(params):
        learner = LSTM2000(net, params)
        return sum(0.5 * ((target[t] - learner.step(x[t])) ** 2).sum() for t in range(6))

    learner = LSTM2000(net, params)
    for t in range(6):
        learner.step(x[t])
        learner.add_error(target[t])
    learner.update(1.0)
    for part, value in learner.params.items():
        change = value - params[part]
        for place in rng.permutation(value.size)[:12]:
            place = np.unravel_index(place, value.shape)
            sides = []
            for side in (1e-5, -1e-5):
                moved = {key: array.copy() for key, array in params.items()}
                moved[part][place] += side
                sides.append(loss(moved))
            assert change[place] == pytest.approx((sides[1] - sides[0]) / 2e-5, rel=1e-5, abs=1e-10)


def test_what_is_cut_off(rng):
    """An error reaches weights through the states alone, as if the cells' outputs of before came from outside."""
    params = start_of(PAPER, rng, 1.0)
    x, target = rng.normal(size=(5, 7)), rng.uniform(size=7)
    learner = LSTM2000(PAPER, params)
    seen = []
    for t in range(5):
        seen.append(np.concatenate([x[t], learner.y_c]))
        learner.step(x[t])
    learner.add_error(target)
    learner.update(1.0)
    outside = Net2000(15, 4, 2, 7)
    moved = params | {
        "weight_ih": np.hstack([params["weight_ih"], params["weight_hh"]]),
        "weight_hh": np.zeros((20, 8)),
        "weight_direct": np.hstack([params["weight_direct"], np.zeros((7, 8))]),
    }
    other = LSTM2000(outside, moved)
    for t in range(5):
        other.step(seen[t])
    other.add_error(target)
    other.update(1.0)
    np.testing.assert_allclose(other.params["weight_ih"][:, 7:], learner.params["weight_hh"], rtol=0, atol=1e-13)
    np.testing.assert_allclose(other.params["weight_ih"][:, :7], learner.params["weight_ih"], rtol=0, atol=1e-13)
    np.testing.assert_allclose(other.params["bias"], learner.params["bias"], rtol=0, atol=1e-13)
    assert np.abs(learner.params["weight_hh"] - params["weight_hh"]).max() > 1e-3


def test_open_forget_gates_are_none(rng):
    params = start_of(PAPER, rng)
    params["weight_ih"][4:8] = params["weight_hh"][4:8] = 0.0
    params["bias"][4:8] = 40.0
    without = {name: value for name, value in params.items() if "out" in name or "direct" in name}
    without |= {name: np.delete(params[name], range(4, 8), 0) for name in ("weight_ih", "weight_hh", "bias")}
    one, other = LSTM2000(PAPER, params), LSTM2000(KINDS["states stay"], without)
    for _ in range(50):
        x, target = rng.normal(size=7), rng.uniform(size=7)
        np.testing.assert_allclose(one.step(x), other.step(x), rtol=0, atol=1e-12)
        for learner in (one, other):
            learner.add_error(target)
            learner.update(0.5)
    np.testing.assert_allclose(one.params["bias"][8:], other.params["bias"][4:], rtol=0, atol=1e-12)


def test_bad_input(rng):
    with pytest.raises(
        ValueError, match=r"forget_gate_bias is .* expected None or 4 numbers for gates that the net has"
    ):
        KINDS["states stay"].draw(rng, forget_gate_bias=POSITIVE)
    with pytest.raises(ValueError, match=r"input_gate_bias is \(1.0,\), expected None or 4 numbers"):
        PAPER.draw(rng, input_gate_bias=(1.0,))
    with pytest.raises(ValueError, match="params has the shapes"):
        LSTM2000(PAPER, KINDS["states stay"].draw(rng))
    learner = LSTM2000(PAPER, PAPER.draw(rng))
    with pytest.raises(ValueError, match="x has shape"):
        learner.step(np.zeros(6))
