"""What holds for every layer: nothing by reference, parameters that can be assigned, and errors."""

import copy
import inspect
import pickle
import re

import numpy as np
import pytest
from every import CASES, LAYERS, LENGTHS, MAKES, N, T, arrays, copied, draw, takes_lengths

import lstmlib.numpy as ln
from lstmlib.numpy.checks import LONGEST
from lstmlib.numpy.layer import TORCH

every = pytest.mark.parametrize("name", CASES)


def run(layer, given, dy=None, **more):
    """Return the outputs, and the gradients for ``dy``, random if it isn't given."""
    y, state, cache = layer.forward(**given, **more)
    dy = np.random.default_rng(1).standard_normal(y.shape).astype(y.dtype) if dy is None else dy
    return [y, *arrays(state), *arrays(layer.backward(cache, dy))]


def same(have, want):
    for a, b in zip(have, want, strict=True):
        np.testing.assert_array_equal(a, b)


def test_every_layer_is_here():
    assert set(MAKES) == set(LAYERS)
    assert all(isinstance(CASES[name](), LAYERS[name.split()[0]]) for name in CASES)


@every
@pytest.mark.parametrize("padded", [False, True])
def test_what_changes_between_forward_and_backward_changes_no_gradient(name, padded, rng):
    layer, given = draw(name, rng)
    if padded and not takes_lengths(layer):
        pytest.skip("takes no lengths")
    more = {"lengths": LENGTHS.copy()} if padded else {}
    want = run(layer, given, **more)
    for change in [*given, *more, *layer.params, "y"]:
        ours, lengths, before = copied(given), copied(more), copied(dict(layer.params))
        y, state, cache = layer.forward(**ours, **lengths)
        kept = [y.copy(), *(array.copy() for array in arrays(state))]
        moved = {**ours, **lengths, "y": (y, *arrays(state))}
        for array in [layer.params[change]] if change in layer.params else arrays(moved[change]):
            array[...] = 1
        have = layer.backward(cache, np.random.default_rng(1).standard_normal(y.shape))
        same([*kept, *arrays(have)], want)
        layer.params = before


@every
def test_what_backward_is_given_and_gives_is_the_caller_s(name, rng):
    layer, given = draw(name, rng)
    want = run(layer, given)
    y, _, cache = layer.forward(**given)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    first = layer.backward(cache, dy)
    same(arrays(first), want[len(want) - len(arrays(first)) :])
    for array in (dy, *arrays(first)):
        array[...] = np.nan
    same(arrays(layer.backward(cache, np.random.default_rng(1).standard_normal(y.shape))), want[-len(arrays(first)) :])


@every
def test_assigned_parameters_are_the_layer_s(name, rng):
    layer, given = draw(name, rng)
    other, _ = draw(name, np.random.default_rng(5))
    held = dict(layer.params)
    for key, value in other.params.items():
        layer.params[key] = value
    assert all(layer.params[key] is held[key] for key in held)  # an optimiser that holds them goes on
    same(run(layer, given), run(other, given))
    layer, _ = draw(name, rng)
    layer.params = dict(other.params)
    same(run(layer, given), run(other, given))
    for key in other.params:  # copies, not the other's
        other.params[key][...] = 0
        assert layer.params[key].any()


@every
def test_wrong_parameters_are_refused_and_nothing_has_changed(name, rng):
    layer, _ = draw(name, rng)
    before = copied(dict(layer.params))
    with pytest.raises(KeyError, match="params has no 'wieght', expected one of"):
        layer.params["wieght"] = np.zeros(3)
    for key, value in before.items():
        called = re.escape(f"params[{key!r}]")
        for wrong, error, message in [
            (np.zeros((*value.shape, 2)), ValueError, "has shape"),
            (np.zeros((1,) * value.ndim), ValueError, "has shape") if value.size > 1 else (0, TypeError, "is an int"),
            (0.0, TypeError, "is a float, expected a float array"),
            (value.tolist(), TypeError, "is a list"),
            (value.astype(np.float32), TypeError, "has dtype float32, expected float64"),
            (value.astype(int), TypeError, "has dtype int64"),
            (np.full_like(value, np.nan), ValueError, "is NaN"),
            (np.ma.array(value), TypeError, "is a MaskedArray"),
        ]:
            with pytest.raises(error, match=f"{called}.*{message}"):
                layer.params[key] = wrong
            good = {other: array + 1.0 for other, array in before.items()}
            all_of_one = len(before) == 1 and getattr(wrong, "dtype", None) == np.float32  # which turns the layer to it
            for attempt in (layer.params.update, lambda values: setattr(layer, "params", values))[: 2 - all_of_one]:
                with pytest.raises((TypeError, ValueError)):
                    attempt({**good, key: wrong})
        for attempt in (layer.params.pop, layer.params.__delitem__):
            with pytest.raises(TypeError, match="can't be taken away"):
                attempt(key)
    if before:
        with pytest.raises(KeyError, match="params lacks"):
            layer.params = {key: value + 1.0 for key, value in list(before.items())[1:]}
    same(layer.params.values(), before.values())


@every
def test_arrays_of_another_dtype_are_refused_as_in_torch(name, rng):
    for dtype, other in ((np.float32, np.float64), (np.float64, np.float32)):
        layer, given = draw(name, np.random.default_rng(0), dtype)
        out = run(layer, given)
        assert {array.dtype for array in out} == {np.dtype(dtype)}
        y, _, cache = layer.forward(**given)
        with pytest.raises(TypeError, match=rf"dy .* has dtype {np.dtype(other)}, expected {np.dtype(dtype)}"):
            layer.backward(cache, y.astype(other))
        if layer.dtype is None or layer.dtype != dtype:
            continue
        for key, value in given.items():
            if value is None or name == "Embedding":
                continue
            bad = tuple(part.astype(other) for part in value) if isinstance(value, tuple) else value.astype(other)
            with pytest.raises(TypeError, match=rf"{key}.* has dtype {np.dtype(other)}, expected {np.dtype(dtype)}"):
                layer.forward(**{**given, key: bad})


@pytest.mark.parametrize("kind", [np.float16, np.longdouble, ">f8"])
@every
def test_other_floats_are_refused(name, kind, rng):
    layer, given = draw(name, rng)
    if "dtype" in inspect.signature(type(layer)).parameters and kind != ">f8":
        with pytest.raises(TypeError, match=r"dtype is \w+, expected floats: numpy.float32 or numpy.float64"):
            type(layer)(*[2] * 3, dtype=kind) if name.startswith("Add") else CASES[name](dtype=kind)
    wanted = "integers" if name == "Embedding" else "expected float"
    with pytest.raises(TypeError, match=wanted):
        layer.forward(**{**given, "x": given["x"].astype(kind)})


class Sub(np.ndarray):
    """What NumPy users make for units, names and the like."""


STRANGE = {
    "masked": (lambda array: np.ma.array(array, mask=array == array.flat[0]), "a MaskedArray, expected .*filled"),
    "subclass": (lambda array: array.view(Sub), "a Sub, a subclass of ndarray, expected .*numpy.asarray"),
    "list": (lambda array: array.tolist(), "a list, expected"),
    "number": (lambda array: 1.0, "a float, expected"),
    "nothing": (lambda array: "x", "a str, expected"),
}


@pytest.mark.parametrize(("make", "message"), STRANGE.values(), ids=STRANGE)
@every
def test_what_is_no_plain_array_is_refused_everywhere(name, make, message, rng):
    layer, given = draw(name, rng)
    for key, value in given.items():
        for k in range(len(value)) if isinstance(value, tuple) else [None]:
            bad = make(value) if k is None else (*value[:k], make(value[k]), *value[k + 1 :])
            with pytest.raises(TypeError, match=f"{key}.* is {message}"):
                layer.forward(**{**given, key: bad})
    y, state, cache = layer.forward(**given)
    with pytest.raises(TypeError, match=f"dy is {message}"):
        layer.backward(cache, make(y))
    for k, part in enumerate(arrays(state)):
        parts = list(arrays(state))
        parts[k] = make(part)
        with pytest.raises(TypeError, match=f"dstate.* is {message}"):
            layer.backward(cache, y, tuple(parts) if isinstance(state, tuple) else parts[0])
    if takes_lengths(layer):
        with pytest.raises(TypeError, match="lengths is"):
            layer.forward(**given, lengths=make(LENGTHS))


def test_a_matrix_is_refused(rng):
    layer, y = ln.LSTM(3, 3), np.zeros((T, 3, 3))
    _, _, cache = layer.forward(np.zeros((T, 3, 3)))
    with pytest.raises(TypeError, match=r"dstate\[0\] \(h\) is a matrix, a subclass of ndarray"):
        layer.backward(cache, y, (np.matrix(np.zeros((3, 3))),) * 2)


@every
def test_padding_may_hold_anything(name, rng):
    layer, given = draw(name, rng)
    if not takes_lengths(layer):
        pytest.skip("takes no lengths")
    want = run(layer, given, lengths=LENGTHS)
    past = np.arange(T)[:, None] >= LENGTHS
    for value in (np.nan, np.inf, -np.inf, 1e308):
        x, dy = given["x"].copy(), np.random.default_rng(1).standard_normal(want[0].shape)
        x[past], dy[past] = value, value
        same(run(layer, {**given, "x": x}, dy, lengths=LENGTHS), want)


@every
def test_the_cache_must_be_the_layer_s_own(name, rng):
    layer, given = draw(name, rng)
    y, _, _ = layer.forward(**given)
    for wrong in (y, None, (y,), 3):
        with pytest.raises(TypeError, match=r"cache is .*, expected the third that forward returned"):
            layer.backward(wrong, y)
    for other in CASES:
        twin, its = draw(other, rng)
        with pytest.raises(ValueError, match=re.escape(f"cache is of {twin!r}"[:LONGEST])):
            layer.backward(twin.forward(**its)[2], y)


@every
def test_the_rank_and_every_size_are_checked_and_nothing_is_broadcast(name, rng):
    layer, given = draw(name, rng)
    y, state, cache = layer.forward(**given)

    def wrong(array, fixed):
        yield array[None]
        yield array[0]
        yield array[:0]
        for axis in fixed:
            yield np.repeat(array, 2, axis)
            if array.shape[axis] > 1:
                yield np.take(array, [0], axis)

    for bad in wrong(y, range(y.ndim)):
        with pytest.raises((TypeError, ValueError), match="dy has shape"):
            layer.backward(cache, bad)
    width = () if name in ("Embedding",) else (2,)
    for bad in wrong(given["x"], width):
        with pytest.raises((TypeError, ValueError), match="x has shape"):
            layer.forward(**{**given, "x": bad})
    for k, part in enumerate(arrays(given.get("state"))):
        for bad in wrong(part, range(part.ndim)):
            for key in ("state", "dstate"):
                parts = list(arrays(state))
                parts[k] = bad
                value = tuple(parts) if isinstance(state, tuple) else bad
                with pytest.raises((TypeError, ValueError), match=f"{key}.* has shape"):
                    layer.forward(**{**given, "state": value}) if key == "state" else layer.backward(cache, y, value)


@every
def test_it_is_printed_as_the_call_that_makes_it(name, rng):
    layer, _ = draw(name, rng)
    again = eval(repr(layer), vars(ln))
    assert repr(again) == repr(layer)
    assert [value.shape for value in again.params.values()] == [value.shape for value in layer.params.values()]
    single = CASES[name](dtype=np.float32)
    assert ("float32" in repr(single)) == (single.dtype == np.float32)


def test_settings_that_differ_are_printed():
    assert repr(ln.LSTM(3, 8)) == "LSTM(3, 8)"
    assert repr(ln.LSTM(3, 8, num_layers=2, forget_bias=1)) == "LSTM(3, 8, forget_bias=1.0, num_layers=2)"
    assert repr(ln.GRU(3, 8, reset="before")) == "GRU(3, 8, reset='before')"
    assert repr(ln.LSTM1997(3, 2, input_gate_bias=[-1, -2])) == "LSTM1997(3, 2, input_gate_bias=(-1, -2))"
    model = ln.SequenceModel(ln.Bidirectional(ln.RNN(3, 4), ln.RNN(3, 4)), ln.Linear(8, 1))
    assert repr(model) == "SequenceModel(Bidirectional(RNN(3, 4), RNN(3, 4)), Linear(8, 1))"


@every
def test_copies_and_pickles_are_layers_of_their_own(name, rng):
    layer, given = draw(name, rng)
    want = run(layer, given)
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        same(run(twin, given), want)
        for value in twin.params.values():
            value[...] = 0
        same(run(layer, given), want)


@pytest.mark.parametrize("kind", LAYERS)
def test_arguments_in_the_manner_of_torch_are_answered(kind):
    known = inspect.signature(LAYERS[kind]).parameters
    for key, hint in TORCH.items():
        if key not in known:
            with pytest.raises(TypeError, match=re.escape(f"{kind} takes no {key}: {hint}")):
                LAYERS[kind](3, 4, **{key: True})
    if kind != "Stack":
        with pytest.raises(TypeError, match=rf"{kind} got 9 arguments by position, expected at most \d, \w+"):
            LAYERS[kind](*[3] * 9)


@pytest.mark.parametrize("value", [0, -1, 2.0, "3", None, True, [3] * 10**5, np.zeros(3)], ids=lambda v: str(v)[:9])
@pytest.mark.parametrize("kind", LAYERS)
def test_sizes_that_are_no_positive_integers_are_named(kind, value):
    for key, parameter in inspect.signature(LAYERS[kind]).parameters.items():
        if not (key.endswith(("_size", "_channels")) or key.startswith("num_") or key == "size"):
            continue
        if value is None and parameter.default is None:
            continue
        needed = [
            name
            for name, other in inspect.signature(LAYERS[kind]).parameters.items()
            if other.default is other.empty and name != key
        ]
        with pytest.raises((TypeError, ValueError), match=f"{key} is .*, expected") as caught:
            LAYERS[kind](**dict.fromkeys(needed, 3), **{key: value})
        assert len(str(caught.value)) < 400


@pytest.mark.parametrize("seed", [0, "seed", None, np.random.RandomState(0), np.random])
@pytest.mark.parametrize("kind", LAYERS)
def test_a_seed_is_no_generator(kind, seed):
    if "rng" not in inspect.signature(LAYERS[kind]).parameters or seed is None:
        pytest.skip("takes none")
    with pytest.raises(TypeError, match=r"rng is .*, expected a numpy\.random\.Generator: numpy\.random\.default_rng"):
        MAKES[kind][0](rng=seed)


@pytest.mark.parametrize("value", [0, -1, 2.5, "3", None])
@every
def test_the_batch_size_of_a_state_is_checked(name, value):
    layer = CASES[name]()
    if not hasattr(layer, "initial_state"):
        pytest.skip("has no state")
    sizes = [2] * (len(inspect.signature(layer.initial_state).parameters) - 1)
    with pytest.raises((TypeError, ValueError), match=r"batch_size is .*, expected a positive integer"):
        layer.initial_state(value, *sizes)


@every
def test_a_state_with_torch_s_leading_dimension_is_answered_with_the_reason(name, rng):
    layer, given = draw(name, rng)
    if "state" not in given:
        pytest.skip("has no state")
    state = given["state"]
    bad = tuple(part[None] for part in state) if isinstance(state, tuple) else state[None]
    with pytest.raises(ValueError, match=r"without a leading dimension of 1, torch.nn's for layers: pass state"):
        layer.forward(**{**given, "state": bad})


def test_lengths_in_a_list_are_answered_with_what_to_pass():
    with pytest.raises(TypeError, match=r"lengths is a list, expected an array of .*: pass numpy\.array\(lengths\)"):
        ln.LSTM(3, 4).forward(np.zeros((T, N, 3)), lengths=[5, 5, 5])


@every
def test_a_layer_that_hands_on_no_state_refuses_one(name, rng):
    layer, given = draw(name, rng)
    if given.keys() != {"x"}:
        pytest.skip("takes a state or a memory")
    if "memory" not in inspect.signature(layer.forward).parameters:
        with pytest.raises(TypeError, match="state is an ndarray, expected None"):
            layer.forward(given["x"], np.zeros((N, 4)))
    y, _, cache = layer.forward(given["x"])
    with pytest.raises(TypeError, match="dstate is an ndarray, expected None"):
        layer.backward(cache, y, np.zeros((N, 4)))
