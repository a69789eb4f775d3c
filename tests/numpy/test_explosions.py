"""A net that explodes: the error says which layer, where, and at which step, and does not blame what came in."""

import re

import numpy as np
import pytest
from every import CASES, T, arrays, draw

import lstmlib.numpy as ln
from lstmlib.numpy.layer import NotFinite

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
X = np.ones((40, 2, 2))


def calm(**more):
    """Return a layer that doesn't explode, the same at every call."""
    return ln.RNN(2, 2, rng=np.random.default_rng(0), **more)


def constant():
    """Return a layer that puts out positive numbers."""
    layer = calm()
    for key, value in layer.params.items():
        value[...] = 0.5 if key == "bias_ih_l0" else 0.0
    return layer


def explosive(size=1e30):
    """Return a layer whose state grows by ``size`` a step, so that it is infinite at the step 308 / 30, plus one."""
    layer = calm(nonlinearity="relu")
    for key, value in layer.params.items():
        value[...] = 1.0 if key == "weight_ih_l0" else 0.0
    layer.params["weight_hh_l0"][...] = size * np.eye(2)
    return layer


def test_a_layer_alone_says_at_which_step():
    with pytest.raises(NotFinite, match=r"^RNN\(2, 2, nonlinearity='relu'\) explodes: y is not finite from step 11 on"):
        explosive().forward(X)


PLACES = {
    "recurrent": lambda: ln.SequenceModel(explosive(), ln.Linear(2, 1, rng=np.random.default_rng(0))),
    "layers[1]": lambda: ln.Stack(constant(), explosive(), calm()),
    "forward_layer": lambda: ln.Bidirectional(explosive(), calm(nonlinearity="relu")),
    "backward_layer": lambda: ln.Bidirectional(calm(nonlinearity="relu"), explosive()),
    "layer": lambda: ln.Reversed(explosive()),
    "layers[0].backward_layer": lambda: ln.Stack(ln.Bidirectional(calm(nonlinearity="relu"), explosive())),
    "recurrent.layers[1]": lambda: ln.SequenceModel(
        ln.Stack(ln.LSTM(2, 2, rng=np.random.default_rng(0)), ln.LSTM(2, 2, rng=np.random.default_rng(0))),
        ln.Linear(2, 1, rng=np.random.default_rng(0)),
    ),
    "recurrent.level 1": lambda: ln.SequenceModel(
        calm(nonlinearity="relu", num_layers=2), ln.Linear(2, 1, rng=np.random.default_rng(0))
    ),
}


@pytest.mark.parametrize(("place", "make"), PLACES.items(), ids=PLACES)
def test_a_net_says_which_part(place, make):
    net = make()
    if place == "recurrent.layers[1]":
        net.recurrent.layers[1].params["weight_hh_l0"][...] = np.inf
    if place == "recurrent.level 1":
        net.params["recurrent.weight_ih_l0"][...] = net.params["recurrent.weight_ih_l1"][...] = 1.0
        net.params["recurrent.weight_hh_l1"][...] = 1e30
    with pytest.raises(NotFinite, match="^" + re.escape(f"{place}: ")) as caught:
        net.forward(X)
    assert not re.search(r"\bx\b", str(caught.value))


def test_a_state_that_explodes_without_the_output_is_found():
    layer = ln.Carousel(1, 1, h="tanh")
    layer.params = {"weight_ih_l0": np.full((1, 1), 1e308), "bias_l0": np.zeros(1)}
    with pytest.raises(NotFinite, match=r"Carousel\(1, 1, h='tanh'\) explodes: state is not finite"):
        layer.forward(np.ones((3, 1, 1)))


def test_an_error_that_explodes_on_its_way_back_says_where():
    net = ln.Stack(calm(nonlinearity="logistic"), explosive())
    net.layers[1].params["weight_ih_l0"][...] = 1e-300  # so that the outputs stay finite
    y, _, cache = net.forward(X[:9])
    with pytest.raises(NotFinite, match=r"^layers\[1\]: RNN.* explodes: (dx|dstate) is not finite"):
        net.backward(cache, np.full_like(y, 1e200))


def test_training_that_runs_away_names_the_part_and_keeps_the_parameters():
    net = ln.SequenceModel(explosive(), ln.Linear(2, 1, rng=np.random.default_rng(0)))
    before = {key: value.copy() for key, value in net.params.items()}
    batch = ln.Batch(X, np.zeros((40, 2, 1)), np.ones((40, 2), bool), np.full(2, 40))
    with pytest.raises(ValueError, match=r"^recurrent: RNN"):
        list(ln.train(net, [batch], ln.squared_error, ln.Adam(net.params)))
    for key, value in net.params.items():
        np.testing.assert_array_equal(value, before[key])


@pytest.mark.parametrize("name", CASES)
def test_parameters_that_are_not_finite_are_named(name, rng):
    layer, given = draw(name, rng)
    for key in layer.params:
        before = layer.params[key].copy()
        layer.params[key][...] = np.nan
        with pytest.raises(NotFinite, match="has parameters that are not finite: "):
            layer.forward(**given)
        layer.params[key][...] = before
    layer.forward(**given)


@pytest.mark.parametrize("name", CASES)
def test_infinity_that_comes_in_is_not_the_layer_s_fault_and_never_becomes_nan(name, rng):
    layer, given = draw(name, rng)
    if name == "Embedding":
        pytest.skip("takes no numbers")
    given["x"][0] = np.inf
    try:
        y, state, _ = layer.forward(**given)
    except NotFinite as error:
        assert "makes NaN of the infinity that came in" in str(error)  # noqa: PT017
    else:
        assert len(y) == T
        assert not any(np.isnan(array).any() for array in (y, *arrays(state)))
