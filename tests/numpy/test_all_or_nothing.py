"""Every optimiser, and clipping: they look at everything first, and then change all or, after an error, nothing."""

import copy
import re

import numpy as np
import pytest
from every import LAYERS, MAKES, OPTIMIZERS, N, T, draw

import lstmlib.numpy as ln

MAKE = {"SGD": lambda params: ln.SGD(params, 0.1, momentum=0.5), "Adam": lambda params: ln.Adam(params, 0.1)}
every = pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)


def good():
    return {"a": np.ones((4, 3)), "b": np.ones(4), "c": np.ones(())}


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


WRONG = {
    "a row for a matrix": (lambda g: np.ones(3), ValueError, "grads['b'] has shape (3,), expected (4,)"),
    "one number": (lambda g: np.ones(1), ValueError, "grads['b'] has shape (1,), expected (4,)"),
    "a scalar": (lambda g: np.ones(()), ValueError, "grads['b'] has shape (), expected (4,)"),
    "more": (lambda g: np.ones((2, 4)), ValueError, "grads['b'] has shape (2, 4), expected (4,)"),
    "NaN": (lambda g: np.array([1.0, np.nan, 1.0, 1.0]), ValueError, "gradients of b are not finite"),
    "infinity": (lambda g: g * np.inf, ValueError, "gradients of b are not finite"),
    "integers": (lambda g: g.astype(int), TypeError, "grads['b'] has dtype int64"),
    "single": (lambda g: g.astype(np.float32), TypeError, "grads['b'] has dtype float32, expected float64"),
    "half": (lambda g: g.astype(np.float16), TypeError, "grads['b'] has dtype float16"),
    "masked": (lambda g: np.ma.array(g), TypeError, "grads['b'] is a MaskedArray, expected a float array"),
    "list": (lambda g: g.tolist(), TypeError, "grads['b'] is a list, expected a float array"),
    "nothing": (lambda g: None, TypeError, "grads['b'] is a NoneType, expected a float array"),
    "too large": (lambda g: g * 1e308, ValueError, "a step would make infinity or NaN of b: nothing is changed"),
}


def test_every_optimizer_is_here():
    assert set(MAKE) == set(OPTIMIZERS)


def assert_unchanged(optimizer, grads, error, message):
    before = copy.deepcopy({"grads": grads, **vars(optimizer)})
    with pytest.raises(error, match=re.escape(message)):
        optimizer.step(grads)
    for name, have in {"grads": grads, **vars(optimizer)}.items():
        if isinstance(have, dict):
            for key, array in have.items():
                np.testing.assert_array_equal(array, before[name][key])
        else:
            assert have == before[name]


@pytest.mark.parametrize(("bad", "error", "message"), WRONG.values(), ids=WRONG)
@every
def test_one_wrong_gradient_changes_nothing(make, bad, error, message):
    optimizer = make(good())
    optimizer.step(good())  # so that there is something kept to change
    if message.startswith("a step would") and isinstance(optimizer, ln.SGD):
        optimizer.lr = 1e3
    assert_unchanged(optimizer, good() | {"b": bad(np.ones(4))}, error, message)


@every
def test_wrong_names_change_nothing(make):
    optimizer = make(good())
    optimizer.step(good())
    few = {key: value for key, value in good().items() if key != "b"}
    assert_unchanged(optimizer, few, KeyError, "grads lacks b, expected one gradient for each of a, b, c")
    assert_unchanged(optimizer, {}, KeyError, "grads lacks a, b, c")
    assert_unchanged(optimizer, good() | {"d": np.ones(2)}, KeyError, "grads has d too")
    for wrong in (None, [np.ones(2)], np.ones(3), 3):
        with pytest.raises(TypeError, match=r"grads is an? \w+, expected a dict name -> array"):
            optimizer.step(wrong)


@every
def test_parameters_that_changed_their_shape_or_can_t_be_written_to_change_nothing(make):
    for name, value, message in [
        ("b", np.ones((4, 1)), "params have other names or shapes than when the optimiser was made: b"),
        ("d", np.ones(4), "params have other names or shapes than when the optimiser was made: d"),
        ("b", read_only(np.ones(4)), "params can't be written to: b"),
    ]:
        params = good()
        optimizer = make(params)
        optimizer.step(good())
        params[name] = value
        assert_unchanged(optimizer, good() | ({"d": np.ones(4)} if name == "d" else {}), ValueError, message)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_what_is_no_dict_of_arrays_is_refused(kind):
    layer = ln.LSTM(3, 4)
    for wrong, message in [
        ([np.ones(3)], "params is a list, expected a dict name -> array, such as layer.params"),
        (layer, "params is an LSTM, expected a dict name -> array, such as layer.params: pass params.params"),
        (layer.params.values(), "params is a dict_values"),
        ({"a": [1.0]}, "params['a'] is a list, expected a float array"),
        ({"a": np.ones(3, int)}, "params['a'] has dtype int64, expected float32 or float64"),
        ({"a": np.ones(3, np.float16)}, "params['a'] has dtype float16"),
        ({"a": np.ma.ones(3)}, "params['a'] is a MaskedArray"),
        ({1: np.ones(3)}, "params has the key 1, expected names"),
    ]:
        with pytest.raises(TypeError, match=re.escape(message)):
            OPTIMIZERS[kind](wrong, 0.1)
    for lr in ("0.1", None, [0.1], np.nan, np.inf, 0, -1.0, True):
        with pytest.raises((TypeError, ValueError), match=r"lr is .*, expected a positive number"):
            OPTIMIZERS[kind]({}, lr)


CLIP = [
    case for name, case in WRONG.items() if name in ("NaN", "infinity", "integers", "half", "masked", "list", "nothing")
]


@pytest.mark.parametrize(("bad", "error", "message"), [*CLIP, (read_only, ValueError, "grads can't be written to: b")])
def test_clipping_scales_all_or_nothing(bad, error, message):
    grads = good() | {"b": bad(np.ones(4))}
    before = copy.deepcopy(grads)
    with pytest.raises(error, match=re.escape(message)):
        ln.clip_grad_norm(grads, 0.1)
    for key, value in grads.items():
        np.testing.assert_array_equal(value, before[key])


@pytest.mark.parametrize("kind", LAYERS)
@every
def test_an_optimizer_learns_with_every_layer_after_its_parameters_were_assigned(make, kind, rng):
    layer, given = draw(kind, rng)
    if not layer.params:
        pytest.skip("nothing to learn")
    optimizer = make(layer.params)
    other = MAKES[kind][0](rng=np.random.default_rng(9))
    layer.params = dict(other.params)
    before = {key: value.copy() for key, value in layer.params.items()}
    y, _, cache = layer.forward(**given)
    optimizer.step(layer.backward(cache, np.ones_like(y))[2])
    assert any((layer.params[key] != before[key]).any() for key in before)


def test_tied_parameters_move_by_both_gradients():
    w = np.zeros(2)
    ln.SGD({"a": w, "b": w}, 1.0).step({"a": np.ones(2), "b": np.full(2, 2.0)})
    np.testing.assert_array_equal(w, [-3.0, -3.0])


def test_batches_and_models_that_are_none_are_named():
    model = ln.SequenceModel(ln.RNN(3, 4), ln.Linear(4, 1))
    x, target = np.zeros((T, N, 3)), np.zeros((T, N, 1))
    optimizer = ln.SGD(model.params, 0.1)
    with pytest.raises(
        TypeError, match=r"batches\[0\] is a tuple without x, .*, expected a lstmlib.numpy.Batch\(x, target"
    ):
        list(ln.train(model, [(x, target)], ln.squared_error, optimizer))
    with pytest.raises(TypeError, match=r"optimizer is a Parameters, expected one with the method step"):
        list(ln.train(model, [], ln.squared_error, model.params))
    with pytest.raises(TypeError, match=r"model is a list, expected one with the method forward"):
        list(ln.train([model], [], ln.squared_error, optimizer))
