"""What attention, the transformer's block and ConvLSTM share: differences for every argument, batches, lengths."""

import re

import numpy as np
import pytest
from cells import arrays, assert_close
from hypothesis import given, settings
from hypothesis import strategies as st
from padded import PADDED

import lstmlib.numpy as ln

T, N = 5, 3
LENGTHS = np.array([3, 5, 1])
layers = pytest.mark.parametrize("draw", PADDED.values(), ids=PADDED)


class With:
    """A layer with some arguments of ``forward`` filled in, in the contract that ``check_gradients`` knows."""

    def __init__(self, layer, arguments):
        self.layer, self.arguments, self.params, self.backward = layer, arguments, layer.params, layer.backward

    def forward(self, x, state=None):
        return self.layer.forward(x, state, **self.arguments)


def parts(state):
    return [] if state is None else arrays(state)


def run(layer, x, state, arguments, dy, dlast):
    """Return everything that comes out, forward and back, as one list, and the gradients' dict."""
    y, last, cache = layer.forward(x, state, **arguments)
    dx, dstate, grads = layer.backward(cache, dy, dlast)
    return [y, *parts(last), dx, *parts(dstate), *grads.values()]


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["equal lengths", "lengths"])
@layers
def test_differences_for_every_argument(draw, lengths, rng):
    layer, x, state, arguments = draw(rng, T, N, lengths)
    differences = ln.check_gradients(With(layer, arguments), x, state)
    assert set(differences) == {"x", *(f"state[{k}]" for k in range(len(parts(state)))), *layer.params}
    assert max(differences.values()) < 1e-6, differences


@layers
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1), lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4))
def test_a_batch_is_its_sequences_each_at_its_own_length(draw, seed, lengths):
    rng = np.random.default_rng(seed)
    lengths = np.array(lengths)
    T, N = int(lengths.max()), len(lengths)
    layer, x, state, arguments = draw(rng, T, N, lengths)
    y, last, cache = layer.forward(x, state, **arguments)
    dy, dlast = rng.standard_normal(y.shape), tuple(rng.standard_normal(part.shape) for part in parts(last)) or None
    dx, dstate, grads = layer.backward(cache, dy, dlast)
    is_memory = state is not None and last is None

    total = {key: np.zeros_like(value) for key, value in grads.items()}
    for n, length in enumerate(lengths):
        one, steps = slice(n, n + 1), length + 1
        alone = state if state is None else state[:steps, one] if is_memory else tuple(part[one] for part in state)
        y_n, last_n, cache = layer.forward(x[:length, one], alone)
        dlast_n = None if dlast is None else tuple(part[one] for part in dlast)
        dx_n, dstate_n, grads_n = layer.backward(cache, dy[:length, one], dlast_n)
        assert_close([y[:length, one], dx[:length, one]], [y_n, dx_n])
        assert_close([part[one] for part in parts(last)], parts(last_n))
        if is_memory:
            assert_close([dstate[:steps, one]], [dstate_n])
            assert not dstate[steps:, one].any()
        else:
            assert_close([part[one] for part in parts(dstate)], parts(dstate_n))
        assert not y[length:, n].any()
        assert not dx[length:, n].any()
        for key, value in grads_n.items():
            total[key] += value
    assert_close(total.values(), grads.values())


@layers
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1), lengths=st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_padding_never_leaks(draw, seed, lengths):
    rng = np.random.default_rng(seed)
    lengths = np.array([*lengths, 2])
    N = len(lengths)
    layer, x, state, arguments = draw(rng, T, N, lengths)
    y, last, _ = layer.forward(x, state, **arguments)
    dy, dlast = rng.standard_normal(y.shape), tuple(rng.standard_normal(part.shape) for part in parts(last)) or None
    before = run(layer, x, state, arguments, dy, dlast)
    for value in (np.nan, np.inf, -1e300):
        past = np.arange(T)[:, None] >= lengths
        x[past], dy[past] = value, value
        if "memory_lengths" in arguments:
            state[np.arange(len(state))[:, None] >= arguments["memory_lengths"]] = value
        for have, want in zip(run(layer, x, state, arguments, dy, dlast), before, strict=True):
            np.testing.assert_array_equal(have, want)


@layers
def test_full_lengths_change_nothing(draw, rng):
    layer, x, state, arguments = draw(rng, T, N, np.full(N, T))
    if "memory_lengths" in arguments:
        arguments["memory_lengths"] = np.full(N, T + 2)
    np.testing.assert_array_equal(layer.forward(x, state, **arguments)[0], layer.forward(x, state)[0])


@layers
def test_what_comes_and_goes_is_the_caller_s(draw, rng):
    layer, x, state, arguments = draw(rng, T, N, LENGTHS)
    kept = [part.copy() for part in (x, *parts(state))]
    y, last, cache = layer.forward(x, state, **arguments)
    dy = rng.standard_normal(y.shape)
    kept_dy = dy.copy()
    first = layer.backward(cache, dy)
    for have, want in zip((x, *parts(state), dy), (*kept, kept_dy), strict=True):
        np.testing.assert_array_equal(have, want)
    for array in (y, *parts(last), x):
        array[:] = np.nan
    second = layer.backward(cache, dy)
    for have, want in zip((first[0], *first[2].values()), (second[0], *second[2].values()), strict=True):
        np.testing.assert_array_equal(have, want)


@layers
def test_float32_stays_float32(draw, rng):
    layer, x, state, arguments = draw(rng, T, N, LENGTHS)
    y, _, _ = layer.forward(x, state, **arguments)
    holders = [layer] if isinstance(vars(layer).get("params"), dict) else list(vars(layer).values())
    for holder in holders:
        if hasattr(holder, "params"):
            holder.params = {name: value.astype(np.float32) for name, value in holder.params.items()}
    small = tuple(part.astype(np.float32) for part in state) if isinstance(state, tuple) else state
    small = small.astype(np.float32) if isinstance(small, np.ndarray) else small
    out = run(layer, x.astype(np.float32), small, arguments, y.astype(np.float32), None)
    assert {array.dtype for array in out} == {np.dtype(np.float32)}
    assert_close([out[0]], [y], 1e-4)


BAD_LENGTHS = {
    "shape": (np.array([1, 2]), ValueError, "lengths has shape (2,), expected integers from 1 to 5 of shape (3,)"),
    "zero": (np.array([0, 2, 3]), ValueError, "lengths of shape (3,) runs from 0 to 3, expected"),
    "too long": (np.array([1, 2, 6]), ValueError, "lengths of shape (3,) runs from 1 to 6, expected"),
    "floats": (np.array([1.0, 2.0, 3.0]), TypeError, "lengths of shape (3,) has dtype float64, expected integers"),
}


@pytest.mark.parametrize(("lengths", "error", "message"), BAD_LENGTHS.values(), ids=BAD_LENGTHS)
@layers
def test_bad_lengths(draw, lengths, error, message, rng):
    layer, x, state, _ = draw(rng, T, N, None)
    with pytest.raises(error, match=re.escape(message)):
        layer.forward(x, state, lengths=lengths)


@layers
def test_bad_input(draw, rng):
    layer, x, state, arguments = draw(rng, T, N, LENGTHS)
    wide = np.concatenate([x, x], axis=2)
    with pytest.raises(ValueError, match=re.escape(f"x has shape {wide.shape}, expected (T, N, {x.shape[2]}")):
        layer.forward(wide, state, **arguments)
    with pytest.raises(ValueError, match=re.escape(f"x has shape {x[0].shape}, expected (T, N, {x.shape[2]}")):
        layer.forward(x[0], state)
    with pytest.raises(TypeError, match=re.escape(f"x of shape {x.shape} has dtype int64, expected floats")):
        layer.forward(x.astype(int), state)
    y, _, cache = layer.forward(x, state, **arguments)
    with pytest.raises(ValueError, match=re.escape(f"dy has shape {y[1:].shape}, expected {y.shape}")):
        layer.backward(cache, y[1:])
    x[0, 0] = np.nan
    with pytest.raises(ValueError, match=re.escape(f"x of shape {x.shape} is NaN at index (0, 0, 0")):
        layer.forward(x, state, **arguments)
