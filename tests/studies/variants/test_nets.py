"""The LSTM with parts: the library's layers where they are the same, exact gradients, nets that don't touch."""

import numpy as np
import pytest

from lstmlib.numpy import LSTM, CoupledLSTM, PeepholeLSTM
from lstmlib.studies.variants import CHANGES, VARIANTS, Cells, Nets


def alone(cells, s, layer):
    """Give a library layer the parameters of net ``s``."""
    for name in ("weight_ih", "weight_hh", "weight_ch"):
        if name in cells.params:
            layer.params[f"{name}_l0"][:] = cells.params[name][s]
    layer.params["bias_ih_l0"][:], layer.params["bias_hh_l0"][:] = cells.params["bias"][s], 0.0
    return layer


@pytest.mark.parametrize(
    ("changes", "kind"),
    [((), PeepholeLSTM), (("no peepholes",), LSTM), (("coupled", "no peepholes"), CoupledLSTM)],
)
def test_each_net_is_the_library_s_layer(changes, kind, rng):
    cells = Cells(3, 2, 4, changes, forget_bias=1.0, rng=rng)
    x, dy = rng.standard_normal((6, 3, 5, 2)), rng.standard_normal((6, 3, 5, 4))
    y, cache = cells.forward(x)
    dx, grads = cells.backward(cache, dy)
    for s in range(3):
        layer = alone(cells, s, kind(2, 4))
        assert layer.num_parameters == cells.num_parameters
        want, _, kept = layer.forward(x[:, s])
        dwant, _, more = layer.backward(kept, dy[:, s])
        np.testing.assert_allclose(y[:, s], want, atol=1e-12)
        np.testing.assert_allclose(dx[:, s], dwant, atol=1e-12)
        for name, value in grads.items():
            np.testing.assert_allclose(value[s], more[f"{name}_l0".replace("bias_l0", "bias_ih_l0")], atol=1e-12)


@pytest.mark.parametrize("name", VARIANTS)
def test_gradients_are_those_of_finite_differences(name, rng):
    changes = VARIANTS[name]
    nets = Nets([Cells(2, 2, 3, changes, rng=rng), Cells(2, 3, 2, changes, rng=rng)], 1, rng=rng)
    x, weights = rng.standard_normal((4, 2, 3, 2)), rng.standard_normal((4, 2, 3, 1))
    _, cache = nets.forward(x)
    grads = nets.backward(cache, weights)
    assert grads.keys() == nets.params.keys()
    for key, value in nets.params.items():
        for at in np.ndindex(value.shape):
            old, ends = value[at], []
            for step in (1e-6, -1e-6):
                value[at] = old + step
                ends.append((nets.forward(x)[0] * weights).sum())
            value[at] = old
            assert grads[key][at] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-7), (key, at)


@pytest.mark.parametrize("change", CHANGES)
def test_a_part_that_is_gone_is_gone(change, rng):
    cells = Cells(1, 2, 3, (change,), rng=rng)
    _, cache = cells.forward(rng.standard_normal((5, 1, 2, 2)))
    gates, c = cache.gates, cache.c[1:]
    for gate, name in (("i", "input"), ("f", "forget"), ("o", "output")):
        assert (gates[gate] == 1.0).all() == (change == f"no {name} gate")
    assert np.allclose(gates["i"], 1.0 - gates["f"]) == (change == "coupled")
    assert np.allclose(cache.shown, c) == (change == "no output activation")
    assert ("weight_ch" in cells.params) == (change != "no peepholes")
    assert ("weight_gg" in cells.params) == (change == "gate recurrence")


def test_gates_hear_the_gates_of_the_step_before(rng):
    cells = Cells(1, 1, 2, ("gate recurrence",), rng=rng)
    x = rng.standard_normal((3, 1, 1, 1))
    _, cache = cells.forward(x)
    p, t = {name: value[0] for name, value in cells.params.items()}, 1
    gates = np.concatenate([cache.gates[gate][t - 1, 0, 0] for gate in "ifo"])
    net = p["weight_ih"][:2] @ x[t, 0, 0] + p["weight_hh"][:2] @ cache.h[t, 0, 0] + p["bias"][:2]
    net = net + p["weight_ch"][:2] * cache.c[t, 0, 0] + p["weight_gg"][:2] @ gates
    np.testing.assert_allclose(cache.gates["i"][t, 0, 0], 1 / (1 + np.exp(-net)), rtol=1e-12)


def test_all_nets_may_see_the_same(rng):
    cells = Cells(3, 2, 2, rng=rng)
    x = rng.standard_normal((4, 1, 5, 2))
    y, cache = cells.forward(x)
    same, kept = cells.forward(np.repeat(x, 3, 1))
    np.testing.assert_array_equal(y, same)
    grads, more = (cells.backward(c, np.ones_like(y))[1] for c in (cache, kept))
    for name, value in grads.items():
        np.testing.assert_allclose(value, more[name], atol=1e-12)


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"changes holds 'no gate', expected names from 'no input gate', "):
        Cells(1, 1, 1, ["no gate"])
    with pytest.raises(TypeError, match="changes is 'coupled', expected a list or tuple"):
        Cells(1, 1, 1, "coupled")
    with pytest.raises(ValueError, match="'coupled', which needs the input gate and the forget gate"):
        Cells(1, 1, 1, ["coupled", "no input gate"])
    with pytest.raises(ValueError, match="nets"):
        Cells(0, 1, 1)
    with pytest.raises(ValueError, match="x has 3 nets on axis 1, expected 2, or 1 for all"):
        Cells(2, 1, 1).forward(np.zeros((4, 3, 1, 1)))
    with pytest.raises(ValueError, match="layers is empty"):
        Nets([], 1)
    with pytest.raises(ValueError, match=r"layers\[1\] is for 1 nets and inputs 2 wide, expected 1 and 3"):
        Nets([Cells(1, 1, 3), Cells(1, 2, 3)], 1)
